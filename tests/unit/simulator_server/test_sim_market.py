"""The simulator's market data socket."""

from __future__ import annotations

from typing import Any

import pytest

from justtrades_desktop.simulator.faults import Fault, FaultKind
from justtrades_desktop.simulator.server_settings import ServerSettings
from tests.unit.simulator_server.wire import SYMBOL, Stage, Wire, simulator

INACCESSIBLE = {
    "mode": "None",
    "errorCode": "UnknownSymbol",
    "errorText": "Symbol is inaccessible",
}


async def prices(stage: Stage) -> Wire:
    return await stage.socket((await stage.login())["mdAccessToken"], market=True)


async def of(wire: Wire, kind: str) -> dict[str, Any]:
    """The next quote, dom or histogram."""
    told = await wire.event(lambda event: event["e"] == "md" and kind in event["d"])
    row: dict[str, Any] = told["d"][kind][0]
    return row


async def packet(wire: Wire, id_: int) -> dict[str, Any]:
    """The next packet of a chart."""
    while True:
        for event in wire.events:
            for one in event["d"]["charts"] if event["e"] == "chart" else ():
                if one["id"] == id_:
                    event["d"]["charts"].remove(one)
                    found: dict[str, Any] = one
                    return found
        await wire.frame()


async def test_either_token_opens_market_data_but_the_market_token_no_orders() -> None:
    async with simulator() as stage:
        told = await stage.login()
        await stage.socket(told["mdAccessToken"], market=True)
        await stage.socket(told["accessToken"], market=True)
        wire = await stage.connect()
        assert await wire.frame() == "o"
        assert (await wire.ask("authorize", told["mdAccessToken"]))["s"] == 401


async def test_a_quote_comes_whole_at_first_and_then_what_changed() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        reply = await wire.ask("md/subscribequote", {"symbol": SYMBOL})
        assert reply["d"]["mode"] == "RealTime"
        quote = await of(wire, "quotes")
        assert quote["contractId"] == stage.server.exchange.contract_id(SYMBOL)
        assert {"Bid", "Offer", "Trade", "TotalTradeVolume", "HighPrice"} <= set(quote["entries"])
        stage.server.trade(SYMBOL, "25001.25", 2)
        quote = await of(wire, "quotes")
        assert quote["entries"]["Trade"] == {"price": 25001.25, "size": 2}
        assert "OpeningPrice" not in quote["entries"]


async def test_a_contract_may_be_named_by_its_id_and_is_subscribed_once() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        id_ = stage.server.exchange.contract_id(SYMBOL)
        replies = [
            (await wire.ask("md/subscribequote", {"symbol": symbol}))["d"]
            for symbol in (SYMBOL, id_, str(id_))
        ]
        assert replies[0] == replies[1] == replies[2]
        await wire.silence(0.1)
        wire.events.clear()
        stage.server.trade(SYMBOL, "25002")
        await wire.silence(0.2)
        assert len(wire.events) == 1


async def test_after_unsubscribing_nothing_comes() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        for kind in ("quote", "dom", "histogram"):
            assert (await wire.ask(f"md/subscribe{kind}", {"symbol": SYMBOL}))["s"] == 200
        for kind in ("quote", "dom", "histogram"):
            assert (await wire.ask(f"md/unsubscribe{kind}", {"symbol": SYMBOL}))["s"] == 200
        await wire.silence(0.1)
        wire.events.clear()
        stage.server.trade(SYMBOL, "25002")
        await wire.silence(0.2)
        assert wire.events == []


async def test_depth_and_volume_by_price() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        await wire.ask("md/subscribedom", {"symbol": SYMBOL})
        dom = await of(wire, "doms")
        assert dom["bids"][0]["price"] <= dom["offers"][0]["price"]
        assert dom["bids"][0]["price"] > dom["bids"][1]["price"]
        stage.server.trade(SYMBOL, "25000.50", 4)
        await wire.ask("md/subscribehistogram", {"symbol": SYMBOL})
        histogram = await of(wire, "histograms")
        assert (histogram["base"], histogram["items"]) == (25_000, {"0": 3, "2": 4})


async def test_capitals_in_a_path_make_it_another_one() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        assert (await wire.ask("md/subscribeQuote", {"symbol": SYMBOL}))["s"] == 404
        assert (await wire.ask("md/getChart", {"symbol": SYMBOL}))["s"] == 404
        assert (await wire.ask("order/placeorder", stage.order()))["s"] == 404


async def test_an_unknown_symbol_and_a_missing_one() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        told = (await wire.ask("md/subscribequote", {"symbol": "NOPE9"}))["d"]
        assert (told["mode"], told["errorCode"]) == ("None", "UnknownSymbol")
        assert (await wire.ask("md/subscribequote", {}))["s"] == 400


