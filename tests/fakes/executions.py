"""An execution that is whatever a test says, and tells of it as the real one does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import (
    AccountState,
    DryRun,
    ExecutionChanged,
    ExecutionState,
    Finding,
    Flattened,
    Preview,
    Repair,
    Ticket,
    Trouble,
)
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    Link,
    LinkMode,
    LinkSettings,
)
from justtrades_desktop.domain.orders import Decision, Execution, Purpose, Verdict, Way, Wish
from justtrades_desktop.trading.bus import Bus
from tests.fakes.brokerage import MNQ

PAPER = AccountKey("Paper", "PAPER1")
DEMO = AccountKey("Demo", "DEMO1")
LIVE = AccountKey("Live", "LIVE1")


class FakeExecutions:
    """``calls`` are what was asked of it, commands by name with their arguments; ``said`` is what
    commands answer, ``refusal`` what any of them raises, ``gate`` what they wait for."""

    def __init__(self, **state: Any) -> None:
        self.bus: Bus | None = None
        self.now = ExecutionState(**{"ready": True, **state})
        self.calls: list[tuple[Any, ...]] = []
        self.said = "Placed: the broker has it as order 77."
        self.previewed = Preview(contract="MNQZ6", reference=Decimal("25600.25"))
        self.dry = DryRun(said="None of the last 50 signals would have traded.")
        self.refusal: UserError | None = None
        self.gate: asyncio.Event | None = None
        self.asked = 0

    def tell(self, **changes: Any) -> None:
        """Something about execution is new."""
        self.now = replace(self.now, **changes)
        if self.bus is not None:
            self.bus.publish(ExecutionChanged())

    def named(self, command: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of one command, oldest first."""
        return [call[1:] for call in self.calls if call[0] == command]

    def state(self) -> ExecutionState:
        self.asked += 1
        return self.now

    def window_rises(self) -> None:
        self.calls.append(("window_rises",))

    def window_stands(self) -> None:
        self.calls.append(("window_stands",))

    # Links

    async def add_link(
        self,
        recorder_id: int,
        key: AccountKey,
        settings: LinkSettings,
        *,
        mode: LinkMode = LinkMode.SHADOW,
    ) -> Link:
        await self._asked("add_link", recorder_id, key, settings, mode)
        number = max((link.id for link in self.now.links), default=0) + 1
        link = Link(id=number, recorder_id=recorder_id, key=key, mode=mode, settings=settings)
        self.tell(links=(link, *self.now.links))
        return link

    async def change_link(
        self, link_id: int, *, settings: LinkSettings | None = None, mode: LinkMode | None = None
    ) -> Link:
        await self._asked("change_link", link_id, settings, mode)
        before = next(link for link in self.now.links if link.id == link_id)
        after = replace(before, settings=settings or before.settings, mode=mode or before.mode)
        self.tell(links=tuple(after if link is before else link for link in self.now.links))
        return after

    async def remove_link(self, link_id: int) -> None:
        await self._asked("remove_link", link_id)
        self.tell(links=tuple(link for link in self.now.links if link.id != link_id))

    async def dry_run(self, link_id: int | None, recorder_id: int, to: LinkSettings) -> DryRun:
        await self._asked("dry_run", link_id, recorder_id, to)
        return self.dry

    # Safety

    async def arm(self, key: AccountKey, typed: str) -> None:
        await self._asked("arm", key, typed)
        if typed.strip() != key.account:
            raise UserError("That is not the account's name", "Nothing was armed.")
        self._change_account(key, armed=True)

    async def disarm(self, key: AccountKey) -> None:
        await self._asked("disarm", key)
        self._change_account(key, armed=False)

    async def pause(self) -> None:
        await self._asked("pause")
        self.tell(paused=True)

    async def resume(self) -> None:
        await self._asked("resume")
        self.tell(paused=False)

    async def set_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        await self._asked("set_limits", key, limits)
        self._change_account(key, limits=limits)

    async def flatten_all(self, keys: Sequence[AccountKey] | None = None) -> None:
        await self._asked("flatten_all", keys if keys is None else tuple(keys))
        wanted = [a.key for a in self.now.accounts] if keys is None else keys
        begun = tuple(Flattened(key=key, said="Cancelling working orders") for key in wanted)
        self.tell(paused=True, flattening=begun)

    def flattened(self, key: AccountKey, said: str = "Verified flat", *, flat: bool = True) -> None:
        """The flatten all of one account has come to its end."""
        ended = Flattened(key=key, said=said, over=True, flat=flat)
        self.tell(flattening=tuple(ended if f.key == key else f for f in self.now.flattening))

    # Parked entries and findings

    async def send_parked(self, decision_id: int) -> None:
        await self._asked("send_parked", decision_id)
        self._unpark(decision_id)

    async def dismiss_parked(self, decision_id: int) -> None:
        await self._asked("dismiss_parked", decision_id)
        self._unpark(decision_id)

    async def repair(self, finding_id: str) -> str:
        await self._asked("repair", finding_id)
        self.tell(findings=tuple(f for f in self.now.findings if f.id != finding_id))
        return self.said

    # Orders by hand

    async def preview(self, ticket: Ticket) -> Preview:
        await self._asked("preview", ticket)
        return self.previewed

    async def place(self, ticket: Ticket) -> str:
        await self._asked("place", ticket)
        return self.said

    async def modify(
        self,
        key: AccountKey,
        order_id: int,
        *,
        quantity: int | None = None,
        price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> str:
        changed = {"quantity": quantity, "price": price, "stop_price": stop_price}
        await self._asked(
            "modify", key, order_id, {k: v for k, v in changed.items() if v is not None}
        )
        return self.said

    async def cancel(self, key: AccountKey, order_id: int) -> str:
        await self._asked("cancel", key, order_id)
        return self.said

    async def cancel_all(self, key: AccountKey) -> str:
        await self._asked("cancel_all", key)
        return self.said

    async def close_position(self, key: AccountKey, contract_id: int) -> str:
        await self._asked("close_position", key, contract_id)
        return self.said

    async def reverse_position(self, key: AccountKey, contract_id: int) -> str:
        await self._asked("reverse_position", key, contract_id)
        return self.said

    # Inside

    async def _asked(self, *call: Any) -> None:
        self.calls.append(call)
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            # A new one: its traceback would keep whoever asked alive.
            raise UserError(self.refusal.title, self.refusal.hint)

    def _change_account(self, key: AccountKey, **fields: Any) -> None:
        accounts = self.now.accounts
        self.tell(
            accounts=tuple(replace(a, **fields) if a.key == key else a for a in accounts),
        )

    def _unpark(self, decision_id: int) -> None:
        self.tell(parked=tuple(d for d in self.now.parked if d.id != decision_id))


# What it holds


def account_state(key: AccountKey = DEMO, **fields: Any) -> AccountState:
    """An account by whose connection its environment is known; a LIVE one is not armed."""
    environment = {
        PAPER.connection: Environment.PAPER,
        LIVE.connection: Environment.LIVE,
    }.get(key.connection, Environment.DEMO)
    known = {
        "environment": environment,
        "armed": environment is not Environment.LIVE,
        "limits": AccountLimits(),
    }
    return AccountState(key=key, **{**known, **fields})


def link_of(id_: int = 1, recorder_id: int = 1, key: AccountKey = DEMO, **fields: Any) -> Link:
    return Link(id=id_, recorder_id=recorder_id, key=key, **{"mode": LinkMode.ARMED, **fields})


def decision(id_: int = 1, **fields: Any) -> Decision:
    """A sent entry of two contracts, by link 1 from signal 1."""
    known: dict[str, Any] = {
        "at": now_less(60),
        "wish": Wish.ENTER,
        "verdict": Verdict.DONE,
        "key": DEMO,
        "link_id": 1,
        "signal_id": 1,
        "symbol": "MNQ1!",
        "contract": "MNQZ6",
        "before": 0,
        "wanted": 2,
        "price": Decimal("25600.25"),
    }
    return Decision(id=id_, **{**known, **fields})


def execution(fill_id: int = 1, **fields: Any) -> Execution:
    """A fill of two contracts by link 1, one tick worse and 0.41 s after the alert."""
    known: dict[str, Any] = {
        "key": DEMO,
        "order_id": 70 + fill_id,
        "contract_id": MNQ,
        "contract": "MNQZ6",
        "way": Way.BUY,
        "quantity": 2,
        "price": Decimal("25600.50"),
        "at": now_less(59),
        "client_id": f"jt-{fill_id}",
        "decision_id": 1,
        "link_id": 1,
        "signal_id": 1,
        "purpose": Purpose.ENTRY,
        "slippage": Decimal(1),
        "delay": 0.41,
    }
    return Execution(fill_id=fill_id, **{**known, **fields})


def finding(id_: str = "f1", **fields: Any) -> Finding:
    """A position without a stop, which can be protected."""
    known: dict[str, Any] = {
        "trouble": Trouble.NAKED,
        "key": DEMO,
        "contract": "MNQZ6",
        "said": "Long 2 MNQZ6 have no stop at the broker.",
        "repair": Repair.PROTECT,
        "repair_said": "Place the stop that the settings ask for: 2 at 25550.00.",
        "link_id": 1,
        "since": now_less(120),
    }
    return Finding(id=id_, **{**known, **fields})


def now_less(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)
