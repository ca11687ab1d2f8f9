"""Connections that are whatever a test says, and tell of it as the real ones do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.broker import (
    Account,
    BrokerChanged,
    BrokerOrder,
    BrokerPosition,
    BrokerState,
    BudgetState,
    Environment,
    Light,
    LinkState,
    NewConnection,
    ResolvedContract,
)
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.trading.bus import Bus

MNQ = 4_214_191


class FakeBrokerage:
    """``calls`` are what was asked of it; ``refusal`` is what it answers to any of them."""

    def __init__(self, *states: BrokerState, passphrase: str | None = None) -> None:
        self.bus: Bus | None = None
        self.listed = {state.name: state for state in states}
        self.passphrase = passphrase
        self.accounts: Sequence[str] = ("DEMO1",)
        self.refusal: UserError | None = None
        self.gate: asyncio.Event | None = None
        self.tested: list[NewConnection] = []
        self.added: list[NewConnection] = []
        self.calls: list[tuple[str, str]] = []
        self.asked = 0

    def tell(self, state: BrokerState) -> None:
        """Something about a connection is new."""
        self.listed[state.name] = state
        self._publish(state.name)

    # As the window sees it

    @property
    def is_locked(self) -> bool:
        return self.passphrase is not None

    @property
    def needs_passphrase(self) -> bool:
        return self.passphrase is not None

    async def unlock(self, passphrase: str) -> None:
        if passphrase != self.passphrase:
            raise UserError("The passphrase does not fit", "Nothing was changed.")
        self.passphrase = None

    def states(self) -> Sequence[BrokerState]:
        self.asked += 1
        return list(self.listed.values())

    async def test(self, new: NewConnection) -> Sequence[str]:
        self.tested.append(new)
        if self.gate is not None:
            await self.gate.wait()
        self._refuse()
        return self.accounts

    async def add(self, new: NewConnection) -> None:
        self._refuse()
        self.added.append(new)
        self.tell(up(new.name, new.environment, _now()))

    async def connect(self, name: str) -> None:
        self.calls.append(("connect", name))
        self._refuse()

    async def disconnect(self, name: str) -> None:
        self.calls.append(("disconnect", name))
        self._refuse()

    async def remove(self, name: str) -> None:
        self.calls.append(("remove", name))
        self._refuse()
        del self.listed[name]
        self._publish(name)

    def _refuse(self) -> None:
        if self.refusal is not None:
            # A new one: its traceback would keep whoever asked alive.
            raise UserError(self.refusal.title, self.refusal.hint)

    def _publish(self, name: str) -> None:
        if self.bus is not None:
            self.bus.publish(BrokerChanged(name))


# Connections


def up(
    name: str = "Demo", environment: Environment = Environment.DEMO, at: datetime | None = None
) -> BrokerState:
    """A connection that works, with one flat account that knows MNQ1!."""
    now = at or _now()
    link = LinkState(light=Light.UP, progress_at=now, since=now)
    return BrokerState(
        name=name,
        environment=environment,
        user="jdoe",
        orders=link,
        market=link,
        budget=BudgetState(used=412, limit=5_000, reserved=1_500, used_minute=8, limit_minute=80),
        synced_at=now,
        accounts=(account(1, "DEMO1"),),
        contracts={"MNQ1!": contract("MNQ1!", "MNQZ6", MNQ)},
    )


def holding(state: BrokerState, net: int, *, account_id: int = 1) -> BrokerState:
    """The same with MNQ contracts in an account."""
    assert state.synced_at is not None
    held = BrokerPosition(
        account_id=account_id,
        contract_id=MNQ,
        symbol="MNQZ6",
        net=net,
        price=Decimal("25600.25"),
        at=state.synced_at,
    )
    return replace(state, positions=(held,) if net else ())


def lost(state: BrokerState, seconds: float, **fields: Any) -> BrokerState:
    """The same, whose link broke some seconds ago."""
    at = _now() - timedelta(seconds=seconds)
    link = LinkState(light=Light.TROUBLE, progress_at=at, since=at, **fields)
    return replace(state, orders=link, market=link)


def locked(state: BrokerState) -> BrokerState:
    """The same, to which the broker answers nothing for an hour."""
    until = _now() + timedelta(minutes=54, seconds=12)
    budget = replace(state.budget, used=3_498, locked_until=until, why_locked="429")
    words = "Too many requests, try again later"
    return replace(
        lost(state, 75, said=words),
        budget=budget,
        last_error=words,
        last_error_at=_now() - timedelta(seconds=75),
    )


def off(state: BrokerState) -> BrokerState:
    """The same, disconnected by choice."""
    return replace(state, orders=LinkState(), market=LinkState())


def account(id_: int, name: str, **fields: Any) -> Account:
    return Account(id=id_, name=name, **fields)


def contract(symbol: str, name: str, id_: int) -> ResolvedContract:
    return ResolvedContract(
        symbol=symbol,
        name=name,
        contract_id=id_,
        tick_size=Decimal("0.25"),
        tick_value=Decimal("0.5"),
        at=_now(),
    )


def order(id_: int, *, action: str = "Buy", status: str = "Working", **fields: Any) -> BrokerOrder:
    return BrokerOrder(
        id=id_, account_id=1, symbol="MNQZ6", action=action, status=status, alive=True, **fields
    )


def _now() -> datetime:
    return datetime.now().astimezone()
