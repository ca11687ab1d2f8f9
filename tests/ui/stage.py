"""What a panel under test stands on: a real core over a ledger in a folder, and its bridge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QWidget

from justtrades_desktop.app.wiring import Core
from justtrades_desktop.domain.events import Receipt
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Unreadable
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours
from tests.fakes.alerts import alert, reading


@dataclass
class Stage:
    """``send`` and ``tick`` are what happens outside; ``told`` is when the window knows of it."""

    core: Core
    bridge: Bridge
    tasks: Tasks
    colours: Colours
    errors: list[tuple[BaseException, str]] = field(default_factory=list)
    widgets: list[QWidget] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return self.core.desk

    async def recorder(self, name: str = "ORB", **settings: Any) -> Recorder:
        return await self.desk.add_recorder(name, **settings)

    async def send(
        self, recorder: Recorder, action: str, price: str | None = None, **fields: Any
    ) -> Receipt:
        body = fields.pop("body", None)
        sent = alert(reading(action, price, **fields), body=body)
        return await self.desk.receive(recorder, replace(sent, received_at=self.desk.clock()))

    async def send_unreadable(self, recorder: Recorder, reason: str, body: str) -> Receipt:
        sent = alert(Unreadable(reason), body=body)
        return await self.desk.receive(recorder, replace(sent, received_at=self.desk.clock()))

    def tick(self, symbol: str, price: str) -> None:
        self.desk.tick(symbol, Decimal(price))
        self.bridge.tell()

    async def told(self) -> None:
        """Until all that was sent is on disk and in the window."""
        await self.desk.flush()
        self.bridge.tell()

    def show(self, widget: QWidget, width: int = 1200, height: int = 600) -> None:
        self.widgets.append(widget)
        widget.resize(width, height)
        widget.show()


async def until(true: Callable[[], object], seconds: float = 5) -> None:
    """Wait in a coroutine, where qtbot must not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)
