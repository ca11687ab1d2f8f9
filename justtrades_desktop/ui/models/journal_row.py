"""One line of the journal: how each column of a finished trade is shown and read aloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import cache
from typing import Final

from PySide6.QtCore import QDate, QLocale

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.table import Column

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ONE: Final = Decimal(1)

ProductOf = Callable[[str], Product | None]
"""What is known of a symbol: how many decimals its prices have."""


class Field(IntEnum):
    """The columns, from left to right."""

    OPENED = 0
    CLOSED = 1
    STRATEGY = 2
    SYMBOL = 3
    SIDE = 4
    SIZE = 5
    ENTRY = 6
    EXIT = 7
    PROFIT = 8
    DRAWDOWN = 9
    RUN_UP = 10
    DURATION = 11
    ADDS = 12
    REASON = 13
    ORIGIN = 14
    TAGS = 15
    NOTES = 16


def columns(product_of: ProductOf) -> list[Column[Trade]]:
    """The columns in the order of ``Field``."""
    return [*_when(), *_what(), *_prices(product_of), *_money_columns(), *_how(), *_words()]


def _when() -> list[Column[Trade]]:
    return [
        Column(
            title=tr("Opened"),
            text=lambda trade: moment(trade.opened_at),
            sort_key=lambda trade: trade.opened_at,
            tone=lambda _: Tone.MUTED,
            tooltip=lambda trade: shown.moment(trade.opened_at) if trade.opened_at else "",
        ),
        Column(
            title=tr("Closed"),
            text=lambda trade: moment(trade.closed_at),
            sort_key=lambda trade: trade.closed_at,
            tone=lambda _: Tone.MUTED,
            tooltip=lambda trade: shown.moment(trade.closed_at),
        ),
    ]


def _what() -> list[Column[Trade]]:
    return [
        Column(
            title=tr("Strategy"),
            text=lambda trade: shown.one_line(trade.strategy),
            sort_key=lambda trade: trade.strategy.casefold(),
        ),
        Column(
            title=tr("Symbol"),
            text=lambda trade: shown.one_line(trade.symbol),
            sort_key=lambda trade: trade.symbol,
        ),
        Column(title=tr("Side"), text=side, sort_key=lambda trade: trade.side.value),
        Column(
            title=tr("Size"),
            text=lambda trade: str(trade.size),
            sort_key=lambda trade: trade.size,
            numeric=True,
            hint=tr("The most contracts it held"),
        ),
    ]


def _prices(product_of: ProductOf) -> list[Column[Trade]]:
    return [
        Column(
            title=tr("Entry"),
            text=lambda trade: shown.price(trade.entry, product_of(trade.symbol)),
            sort_key=lambda trade: trade.entry,
            numeric=True,
            hint=tr("Average price of all entries"),
        ),
        Column(
            title=tr("Exit"),
            text=lambda trade: shown.price(trade.exit, product_of(trade.symbol)),
            sort_key=lambda trade: trade.exit,
            numeric=True,
            hint=tr("Average price of all exits"),
        ),
    ]


def _money_columns() -> list[Column[Trade]]:
    return [
        _money(tr("P&L"), lambda trade: trade.profit, tr("The result, without fees")),
        _money(
            tr("Drawdown"),
            lambda trade: trade.drawdown,
            tr("The worst unrealized P&L while it was open; a dash where it was not measured"),
        ),
        _money(
            tr("Run-up"),
            lambda trade: trade.run_up,
            tr("The best unrealized P&L while it was open; a dash where it was not measured"),
        ),
    ]


def _money(title: str, value: Callable[[Trade], Decimal | None], hint: str) -> Column[Trade]:
    return Column(
        title=title,
        text=lambda trade: cash(value(trade), trade.currency),
        sort_key=value,
        numeric=True,
        hint=hint,
        tone=lambda trade: money_tone(value(trade)),
        spoken=lambda trade: cash_spoken(value(trade), trade.currency),
    )


def _how() -> list[Column[Trade]]:
    return [
        Column(
            title=tr("Duration"),
            text=lambda trade: duration(held(trade)),
            sort_key=held,
            numeric=True,
            tooltip=lambda trade: _exactly(held(trade)),
        ),
        Column(
            title=tr("Adds"),
            text=lambda trade: shown.UNKNOWN if trade.adds is None else str(trade.adds),
            sort_key=lambda trade: trade.adds,
            numeric=True,
            hint=tr("Entries after the first"),
        ),
        Column(title=tr("Why closed"), text=reason, sort_key=reason),
        Column(
            title=tr("Origin"),
            text=lambda trade: origin_words(trade.origin),
            sort_key=lambda trade: trade.origin.value,
            tone=lambda _: Tone.MUTED,
            hint=tr("Recorded here from signals, or imported from old history"),
        ),
    ]


def _words() -> list[Column[Trade]]:
    return [
        Column(title=tr("Tags"), text=tags, sort_key=tags, tone=lambda _: Tone.ACCENT),
        Column(
            title=tr("Notes"),
            text=lambda trade: shown.one_line(trade.notes),
            sort_key=lambda trade: trade.notes,
            tooltip=lambda trade: shown.several_lines(trade.notes),
        ),
    ]


# Words and figures of one trade


def moment(at: datetime | None) -> str:
    """Local time: ``20 Nov 15:30`` of this year, ``29 Dec 2025`` of another; a dash if unknown."""
    if at is None:
        return shown.UNKNOWN
    local = at.astimezone()
    day = QDate(local.year, local.month, local.day)
    if local.year == datetime.now(UTC).astimezone().year:
        return f"{QLocale().toString(day, 'd MMM')} {local:%H:%M}"
    return QLocale().toString(day, "d MMM yyyy")


def side(trade: Trade) -> str:
    """Long or short, in a word."""
    return tr("Long") if trade.side is Side.LONG else tr("Short")


def held(trade: Trade) -> timedelta | None:
    """How long it was open, None where nobody knows when it was opened."""
    return None if trade.opened_at is None else trade.closed_at - trade.opened_at


def duration(time: timedelta | None) -> str:
    """In the two units that fit: ``48 s``, ``12 min``, ``3 h 05 min``, ``2 d 4 h``."""
    if time is None:
        return shown.UNKNOWN
    seconds = int(time.total_seconds())
    if seconds < _MINUTE:
        return tr("{} s").format(seconds)
    if seconds < _HOUR:
        return tr("{} min").format(seconds // _MINUTE)
    if seconds < _DAY:
        return tr("{} h {:02} min").format(seconds // _HOUR, seconds % _HOUR // _MINUTE)
    return tr("{} d {} h").format(seconds // _DAY, seconds % _DAY // _HOUR)


def _exactly(time: timedelta | None) -> str:
    return "" if time is None else tr("{} s").format(f"{time.total_seconds():,.0f}")


def tags(trade: Trade) -> str:
    """The tags in a line."""
    return shown.one_line(", ".join(trade.tags))


def reason(trade: Trade) -> str:
    """Why it was closed, in words; a text from outside stays as it is."""
    if not trade.exit_reason:
        return shown.UNKNOWN
    return _reasons().get(trade.exit_reason) or shown.one_line(trade.exit_reason)


def _reasons() -> dict[str, str]:
    return {
        "signal": tr("Signal"),
        "hand": tr("By hand"),
        "rule": tr("Rule"),
        "target": tr("Target"),
        "stop": tr("Stop"),
        "trail": tr("Trailing stop"),
        "breakeven": tr("Break-even"),
        "session": tr("End of session"),
    }


def origin_words(origin: Origin) -> str:
    """Where a trade came from, in a word."""
    return tr("Signals") if origin is Origin.SIGNALS else tr("Imported")


# Money


def cash(value: Decimal | Fraction | None, currency: str) -> str:
    """An amount with arrow, sign and currency, a dash where unknown; dollars need no name."""
    return shown.money(None if value is None else Fraction(value), _in_cash(currency))


def cash_spoken(value: Decimal | Fraction | None, currency: str) -> str:
    """The same for a screen reader."""
    return shown.spoken(None if value is None else Fraction(value), _in_cash(currency))


def money_tone(value: Decimal | Fraction | None) -> Tone:
    """Profit, loss, or neither."""
    return shown.tone(None if value is None else Fraction(value))


@cache
def _in_cash(currency: str) -> Product:
    """What lets an amount be printed like any P&L: a point that is worth one of ``currency``."""
    return Product(currency, _ONE, _ONE, currency)
