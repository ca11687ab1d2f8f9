"""The settings of a link in groups: what each is called, and what it is edited with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    OtherWay,
    Outside,
    SameWay,
)
from justtrades_desktop.ui.dialogs.link_fields import (
    Choice,
    Distance,
    Editor,
    MaybeNumber,
    Switch,
    Text,
    WholeNumber,
)
from justtrades_desktop.ui.dialogs.link_rows import Ladder, Windows


class Row(NamedTuple):
    """A setting by the name of its field."""

    field: str
    label: str
    editor: Editor


class Group(NamedTuple):
    """Settings that belong together."""

    title: str
    rows: Sequence[Row]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Link", text)


def groups() -> Sequence[Group]:
    """All settings, in the order in which they are met."""
    return (
        Group(_tr("Size"), _size()),
        Group(_tr("Exits"), _exits()),
        Group(_tr("Averaging"), _averaging()),
        Group(_tr("Which signals"), _which()),
        Group(_tr("When"), _when()),
        Group(_tr("How often and limits"), _limits()),
        Group(_tr("The order"), _order()),
    )


def _size() -> Sequence[Row]:
    as_signal = _tr("as the signal")
    return (
        Row("initial", _tr("&First entry"), MaybeNumber(as_signal)),
        Row("add", _tr("&Every add"), MaybeNumber(as_signal)),
        Row("multiplier", _tr("&Multiplier"), WholeNumber(before="\N{MULTIPLICATION SIGN} ")),
        Row("max_contracts", _tr("M&ost contracts"), MaybeNumber(_tr("no limit"))),
    )


def _exits() -> Sequence[Row]:
    after = Distance(_tr("Start of the trailing stop"), may_be_nothing=True)
    plus = Distance(_tr("Break-even offset"), may_be_nothing=True)
    return (
        Row("own_exits", _tr("&Whose exits"), Switch(_tr("Own exits for this link"))),
        Row("targets", _tr("&Targets"), Ladder()),
        Row("stop", _tr("&Stop"), Distance(_tr("Stop"), by_alert=True)),
        Row("trail", _tr("T&railing stop"), Distance(_tr("Trailing stop"))),
        Row("trail_after", _tr("…starts a&fter"), after),
        Row("trail_step", _tr("…moves in st&eps of"), Distance(_tr("Step of the trailing stop"))),
        Row("break_even", _tr("&Break-even after"), Distance(_tr("Break-even"))),
        Row("break_even_offset", _tr("…&plus"), plus),
    )


def _averaging() -> Sequence[Row]:
    return (
        Row("adds", _tr("&Adds"), Switch(_tr("Add to an open position"))),
        Row("add_every", _tr("&Every how many"), WholeNumber(1)),
        Row("add_apart_ticks", _tr("At least a&part"), WholeNumber(0, behind=_tr(" ticks"))),
        Row("adds_most", _tr("&Most adds"), MaybeNumber(_tr("no limit"))),
    )


def _which() -> Sequence[Row]:
    direction = (
        (_tr("Long and short"), Direction.BOTH),
        (_tr("Long only"), Direction.LONG),
        (_tr("Short only"), Direction.SHORT),
        (_tr("Inverse: every signal the other way round"), Direction.INVERSE),
    )
    same_way = (
        (_tr("Follow it as an add"), SameWay.FOLLOW),
        (_tr("Ignore it"), SameWay.IGNORE),
    )
    other_way = (
        (_tr("As the signal position"), OtherWay.FOLLOW),
        (_tr("Only close what is open"), OtherWay.CLOSE),
        (_tr("Ignore it"), OtherWay.IGNORE),
    )
    return (
        Row("direction", _tr("&Direction"), Choice(direction)),
        Row("same_way", _tr("Signal the &same way"), Choice(same_way)),
        Row("other_way", _tr("Signal the &other way"), Choice(other_way)),
    )


def _when() -> Sequence[Row]:
    outside = (
        (_tr("No entries"), Outside.NO_ENTRIES),
        (_tr("No entries, and flat at the end of a window"), Outside.FLAT),
    )
    flat = Switch(_tr("Flat at the end of the session"))
    return (
        Row("windows", _tr("Time &windows"), Windows()),
        Row("outside", _tr("&Outside them"), Choice(outside)),
        Row("flat_at_session_end", _tr("Session &end"), flat),
        Row("stale_seconds", _tr("Old si&gnals"), WholeNumber(0, behind=_tr(" s"))),
    )


def _limits() -> Sequence[Row]:
    none = _tr("no limit")
    return (
        Row("cooldown_seconds", _tr("&Pause after a trade"), WholeNumber(0, behind=_tr(" s"))),
        Row("trades_most", _tr("&Most trades a session"), MaybeNumber(none)),
        Row("daily_loss", _tr("Daily &loss"), MaybeNumber(none, whole=False)),
        Row("daily_loss_does", _tr("…&does"), Choice(_at_limit())),
        Row("daily_profit", _tr("Daily p&rofit"), MaybeNumber(none, whole=False)),
        Row("daily_profit_does", _tr("…d&oes"), Choice(_at_limit())),
    )


def _at_limit() -> Sequence[tuple[str, AtLimit]]:
    return (
        (_tr("Stop entries"), AtLimit.STOP),
        (_tr("Flatten"), AtLimit.FLATTEN),
        (_tr("Flatten and stop entries"), AtLimit.BOTH),
    )


def _order() -> Sequence[Row]:
    kinds = ((_tr("Market"), EntryKind.MARKET), (_tr("Limit"), EntryKind.LIMIT))
    ends = ((_tr("Cancel it"), LimitEnd.CANCEL), (_tr("Send it at market"), LimitEnd.MARKET))
    return (
        Row("contract", _tr("&Contract"), Text(_tr("as the signal"))),
        Row("slippage_ticks", _tr("Most s&lippage, in ticks"), MaybeNumber(_tr("any"))),
        Row("entry", _tr("&Entry"), Choice(kinds)),
        Row("limit_ticks", _tr("Limit of&fset"), WholeNumber(0, behind=_tr(" ticks"))),
        Row("limit_seconds", _tr("Limit &waits"), WholeNumber(1, behind=_tr(" s"))),
        Row("limit_end", _tr("…&then"), Choice(ends)),
        Row("expiry_days", _tr("Days before e&xpiry"), WholeNumber(0, behind=_tr(" days"))),
    )
