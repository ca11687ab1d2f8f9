"""Execution needs neither sockets nor threads here: waiting costs nothing, time jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from tests.fakes.execution_world import QuickLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Loops on which a sleep is over at once, and so much later."""
    return {"virtual": QuickLoop}
