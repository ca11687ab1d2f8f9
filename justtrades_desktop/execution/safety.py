"""What stops entries, and what ends everything: pause, arming, caps, flatten all."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import AccountState, Brake, Flattened
from justtrades_desktop.domain.links import (
    NO_LIMITS,
    AccountKey,
    AccountLimits,
    Link,
    LinkMode,
    LinkSettings,
)
from justtrades_desktop.domain.orders import Purpose
from justtrades_desktop.execution.brakes import Everywhere, Here, LoopLag, brakes, standing
from justtrades_desktop.execution.flattening import Flattening
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lanes import Lanes, Spawn
from justtrades_desktop.execution.ports import ExecutionLedger, Floor, Floors, Kept
from justtrades_desktop.execution.records import Records

log = logging.getLogger(__name__)


class Safety:
    """Brakes of all accounts. LIVE accounts are armed for one start only: nothing keeps that."""

    def __init__(
        self,
        *,
        ledger: ExecutionLedger,
        floors: Floors,
        records: Records,
        spawn: Spawn,
        changed: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._floors = floors
        self._records = records
        self._spawn = spawn
        self._changed = changed
        self._armed: set[AccountKey] = set()
        self._flattening: dict[AccountKey, Flattening] = {}
        self.limits: dict[AccountKey, AccountLimits] = {}
        self.lag = LoopLag()
        self.paused = False
        self.ready = False
        self.ledger_trouble = ""
        """Why the first ledger cannot be written; empty where it can."""
        self.lanes: Lanes | None = None
        self.house: House | None = None

    def load(self, kept: Kept) -> None:
        """Begin with what lies on disk."""
        self.limits |= dict(kept.limits)
        self.paused = kept.paused

    # What stops entries

    def stops(self, key: AccountKey, contract_id: int, link: Link | None) -> Sequence[str]:
        """Why entries stop now, in words."""
        here = self.here(self._floors.expect(key))
        found = brakes(
            Purpose.ENTRY,
            replace(self.everywhere(), lag=""),  # that one passes: entries wait for it
            here,
            contract_id=contract_id,
            needs_price=link is not None and _needs_price(link.settings),
        )
        said = [brake.said for brake in found]
        running = self._flattening.get(key)
        if running is not None and not running.report.over:
            said.append(f"Flatten all is at work on {key}.")
        if link is not None and self.house is not None and link.id in self.house.leaving:
            said.append("The link is about to be switched off.")
        if link is not None and link.mode is not LinkMode.ARMED:
            said.append(f"The link is {link.mode}.")
        return said

    def everywhere(self) -> Everywhere:
        """What holds for all accounts."""
        return Everywhere(
            paused=self.paused,
            ready=self.ready,
            lag=self.lag.said(House.now()),
            ledger=self.ledger_trouble or self._records.trouble,
        )

    def here(self, floor: Floor) -> Here:
        """What holds for one account."""
        return Here(
            key=floor.key,
            environment=floor.environment,
            armed=self.is_armed(floor.key),
            up=floor.is_up,
            market_said=floor.market_said,
            doubts=self.lanes.in_doubt(floor.key) if self.lanes is not None else (),
        )

    def shown(self, links: Sequence[Link]) -> Sequence[Brake]:
        """All brakes that are on for accounts that are traded."""
        armed = {link.key for link in links if link.mode is LinkMode.ARMED}
        floors = [floor for floor in self._floors.all() if floor.key in armed]
        return standing(self.everywhere(), [self.here(floor) for floor in floors])

    def account(self, floor: Floor, house: House) -> AccountState:
        """One account as it is shown."""
        now = house.clock()
        loss, said = floor.loss_at_broker()
        return AccountState(
            key=floor.key,
            environment=floor.environment,
            armed=self.is_armed(floor.key),
            limits=self.limits.get(floor.key, NO_LIMITS),
            entries_minute=house.caps.minute(floor.key, now),
            entries_day=house.caps.day(floor.key, now),
            held=house.held_account(floor.key),
            loss_at_broker=loss,
            loss_at_broker_said=said,
        )

    def known(self, key: AccountKey) -> Floor:
        """The floor of an account that there is.

        Raises:
            UserError: there is none.
        """
        floor = next((each for each in self._floors.all() if each.key == key), None)
        if floor is None:
            raise UserError(f"There is no account {key}", "`justtrades accounts` lists them.")
        return floor

    # Arming, pausing, limits

    def is_armed(self, key: AccountKey) -> bool:
        """Whether entries may go to an account; all but LIVE ones always are."""
        floor = self._floors.expect(key)
        return floor.environment is not Environment.LIVE or key in self._armed

    def arm(self, key: AccountKey, typed: str) -> None:
        """Arm a LIVE account until the program ends."""
        floor = self.known(key)
        if floor.environment is not Environment.LIVE:
            raise UserError(f"{key} is not LIVE", "It needs no arming.")
        if typed != key.account:
            raise UserError("That is not the account's name", f"Type {key.account} to arm it.")
        self._armed.add(key)
        self._changed()

    def disarm(self, key: AccountKey) -> None:
        """No more entries on a LIVE account."""
        self._armed.discard(key)
        self._changed()

    async def pause(self) -> None:
        """Stop entries everywhere; at once, whatever the disk says."""
        self.paused = True
        self._changed()
        await self._written(self._ledger.save_paused(True))

    async def resume(self) -> None:
        """Let entries through again."""
        await self._written(self._ledger.save_paused(False))
        self.paused = False
        self._changed()

    async def set_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        """Set the caps of an account, and the broker's own where it allows that."""
        floor = self.known(key)
        before = self.limits.get(key, NO_LIMITS)
        _refuse_limits(limits)
        await self._written(self._ledger.save_limits(key, limits))
        self.limits[key] = limits
        self._changed()
        if limits.daily_loss_at_broker != before.daily_loss_at_broker:
            refused = await floor.set_loss_at_broker(limits.daily_loss_at_broker)
            if refused:
                raise UserError(f"The broker does not take the daily loss: {refused}")

    @staticmethod
    async def _written(writing: Awaitable[None]) -> None:
        try:
            await writing
        except NotStored as error:
            raise UserError(f"The ledger cannot write: {error}", "Nothing was changed.") from error

    # Flatten all

    @property
    def is_flattening(self) -> bool:
        """Whether it is at work on any account."""
        return any(not each.report.over for each in self._flattening.values())

    @property
    def flattening(self) -> Sequence[Flattened]:
        """How it stands, account by account."""
        return [each.report for each in self._flattening.values()]

    async def flatten_all(self, keys: Sequence[AccountKey] | None) -> None:
        """Begin to flatten; returns once it is at work, and written down where that is possible."""
        self.paused = True
        floors = (
            [self._floors.expect(key) for key in keys]
            if keys is not None
            else [*self._floors.all()]
        )
        for floor in floors:
            self._flatten(floor)
        self._changed()
        try:  # the closing has begun: a disk that fails must not hold it up
            await self._ledger.save_paused(True)
            await self._save_flattening()
        except NotStored as error:
            log.warning("flatten all cannot be written down: %s", error)

    def _flatten(self, floor: Floor) -> None:
        running = self._flattening.get(floor.key)
        at_work = running is not None and not running.report.over
        if at_work or self.lanes is None or self.house is None:
            return
        flattening = Flattening(floor, self.lanes, self.house, self._changed)
        self._flattening[floor.key] = flattening
        self._spawn(f"flatten {floor.key}", partial(self._work, flattening))

    async def _work(self, flattening: Flattening) -> None:
        await flattening.run()
        try:
            await self._save_flattening()
        except NotStored as error:
            log.warning("the end of flatten all cannot be written down: %s", error)

    async def _save_flattening(self) -> None:
        unfinished = [each.key for each in self._flattening.values() if not each.report.over]
        await self._ledger.save_flattening(unfinished)


def _needs_price(settings: LinkSettings) -> bool:
    """Whether what the settings ask for cannot be done without the market's price."""
    moved = settings.trail_after or settings.trail_step or settings.break_even
    return settings.slippage_ticks is not None or bool(settings.own_exits and moved)


def _refuse_limits(limits: AccountLimits) -> None:
    for name in ("order", "position", "account", "minute", "day", "repeat_seconds"):
        value = getattr(limits, name)
        if value is not None and value < 0:
            raise UserError(f"The limit {name.replace('_', ' ')} cannot be below 0")
    loss = limits.daily_loss_at_broker
    if loss is not None and loss <= 0:
        raise UserError("The daily loss at the broker must be more than 0", "Or leave it off.")
