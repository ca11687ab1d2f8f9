"""Flatten all: cancel, close, verify, account by account, however badly the broker answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from justtrades_desktop.domain.execution import Flattened
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Purpose, Way
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import new_client_id
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.ports import Doubt, Floor, NotSent, Refused, Taken

_ROUND: Final = 1.0
_DOUBTFUL: Final = 3.0  # a liquidation whose answer was lost is given so long to show
_QUIET: Final = 2  # verified so often in a row
_ALARM: Final = 30.0


class Flattening:
    """One account on its way to flat; what it says is shown while it works."""

    def __init__(
        self, floor: Floor, lanes: Lanes, house: House, changed: Callable[[], None]
    ) -> None:
        self._floor = floor
        self._lanes = lanes
        self._house = house
        self._changed = changed
        self._quiet_until: dict[int, float] = {}
        self.report = Flattened(key=floor.key, said="It begins.", begun=house.clock())

    @property
    def key(self) -> AccountKey:
        """Whose."""
        return self._floor.key

    async def run(self) -> None:
        """Work until the account is verified flat."""
        for lane in self._lanes.of(self.key):
            lane.freeze()
        begun, verified, told = self._house.now(), 0, False
        while verified < _QUIET:
            verified = verified + 1 if await self._round() else 0
            waited = self._house.now() - begun
            if not told and waited > _ALARM:
                told = True
                said = f"{self.key} is not flat after {waited:.0f} s: {self.report.said}"
                self._house.tell(said, self.key)
            if verified < _QUIET:
                await asyncio.sleep(0.2 if verified else _ROUND)
        for lane in self._lanes.of(self.key):
            lane.thaw(flat=True)
        self._say("Flat: nothing is open, and no order works.", over=True, flat=True)

    async def _round(self) -> bool:
        """Do all that can be done now; whether nothing is left, by a fresh look."""
        floor = self._floor
        if not floor.is_up:
            self._say("The broker cannot be reached; it goes on as soon as it can.")
            return False
        working, positions = floor.working(), floor.positions()
        if not working and not positions:
            return await self._verified()
        said = f"{len(working)} orders to cancel, {len(positions)} positions to close."
        self._say(said)
        contracts = {each.contract_id for each in positions}
        jobs = [self._close(contract_id) for contract_id in contracts]
        # Liquidating cancels the contract's orders as well: those need no call of their own.
        jobs += [
            self._cancel(order.id, order.quantity or 1, Way(order.action), order.symbol)
            for order in working
            if order.contract_id not in contracts
        ]
        await asyncio.gather(*jobs)
        return False

    async def _verified(self) -> bool:
        """Every contract that was of interest, by a fresh look."""
        contracts = {lane.contract_id for lane in self._lanes.of(self.key)}
        for contract_id in contracts | {*self._quiet_until}:
            if await self._floor.confirmed_net(contract_id) != 0:
                self._say("It looks flat; the broker has not confirmed it yet.")
                return False
        return True

    async def _close(self, contract_id: int) -> None:
        """The broker flattens by itself: what it does cannot cross zero."""
        now = self._house.now()
        if now < self._quiet_until.get(contract_id, 0.0):
            return
        net = await self._floor.confirmed_net(contract_id)
        if net is None or net == 0:
            return
        self._quiet_until[contract_id] = now + _ROUND
        lane = self._lanes.find(self.key, contract_id)
        if lane is not None and lane.state.held is not None:
            self._house.liquidated[self.key, contract_id] = lane.state.held
        match await self._floor.liquidate(contract_id):
            case Doubt(why=why):
                self._quiet_until[contract_id] = self._house.now() + _DOUBTFUL
                self._say(f"Nobody knows whether the close arrived ({why}); it is looked at.")
            case Refused(said=said) | NotSent(why=said):
                self._say(f"The broker refuses to close: {said}")

    async def _cancel(self, order_id: int, quantity: int, way: Way, contract: str) -> None:
        intent = Intent(
            client_id=new_client_id(),
            decision_id=0,
            key=self.key,
            contract_id=0,
            contract=contract,
            purpose=Purpose.FLATTEN,
            way=way,
            quantity=quantity,
            target_id=order_id,
            is_automated=False,
            at=self._house.clock(),
        )
        fresh = self._house.patience.fresh
        answer = await self._floor.cancel(intent, signal_id=None, fresh=fresh)
        if not isinstance(answer, Taken):
            self._say(f"An order is not cancelled yet: {answer}")

    def _say(self, said: str, *, over: bool = False, flat: bool = False) -> None:
        report = replace(self.report, said=said, over=over, flat=flat)
        if report != self.report:
            self.report = report
            self._changed()


def all_over(running: Sequence[Flattening]) -> bool:
    """Whether every account is done."""
    return all(each.report.over for each in running)
