"""What the tests of a lane share: exits of a link, and waiting for what the broker tells late."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import Target
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import QUICK, Lab

EXITS: Final[dict[str, Any]] = {
    "own_exits": True,
    "targets": (Target(level("40 ticks"), Decimal(100)),),
    "stop": level("20 ticks"),
}
LADDER: Final[dict[str, Any]] = {
    "own_exits": True,
    "targets": (
        Target(level("20 ticks"), Decimal(1), percent=False),
        Target(level("40 ticks"), Decimal(100)),
    ),
    "stop": level("20 ticks"),
}


async def entered(it: Lab, to: int = 1, **settings: Any) -> None:
    """An armed link that holds what its first signal said."""
    await it.link(**(settings or EXITS))
    it.signal(to)
    await it.quiet()


async def settled(it: Lab) -> None:
    """Until what the broker told late was looked at, too."""
    await asyncio.sleep(4 * QUICK.look)
    await it.quiet()


def verdicts(it: Lab) -> list[Verdict]:
    """Of the links' decisions, oldest first."""
    return [each.verdict for each in it.decisions()]


def told(it: Lab) -> str:
    """All that a person was told."""
    every = it.desk.records.decisions()
    return "\n".join(each.reason for each in every if each.verdict is Verdict.PERSON)


def sent(it: Lab) -> list[tuple[str, int, str]]:
    """Orders that were placed: way, quantity and kind, oldest first."""
    return [
        (str(each.body["action"]), int(each.body["orderQty"]), str(each.body["orderType"]))
        for each in it.floor.made("place")
    ]
