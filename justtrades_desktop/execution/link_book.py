"""All links: added, changed, removed, and each one at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.link_limits import refuse
from justtrades_desktop.domain.links import (
    AccountKey,
    Direction,
    Link,
    LinkMode,
    LinkSettings,
)
from justtrades_desktop.domain.orders import Held
from justtrades_desktop.domain.routing import Step
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.execution.following import Following
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lanes import Lanes, Spawn
from justtrades_desktop.execution.memories import Memories
from justtrades_desktop.execution.ports import (
    Entry,
    ExecutionLedger,
    Floors,
    Kept,
    SignalSide,
)
from justtrades_desktop.execution.trying import tried

_TRIED = 50


class LinkBook:
    """Links by id, and whoever serves them."""

    def __init__(
        self,
        *,
        ledger: ExecutionLedger,
        floors: Floors,
        signals: SignalSide,
        house: House,
        lanes: Lanes,
        calendar: Calendar,
        spawn: Spawn,
        unspawn: Callable[[str], Awaitable[None]],
        day_pnl: Callable[[int], Decimal | None],
        links: dict[int, Link],
    ) -> None:
        """``links`` is filled here, and looked into by the house."""
        self._ledger = ledger
        self._floors = floors
        self._signals = signals
        self._house = house
        self._lanes = lanes
        self._calendar = calendar
        self._spawn = spawn
        self._unspawn = unspawn
        self._day_pnl = day_pnl
        self._links = links
        self._following: dict[int, Following] = {}
        self._memories = Memories()
        self._next = 1
        self._changing = asyncio.Lock()

    def load(self, kept: Kept) -> None:
        """Go on with what lies on disk."""
        self._memories = Memories(kept.memories)
        self._next = kept.next_link
        for link in kept.links:
            self._begin(link)

    def _begin(self, link: Link) -> None:
        self._links[link.id] = link
        following = Following(
            link,
            house=self._house,
            lanes=self._lanes,
            memories=self._memories,
            calendar=self._calendar,
            floor=self._floors.expect(link.key),
            signals=self._signals,
            day_pnl=self._day_pnl,
        )
        self._following[link.id] = following
        self._spawn(f"link {link.id}", following.run)

    # What there is

    @property
    def all(self) -> Sequence[Link]:
        """Oldest first."""
        return sorted(self._links.values(), key=lambda each: each.id)

    def link(self, link_id: int) -> Link:
        """One link.

        Raises:
            UserError: there is none of that number.
        """
        if link_id not in self._links:
            raise UserError(f"There is no link {link_id}", "`justtrades links` lists them.")
        return self._links[link_id]

    def following(self, link_id: int | None) -> Following | None:
        """Who serves a link; None where it is gone."""
        return self._following.get(link_id) if link_id is not None else None

    def name_of(self, link_id: int) -> str:
        """The name of its strategy."""
        link = self._links.get(link_id)
        return self._signals.name_of(link.recorder_id) if link is not None else "a link of before"

    # What it hears

    def hear(self, step: Step) -> None:
        """A signal changed a position."""
        for link in self._links.values():
            if link.recorder_id == step.recorder_id:
                self._following[link.id].hear(step)

    def reached(self, held: Held, own: int) -> None:
        """A link holds ``own`` contracts now."""
        following = self._following.get(held.link_id)
        if following is not None:
            following.reached(held.symbol, own, self._house.clock())

    async def refresh(self) -> None:
        """Ask for contracts anew before what is known of them is too old: no alert waits."""
        for following in [*self._following.values()]:
            await following.refresh()

    # What is changed

    async def add(
        self, recorder_id: int, key: AccountKey, settings: LinkSettings, mode: LinkMode
    ) -> Link:
        """Link a recorder to an account; it joins at the next entry."""
        async with self._changing:
            if any(each.recorder_id == recorder_id and each.key == key for each in self.all):
                raise UserError("That strategy is linked to that account already", "Change it.")
            if not any(floor.key == key for floor in self._floors.all()):
                raise UserError(f"There is no account {key}", "`justtrades accounts` lists them.")
            refuse(settings)
            link = Link(
                id=self._next, recorder_id=recorder_id, key=key, mode=mode, settings=settings
            )
            self._next += 1
            await self._save(link)
            self._begin(link)
            self._join(link)
            return link

    def _join(self, link: Link) -> None:
        """What is open now was entered without the link: it follows from the next entry on."""
        rows = []
        side = -1 if _is_inverse(link.settings) else 1
        for symbol in self._signals.open_symbols(link.recorder_id):
            position = self._signals.position(link.recorder_id, symbol)
            if position is not None:
                memory = self._memories.of(link.id, symbol).seeing(side * position[0])
                rows.append(self._memories.set(link.id, symbol, memory))
        if rows:
            self._house.records.note(Entry(memories=rows))

    async def change(
        self, link_id: int, settings: LinkSettings | None, mode: LinkMode | None
    ) -> Link:
        """Change settings or mode; exits of what is open follow at once."""
        async with self._changing:
            before = link = self.link(link_id)
            if settings is not None:
                refuse(settings)
                link = replace(link, settings=settings)
            if mode is not None:
                link = replace(link, mode=mode)
            turned = _is_inverse(link.settings) != _is_inverse(before.settings)
            if turned:
                self._refuse_while_holding(link_id, "before its direction turns round")
            if link.mode is not before.mode and link.mode is not LinkMode.ARMED:
                self._refuse_while_holding(link_id, f"before it is {link.mode}")
            await self._take(before, link)
            if turned:
                self._join(link)
            for lane in self._lanes.of(link.key):
                lane.wake()
            return link

    async def _take(self, before: Link, link: Link) -> None:
        """Nothing is entered while it is written; what is held then speaks against it."""
        leaves = before.mode is LinkMode.ARMED and link.mode is not LinkMode.ARMED
        if leaves:
            self._house.leaving.add(link.id)
        try:
            await self._save(link)
            if leaves:
                self._refuse_while_holding(link.id, f"before it is {link.mode}")
        except UserError:
            await self._save(before)
            raise
        finally:
            self._house.leaving.discard(link.id)
        self._links[link.id] = link
        self._following[link.id].change(link)

    async def remove(self, link_id: int) -> None:
        """Forget a link that holds nothing and has nothing under way."""
        async with self._changing:
            self.link(link_id)
            self._house.leaving.add(link_id)
            try:
                self._refuse_while_holding(link_id, "before it is removed")
                await self._ledger.remove_link(link_id)
            except NotStored as error:
                raise _unwritten(error) from error
            finally:
                self._house.leaving.discard(link_id)
            await self._unspawn(f"link {link_id}")
            del self._links[link_id], self._following[link_id]
            self._memories.forget(link_id)

    def _refuse_while_holding(self, link_id: int, when: str) -> None:
        for held in self._lanes.holding(link_id):
            said = f"holds {held.own:+d} {held.contract}" if held.own else "has an entry under way"
            raise UserError(f"The link {said}", f"Close that {when}.")

    async def _save(self, link: Link) -> None:
        try:
            await self._ledger.save_link(link)
        except NotStored as error:
            raise _unwritten(error) from error

    async def dry_run(self, link_id: int | None, recorder_id: int, to: LinkSettings) -> DryRun:
        """What the recorder's last signals would have done under ``to``."""
        refuse(to)
        steps = await self._signals.last_steps(recorder_id, _TRIED)
        return tried(steps, to, self._house.product, self._calendar, link_id=link_id)


def _is_inverse(settings: LinkSettings) -> bool:
    return settings.direction is Direction.INVERSE


def _unwritten(error: NotStored) -> UserError:
    return UserError(f"The ledger cannot write: {error}", "Nothing was changed.")
