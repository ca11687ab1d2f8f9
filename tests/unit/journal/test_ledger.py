"""Finished trades in the ledger: read with their notes, and what belongs to each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from justtrades_desktop.app.wiring import Core, open_core
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import TradeNoted
from justtrades_desktop.domain.exits import ExitRules, level
from justtrades_desktop.domain.legacy import LegacyImported, OldTrade
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from tests.fakes.alerts import START, alert, reading


@asynccontextmanager
async def recording(folder: Path) -> AsyncIterator[tuple[Core, Recorder]]:
    async with open_core(folder) as core:
        yield core, await core.desk.add_recorder("ORB")


async def send(core: Core, recorder: Recorder, *steps: tuple[str, str | None, int]) -> None:
    for number, (action, price, quantity) in enumerate(steps):
        read = reading(action, price, quantity=quantity)
        await core.desk.receive(recorder, alert(read, after=60 * number))


def old_trade(id_: int, **fields: object) -> OldTrade:
    told: dict[str, object] = {
        "key": id_.to_bytes(16),
        "table": "recorded_trades",
        "id": str(id_),
        "in_journal": True,
        "recorder": "Old one",
        "symbol": "ES1!",
        "side": Side.SHORT,
        "open": False,
        "quantity": 2,
        "entry_price": Decimal("6000.25"),
        "exit_price": Decimal(6001),
        "opened_at": None,
        "closed_at": START - timedelta(days=id_),
        "profit": Decimal("-75.005"),
        "fees": Decimal("4.5"),
        "drawdown": Decimal(-100),
        "run_up": None,
        "adds": None,
        "exit_reason": "sl",
        "notes": "from before",
        "row": '{"id": 7}',
    }
    return OldTrade(**told | fields)  # type: ignore[arg-type]


async def test_a_closed_position_is_a_trade(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        desk = core.desk
        await desk.change_recorder(recorder.id, exits=ExitRules(stop=level("40 ticks")))
        recorder = desk.recorders[0]
        await send(
            core,
            recorder,
            ("buy", "25600", 1),
            ("buy", "25599", 1),
            ("buy", "25599", 1),
            ("sell", "25610", 1),
            ("close", "25605", 1),
            ("close", "25605", 2),
            ("buy", "25605", 1),
        )
        assert await desk.trades() == [
            Trade(
                origin=Origin.SIGNALS,
                id=1,
                strategy="ORB",
                symbol="MNQ1!",
                side=Side.LONG,
                size=3,
                opened_at=START,
                closed_at=START + timedelta(minutes=5),
                entry=Decimal("25599.33333333"),
                exit=Decimal("25606.66666667"),
                profit=Decimal("44.00"),
                drawdown=Decimal("-2.00"),
                run_up=Decimal("64.00"),
                risk=Decimal("20.00"),
                adds=2,
                exit_reason="signal",
            )
        ]


async def test_what_a_tick_is_worth_unknown_leaves_money_unknown(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        for action, price in (("buy", "10"), ("close", "12")):
            await core.desk.receive(recorder, alert(reading(action, price, ticker="ABC")))
        for action in ("buy", "close"):  # and no price at all
            await core.desk.receive(recorder, alert(reading(action)))
        for found in await core.desk.trades():
            assert (found.profit, found.drawdown, found.run_up) == (None, None, None)
            assert found.risk is None
        await core.desk.set_tick_value("ABC", Decimal("0.5"), Decimal(5))
        assert [found.profit for found in await core.desk.trades()] == [Decimal("20.00"), None]


async def test_risk_and_path_become_money_with_the_tick_value(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        exits = ExitRules(stop=level("4 points"))
        recorder = await core.desk.change_recorder(recorder.id, exits=exits)
        for action, price in (("buy", "10"), ("buy", "7"), ("close", "12"), ("buy", "10")):
            await core.desk.receive(recorder, alert(reading(action, price, ticker="ABC")))
        await core.desk.flush()
        await core.desk.set_tick_value("ABC", Decimal("0.5"), Decimal(5))
    async with open_core(tmp_path) as core:
        (trade,) = await core.desk.trades()
        assert trade.risk == 40  # 4 points of one contract, at 10 a point
        found = await core.desk.path(1)
        assert found is not None
        assert (found.low, found.high) == (-30.0, 70.0)
        assert trade.drawdown == -30
    assert check(path_in(tmp_path)) == (4, [])


async def test_old_trades_stand_among_ours_by_their_close(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await send(core, recorder, ("buy", "100", 1), ("close", "101", 1))
        history = LegacyImported(
            "old.db",
            (
                old_trade(2),
                old_trade(3, in_journal=False),
                old_trade(4, open=True, closed_at=None, in_journal=False),
                old_trade(1, closed_at=START + timedelta(days=1), profit=None, fees=None),
            ),
            (),
        )
        await core.desk.import_old(history)
        trades = await core.desk.trades()
        assert [(t.origin.value, t.id) for t in trades] == [
            *(("imported", 1), ("signals", 1), ("imported", 4)),
        ]
        assert trades[0] == Trade(
            origin=Origin.IMPORTED,
            id=1,
            strategy="Old one",
            symbol="ES1!",
            side=Side.SHORT,
            size=2,
            opened_at=None,
            closed_at=START - timedelta(days=2),
            entry=Decimal("6000.25"),
            exit=Decimal(6001),
            profit=Decimal("-75.00"),
            fees=Decimal("4.50"),
            drawdown=Decimal(-100),
            exit_reason="sl",
            notes="from before",
        )
        assert trades[2].profit is None
        assert trades[2].fees == 0
        assert await core.desk.imported_row(1) == '{"id": 7}'
        assert await core.desk.trade(Origin.IMPORTED, 1) == trades[0]
        assert await core.desk.trade(Origin.SIGNALS, 1) == trades[1]
        assert await core.desk.trade(Origin.IMPORTED, 2) is None
        assert await core.desk.trade(Origin.SIGNALS, 2) is None


async def test_notes_and_tags_stay_and_the_window_hears_of_them(tmp_path: Path) -> None:
    heard: list[TradeNoted] = []
    async with recording(tmp_path) as (core, recorder):
        core.desk.bus.subscribe(TradeNoted, heard.append)
        await send(core, recorder, ("buy", "100", 1), ("close", "101", 1), ("buy", "100", 1))
        await core.desk.import_old(LegacyImported("old.db", (old_trade(1),), ()))
        await core.desk.note_trade(Origin.SIGNALS, 1, notes="Ünder\nway", tags=[" Late ", "late"])
        await core.desk.note_trade(Origin.SIGNALS, 1, tags=["late", "news  day"])
        await core.desk.note_trade(Origin.IMPORTED, 1, tags=["old"])
    async with open_core(tmp_path) as core:
        old, ours = await core.desk.trades()
        assert (ours.notes, ours.tags) == ("Ünder\nway", ("late", "news day"))
        assert (old.notes, old.tags) == ("from before", ("old",))
    assert heard[1] == TradeNoted(Origin.SIGNALS, 1, "Ünder\nway", ("late", "news day"))
    assert len(heard) == 3


async def test_only_a_finished_trade_takes_notes_and_only_sensible_ones(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await send(core, recorder, ("buy", "100", 1), ("close", "101", 1), ("buy", "100", 1))
        note = core.desk.note_trade
        with pytest.raises(UserError, match="not in the journal"):
            await note(Origin.SIGNALS, 2, notes="still open")
        for tags in (["a,b"], [""], ["x" * 41], [str(n) for n in range(21)], ["a\x00b"]):
            with pytest.raises(UserError, match="tag"):
                await note(Origin.SIGNALS, 1, tags=tags)
        for notes in ("x" * 20_001, "\ud800"):
            with pytest.raises(UserError, match="notes"):
                await note(Origin.SIGNALS, 1, notes=notes)
        (trade,) = await core.desk.trades()
        assert (trade.notes, trade.tags) == ("", ())


async def test_the_signals_of_a_position_are_those_of_its_legs_and_those_that_name_it(
    tmp_path: Path,
) -> None:
    async with recording(tmp_path) as (core, recorder):
        other = await core.desk.add_recorder("Other")
        await core.desk.receive(recorder, alert(reading("buy", "100")))
        await core.desk.receive(other, alert(reading("buy", "100")))
        await core.desk.receive(recorder, alert(reading("buy", "101")))
        await core.desk.receive(recorder, alert(reading("sell", "102", quantity=3)))  # a flip
        await core.desk.receive(recorder, alert(reading("close", "103")))
        found = [[line.id for line in await core.desk.signals_of(n)] for n in (1, 2, 3, 9)]
        assert found == [[1, 3, 4], [2], [4, 5], []]


async def test_the_path_of_a_closed_position_is_read_again(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await send(core, recorder, ("buy", "100", 1), ("buy", "90", 1), ("close", "101", 2))
        await core.desk.flush()
        live = await core.desk.path(1)
        assert live is not None
    async with open_core(tmp_path) as core:
        found = await core.desk.path(1)
        assert found is not None
        assert (found.times, found.values) == (live.times, live.values)
        assert found.low == -20
        assert await core.desk.path(2) is None
        assert list(await core.desk.paths_of([2, 1])) == [1]
