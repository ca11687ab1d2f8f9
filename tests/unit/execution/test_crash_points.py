"""kill -9 at every step between an alert and its fills: nothing is sent twice, nothing is lost.

Each story is told once for every point at which the program touches disk or broker, and is killed
there; then it starts again over what lies on disk. Steps are counted, not listed: none is missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

import pytest

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import Target
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_world import World, quickly, world

_MOST: Final = 400
_SAYS_WHY: Final = (Verdict.PARKED, Verdict.PERSON, Verdict.FAILED, Verdict.SUPERSEDED)
_EXITS: Final = {
    "own_exits": True,
    "targets": (Target(level("40 ticks"), Decimal(100)),),
    "stop": level("20 ticks"),
}
_LADDER: Final = _EXITS | {
    "targets": (Target(level("20 ticks"), Decimal(50)), Target(level("40 ticks"), Decimal(50)))
}
Story = Callable[[World], Awaitable[None]]


async def _enters(it: World) -> None:
    it.witness.most[it.KEY] = 2
    it.signal(2)
    await it.rest()


async def _adds(it: World) -> None:
    it.witness.most[it.KEY] = 3
    it.signal(1)
    await it.rest()
    it.signal(3)
    await it.rest()


async def _trims(it: World) -> None:
    it.witness.most[it.KEY] = 3
    it.signal(3)
    await it.rest()
    it.signal(1)
    await it.rest()


async def _closes(it: World) -> None:
    it.witness.most[it.KEY] = 2
    it.signal(-2)
    await it.rest()
    it.signal(0)
    await it.rest()


async def _reverses(it: World) -> None:
    it.witness.most[it.KEY] = 2
    it.signal(2)
    await it.rest()
    it.signal(-2)
    await it.rest()


async def _reaches_its_target(it: World) -> None:
    it.witness.most[it.KEY] = 2
    it.signal(2)
    await it.rest()
    it.tick("25010.5")
    await it.rest()


async def _flattens(it: World) -> None:
    it.witness.most[it.KEY] = 2
    it.witness.flattening = True
    it.signal(2)
    await it.rest()
    it.do("flatten all of a person", it.desk.flatten_all)
    await it.rest()
    if it.kills and it.floor.true_net():  # it was killed before it had begun: once more
        it.do("flatten all of a person", it.desk.flatten_all)
        await it.rest()


_STORIES: Final[dict[str, tuple[Story, int]]] = {
    "enters": (_enters, 2),
    "adds": (_adds, 3),
    "trims": (_trims, 1),
    "closes": (_closes, 0),
    "reverses": (_reverses, -2),
    "reaches its target": (_reaches_its_target, 0),
    "flattens": (_flattens, 0),
}
_SETTINGS: Final[dict[str, dict[str, Any]]] = {"plain": {}, "exits": _EXITS, "ladder": _LADDER}


_TOLD: Final = [
    (story, settings)
    for story in _STORIES
    for settings in _SETTINGS
    if (story, settings) != ("reaches its target", "plain")  # it has none
]


@pytest.mark.parametrize(("story", "settings"), _TOLD)
def test_a_kill_at_any_step_neither_sends_twice_nor_forgets(story: str, settings: str) -> None:
    late = settings == "exits"
    wrongs: list[str] = []
    for point in range(_MOST):
        found, killed = quickly(_told(story, settings, point, late=late))
        wrongs += found
        if not killed:
            break
    else:
        wrongs.append(f"more than {_MOST} steps")
    assert point > 5
    assert not wrongs, "\n".join(wrongs)


async def _told(story: str, settings: str, point: int, *, late: bool) -> tuple[list[str], bool]:
    """What was wrong where the program was killed at ``point``, and whether it ever was."""
    tells, end = _STORIES[story]
    async with world() as it:
        it.floor.events_late = late
        await it.link(**_SETTINGS[settings])
        it.points.die_in(point)
        await tells(it)
        await asyncio.sleep(8)
        await it.rest()
        found = [*it.witness.wrongs, *_ended(it, end)]
        where = f"{story}, {settings}, killed at step {point} ({'; '.join(it.kills)})"
        said = [f"{where}: {each}" for each in found]
        return [*said, *it.witness.log] if said else [], bool(it.kills)


def _ended(it: World, end: int) -> list[str]:
    """The end of a program that nobody killed, or words for a person."""
    net = it.floor.true_net()
    decisions = it.desk.records.decisions()
    found = [
        f"decision {each.id} stays {each.verdict}: {each}"
        for each in decisions
        if each.verdict in (Verdict.WAITING, Verdict.SENT)
    ]
    why = [d for d in decisions if d.verdict in _SAYS_WHY and (d.reason or d.came)]
    if net != end and not (it.kills and why):
        found.append(f"it ends with {net:+d}, not {end:+d}, and nothing says why")
    if abs(net) > abs(end) and not (end < 0 <= net):
        found.append(f"it ends with {net:+d}: more than {end:+d}")
    if net == 0 and it.floor.true_working():
        found.append(f"orders work where nothing is open: {it.working()}")
    held = [lane.state.held for lane in it.desk.lanes if lane.state.held is not None]
    if sum(each.own for each in held) != net:
        found.append(f"the program believes {held}")
    link = it.desk.links[0]
    stops = sum(row["orderQty"] for row in it.floor.true_working() if "Stop" in row["orderType"])
    if link.settings.stop is not None and stops != abs(net):
        found.append(f"{net:+d} is open with stops for {stops}")
    if it.desk.state().findings:
        found.append(f"the doctor finds {[each.said for each in it.desk.state().findings]}")
    return found