async def test_without_an_entitlement_every_symbol_is_inaccessible() -> None:
    settings = ServerSettings(without_market_data=frozenset({"ada"}))
    async with simulator(settings=settings) as stage:
        wire = await prices(stage)
        assert (await wire.ask("md/subscribequote", {"symbol": SYMBOL}))["d"] == INACCESSIBLE
    fault = Fault(kind=FaultKind.NO_ENTITLEMENT, match="md/subscribequote")
    async with simulator(fault) as stage:
        wire = await prices(stage)
        assert (await wire.ask("md/subscribequote", {"symbol": SYMBOL}))["d"] == INACCESSIBLE
        assert (await wire.ask("md/subscribequote", {"symbol": SYMBOL}))["d"]["mode"] == "RealTime"


async def test_many_trades_are_merged_for_a_slow_reader() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        await wire.ask("md/subscribequote", {"symbol": SYMBOL})
        for step in range(1_000):  # no reader gets a turn between them
            stage.server.trade(SYMBOL, str(25_000 + step))
        await wire.silence(0.2)
        last = [event["d"]["quotes"][0]["entries"] for event in wire.events]
        assert len(last) <= 3
        assert last[-1]["Trade"]["price"] == 25_999


def chart(kind: str, size: int = 1, **within: Any) -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "chartDescription": {
            "underlyingType": kind,
            "elementSize": size,
            "elementSizeUnit": "UnderlyingUnits",
            "withHistogram": False,
        },
        "timeRange": within,
    }


async def test_a_chart_of_bars_has_a_past_and_goes_on() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        ids = (await wire.ask("md/getchart", chart("MinuteBar", 5, asMuchAsElements=20)))["d"]
        past = await packet(wire, ids["historicalId"])
        assert len(past["bars"]) == 20
        assert past["td"] == 20261120
        times = [bar["timestamp"] for bar in past["bars"]]
        assert times == sorted(set(times))
        for before, after in zip(past["bars"], past["bars"][1:], strict=False):
            assert before["close"] == after["open"]
        assert all(b["low"] <= min(b["open"], b["close"]) for b in past["bars"])
        assert (await packet(wire, ids["historicalId"]))["eoh"] is True
        stage.server.trade(SYMBOL, "25010", 5)
        bar = (await packet(wire, ids["realtimeId"]))["bars"][-1]
        assert (bar["open"], bar["high"], bar["close"]) == (25_000, 25_010, 25_010)
        assert bar["timestamp"] == "2026-11-20T15:00:00.000Z"
        stage.clock.go(300)
        stage.server.trade(SYMBOL, "24990", 1)
        bars = (await packet(wire, ids["realtimeId"]))["bars"]
        assert [bar["timestamp"] for bar in bars] == ["2026-11-20T15:05:00.000Z"]
        assert bars[0]["downVolume"] + bars[0]["upVolume"] == 1


async def test_a_chart_of_ticks_decodes_to_the_prices_traded() -> None:
    async with simulator() as stage:
        stage.clock.go(1.5)
        stage.server.trade(SYMBOL, "25003.75", 2)
        wire = await prices(stage)
        ids = (await wire.ask("md/getchart", chart("Tick", asMuchAsElements=10)))["d"]
        told = await packet(wire, ids["historicalId"])
        prices_ = [(told["bp"] + tick["p"]) * told["ts"] for tick in told["tks"]]
        assert prices_ == [25_000, 25_003.75]
        assert [tick["s"] for tick in told["tks"]] == [3, 2]
        assert told["tks"][1]["t"] == 1_500
        assert told["bt"] == 1_795_186_800_000
        stage.server.trade(SYMBOL, "24999.25", 1)
        news = await packet(wire, ids["realtimeId"])
        assert [(news["bp"] + tick["p"]) * news["ts"] for tick in news["tks"]] == [24_999.25]


@pytest.mark.parametrize("which", ["historicalId", "realtimeId"])
async def test_a_chart_is_cancelled_by_either_id(which: str) -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        ids = (await wire.ask("md/getchart", chart("MinuteBar")))["d"]
        told = await wire.ask("md/cancelchart", {"subscriptionId": ids[which]})
        assert told["s"] == 200
        await wire.silence(0.1)
        wire.events.clear()
        stage.server.trade(SYMBOL, "25010")
        await wire.silence(0.2)
        assert wire.events == []


async def test_what_is_not_simulated_of_charts_is_said() -> None:
    async with simulator() as stage:
        wire = await prices(stage)
        for kind in ("Custom", "DOM"):
            told = (await wire.ask("md/getchart", chart(kind)))["d"]
            assert told["errorCode"] == "OperationNotSupported"
        assert (await wire.ask("md/getchart", {"symbol": SYMBOL}))["s"] == 400
        wrong = chart("MinuteBar", asFarAsTimestamp="yesterday")
        assert (await wire.ask("md/getchart", wrong))["s"] == 400
