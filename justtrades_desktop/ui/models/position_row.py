"""One line of the positions table: a snapshot, and how each of its columns is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

from justtrades_desktop.domain import values
from justtrades_desktop.domain.events import ALERTS, PriceTicked
from justtrades_desktop.domain.feeds import REPLAY, stale_after
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position, Side
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.broker_words import environment_word
from justtrades_desktop.ui.brokers import NOWHERE, Beside
from justtrades_desktop.ui.exit_words import closed_in_words
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.table import Column
from justtrades_desktop.ui.wording import drift_in_words, held_in_words

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Field(IntEnum):
    """The columns, from left to right."""

    STRATEGY = 0
    SYMBOL = 1
    SIDE = 2
    SIZE = 3
    BROKER = 4
    ENTRY = 5
    LAST = 6
    PROFIT = 7
    DRAWDOWN = 8
    RUN_UP = 9
    REALIZED = 10
    OPENED = 11
    STATUS = 12


LIVE: Final = (Field.BROKER, Field.LAST, Field.PROFIT, Field.DRAWDOWN, Field.RUN_UP)
"""What changes without a signal, from left to right."""


@dataclass(frozen=True)
class PositionRow:
    """A position as of its last signal, and the prices since then.

    The exact sums behind a cell are worked out when somebody looks at it: most rows that tick are
    out of sight.
    """

    position: Position
    recorder: str
    last: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    at: datetime | None = None
    age: str = ""
    source: str = ALERTS
    broker: Beside = NOWHERE
    broker_age: str = ""

    @classmethod
    def of(
        cls,
        mark: Mark,
        recorder: str,
        ticked: PriceTicked | None,
        now: datetime,
        *,
        broker: Beside = NOWHERE,
    ) -> PositionRow:
        """The row of an open position; ``ticked`` is the last price of its instrument."""
        at, source = (ticked.at, ticked.source) if ticked else (mark.at, ALERTS)
        row = cls(
            mark.position,
            recorder,
            mark.last,
            mark.low,
            mark.high,
            at,
            source=source,
            broker=broker,
        )
        return row.aged(now)

    @property
    def is_open(self) -> bool:
        """Whether contracts are still held."""
        return self.position.closed_at is None

    def aged(self, now: datetime) -> PositionRow:
        """This row, saying how old its price, and what the broker holds, is if it is old."""
        age = ""
        if self.is_open and self.at is not None:
            seconds = (now - self.at).total_seconds()
            if seconds > stale_after(self.source):
                age = shown.age(seconds)
        held = ""
        if self.broker.as_of is not None:
            held = shown.age((now - self.broker.as_of).total_seconds())
        if age == self.age and held == self.broker_age:
            return self
        return replace(self, age=age, broker_age=held)

    @cached_property
    def settled(self) -> Position:
        """The position with the prices since its last signal worked in."""
        if self.low is None or self.high is None:
            return self.position
        return self.position.marked(self.low, self.high, last=self.last)

    @cached_property
    def profit(self) -> Fraction | None:
        """Unrealized P&L while open, the result once closed; in money."""
        position = self.position
        points = position.unrealized(self.last) if self.is_open else position.realized
        return position.in_money(points)

    @cached_property
    def realized(self) -> Fraction | None:
        """P&L of the contracts that were closed."""
        return self.position.in_money(self.position.realized)

    @cached_property
    def worst(self) -> Fraction | None:
        """Drawdown: the lowest unrealized P&L so far; None while no price is known."""
        settled = self.settled
        return settled.in_money(settled.worst) if settled.priced else None

    @cached_property
    def best(self) -> Fraction | None:
        """Run-up: the highest unrealized P&L so far."""
        settled = self.settled
        return settled.in_money(settled.best) if settled.priced else None

    @property
    def price(self) -> Decimal | Fraction | None:
        """The last price; of a closed position its average exit."""
        return self.last if self.is_open else self.position.exit_price

    @property
    def size(self) -> int:
        """Contracts open; of a closed position the most it ever held."""
        return self.position.open if self.is_open else self.position.most


def columns() -> list[Column[PositionRow]]:
    """The columns in the order of ``Field``."""
    return [*_what(), *_prices(), *_money_columns(), *_when()]


def _what() -> list[Column[PositionRow]]:
    return [
        Column(
            title=tr("Strategy"),
            text=lambda row: row.recorder,
            sort_key=lambda row: row.recorder.casefold(),
            tone=_quiet,
        ),
        Column(
            title=tr("Symbol"),
            text=lambda row: row.position.symbol,
            sort_key=lambda row: row.position.symbol,
            tone=_quiet,
        ),
        Column(
            title=tr("Side"),
            text=_side,
            sort_key=lambda row: row.position.side.value,
            tone=_quiet,
            state=lambda row: (row.position.side, row.position.closed_at),
        ),
        Column(
            title=tr("Size"),
            text=lambda row: str(row.size),
            sort_key=lambda row: row.size,
            numeric=True,
            tone=_quiet,
            state=lambda row: (row.size, row.position.closed_at),
            hint=tr("Contracts open; of a closed position the most it held"),
        ),
        Column(
            title=tr("Broker"),
            text=_broker,
            sort_key=lambda row: row.broker.net,
            numeric=True,
            tone=_broker_tone,
            tooltip=_broker_tip,
            spoken=_broker_spoken,
            state=lambda row: (row.is_open, row.broker_age, row.broker),
            hint=tr(
                "What the connected accounts hold in this contract together, where there are "
                "several kinds LIVE before DEMO before PAPER; \N{NOT EQUAL TO} where any account "
                "differs from all signals together"
            ),
        ),
    ]


def _prices() -> list[Column[PositionRow]]:
    return [
        Column(
            title=tr("Entry"),
            text=lambda row: shown.price(row.position.average_entry, row.position.product),
            sort_key=lambda row: row.position.average_entry,
            numeric=True,
            tone=_quiet,
            tooltip=_entry_tip,
            state=lambda row: (row.position.cost_units, row.position.entry_units, row.size),
            hint=tr("Average price of the open contracts; of all entries once closed"),
        ),
        Column(
            title=tr("Last"),
            text=_last,
            sort_key=lambda row: row.price,
            numeric=True,
            tone=lambda row: Tone.MUTED if row.age else _quiet(row),
            tooltip=_last_tip,
            state=lambda row: (row.position, row.age, row.last, row.source),
            hint=tr("Last price, grey with its age once it is old; average exit once closed"),
        ),
    ]


def _money_columns() -> list[Column[PositionRow]]:
    # What a cell depends on, without working its sum out: hidden rows tick at next to no cost.
    return [
        _money(
            tr("P&L"),
            lambda row: row.profit,
            lambda row: (row.position, row.age, row.last),
            tr("Unrealized while open, the result once closed"),
        ),
        _money(
            tr("Drawdown"),
            lambda row: row.worst,
            lambda row: (row.position, row.age, row.low if _is_long(row) else row.high),
            tr("The worst unrealized P&L since the position was opened"),
        ),
        _money(
            tr("Run-up"),
            lambda row: row.best,
            lambda row: (row.position, row.age, row.high if _is_long(row) else row.low),
            tr("The best unrealized P&L since the position was opened"),
        ),
        _money(
            tr("Realized"),
            lambda row: row.realized,
            lambda row: row.position,
            tr("P&L of the contracts that were closed"),
            live=False,
        ),
    ]


def _money(
    title: str,
    value: Callable[[PositionRow], Fraction | None],
    state: Callable[[PositionRow], object],
    hint: str,
    *,
    live: bool = True,
) -> Column[PositionRow]:
    def tone(row: PositionRow) -> Tone:
        return Tone.MUTED if live and row.age else shown.tone(value(row))

    def said(row: PositionRow) -> str:
        amount = shown.spoken(value(row), row.position.product)
        return f"{amount}, {_old(row)}" if live and row.age else amount

    return Column(
        title=title,
        text=lambda row: shown.money(value(row), row.position.product),
        sort_key=value,
        numeric=True,
        hint=hint,
        tone=tone,
        tooltip=_money_tip,
        spoken=said,
        state=state,
    )


def _when() -> list[Column[PositionRow]]:
    return [
        Column(
            title=tr("Opened"),
            text=lambda row: shown.clock(row.position.opened_at, datetime.now(UTC)),
            sort_key=lambda row: row.position.opened_at,
            tone=lambda _: Tone.MUTED,
            state=lambda row: row.position.opened_at,
            tooltip=lambda row: shown.moment(row.position.opened_at),
        ),
        Column(
            title=tr("Status"),
            text=_status,
            sort_key=lambda row: row.position.closed_at or _NEVER,
            tone=lambda row: Tone.TEXT if row.is_open and row.position.priced else _waits(row),
            state=lambda row: (row.position.closed_at, row.position.priced),
        ),
    ]


def _quiet(row: PositionRow) -> Tone:
    return Tone.TEXT if row.is_open else Tone.MUTED


def _waits(row: PositionRow) -> Tone:
    return Tone.WARNING if row.is_open else Tone.MUTED


def _is_long(row: PositionRow) -> bool:
    return row.position.side is Side.LONG


def _side(row: PositionRow) -> str:
    return tr("Long") if _is_long(row) else tr("Short")


def _broker(row: PositionRow) -> str:
    net, environment = row.broker.net, row.broker.environment
    if net is None or not row.is_open:
        return shown.UNKNOWN
    differs = "\N{NOT EQUAL TO} " if row.broker.drifts else ""
    if row.broker.mixed and environment is not None:
        # Whose money it is comes before its age, which is in the tool tip: there is little room.
        return f"{differs}{environment_word(environment)} {shown.whole(net)}"
    text = f"{differs}{shown.whole(net)}"
    return f"{row.broker_age} · {text}" if row.broker_age else text


def _broker_tone(row: PositionRow) -> Tone:
    if row.broker_age or row.broker.net is None or not row.is_open:
        return Tone.MUTED
    return Tone.WARNING if row.broker.drifts else Tone.TEXT


def _broker_tip(row: PositionRow) -> str:
    if not row.is_open:
        return ""
    if row.broker.net is None:
        return tr("No connection knows what is held in this instrument")
    lines = [*(drift_in_words(drift) for drift in row.broker.drifts), *row.broker.lines]
    if row.broker_age:
        lines.append(tr("The connection is not up: this is {} old").format(row.broker_age))
    return "\n".join(lines)


def _broker_spoken(row: PositionRow) -> str:
    if row.broker.net is None or not row.is_open:
        return tr("unknown")
    differs = tr("differs from the signals") if row.broker.drifts else ""
    old = tr("{} old").format(row.broker_age) if row.broker_age else ""
    return ", ".join(part for part in (held_in_words(row.broker.net), differs, old) if part)


def _last(row: PositionRow) -> str:
    text = shown.price(row.price, row.position.product)
    if row.is_open and row.source == REPLAY:
        # It must never pass for the market of now. Its age has no room here: the tool tip has it.
        return tr("replay · {}").format(text)
    return f"{row.age} · {text}" if row.age else text


def _old(row: PositionRow) -> str:
    return tr("the price is {} old").format(row.age)


def _entry_tip(row: PositionRow) -> str:
    exact = values.average(row.position.average_entry)
    if exact is None:
        return tr("Waits for a price: the first tick will price every entry so far")
    return tr("{} on average, {} contracts entered so far").format(exact, row.position.entered)


def _last_tip(row: PositionRow) -> str:
    if not row.is_open:
        return tr("Average exit")
    if row.at is None:
        return tr("No price has come yet")
    age = shown.age((datetime.now(UTC) - row.at).total_seconds())
    said = tr("{price} from {source}, {age} old").format(
        price=shown.price(row.price, row.position.product), source=row.source, age=age
    )
    return f"{said}\n{shown.moment(row.at)}"


def _money_tip(row: PositionRow) -> str:
    parts = []
    if row.position.product is None:
        parts.append(tr("In points: no tick value is known for this symbol"))
    if not row.position.priced:
        parts.append(tr("Waits for a price"))
    if row.age:
        parts.append(_old(row))
    return "; ".join(parts)


def _status(row: PositionRow) -> str:
    position = row.position
    if position.closed_at is None:
        return tr("Open") if position.priced else tr("Waits for a price")
    at = shown.clock(position.closed_at, datetime.now(UTC))
    return closed_in_words(position.exit_reason).format(at)
