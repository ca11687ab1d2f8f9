"""The lines of the accounts panel: snapshots of what the broker said, known again by a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from justtrades_desktop.domain.broker import (
    Account,
    BrokerOrder,
    BrokerPosition,
    BrokerState,
    Drift,
    Light,
)
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.brokers import heard_at

_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Told:
    """Which connection a line is from, and how old it is where the link is not up."""

    connection: str
    account: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its money."""

    told: Told
    account: Account

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.told.connection, self.account.id


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What an account holds in one contract; ``product`` knows the decimals of its prices."""

    told: Told
    position: BrokerPosition
    product: Product | None = None

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.told.connection, self.position.account_id, self.position.contract_id


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A working order; ``product`` knows the decimals of its prices."""

    told: Told
    order: BrokerOrder
    product: Product | None = None

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.told.connection, self.order.id


@dataclass(frozen=True, slots=True)
class DriftRow:
    """An account that differs from the signals."""

    told: Told
    drift: Drift

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.told.connection, self.drift.account, self.drift.symbol


AnyRow = TypeVar("AnyRow", AccountRow, HeldRow, OrderRow, DriftRow)


# From states to lines


def account_rows(states: Sequence[BrokerState], now: datetime) -> Iterator[AccountRow]:
    """Every account of every connection."""
    for state in states:
        for account in state.accounts:
            yield AccountRow(_told(state, account.id, now), account)


def held_rows(states: Sequence[BrokerState], now: datetime) -> Iterator[HeldRow]:
    """Everything that any account holds."""
    for state in states:
        for position in state.positions:
            told = _told(state, position.account_id, now)
            yield HeldRow(told, position, _product(state, position.symbol))


def order_rows(states: Sequence[BrokerState], now: datetime) -> Iterator[OrderRow]:
    """Every working order."""
    for state in states:
        for order in state.working:
            told = _told(state, order.account_id, now)
            yield OrderRow(told, order, _product(state, order.symbol))


def drift_rows(
    drifts: Sequence[Drift], states: Sequence[BrokerState], now: datetime
) -> Iterator[DriftRow]:
    """Every account that differs from the signals."""
    ages = {state.name: age_of(state, now) for state in states}
    for drift in drifts:
        age = ages.get(drift.connection, "")
        account = shown.one_line(drift.account)
        yield DriftRow(Told(shown.one_line(drift.connection), account, age), drift)


def age_of(state: BrokerState, now: datetime) -> str:
    """How old all that ``state`` says is; empty while its link is up."""
    if state.orders.light is Light.UP:
        return ""
    heard = heard_at(state.orders, state)
    return shown.UNKNOWN if heard is None else shown.age((now - heard).total_seconds())


def _product(state: BrokerState, name: str) -> Product | None:
    """What the broker says of a contract's tick, None where it has not."""
    for contract in state.contracts.values():
        if contract.name == name and contract.tick_size:
            return Product(name, contract.tick_size, contract.tick_value or _ONE)
    return None


def _told(state: BrokerState, account_id: int, now: datetime) -> Told:
    names = (a.name for a in state.accounts if a.id == account_id)
    name = next(names, str(account_id))
    return Told(shown.one_line(state.name), shown.one_line(name), age_of(state, now))
