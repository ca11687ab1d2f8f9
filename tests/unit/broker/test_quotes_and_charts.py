"""Quotes in parts, chart packets, and what a refused subscription means to a trader."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import classify
from justtrades_desktop.broker.charts import Bar, Packet, Tick, packets
from justtrades_desktop.broker.market_stream import refused
from justtrades_desktop.broker.quotes import Quotes

AT = "2026-11-20T15:30:00.123Z"


def _quote(contract_id: int = 77, at: str = AT, **entries: Any) -> dict[str, Any]:
    return {"quotes": [{"timestamp": at, "contractId": contract_id, "entries": entries}]}


def test_parts_of_a_quote_are_put_together() -> None:
    quotes = Quotes()
    list(quotes.merge(_quote(Bid={"price": Decimal("1.1"), "size": 3}, Offer={"price": 2})))
    (quote,) = quotes.merge(_quote(Trade={"price": Decimal("1.5"), "size": 1}))

    assert (quote.bid, quote.offer) == (Decimal("1.1"), Decimal(2))
    assert quote.last == Decimal("1.5")
    assert quote.at == datetime(2026, 11, 20, 15, 30, 0, 123_000, tzinfo=UTC)
    assert quote.traded
    (quote,) = quotes.merge(_quote(Bid={"price": Decimal("1.2")}))
    assert not quote.traded, "an old trade is told again"
    assert quote.last == Decimal("1.5")


def test_contracts_do_not_mix_and_what_is_given_up_is_forgotten() -> None:
    quotes = Quotes()
    list(quotes.merge(_quote(77, Trade={"price": 1})))
    list(quotes.merge(_quote(78, Trade={"price": 2})))
    quotes.forget(77)

    assert quotes.get(77) is None
    other = quotes.get(78)
    assert other is not None
    assert other.last == 2


@pytest.mark.parametrize("odd", [None, [], {"quotes": 5}, {"quotes": [None, {"contractId": "x"}]}])
def test_what_is_no_quote_is_left_out(odd: Any) -> None:
    assert list(Quotes().merge(odd)) == []


def test_odd_entries_are_unknown_not_a_crash() -> None:
    (quote,) = Quotes().merge(_quote(at="never", Trade={"price": "high"}, Bid=7))

    assert quote.last is None
    assert quote.at is None
    assert not quote.traded


def test_ticks_are_base_plus_steps_times_tick_size_and_come_in_order_of_time() -> None:
    chart = {
        "id": 16335,
        "td": 20261120,
        "bp": 96_001,
        "bt": 1_795_188_600_000,
        "ts": Decimal("0.25"),
        "tks": [
            {"t": 20, "p": -1, "s": 2, "b": -2, "a": 0, "bs": Decimal(5), "as": 6, "id": 12},
            {"t": 0, "p": 0, "s": 3, "id": 11},
        ],
    }
    began = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)

    (packet,) = packets({"charts": [chart]})

    assert packet == Packet(
        16335,
        ticks=(
            Tick(11, began, Decimal("24000.25"), 3),
            Tick(
                12,
                began.replace(microsecond=20_000),
                Decimal("24000.00"),
                2,
                Decimal("23999.75"),
                Decimal("24000.25"),
                5,
                6,
            ),
        ),
    )


def test_bars_and_the_end_of_history() -> None:
    bar = {
        "timestamp": "2026-11-20T15:30:00Z",
        **{"open": Decimal("1.5"), "high": 3, "low": 1, "close": 2},
        **{"upVolume": 7, "downVolume": 4, "upTicks": 2, "downTicks": 1, "bidVolume": 5},
    }
    found = [*packets({"charts": [{"id": 5, "td": 1, "bars": [bar, {}]}, {"id": 5, "eoh": True}]})]

    assert found == [
        Packet(
            5,
            bars=(
                Bar(
                    datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
                    Decimal("1.5"),
                    Decimal(3),
                    Decimal(1),
                    Decimal(2),
                    up_volume=Decimal(7),
                    down_volume=Decimal(4),
                    up_ticks=2,
                    down_ticks=1,
                    bid_volume=Decimal(5),
                ),
            ),
        ),
        Packet(5, ended=True),
    ]


@pytest.mark.parametrize(
    "odd", [None, {}, {"charts": [3, {"id": "x"}]}, {"charts": [{"id": 1, "tks": [{}], "bp": 1}]}]
)
def test_what_is_no_chart_gives_no_ticks(odd: Any) -> None:
    assert all(packet == Packet(1) for packet in packets(odd))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errorCode": "UnknownSymbol", "errorText": "x"}, ("x", "subscribe to it at the broker")),
        ({"errorText": "Symbol is inaccessible"}, ("Symbol is inaccessible", "subscribe to it")),
        ({"errorCode": "NoServicePlan"}, ("NoServicePlan", "subscribe to it at the broker")),
        ({"mode": "None"}, ("no data", "subscribe to it at the broker")),
        ({"errorCode": "UnknownReason", "errorText": "later"}, ("later",)),
        ({"mode": "Delayed"}, ("delayed", "not used")),
    ],
)
def test_a_refusal_says_what_to_do_and_that_alert_prices_work(
    body: dict[str, Any], words: tuple[str, ...]
) -> None:
    said = refused("MNQZ6", classify(200, body))

    assert "MNQZ6" in said
    assert "alerts still work" in said
    assert all(word in said for word in words)


@pytest.mark.parametrize("body", [{"mode": "RealTime", "subscriptionId": 1}, {}, None])
def test_what_is_granted_is_no_refusal(body: Any) -> None:
    assert refused("MNQZ6", classify(200, body)) == ""
