"""Single orders on the simulated exchange: when they fill, at what price, and when they end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.simulator.exchange import Denied, Malformed
from justtrades_desktop.simulator.settings import Fees
from tests.fakes.floor import Floor

FILLED = "Filled"


def test_a_market_order_fills_at_the_last_price() -> None:
    floor = Floor()
    floor.ticks(20_000.25)
    order = floor.place("Buy", 2)["orderId"]
    assert floor.fills(order) == [("Buy", 2, 20_000.25)]
    assert floor.status(order) == FILLED


def test_a_market_order_pays_the_spread_and_the_slippage() -> None:
    floor = Floor(spread_ticks=2, slippage_ticks=3)
    floor.ticks(20_000)
    assert floor.fills(floor.place("Buy", 1)["orderId"]) == [("Buy", 1, 20_001.25)]
    assert floor.fills(floor.place("Sell", 1)["orderId"]) == [("Sell", 1, 19_999.25)]


def test_a_limit_takes_the_better_price_on_arrival_and_its_own_when_it_rests() -> None:
    floor = Floor(slippage_ticks=5)
    floor.ticks(20_000)
    taking = floor.place("Buy", 1, "Limit", price=20_010)["orderId"]
    resting = floor.place("Buy", 1, "Limit", price=19_990)["orderId"]
    assert floor.fills(taking) == [("Buy", 1, 20_000)]
    floor.ticks(19_990.25)
    assert floor.status(resting) == "Working"
    floor.ticks(19_980)
    assert floor.fills(resting) == [("Buy", 1, 19_990)]


def test_a_limit_can_be_made_to_wait_until_traded_through() -> None:
    floor = Floor(fill_on_touch=False)
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "Limit", price=20_005)["orderId"]
    floor.ticks(20_005)
    assert floor.status(order) == "Working"
    floor.ticks(20_005.25)
    assert floor.fills(order) == [("Sell", 1, 20_005)]


def test_a_stop_fills_at_the_price_that_set_it_off() -> None:
    floor = Floor(slippage_ticks=1)
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "Stop", stopPrice=19_990)["orderId"]
    floor.ticks(19_990.25)
    assert floor.status(order) == "Working"
    floor.ticks(19_987)
    assert floor.fills(order) == [("Sell", 1, 19_986.75)]


def test_a_stop_limit_that_is_jumped_over_waits_at_its_limit() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Buy", 1, "StopLimit", stopPrice=20_010, price=20_012)["orderId"]
    floor.ticks(20_015)
    assert floor.status(order) == "Working"
    floor.ticks(20_013)
    assert floor.status(order) == "Working"
    floor.ticks(20_012)
    assert floor.fills(order) == [("Buy", 1, 20_012)]


def test_a_stop_limit_within_its_limit_fills_at_the_market() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Buy", 1, "StopLimit", stopPrice=20_010, price=20_012)["orderId"]
    floor.ticks(20_011)
    assert floor.fills(order) == [("Buy", 1, 20_011)]


def test_market_if_touched_waits_on_the_good_side() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Buy", 1, "MIT", stopPrice=19_990)["orderId"]
    floor.ticks(19_995)
    assert floor.status(order) == "Working"
    floor.ticks(19_989)
    assert floor.fills(order) == [("Buy", 1, 19_989)]


def test_a_trailing_stop_follows_the_best_price_and_never_back() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "TrailingStop", stopPrice=19_990, pegDifference=10)["orderId"]
    floor.ticks(20_030, 20_020.25)  # the stop is at 20,020 now
    assert floor.status(order) == "Working"
    assert floor.version(order)["stopPrice"] == 19_990
    floor.ticks(20_019.5)
    assert floor.fills(order) == [("Sell", 1, 20_019.5)]


def test_a_trailing_stop_of_a_short_follows_down() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Buy", 1, "TrailingStop", stopPrice=20_010, pegDifference=-10)["orderId"]
    floor.ticks(19_970, 19_979.75)
    assert floor.status(order) == "Working"
    floor.ticks(19_980)
    assert floor.fills(order) == [("Buy", 1, 19_980)]


def test_a_market_order_larger_than_the_prints_fills_in_parts() -> None:
    floor = Floor(max_fill=2)
    floor.ticks(20_000)
    order = floor.place("Buy", 5)["orderId"]
    assert floor.status(order) == "Working"
    floor.ticks(20_001, 20_002)
    assert floor.fills(order) == [("Buy", 2, 20_000), ("Buy", 2, 20_001), ("Buy", 1, 20_002)]
    reports = [each for each in floor.all("executionReport") if each["execType"] == "Trade"]
    assert [(each["cumQty"], each["ordStatus"]) for each in reports] == [
        (2, "Working"),
        (4, "Working"),
        (5, FILLED),
    ]
    assert reports[-1]["avgPx"] == 20_000.8
    assert floor.all("position")[0]["netPrice"] == 20_000.8


def test_orders_share_the_size_of_a_print_the_oldest_first() -> None:
    floor = Floor(print_size_limits=True)
    floor.ticks(20_000)
    first = floor.place("Buy", 3, "Limit", price=19_990)["orderId"]
    second = floor.place("Buy", 3, "Limit", price=19_990)["orderId"]
    floor.exchange.tick("MNQZ6", 19_990, 4)
    assert (floor.fills(first), floor.fills(second)) == (
        [("Buy", 3, 19_990)],
        [("Buy", 1, 19_990)],
    )


def test_immediate_or_cancel_keeps_what_it_got() -> None:
    floor = Floor(max_fill=2)
    floor.ticks(20_000)
    order = floor.place("Buy", 3, "Limit", price=20_000, timeInForce="IOC")["orderId"]
    assert (floor.status(order), floor.net) == ("Canceled", 2)


def test_fill_or_kill_takes_all_or_nothing() -> None:
    floor = Floor(max_fill=2)
    floor.ticks(20_000)
    much = floor.place("Buy", 3, timeInForce="FOK")["orderId"]
    assert (floor.status(much), floor.net) == ("Canceled", 0)
    little = floor.place("Buy", 2, timeInForce="FOK")["orderId"]
    assert (floor.status(little), floor.net) == (FILLED, 2)


def test_an_order_until_a_date_expires_then() -> None:
    floor = Floor()
    floor.ticks(20_000)
    end = (floor.at + timedelta(hours=1)).isoformat()
    order = floor.place("Buy", 1, "Limit", price=1, timeInForce="GTD", expireTime=end)["orderId"]
    floor.wait(minutes=59)
    assert floor.status(order) == "Working"
    floor.wait(minutes=1)
    assert floor.status(order) == "Expired"


def test_a_timed_order_waits_suspended() -> None:
    floor = Floor()
    floor.ticks(20_000)
    later = (floor.at + timedelta(minutes=5)).isoformat()
    order = floor.place("Buy", 1, activationTime=later)["orderId"]
    floor.ticks(20_001)
    assert floor.status(order) == "Suspended"
    floor.wait(minutes=5)
    assert floor.fills(order) == [("Buy", 1, 20_001)]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"kind": "Limit", "price": 20_000.1}, "InvalidPrice"),
        ({"kind": "Limit"}, "InvalidPrice"),
        ({"kind": "Stop", "stopPrice": 19_000}, "InvalidPrice"),
        ({"kind": "Stop", "price": 20_100}, "InvalidPrice"),
        ({"kind": "TrailingStop", "stopPrice": 20_100}, "InvalidPrice"),
        ({"kind": "TrailingStopLimit", "stopPrice": 20_100}, "AdvancedTrailingStopUnsupported"),
        ({"kind": "QTS"}, "Unsupported"),
        ({"symbol": "MNQX6"}, "InvalidContract"),
        ({"symbol": "MNQU6"}, "InvalidContract"),
        ({"customTag50": "mine"}, "UnknownReason"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_leaves_nothing(
    order: dict[str, Any], reason: str
) -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Buy", 1, **order)
    assert answer["failureReason"] == reason
    assert answer["failureText"]
    assert floor.all("order") == []


def test_the_user_id_is_no_account_id() -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Buy", 1, accountId=floor.user)
    assert answer == {"failureReason": "UnknownReason", "failureText": "Access is denied"}
    assert floor.place("Buy", 1, accountSpec="SIM2") == answer


def test_a_broker_may_hide_a_wrong_symbol() -> None:
    floor = Floor(wrong_symbol_is_denied=True)
    answer = floor.place("Buy", 1, symbol="NOPE")
    assert answer == {"failureReason": "UnknownReason", "failureText": "Access is denied"}


def test_the_name_of_the_account_is_needed_unless_the_settings_say_otherwise() -> None:
    for needed in (True, False):
        floor = Floor(needs_account_spec=needed)
        floor.ticks(20_000)
        assert ("orderId" in floor.place("Buy", 1, accountSpec=None)) is not needed


def test_a_stop_on_the_wrong_side_may_go_off_at_once() -> None:
    floor = Floor(refuse_wrong_side_stops=False)
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "Stop", stopPrice=20_010)["orderId"]
    assert floor.fills(order) == [("Sell", 1, 20_000)]


def test_immediate_orders_without_a_price_are_over_at_once() -> None:
    floor = Floor()
    order = floor.place("Buy", 1, "Limit", price=1, timeInForce="IOC")["orderId"]
    assert floor.status(order) == "Canceled"


def test_a_market_order_without_any_price_finds_no_quote() -> None:
    floor = Floor()
    answer = floor.place("Buy", 1)
    assert answer["failureReason"] == "NoQuote"
    assert [each["ordStatus"] for each in floor.all("order")] == ["Rejected"]


def test_malformed_requests_are_told_from_refused_ones() -> None:
    floor = Floor()
    floor.ticks(20_000)
    with pytest.raises(Malformed):
        floor.place("Buy", 1, "Limit", price="cheap")
    with pytest.raises(Malformed):
        floor.place("Up", 1)
    answer = floor.place("Buy", 1, text="x" * 65)
    assert answer["violations"][0]["constraint"] == "MaxLength"


def test_the_client_order_id_is_on_the_command_and_the_text_on_the_version() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Buy", 1, clOrdId="s7-1", text="note")["orderId"]
    (command,) = floor.commands(order)
    assert (command["clOrdId"], command["isAutomated"]) == ("s7-1", True)
    assert floor.version(order)["text"] == "note"
    assert floor.version(order)["id"] == command["id"]
    for kind in ("order", "fill"):
        assert not {"clOrdId", "text", "orderQty"} & set(floor.all(kind)[0])
    assert "clOrdId" not in floor.version(order)
    assert "text" not in command


def test_cancelling_a_finished_order_is_too_late_or_denied() -> None:
    for denied in (False, True):
        floor = Floor(finished_is_denied=denied)
        floor.ticks(20_000)
        order = floor.place("Buy", 1)["orderId"]
        if denied:
            with pytest.raises(Denied):
                floor.cancel(order)
        else:
            assert floor.cancel(order)["failureReason"] == "TooLate"


def test_a_cancelled_order_keeps_its_fills() -> None:
    floor = Floor(max_fill=1)
    floor.ticks(20_000)
    order = floor.place("Buy", 3)["orderId"]
    command = floor.cancel(order)["commandId"]
    assert floor.status(order) == "Canceled"
    assert floor.item("command", command)["commandStatus"] == "AtExecution"
    floor.ticks(20_000, 20_000)
    assert floor.net == 1


def test_fees_are_taken_per_contract_and_written_down() -> None:
    fees = Fees(commission=Decimal("0.39"), exchange=Decimal("0.35"), nfa=Decimal("0.02"))
    floor = Floor(fees=fees)
    floor.ticks(20_000)
    floor.place("Buy", 3)
    floor.ticks(20_010)
    floor.place("Sell", 3)
    # 10 points at 2 dollars, three contracts; 0.76 for each contract, in and out.
    assert floor.cash == 50_000 + 60 - 4.56
    assert floor.snapshot()["realizedPnL"] == 60
    fee = floor.all("fillFee")[0]
    assert fee["id"] == floor.all("fill")[0]["id"]
    assert (fee["commission"], fee["exchangeFee"], fee["nfaFee"]) == (1.17, 1.05, 0.06)
