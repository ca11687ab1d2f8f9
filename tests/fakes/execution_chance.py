"""A schedule by chance over a watched lab, and what must be true at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, Final

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import (
    AccountKey,
    EntryKind,
    LimitEnd,
    Link,
    Target,
)
from justtrades_desktop.domain.orders import Purpose, Verdict, Way
from justtrades_desktop.execution.ports import Answer, Doubt, NotSent, Refused
from tests.contract.virtual_loop import here
from tests.fakes.execution_lab import SYMBOL
from tests.fakes.execution_world import World, walked, world
from tests.fakes.fake_floor import FAILS, FakeFloor

KEYS: Final = tuple(AccountKey("paper", f"SIM{number}") for number in (1, 2, 3))
_STOP: Final = {"stop": level("20 ticks")}
_SETTINGS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"own_exits": True, "targets": (Target(level("40 ticks"), Decimal(100)),), **_STOP},
    {"own_exits": True, **_STOP},
    {
        "own_exits": True,
        "targets": (Target(level("20 ticks"), Decimal(50)), Target(level("40 ticks"), Decimal(50))),
        **_STOP,
    },
    {"own_exits": True, "targets": (Target(level("30 ticks"), Decimal(100)),)},
    {"own_exits": True, **_STOP, "break_even": level("15 ticks")},
    {"own_exits": True, "trail": level("20 ticks")},
    {"entry": EntryKind.LIMIT, "limit_ticks": 2, "limit_seconds": 5},
    {
        "entry": EntryKind.LIMIT,
        "limit_ticks": 2,
        "limit_seconds": 5,
        "limit_end": LimitEnd.MARKET,
        "own_exits": True,
        **_STOP,
    },
)
_SAYS_WHY: Final = (Verdict.PARKED, Verdict.PERSON, Verdict.FAILED, Verdict.REFUSED)
_LATEST: Final = 4.0
"""Seconds after which what has not arrived never will."""


class Chance:
    """One schedule; ``log`` is what happened."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.log: list[str] = []
        self.price = Decimal(25_000)
        self._lost_since: dict[AccountKey, float] = {}

    async def lived_through(self) -> list[str]:
        """All of it; what was wrong."""
        settings = {
            "partial_chance": self.random.choice((0.0, 0.0, 0.5)),
            "command_seconds": self.random.choice((0, 0, 0.2)),
            "finished_is_denied": self.random.random() < 0.3,
            "slippage_ticks": self.random.choice((0, 1)),
        }
        async with world(**settings) as it:
            it.witness.log = self.log
            self.log.append(f"{settings}")
            await self._set_up(it)
            for _ in range(self.random.randint(6, 18)):
                await self._something(it)
            await self._calm_down(it)
            found = [*ended(it, strict=False)]
            await self._go_home(it)
            return [*it.witness.wrongs, *found, *ended(it, strict=True)]

    async def _set_up(self, it: World) -> None:
        for key in KEYS[1:]:
            it.account(key)
        for floor in it.floors.by_key.values():
            floor.events_late = self.random.random() < 0.5
            floor.loses_legs = self.random.random() < 0.2
        pairs = [(1, KEYS[0]), (2, KEYS[1]), (3, KEYS[2])]
        pairs += [pair for pair in ((1, KEYS[1]), (3, KEYS[0])) if self.random.random() < 0.3]
        for recorder_id, key in pairs:
            chosen = self.random.choice(_SETTINGS)
            self.log.append(f"link of {recorder_id} on {key}: {chosen}")
            await it.link(key=key, recorder_id=recorder_id, **chosen)

    # What happens

    async def _something(self, it: World) -> None:
        happenings: dict[Callable[[World], str], int] = {
            self._signal: 40,
            self._tick: 22,
            self._fault: 16,
            self._late: 5,
            self._link: 5,
            self._by_hand: 3,
            self._fatal: 6,
            self._flatten: 1,
        }
        (what,) = self.random.choices([*happenings], [*happenings.values()])
        self.log.append(f"{here().time():8.2f} {what(it)}")
        await asyncio.sleep(self.random.choice((0, 0, 0.01, 0.2, 1, 3, 12)))
        if it.points.is_dead or self.random.random() < 0.05:
            await it.kill()
        self._arrive(it)

    def _signal(self, it: World) -> str:
        recorder_id, to = self.random.randint(1, 3), self.random.randint(-3, 3)
        if it.signals.positions.get((recorder_id, SYMBOL), (0,))[0] == to:
            to = 0 if to else 1
            if it.signals.positions.get((recorder_id, SYMBOL), (0,))[0] == to:
                return "nothing"
        for link in it.desk.links:
            if link.recorder_id == recorder_id:
                it.witness.most[link.key] = max(it.witness.most[link.key], abs(to))
        it.signal(to, recorder_id=recorder_id, price=f"{self.price:f}")
        return f"signal: strategy {recorder_id} goes to {to:+d}"

    def _tick(self, it: World) -> str:
        price = walked(self.price, self.random.randint(-45, 45))
        self.price = Decimal(price)
        it.tick(price)
        return f"tick {price}"

    def _fault(self, it: World) -> str:
        floor = self._floor(it)
        what = self.random.choice(
            ("place", "place", "modify", "cancel", "cancel", "look_up", "look_at", "confirmed_net")
        )
        if what in ("look_up", "look_at", "confirmed_net"):
            floor.next(what, FAILS)
            return f"{floor.key}: the next {what} fails"
        ends: tuple[tuple[Answer | None, bool | None], ...] = (
            (Doubt("timed out"), True),
            (Doubt("timed out"), False),
            (Refused("Refused by chance"), None),
            (NotSent("penalty", 3.0), None),
            (None, None),
        )
        answer, arrives = self.random.choice(ends)
        seconds = self.random.choice((0.0, 0.5, 3.0))
        floor.next(what, answer, arrives=arrives, seconds=seconds)
        return f"{floor.key}: the next {what} ends as {answer}, {arrives}, after {seconds} s"

    def _late(self, it: World) -> str:
        floor = self._floor(it)
        if floor._late == frozenset():
            kind = self.random.choice(("position", "order", "fill", "all"))
            floor.hold(*([] if kind == "all" else [kind]))
            return f"{floor.key}: events come late: {kind}"
        floor.release()
        return f"{floor.key}: events come again"

    def _link(self, it: World) -> str:
        floor = self._floor(it)
        if floor.down:
            floor.come_up()
            return f"{floor.key} is up"
        floor.go_down() if self.random.random() < 0.7 else floor.go_away()
        return f"{floor.key} is down"

    def _by_hand(self, it: World) -> str:
        floor = self._floor(it)
        way, quantity = self.random.choice([*Way]), self.random.randint(1, 2)
        it.by_hand(floor, way, quantity)
        return f"{floor.key}: by hand {way} {quantity}"

    def _fatal(self, it: World) -> str:
        points = self.random.randint(0, 12)
        it.points.die_in(points)
        return f"it is killed in {points} points"

    def _flatten(self, it: World) -> str:
        it.witness.flattening = True
        it.do("flatten all of a person", it.desk.flatten_all)
        return "flatten all"

    def _floor(self, it: World) -> FakeFloor:
        return self.random.choice([*it.floors.by_key.values()])

    def _arrive(self, it: World) -> None:
        """What was lost arrives late, or not at all."""
        for key, floor in it.floors.by_key.items():
            if not floor._lost:
                self._lost_since.pop(key, None)
                continue
            since = self._lost_since.setdefault(key, here().time())
            if here().time() - since > _LATEST:
                floor._lost.clear()
            elif self.random.random() < 0.3:
                self.log.append(f"{key}: what was lost arrives")
                floor.arrive_late()

    # The end

    async def _calm_down(self, it: World) -> None:
        """No more faults; the program has all the time that it wants."""
        if it.points.is_dead:
            await it.kill()
        it.points.fatal = None
        for floor in it.floors.by_key.values():
            floor._lost.clear()
            floor._endings.clear()
            floor.release()
            if floor.down:
                floor.come_up()
        self.log.append(f"{here().time():8.2f} calm")
        it.trades = f"{self.price:f}"
        await it.rest()
        await asyncio.sleep(20)  # what nobody waits for is noticed too
        await it.rest()
        it.witness.disturbed.clear()

    async def _go_home(self, it: World) -> None:
        """Every strategy goes flat, in peace."""
        for recorder_id in (1, 2, 3):
            if it.signals.positions.get((recorder_id, SYMBOL), (0,))[0]:
                it.signal(0, recorder_id=recorder_id, price=f"{self.price:f}")
        self.log.append(f"{here().time():8.2f} all strategies go flat")
        await it.rest()
        await asyncio.sleep(20)
        await it.rest()


