"""Exits by rule in words: what rules will do, and which of them closed a position."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.exits import ExitReason, ExitRules, Level, Unit
from justtrades_desktop.domain.values import plain


def _tr(text: str) -> str:
    return QCoreApplication.translate("Exits", text)


def closed_in_words(reason: str | None) -> str:
    """``Closed by target {}`` for the time to stand in; ``Closed {}`` where an alert did it."""
    return {
        ExitReason.TARGET: _tr("Closed by target {}"),
        ExitReason.STOP: _tr("Closed by stop {}"),
        ExitReason.TRAIL: _tr("Closed by trailing stop {}"),
        ExitReason.BREAK_EVEN: _tr("Closed at break-even {}"),
        ExitReason.SESSION: _tr("Closed at session end {}"),
        "hand": _tr("Closed by hand {}"),
        "rule": _tr("Closed by a rule {}"),
    }.get(reason or "", _tr("Closed {}"))


def closed_by(reason: str | None) -> str:
    """``closed by its stop`` as a notification says it; ``closed`` where an alert did it."""
    return {
        ExitReason.TARGET: _tr("closed by its target"),
        ExitReason.STOP: _tr("closed by its stop"),
        ExitReason.TRAIL: _tr("closed by its trailing stop"),
        ExitReason.BREAK_EVEN: _tr("closed at break-even"),
        ExitReason.SESSION: _tr("closed at the session end"),
        "hand": _tr("closed by hand"),
        "rule": _tr("closed by a rule"),
    }.get(reason or "", _tr("closed"))


def distance_in_words(chosen: Level) -> str:
    """``40 ticks``, ``1 tick``, ``0.5 %``."""
    one = {Unit.TICKS: _tr("1 tick"), Unit.POINTS: _tr("1 point")}
    many = {
        Unit.TICKS: _tr("%1 ticks"),
        Unit.POINTS: _tr("%1 points"),
        Unit.PERCENT: _tr("%1 %"),
    }
    if chosen.value == 1 and chosen.unit in one:
        return one[chosen.unit]
    return many.get(chosen.unit, str(chosen)).replace("%1", plain(chosen.value))


def rules_in_words(rules: ExitRules) -> str:
    """What ``rules`` do, sentence by sentence; says so where they do nothing."""
    said = [_closes(rules), _trails(rules), _breaks_even(rules)]
    if rules.session_end:
        said.append(_tr("What is open when the session ends is closed."))
    return " ".join(filter(None, said)) or _tr("Positions close by alerts and by hand only.")


def _closes(rules: ExitRules) -> str:
    profit = _at(rules.take_profit, _tr("%1 profit"), _tr("the take-profit that the alert names"))
    loss = _at(rules.stop, _tr("%1 loss"), _tr("the stop that the alert names"))
    if profit and loss:
        return _tr("Closes at %1 or %2.").replace("%1", profit).replace("%2", loss)
    one = profit or loss
    return _tr("Closes at %1.").replace("%1", one) if one else ""


def _at(chosen: Level | None, away: str, named: str) -> str:
    if chosen is None:
        return ""
    return named if chosen.unit is Unit.ALERT else away.replace("%1", distance_in_words(chosen))


def _trails(rules: ExitRules) -> str:
    if rules.trail is None:
        return ""
    if rules.trail_after is None:
        told = _tr("A stop follows the best price %2 behind.")
    else:
        after = distance_in_words(rules.trail_after)
        told = _tr("After %1 in favour a stop follows the best price %2 behind.")
        told = told.replace("%1", after)
    return told.replace("%2", distance_in_words(rules.trail))


def _breaks_even(rules: ExitRules) -> str:
    if rules.break_even is None:
        return ""
    after = distance_in_words(rules.break_even)
    if rules.break_even_offset is None:
        told = _tr("After %1 in favour the stop moves to the entry.")
        return told.replace("%1", after)
    told = _tr("After %1 in favour the stop moves %2 past the entry.")
    return told.replace("%1", after).replace("%2", distance_in_words(rules.break_even_offset))
