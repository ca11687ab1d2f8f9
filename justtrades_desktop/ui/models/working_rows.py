"""Working orders in lines: whose each one is, what it does, and what of it can be edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from fractions import Fraction
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from justtrades_desktop.domain.broker import BrokerOrder, BrokerState, Environment
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Purpose
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models import cells
from justtrades_desktop.ui.models.broker_rows import age_of
from justtrades_desktop.ui.models.broker_table import BrokerTable
from justtrades_desktop.ui.models.table import Column
from justtrades_desktop.ui.order_questions import Changes

_Index = QModelIndex | QPersistentModelIndex
_LARGEST: Final = 100_000


class Field(IntEnum):
    """The columns from left to right."""

    MODE = 0
    ACCOUNT = 1
    OWNER = 2
    PURPOSE = 3
    CONTRACT = 4
    SIDE = 5
    QUANTITY = 6
    FILLED = 7
    KIND = 8
    LIMIT = 9
    STOP = 10
    STATUS = 11
    AGE = 12
    UNTIL = 13


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose order it is; ``ours`` also of one that a person typed here."""

    said: str
    ours: bool
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class WorkingRow:
    """A working order; ``age`` is how long it works, ``old`` how old all of this is."""

    account: AccountKey
    environment: Environment
    order: BrokerOrder
    owner: Owner
    product: Product | None = None
    age: str = ""
    seconds: float | None = None
    old: str = ""

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.account, self.order.id


def working_rows(orders: OrderDesk) -> Iterator[WorkingRow]:
    """Every working order of every account."""
    owners, now = Owners(orders), orders.now()
    for state in orders.brokers.states:
        old = age_of(state, now)
        for order in state.working:
            key = account_key(state, order.account_id)
            at = order.at
            seconds = None if at is None else max(0.0, (now - at).total_seconds())
            yield WorkingRow(
                account=key,
                environment=state.environment,
                order=order,
                owner=owners.of(key, order),
                product=orders.product(state.name, order.symbol),
                age=shown.UNKNOWN if seconds is None else shown.age(seconds),
                seconds=seconds,
                old=old,
            )


def account_key(state: BrokerState, account_id: int) -> AccountKey:
    """The name of a broker's account; its number where the broker has not named it."""
    names = (account.name for account in state.accounts if account.id == account_id)
    return AccountKey(state.name, next(names, str(account_id)))


class Owners:
    """Who has sent which order: read once for all lines."""

    def __init__(self, orders: OrderDesk) -> None:
        self._orders = orders
        self._by_id: dict[str, tuple[Intent, Purpose]] = {}
        for intent in orders.state.intents:
            self._by_id[intent.client_id] = (intent, intent.purpose)
            for leg in (*intent.legs, *((intent.oco,) if intent.oco else ())):
                self._by_id[leg.client_id] = (intent, leg.purpose)
        self._links: Mapping[int, int | None] = {d.id: d.link_id for d in orders.state.decisions}

    def of(self, key: AccountKey, order: BrokerOrder) -> Owner:
        """Whose ``order`` is."""
        client_id = order.client_order_id or ""
        known = self._by_id.get(client_id)
        if known is not None:
            intent, purpose = known
            link = self._links.get(intent.decision_id)
            if link is not None:
                return self._of_link(link, purpose)
            typed = purpose is Purpose.HAND
            return Owner(tr("by hand"), True, "" if typed else words.purpose_word(purpose))
        if not client_id.startswith(words.OURS):
            return Owner(tr("not ours"), False)
        link = self.serving(key, order.symbol)
        return Owner("JustTrades", True) if link is None else self._of_link(link, None)

    def serving(self, key: AccountKey, contract: str) -> int | None:
        """The link that holds a contract of an account."""
        held = self._orders.state.held
        return next((h.link_id for h in held if h.key == key and h.contract == contract), None)

    def _of_link(self, link: int, purpose: Purpose | None) -> Owner:
        said = "" if purpose is None else words.purpose_word(purpose)
        return Owner(self._orders.strategy(link), True, said)


