"""The demo trades on PAPER, and only in a folder where nothing else ever did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from justtrades_desktop.app import demo as demo_of
from justtrades_desktop.app.demo import demo
from justtrades_desktop.app.serving import Config, serving
from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.domain.orders import Purpose


async def until(true: Callable[[], object], seconds: float = 40) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        await asyncio.sleep(0.05)


async def test_two_strategies_trade_on_paper_with_their_exits(tmp_path: Path) -> None:
    async with serving(Config(data_dir=tmp_path, port=0)) as running, demo(running):
        assert running.brokers is not None
        door = await running.brokers.executions()
        await until(lambda: any(e.purpose is Purpose.ENTRY for e in door.state().executions))
        state, recorders = door.state(), running.desk.book.recorders
        assert {recorders[link.recorder_id].name for link in state.links} == {
            "Trend MNQ",
            "Fade MES",
        }
        assert {(link.mode, str(link.key)) for link in state.links} == {
            (LinkMode.ARMED, "PAPER/PAPER")
        }
        entered = next(i for i in state.intents if i.purpose is Purpose.ENTRY)
        assert any(leg.purpose is Purpose.STOP for leg in entered.legs)


async def test_a_folder_that_has_a_strategy_already_is_linked_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_of, "_PATIENCE", 3.0)
    async with serving(Config(data_dir=tmp_path, port=0)) as running:
        await running.desk.add_recorder("My own")
        async with demo(running):
            assert running.brokers is not None
            door = await running.brokers.executions()
            await until(lambda: door.state().ready and door.state().accounts)
            await until(lambda: running.desk.signals_stored)
            assert not door.state().links
