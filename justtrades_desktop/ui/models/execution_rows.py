"""Fills in lines: who traded what, at which price, how much worse and later than the signal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Execution, Purpose
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models import cells
from justtrades_desktop.ui.models.table import Column


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """A fill with the name of whoever caused it."""

    execution: Execution
    environment: Environment | None
    strategy: str
    product: Product | None = None

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.execution.key.connection, self.execution.fill_id

    @property
    def account(self) -> AccountKey:
        """Where it was."""
        return self.execution.key


def execution_rows(orders: OrderDesk) -> Iterator[ExecutionRow]:
    """Every fill that is known, newest first."""
    for execution in orders.state.executions:
        yield ExecutionRow(
            execution,
            orders.environment(execution.key),
            _who(orders, execution),
            orders.product(execution.key.connection, execution.contract),
        )


def execution_columns() -> list[Column[ExecutionRow]]:
    """The columns from left to right."""
    row = ExecutionRow
    return [
        cells.when(row, tr("Time"), lambda r: r.execution.at),
        *cells.whose_account(row),
        cells.text(row, tr("Side"), lambda r: words.way_word(r.execution.way)),
        cells.number(row, tr("Qty"), lambda r: r.execution.quantity),
        cells.text(row, tr("Contract"), lambda r: r.execution.contract),
        cells.price(row, tr("Price"), lambda r: r.execution.price, lambda r: r.product),
        cells.number(
            row,
            tr("Slippage"),
            lambda r: r.execution.slippage,
            lambda r: slippage(r.execution.slippage),
            tone=_slippage_tone,
            hint=tr("In ticks against the signal's price; above 0 is worse"),
        ),
        cells.number(
            row,
            tr("Delay"),
            lambda r: r.execution.delay,
            lambda r: delay(r.execution.delay),
            hint=tr("From the alert's arrival to the fill"),
        ),
        cells.text(row, tr("Strategy"), lambda r: r.strategy, tone=_who_tone, tip=_who_tip),
        cells.text(row, tr("For"), _purpose, tone=lambda _: Tone.MUTED),
        cells.number(
            row,
            tr("Order"),
            lambda r: r.execution.order_id,
            lambda r: str(r.execution.order_id),
            tone=lambda _: Tone.MUTED,
        ),
    ]


def slippage(ticks: Decimal | None) -> str:
    """``+1.5``, ``−2``, ``0``; a dash where no signal caused it."""
    if ticks is None:
        return shown.UNKNOWN
    said = shown.price(abs(ticks).normalize(), None)
    if not ticks:
        return "0"
    return f"+{said}" if ticks > 0 else f"{shown.MINUS}{said}"


def delay(seconds: float | None) -> str:
    """``0.41 s``; a dash where no signal caused it."""
    if seconds is None:
        return shown.UNKNOWN
    return tr("{} s").format(f"{seconds:.2f}") if seconds < 100 else shown.age(seconds)


def _who(orders: OrderDesk, execution: Execution) -> str:
    if execution.purpose is None:
        return tr("not ours")
    if execution.link_id is not None:
        return orders.strategy(execution.link_id)
    return tr("by hand") if execution.purpose is Purpose.HAND else "JustTrades"


def _purpose(row: ExecutionRow) -> str:
    purpose = row.execution.purpose
    if purpose is None or (purpose is Purpose.HAND and row.execution.link_id is None):
        return ""
    return words.purpose_word(purpose)


def _who_tone(row: ExecutionRow) -> Tone:
    return Tone.WARNING if row.execution.purpose is None else Tone.TEXT


def _who_tip(row: ExecutionRow) -> str:
    if row.execution.purpose is not None:
        return ""
    return tr("Somebody else's order: traded at the broker, not by JustTrades.")


def _slippage_tone(row: ExecutionRow) -> Tone:
    ticks = row.execution.slippage
    if ticks is None:
        return Tone.MUTED
    return Tone.LOSS if ticks > 0 else Tone.PROFIT if ticks < 0 else Tone.NEUTRAL