def working_columns() -> list[Column[WorkingRow]]:
    """As :class:`Field` numbers them."""
    row = WorkingRow
    return [
        *cells.whose_account(row),
        cells.text(row, tr("Whose"), lambda r: r.owner.said, tone=_owner_tone, tip=_owner_tip),
        cells.text(row, tr("For"), lambda r: r.owner.purpose, tone=_grey),
        cells.text(row, tr("Contract"), lambda r: r.order.symbol, tone=_old),
        cells.text(row, tr("Side"), lambda r: r.order.action, tone=_old),
        cells.number(row, tr("Qty"), lambda r: r.order.quantity, tone=_old, hint=_editable()),
        cells.number(row, tr("Filled"), lambda r: r.order.filled, tone=_old),
        cells.text(row, tr("Kind"), lambda r: words.kind_word(r.order.kind), tone=_old),
        cells.price(row, tr("Limit"), lambda r: r.order.price, lambda r: r.product, _editable()),
        cells.price(
            row, tr("Stop"), lambda r: r.order.stop_price, lambda r: r.product, _editable()
        ),
        cells.text(row, tr("Status"), _status, tone=_status_tone, tip=lambda r: r.order.reason),
        cells.number(row, tr("Age"), lambda r: r.seconds, _age, tone=_grey, tip=_moment),
        cells.text(row, tr("Until"), lambda r: r.order.time_in_force, tone=_grey),
    ]


class WorkingTable(BrokerTable[WorkingRow]):
    """Quantity and prices can be edited; what is typed is asked for, the broker's word is shown."""

    edited = Signal(object, object)  # WorkingRow, Changes
    refused = Signal(str)  # why what was typed is not asked for

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(working_columns(), parent)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and _value(self.rows[index.row()], index.column()) is not None:
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return super().data(index, role)
        value = _value(self.rows[index.row()], index.column())
        return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        row, field = self.rows[index.row()], Field(index.column())
        said = trouble(row, field, str(value))
        if said:
            self.refused.emit(said)
            return False
        new = Decimal(str(value).strip())
        if new != _value(row, field):
            self.edited.emit(row, _changes(field, new))
        return False  # the broker's answer changes it, nothing else


def trouble(row: WorkingRow, field: int, text: str) -> str:
    """Why ``text`` cannot stand in a cell, empty where it can."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(0)
    typed = shown.one_line(text)
    if not number.is_finite() or number <= 0:
        return tr("“{}” is not a positive number.").format(typed)
    if field == Field.QUANTITY:
        if number != int(number) or number > _LARGEST:
            return tr("“{}” is not a number of contracts.").format(typed)
        return ""
    if row.product is not None and Fraction(number) % Fraction(row.product.tick_size):
        tick = shown.price(row.product.tick_size, None)
        return tr("“{}” is between two ticks; a tick is {}.").format(typed, tick)
    return ""


def _value(row: WorkingRow, field: int) -> Decimal | int | None:
    """What of it can be edited; None is not part of such an order."""
    if field == Field.QUANTITY:
        return row.order.quantity
    if field == Field.LIMIT:
        return row.order.price
    return row.order.stop_price if field == Field.STOP else None


def _changes(field: Field, new: Decimal) -> Changes:
    if field is Field.QUANTITY:
        return Changes(quantity=int(new))
    return Changes(price=new) if field is Field.LIMIT else Changes(stop_price=new)


def _editable() -> str:
    return tr("F2 or a double click edits it")


def _owner_tone(row: WorkingRow) -> Tone:
    if row.old:
        return Tone.MUTED
    return Tone.TEXT if row.owner.ours else Tone.WARNING


def _owner_tip(row: WorkingRow) -> str:
    if row.owner.ours:
        return ""
    return tr("Somebody else's: it was not sent by JustTrades, and no strategy touches it.")


def _status(row: WorkingRow) -> str:
    status = row.order.status
    return f"{status}: {row.order.reason}" if row.order.reason else status


def _status_tone(row: WorkingRow) -> Tone:
    if row.old:
        return Tone.MUTED
    return Tone.WARNING if row.order.reason else Tone.TEXT


def _age(row: WorkingRow) -> str:
    return tr("told {} ago").format(row.old) if row.old else row.age


def _moment(row: WorkingRow) -> str:
    return "" if row.order.at is None else shown.moment(row.order.at)


def _old(row: WorkingRow) -> Tone:
    return Tone.MUTED if row.old else Tone.TEXT


def _grey(_: WorkingRow) -> Tone:
    return Tone.MUTED
