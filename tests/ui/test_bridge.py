"""The window is told of everything, gathered, and never more often than its eyes can follow."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from itertools import pairwise
from typing import Any

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    PriceTicked,
    ProductSaved,
    RecorderSaved,
    SignalRepeated,
)
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.pace import INTERVAL
from tests.fakes.alerts import START
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until

ORDER = ("recorders", "signals", "repeats", "products", "prices")


def ticked(symbol: str = "MNQ1!") -> PriceTicked:
    return PriceTicked(symbol, Decimal("25600.25"), START)


def test_tells_a_lone_event_at_once_and_then_rests(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        told: list[set[str]] = []
        stage.bridge.prices_moved.connect(told.append)
        stage.desk.bus.publish(ticked())
        assert told == []  # never within the core's own call
        began = time.monotonic()
        await until(lambda: told)
        assert time.monotonic() - began < INTERVAL
        assert told == [{"MNQ1!"}]
        await asyncio.sleep(3 * INTERVAL)
        assert len(told) == 1

    on_stage(play)


def test_gathers_a_storm_of_ticks(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        told: list[set[str]] = []
        stage.bridge.prices_moved.connect(told.append)
        began = time.monotonic()
        while time.monotonic() - began < 0.5:
            for number in range(10):
                stage.desk.bus.publish(ticked(f"S{number}"))
            await asyncio.sleep(0.001)
        took = time.monotonic() - began
        assert 3 <= len(told) <= took / INTERVAL + 2
        assert set().union(*told) == {f"S{number}" for number in range(10)}

    on_stage(play)


def test_a_slow_window_is_told_less_often(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        told: list[float] = []

        def draw(_: object) -> None:
            told.append(time.monotonic())
            time.sleep(0.05)  # a window that takes long

        stage.bridge.prices_moved.connect(draw)
        began = time.monotonic()
        while time.monotonic() - began < 0.7:
            stage.desk.bus.publish(ticked())
            await asyncio.sleep(0.001)
        assert all(after - before >= 0.19 for before, after in pairwise(told))

    on_stage(play)


def test_tells_names_before_rows_before_prices(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        told: list[str] = []
        bridge = stage.bridge
        for signal, name in (
            (bridge.prices_moved, "prices"),
            (bridge.signals_repeated, "repeats"),
            (bridge.signals_recorded, "signals"),
            (bridge.products_changed, "products"),
        ):
            signal.connect(lambda _, name=name: told.append(name))
        bridge.recorders_changed.connect(lambda: told.append("recorders"))
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600.25", quantity=1, sender_id="a")
        await stage.send(recorder, "buy", "25600.25", quantity=1, sender_id="a")
        await stage.desk.set_tick_value("XYZ", Decimal("0.01"), Decimal(1))
        told.clear()
        await stage.told()
        # The first of them was told on its own while the ledger was writing.
        assert told == sorted(told, key=ORDER.index)

    on_stage(play)


def test_tells_the_last_word_on_the_ledger(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        said: list[Any] = []
        stage.bridge.ledger_failed.connect(said.append)
        stage.bridge.ledger_recovered.connect(lambda: said.append("well"))
        stage.desk.bus.publish(LedgerFailed("the disk is full"))
        stage.bridge.tell()
        stage.desk.bus.publish(LedgerFailed("the disk is full"))
        stage.desk.bus.publish(LedgerRecovered())
        stage.bridge.tell()
        assert said == ["the disk is full", "well"]

    on_stage(play)


def test_hears_nothing_once_closed(qapp: object) -> None:
    bus = Bus()
    bridge = Bridge(bus)
    told: list[object] = []
    for signal in (bridge.prices_moved, bridge.signals_repeated, bridge.products_changed):
        signal.connect(told.append)
    bus.publish(ticked())
    bridge.close()
    bus.publish(ticked())
    bus.publish(SignalRepeated(1, START))
    bus.publish(ProductSaved("XYZ", Product("XYZ", Decimal(1), Decimal(1))))
    bus.publish(RecorderSaved(Recorder(id=1, name="ORB", token="t")))
    assert told == []
    bridge.deleteLater()


def test_tells_much_in_steps_between_which_the_loop_goes_on(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        told: list[str] = []

        def draw(name: str, _: object = None) -> None:
            told.append(name)
            time.sleep(0.01)  # longer than one step may take

        bridge = stage.bridge
        bridge.products_changed.connect(lambda _: draw("products"))
        bridge.prices_moved.connect(lambda _: draw("prices"))
        bridge.told.connect(lambda: told.append("all"))
        product = Product("XYZ", Decimal(1), Decimal(1))
        stage.desk.bus.publish(ProductSaved("XYZ", product))
        stage.desk.bus.publish(ticked())
        await until(lambda: told)
        assert told == ["products"]  # the loop was asked in between
        await until(lambda: len(told) == 3)
        assert told == ["products", "prices", "all"]

    on_stage(play)
