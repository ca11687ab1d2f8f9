"""Sessions, trade dates and expiries on the simulated exchange."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.fakes.floor import MONDAY, Floor

# 15:59 in Chicago, a minute before the close.
BEFORE_CLOSE = datetime(2026, 11, 23, 21, 59, tzinfo=UTC)


def test_day_orders_end_with_the_session_and_gtc_orders_wait_for_the_next() -> None:
    floor = Floor(at=BEFORE_CLOSE, always_open=False)
    floor.ticks(20_000)
    day = floor.place("Buy", 1, "Limit", price=19_000)["orderId"]
    gtc = floor.place("Buy", 1, "Limit", price=19_000, timeInForce="GTC")["orderId"]
    floor.wait(minutes=1)
    assert (floor.status(day), floor.status(gtc)) == ("Expired", "Suspended")
    floor.ticks(18_000)
    assert floor.net == 0
    floor.wait(hours=1)
    assert floor.status(gtc) == "Filled"


def test_orders_outside_the_session_are_refused_or_wait() -> None:
    floor = Floor(at=BEFORE_CLOSE, always_open=False)
    floor.ticks(20_000)
    floor.wait(minutes=5)
    assert floor.place("Buy", 1)["failureReason"] == "SessionClosed"
    assert floor.place("Buy", 1, "Limit", price=1)["failureReason"] == "SessionClosed"
    waiting = floor.place("Buy", 1, "Limit", price=19_000, timeInForce="GTC")["orderId"]
    assert floor.status(waiting) == "Suspended"
    floor.cancel(waiting)
    assert floor.status(waiting) == "Canceled"


def test_an_exchange_that_is_always_open_keeps_its_day_orders() -> None:
    floor = Floor(at=BEFORE_CLOSE)
    floor.ticks(20_000)
    order = floor.place("Buy", 1, "Limit", price=19_000)["orderId"]
    floor.wait(hours=30)
    assert floor.status(order) == "Working"
    floor.ticks(19_000)
    assert floor.status(order) == "Filled"


def test_a_new_trade_date_begins_the_sums_of_the_day_again() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.ticks(20_010)
    floor.place("Sell", 1)
    floor.wait(hours=9)  # 18:00 in Chicago: Tuesday's session
    (position,) = floor.all("position")
    assert (position["prevPos"], position["prevPrice"]) == (1, 20_000)
    assert (position["bought"], position["sold"]) == (0, 0)
    assert position["tradeDate"] == {"year": 2026, "month": 11, "day": 24}
    (balance,) = floor.all("cashBalance")
    assert (balance["realizedPnL"], balance["weekRealizedPnL"]) == (0, 20)
    assert (balance["amount"], balance["amountSOD"]) == (50_020, 50_020)
    floor.wait(days=7)
    assert floor.all("cashBalance")[0]["weekRealizedPnL"] == 0


def test_the_front_moves_on_when_a_contract_ends() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 1)
    resting = floor.place("Buy", 1, "Limit", price=1, timeInForce="GTC")["orderId"]
    assert front(floor) == "MNQZ6"
    floor.at = datetime(2026, 12, 21, 15, tzinfo=UTC)  # after the third Friday
    floor.wait(seconds=0)
    assert front(floor) == "MNQH7"
    assert (floor.net, floor.status(resting)) == (0, "Expired")
    assert floor.place("Buy", 1)["failureReason"] == "InvalidContract"
    names = suggested(floor, "MNQ")
    assert names == ["MNQH7", "MNQM7", "MNQU7", "MNQZ7"]


def test_contracts_are_suggested_front_first() -> None:
    floor = Floor(at=MONDAY)
    assert suggested(floor, "MNQ") == ["MNQZ6", "MNQH7", "MNQM7", "MNQU7"]
    assert suggested(floor, "GC")[:2] == ["GCZ6", "GCG7"]
    assert suggested(floor, "6E")[0] == "6EZ6"
    assert suggested(floor, "M")[0].startswith("M")


def test_what_has_been_over_for_long_is_forgotten_and_nothing_else() -> None:
    floor = Floor(keep_days=3)
    floor.ticks(20_000)
    floor.place("Buy", 1)
    floor.ticks(20_010)
    floor.place("Sell", 1)
    gtc = {"timeInForce": "GTC"}
    target = {"action": "Sell", "orderType": "Limit", "price": 20_100, **gtc}
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_900, **gtc}
    entry = floor.place("Buy", 2, bracket1=target, bracket2=stop)
    floor.wait(days=3)
    assert len(floor.all("order")) == 5
    floor.wait(days=1)
    kept = [entry["orderId"], entry["oso1Id"], entry["oso2Id"]]
    assert [each["id"] for each in floor.all("order")] == kept
    assert {each["orderId"] for each in floor.all("command")} == set(kept)
    assert floor.all("fillPair") == []
    assert [each["qty"] for each in floor.all("fill")] == [2]
    floor.ticks(20_100)
    assert (floor.net, floor.status(entry["oso2Id"])) == (0, "Canceled")
    assert floor.cash == 50_000 + 20 + 2 * 90 * 2
    floor.wait(days=4)
    assert [floor.all(kind) for kind in ("order", "fill", "executionReport")] == [[], [], []]
    assert floor.cash == 50_380


def suggested(floor: Floor, text: str) -> list[str]:
    found = floor.exchange.read(floor.user, "contract", "suggest", {"t": text, "l": "10"})
    return [each["name"] for each in found if isinstance(each, dict)]


def front(floor: Floor) -> str:
    """The contract whose maturity is the front, as the broker flags it."""
    for name in suggested(floor, "MNQ"):
        contract = floor.item("contract", floor.exchange.contract_id(name))
        if floor.item("contractMaturity", contract["contractMaturityId"])["isFront"]:
            return name
    raise AssertionError("no front")
