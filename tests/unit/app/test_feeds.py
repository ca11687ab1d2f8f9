"""Feeds under the supervisor: one that fails stops alone and is not started again."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from justtrades_desktop.app import supervisor as supervising
from justtrades_desktop.app.feeds import Feeds, carry_out, speed_of
from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.market.replay import State


def _file(folder: Path) -> Path:
    path = folder / "prices.csv"
    path.write_text("".join(f"{1795188600 + n},MNQ1!,{n}\n" for n in range(5)))
    return path


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if true():
                return
            await asyncio.sleep(0.001)


async def test_a_feed_that_crashes_stops_alone_and_stays_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "_FIRST_PAUSE", 0.0)
    told: list[Decimal] = []

    def take(symbol: str, price: Decimal, /, *, source: str) -> None:
        told.append(price)
        if price == 2:
            raise KeyError(symbol)

    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    supervisor = Supervisor()
    supervisor.start("beat", beat)
    feeds = Feeds(take, supervisor)
    with caplog.at_level(logging.CRITICAL):
        replay = feeds.start_replay(_file(tmp_path), speed=None)
        await _until(lambda: supervisor.failures.get("replay"))
        before = beats
        for _ in range(20):
            await asyncio.sleep(0.001)
    assert told == [0, 1, 2]
    assert replay.progress.state is State.FAILED
    assert supervisor.failures == {"replay": 1}
    assert beats > before
    # The next one is not held up by it.
    again = feeds.start_replay(_file(tmp_path), paused=True)
    assert again.progress.state is State.PAUSED
    await supervisor.close()


async def test_commands(tmp_path: Path) -> None:
    supervisor = Supervisor()
    feeds = Feeds(lambda *_, **__: None, supervisor)
    with pytest.raises(UserError, match="Nothing is being replayed"):
        carry_out(feeds, "replay.pause", {})
    began = carry_out(feeds, "replay.start", {"file": str(_file(tmp_path)), "paused": True})
    assert (began["state"], began["speed"], began["file_time"]) == ("paused", 1.0, None)
    carry_out(feeds, "replay.step", {"count": 2})
    await _until(lambda: feeds.replay_now().progress.ticks == 2)
    assert carry_out(feeds, "replay.status", {})["line"] == 2
    assert carry_out(feeds, "replay.resume", {"speed": "0"})["speed"] == "max"
    await _until(lambda: feeds.replay_now().over)
    assert carry_out(feeds, "replay.status", {})["percent"] == 100.0
    with pytest.raises(UserError, match="no command"):
        carry_out(feeds, "replay.rewind", {})
    await supervisor.close()


def test_speeds() -> None:
    assert speed_of("2.5") == 2.5
    assert speed_of("max") is speed_of("0") is None
    for text in ("", "fast", "-1", "nan", "inf"):
        with pytest.raises(UserError, match="is no speed"):
            speed_of(text)
