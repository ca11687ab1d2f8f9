"""The end: nothing goes on, nothing is held, and the ledger is whole."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from justtrades_desktop.app.instance import owning, read_card
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.selftest.checking import is_so, same, until
from justtrades_desktop.selftest.noticed import Noticed
from justtrades_desktop.selftest.scene import Scene

_SIGNALS: Final = 102  # those of the script, and two of the bracket


def ending(scene: Scene, noticed: Noticed) -> Callable[[], str]:
    """What to look at once the program is over; begun before it, to know what was there then."""
    before = set(threading.enumerate())

    def seen() -> str:
        asyncio.run(_threads_over(before))
        same("errors in the log", noticed.errors, [])
        is_so(read_card(scene.data_dir) is None, "no card of a running program", "one left behind")
        with owning(scene.data_dir):  # or it says who owns it
            folded, differences = check(path_in(scene.data_dir))
        same("differences after folding all signals again", differences, [])
        same("signals folded", folded, _SIGNALS)
        return f"stopped, no thread and no lock left, {folded} signals folded without a difference"

    return seen


async def _threads_over(before: set[threading.Thread]) -> None:
    def left() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread not in before]

    await until(lambda: not left(), "all threads to end", how_it_is=left)
