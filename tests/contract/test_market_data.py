"""The market-data socket against the simulator's: section 7, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.charts import packets
from justtrades_desktop.broker.frames import Event
from justtrades_desktop.broker.parting import LinkDown
from justtrades_desktop.broker.quotes import Quotes
from justtrades_desktop.broker.socket import BrokerSocket, connected
from justtrades_desktop.domain.broker import Light
from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import FaultKind
from tests.contract.broker_pair import QUICK, SYMBOL, USER, Pair, broker_pair, quick, until

SUBSCRIBE = "md/subscribequote"
UNSUBSCRIBE = "md/unsubscribequote"
D = Decimal


async def _watching(pair: Pair, *symbols: str) -> None:
    """Connected, with these subscribed."""
    for symbol in symbols:
        pair.client.connection.watch(symbol)
    await pair.client.up()
    await until(lambda: len(pair.client.made(SUBSCRIBE)) >= len(set(symbols)))


# Quotes


async def test_each_trade_reaches_the_program_with_its_price_and_time(pair: Pair) -> None:
    await _watching(pair, SYMBOL)
    await until(lambda: bool(pair.client.prices))  # what was last before we came
    pair.client.prices.clear()
    for price in ("25001.25", "24999.75"):
        pair.trade(price)
        await until(
            lambda price=price: (
                pair.client.prices[-1:] != []
                and (  # type: ignore[misc]
                    pair.client.prices[-1][1] == D(price)
                )
            )
        )
    assert [(symbol, price) for symbol, price, _ in pair.client.prices] == [
        (SYMBOL, D("25001.25")),
        (SYMBOL, D("24999.75")),
    ]
    at = pair.client.prices[-1][2]
    assert at.utcoffset() == timedelta(0)
    assert abs(at - pair.clock()) < timedelta(seconds=5)


async def test_a_continuous_symbol_is_the_front_month_and_shares_its_subscription(
    pair: Pair,
) -> None:
    await _watching(pair, "MNQ1!")
    pair.client.connection.watch(SYMBOL)
    await until(lambda: SYMBOL in pair.client.state.contracts)
    pair.trade("25001")
    await until(lambda: {symbol for symbol, _, _ in pair.client.prices} == {"MNQ1!", SYMBOL})
    assert len(pair.client.made(SUBSCRIBE)) == 1
    resolved = pair.client.state.contracts["MNQ1!"]
    assert (resolved.name, resolved.contract_id) == (SYMBOL, pair.contract_id)
    assert (resolved.tick_size, resolved.tick_value) == (D("0.25"), D("0.5"))


async def test_the_parts_of_a_quote_are_put_together() -> None:
    async with broker_pair(exchange=ExchangeSettings(spread_ticks=2)) as pair:
        await _watching(pair, SYMBOL)
        await until(lambda: bool(pair.client.prices))
        pair.trade("25002")
        await until(lambda: pair.client.prices[-1][1] == 25_002)
        pair.trade("25002", 9)
        await asyncio.sleep(0.1)
        quote = pair.client.connection._market.quotes.get(pair.contract_id)
        assert quote is not None
        assert (quote.last, quote.bid, quote.offer) == (D(25_002), D(25_002), D("25002.50"))
        assert {"OpeningPrice", "HighPrice", "LowPrice", "TotalTradeVolume"} <= set(quote.entries)
        assert quote.entries["OpeningPrice"].price == 25_000
        assert quote.entries["HighPrice"].price == 25_002


async def test_who_no_longer_watches_hears_no_more(pair: Pair) -> None:
    await _watching(pair, SYMBOL)
    pair.client.connection.unwatch(SYMBOL)
    await until(lambda: bool(pair.client.made(UNSUBSCRIBE)))
    pair.client.prices.clear()
    pair.trade("25010")
    await asyncio.sleep(0.15)
    assert pair.client.prices == []


async def test_after_a_cut_all_that_is_watched_is_subscribed_again(pair: Pair) -> None:
    pair.server.trade("MESZ6", "6800", 1)
    await _watching(pair, SYMBOL, "MESZ6")
    pair.fault(FaultKind.CUT, socket="market")
    await pair.client.again()
    await until(lambda: len(pair.client.made(SUBSCRIBE)) == 4)
    pair.client.prices.clear()
    pair.trade("25020")
    pair.server.trade("MESZ6", "6801", 1)
    await until(
        lambda: (
            {(s, p) for s, p, _ in pair.client.prices} >= {(SYMBOL, D(25_020)), ("MESZ6", D(6_801))}
        )
    )


async def test_open_profit_follows_the_price_and_is_unknown_without_one(pair: Pair) -> None:
    await _watching(pair, SYMBOL)
    await pair.placed(quantity=2)
    pair.trade("25010.25")
    await until(lambda: pair.client.state.accounts[0].open_pnl == 41)
    assert pair.client.state.accounts[0].net_liquidation == 50_041
    pair.client.connection.unwatch(SYMBOL)
    await until(lambda: pair.client.state.accounts[0].open_pnl is None)


async def test_without_the_right_to_prices_it_says_what_to_do() -> None:
    settings = quick(without_market_data=frozenset({USER}))
    async with broker_pair(settings=settings) as pair:
        pair.client.connection.watch(SYMBOL)
        pair.client.begin()
        await until(lambda: pair.client.lights == (Light.UP, Light.TROUBLE))
        said = pair.client.state.market.said
        assert "Symbol is inaccessible" in said
        assert "subscribe to it at the broker" in said
        assert "alerts still work" in said
        assert pair.client.state.market.light is Light.TROUBLE
        assert pair.client.state.orders.light is Light.UP
        await asyncio.sleep(0.1)
        assert len(pair.client.made(SUBSCRIBE)) == 1


async def test_an_unknown_symbol_is_named_and_the_others_go_on(pair: Pair) -> None:
    await _watching(pair, SYMBOL)
    pair.client.connection.watch("NOPEZ6")
    await until(lambda: "NOPEZ6" in pair.client.state.market.said)
    assert pair.client.state.market.light is Light.UP
    pair.client.prices.clear()
    pair.trade("25030")
    await until(lambda: bool(pair.client.prices))


async def test_what_the_broker_does_not_know_is_not_asked_again_with_every_signal(
    pair: Pair,
) -> None:
    unknown = [f"QQX{letter}1!" for letter in "ABC"]
    await _watching(pair, SYMBOL)
    for symbol in unknown:
        pair.client.connection.watch(symbol)
    await until(lambda: "QQXC1!" in pair.client.state.market.said)
    asked = len(pair.client.made("contract/suggest"))
    for _ in range(3):  # positions that open and close, the unknown ones too
        pair.client.connection.unwatch(SYMBOL)
        pair.client.connection.unwatch(unknown[0])
        await asyncio.sleep(0.05)
        pair.client.connection.watch(unknown[0])
        pair.client.connection.watch(SYMBOL)
        await asyncio.sleep(0.05)
    assert len(pair.client.made("contract/suggest")) == asked
    pair.client.connection.try_now()
    await until(lambda: len(pair.client.made("contract/suggest")) == asked + len(unknown))


async def test_each_symbol_has_prices_as_soon_as_it_is_looked_up(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = pair.client.connection
    answered, resolve = asyncio.Event(), connection.contracts.resolve

    async def slowly(symbol: str, *args: Any, **more: Any) -> Any:
        if symbol == "MESZ6":
            await answered.wait()
        return await resolve(symbol, *args, **more)

    monkeypatch.setattr(connection.contracts, "resolve", slowly)
    pair.server.trade("MESZ6", "6800", 1)
    for symbol in (SYMBOL, "MESZ6"):
        connection.watch(symbol)
    pair.client.begin()
    await until(lambda: bool(pair.client.prices))
    market = pair.client.state.market
    assert (market.light, market.said) == (Light.CONNECTING, "1 of 2 instruments")
    answered.set()
    await until(lambda: {symbol for symbol, _, _ in pair.client.prices} == {SYMBOL, "MESZ6"})
    assert pair.client.lights == (Light.UP, Light.UP)


async def test_a_market_socket_without_a_good_token_is_not_let_in(pair: Pair) -> None:
    async with _socket(pair, "no token") as (socket, _):
        reply = await socket.call("md/subscribequote", body={"symbol": SYMBOL})
        assert (reply.status, reply.data) == (401, "Access is denied")


async def test_paths_with_capitals_are_not_there_which_is_why_ours_have_none(pair: Pair) -> None:
    async with _socket(pair) as (socket, _):
        assert (await socket.call("md/subscribeQuote", body={"symbol": SYMBOL})).status == 404
        assert (await socket.call(SUBSCRIBE, body={"symbol": SYMBOL})).status == 200


# Depth and charts, over a socket of our own


async def test_depth_comes_whole_and_best_first(pair: Pair) -> None:
    async with _socket(pair) as (socket, events):
        reply = await socket.call("md/subscribedom", body={"symbol": SYMBOL})
        assert reply.data["mode"] == "RealTime"
        await until(lambda: any("doms" in event.data for event in events))
        (dom,) = next(event.data["doms"] for event in events if "doms" in event.data)
        assert dom["contractId"] == pair.contract_id
        bids = [D(row["price"]) for row in dom["bids"]]
        offers = [D(row["price"]) for row in dom["offers"]]
        assert bids == sorted(bids, reverse=True)
        assert offers == sorted(offers)
        assert bids[0] <= 25_000 <= offers[0]
        assert (await socket.call("md/unsubscribedom", body={"symbol": SYMBOL})).status == 200


def _chart(kind: str, **more: Any) -> dict[str, Any]:
    described = {
        "underlyingType": kind,
        "elementSize": 1,
        "elementSizeUnit": "UnderlyingUnits",
        "withHistogram": False,
    }
    return {"symbol": SYMBOL, "chartDescription": described, "timeRange": more}


async def test_ticks_are_unpacked_to_the_prices_and_times_that_were_traded(pair: Pair) -> None:
    prices = ["25000.25", "25001.50", "24998.75"]
    for price in prices:
        pair.trade(price, 3)
        pair.clock.go(2)
    async with _socket(pair) as (socket, events):
        ids = (await socket.call("md/getchart", body=_chart("Tick", asMuchAsElements=50))).data
        await until(lambda: any(part.ended for part in _parts(events)))
        past = [part for part in _parts(events) if part.id == ids["historicalId"]]
        ticks = [tick for part in past for tick in part.ticks]
        assert [tick.price for tick in ticks][-3:] == [D(price) for price in prices]
        assert [tick.size for tick in ticks][-3:] == [3, 3, 3]
        assert ticks == sorted(ticks, key=lambda tick: tick.at)
        assert abs(ticks[-1].at + timedelta(seconds=2) - pair.clock()) < timedelta(seconds=2)

        pair.trade("25005.25")
        await until(lambda: any(part.id == ids["realtimeId"] for part in _parts(events)))
        (new,) = [t for p in _parts(events) if p.id == ids["realtimeId"] for t in p.ticks]
        assert new.price == D("25005.25")
        for number in (ids["realtimeId"], ids["historicalId"]):
            reply = await socket.call("md/cancelchart", body={"subscriptionId": number})
            assert reply.status == 200
        count = len(events)
        pair.trade("25006")
        await asyncio.sleep(0.1)
        assert len([e for e in events[count:] if e.kind == "chart"]) == 0


async def test_bars_are_unpacked_and_their_history_has_an_end(pair: Pair) -> None:
    for price in ("25010", "24990", "25005.25"):
        pair.trade(price)
    async with _socket(pair) as (socket, events):
        body = _chart("MinuteBar", asMuchAsElements=10)
        ids = (await socket.call("md/getchart", body=body)).data
        await until(lambda: any(part.ended for part in _parts(events)))
        bars = [b for p in _parts(events) if p.id == ids["historicalId"] for b in p.bars]
        assert bars
        last = bars[-1]
        assert (last.open, last.high, last.low, last.close) == (
            25_000,
            25_010,
            24_990,
            D("25005.25"),
        )
        assert last.up_volume + last.down_volume >= 20


async def test_a_chart_that_is_not_offered_is_refused_with_words(pair: Pair) -> None:
    async with _socket(pair) as (socket, _):
        body = _chart("DOM", asMuchAsElements=10)
        told = (await socket.call("md/getchart", body=body)).data
        assert told["errorCode"] == "OperationNotSupported"
        assert told["errorText"]


async def test_a_slow_reader_loses_quotes_in_between_but_never_the_last(pair: Pair) -> None:
    async with _socket(pair) as (socket, events):
        await socket.call(SUBSCRIBE, body={"symbol": SYMBOL})
        for number in range(400):
            pair.trade(str(25_000 + number))
        quotes = Quotes()
        await until(lambda: bool(events) and _last(quotes, events, pair.contract_id) == 25_399)
        assert len(events) < 400


def _last(quotes: Quotes, events: list[Event], contract_id: int) -> Decimal | None:
    for event in events:
        for _ in quotes.merge(event.data):
            pass
    quote = quotes.get(contract_id)
    return None if quote is None else quote.last


def _parts(events: list[Event]) -> list[Any]:
    return [part for event in events if event.kind == "chart" for part in packets(event.data)]


@asynccontextmanager
async def _socket(
    pair: Pair, token: str | None = None
) -> AsyncIterator[tuple[BrokerSocket, list[Event]]]:
    """A market socket of the client's own kind, let in unless ``token`` is another."""
    await pair.client.session.ensure()
    events: list[Event] = []
    async with connected(
        pair.client.http.web(),
        pair.server.addresses.market,
        on_event=events.append,
        clock=pair.clock,
        timing=QUICK,
    ) as socket:
        await socket.opened()
        ours = pair.client.session.market_token()
        await socket.call("authorize", body=token or ours or "")
        yield socket, events


async def test_a_stranger_is_hung_up_on() -> None:
    async with (
        broker_pair(settings=quick(authorize_within=0.2)) as pair,
        _socket(pair, "no token") as (socket, _),
    ):
        with pytest.raises(LinkDown, match="Unauthorized"):
            await asyncio.wait_for(socket.ended(), 2)
