"""What a notification says about signals that were just recorded; a burst becomes one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.positions import LegKind, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.exit_words import closed_by
from justtrades_desktop.ui.wording import held_in_words

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification; ``serious`` ones need the trader."""

    title: str
    text: str
    serious: bool = False


class Kind(StrEnum):
    """What a signal did that is worth telling."""

    OPENED = "opened"
    ADDED = "added"
    REDUCED = "reduced"
    CLOSED = "closed"
    REVERSED = "reversed"
    UNREADABLE = "unreadable"


def kind_of(event: SignalRecorded) -> Kind | None:
    """What a signal did, None where nothing worth telling."""
    if event.signal.outcome is Outcome.UNREADABLE:
        return Kind.UNREADABLE
    if event.signal.outcome is not Outcome.APPLIED or not event.legs:
        return None
    if event.closed is not None:
        return Kind.REVERSED if event.open is not None else Kind.CLOSED
    entered = sum(leg.quantity for leg in event.legs if leg.kind is LegKind.ENTRY)
    if not entered:
        return Kind.REDUCED
    first = event.open is not None and event.open.entered == entered
    return Kind.OPENED if first else Kind.ADDED


def notice_of(events: Sequence[SignalRecorded], recorders: Mapping[int, Recorder]) -> Notice | None:
    """One notification for all ``events``, None where there is nothing to tell."""
    told = [(event, kind) for event in events if (kind := kind_of(event)) is not None]
    if not told:
        return None
    if len(told) > 1:
        return _gathered(Counter(kind for _, kind in told))
    event, kind = told[0]
    recorder = recorders.get(event.signal.recorder_id)
    name = recorder.name if recorder is not None else ""
    return _single(event, kind, name)


def _gathered(kinds: Counter[Kind]) -> Notice:
    parts = ", ".join(f"{kinds[kind]} {_word(kind)}" for kind in Kind if kinds[kind])
    title = translate("Notices", "%1 signals").replace("%1", str(kinds.total()))
    return Notice(title, parts, serious=bool(kinds[Kind.UNREADABLE]))


def _single(event: SignalRecorded, kind: Kind, name: str) -> Notice:
    if kind is Kind.UNREADABLE:
        reason = event.signal.reason or ""
        return Notice(
            translate("Notices", "%1: unreadable alert").replace("%1", name),
            translate("Notices", "Nothing was changed: %1. It waits under Signals.").replace(
                "%1", reason
            ),
            serious=True,
        )
    now = event.open or event.closed
    symbol = now.symbol if now is not None else event.signal.symbol or ""
    word = _word(kind)
    if kind is Kind.CLOSED and event.closed is not None:
        word = closed_by(event.closed.exit_reason)
    title = f"{name}: {symbol} {word}"
    lines = []
    if event.closed is not None:
        lines.append(_result(event.closed))
    if event.open is not None:
        lines.append(_held(event.open))
    return Notice(title, "\n".join(lines))


def _held(position: Position) -> str:
    words = translate("Notices", "Now %1").replace("%1", held_in_words(position.signed))
    if position.average_entry is None:
        return words
    return f"{words} @ {shown.price(position.average_entry, position.product)}"


def _result(position: Position) -> str:
    product = position.product
    result = shown.money(position.in_money(position.realized), product)
    drawdown = shown.money(position.in_money(position.worst), product)
    return (
        translate("Notices", "Result %1, drawdown %2").replace("%1", result).replace("%2", drawdown)
    )


def _word(kind: Kind) -> str:
    return {
        Kind.OPENED: translate("Notices", "opened"),
        Kind.ADDED: translate("Notices", "added"),
        Kind.REDUCED: translate("Notices", "reduced"),
        Kind.CLOSED: translate("Notices", "closed"),
        Kind.REVERSED: translate("Notices", "reversed"),
        Kind.UNREADABLE: translate("Notices", "unreadable"),
    }[kind]