def ended(it: World, *, strict: bool) -> Iterator[str]:
    """What is not as it must be once all is quiet; ``strict`` where every strategy is flat."""
    yield from _unfinished(it)
    for key, floor in it.floors.by_key.items():
        net, links = floor.true_net(), [each for each in it.desk.links if each.key == key]
        working = it.floors.by_key[key].true_working()
        named = any(each.key == key for each in it.desk.state().findings)
        if net == 0 and working and (strict or not named):
            yield f"{key} is flat, and orders work: {working}"
        held = [lane.state.held for lane in it.desk.lanes.of(key) if lane.state.held is not None]
        if any(each.own + each.manual != net for each in held):
            yield f"{key} holds {net:+d}, the program believes {held}"
        if not held and net and not named:
            yield f"{key} holds {net:+d}, and nothing says so"
        if strict and net and not (key in it.witness.strangers and named):
            yield f"{key} holds {net:+d} though every strategy is flat"
        if strict and held and key not in it.witness.strangers:
            yield f"{key}: {held} is left though every strategy is flat"
        if not strict and not named and not _follows(it, links, net):
            yield f"{key} holds {net:+d}, which no strategy says, and nothing says why"
        for each in held:
            yield from _protected(it, floor, each.link_id, net, named=named)


def _unfinished(it: World) -> Iterator[str]:
    yield from (
        f"decision {each.id} of {each.at} stays {each.verdict}: {each}"
        for each in it.desk.records.decisions()
        if each.verdict in (Verdict.WAITING, Verdict.SENT)
    )
    yield from (
        f"{each.id} is {each.verdict} without a word"
        for each in it.desk.records.decisions()
        if each.verdict in _SAYS_WHY and not (each.reason or each.came)
    )


def _follows(it: World, links: list[Link], net: int) -> bool:
    """Whether a link wants that, or words or an exit say why it is something else."""
    wanted = [it.signals.positions.get((each.recorder_id, SYMBOL), (0,))[0] for each in links]
    if net in wanted or it.desk.state().flattening or it.witness.flattening:
        return True
    ids = {each.id for each in links}
    left = any(
        each.link_id in ids and each.purpose in (Purpose.TARGET, Purpose.STOP)
        for each in it.ledger.executions.values()
    )
    keys = {each.key for each in links}
    why = any(d.verdict in _SAYS_WHY and d.key in keys for d in it.desk.records.decisions())
    return left or why


def _protected(
    it: World, floor: FakeFloor, link_id: int, net: int, *, named: bool
) -> Iterator[str]:
    link = next((each for each in it.desk.links if each.id == link_id), None)
    if link is None or link.settings.stop is None or named or floor.key in it.witness.strangers:
        return
    stops = sum(row["orderQty"] for row in floor.true_working() if "Stop" in row["orderType"])
    if stops < abs(net):
        yield f"{floor.key} holds {net:+d} with stops for {stops}, and nothing says so"
