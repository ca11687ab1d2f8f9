"""Pairs that cancel each other, brackets, and order strategies on the simulated exchange."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.floor import Floor

TARGET = {"action": "Sell", "orderType": "Limit", "price": 20_010}
STOP = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_990}


def bracket(floor: Floor, quantity: int, kind: str = "Market", **more: Any) -> tuple[int, int, int]:
    answer = floor.place("Buy", quantity, kind, bracket1=TARGET, bracket2=STOP, **more)
    return answer["orderId"], answer["oso1Id"], answer["oso2Id"]


def test_the_fill_of_one_leg_cancels_the_other() -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Sell", 1, "Limit", price=20_010, other=STOP)
    floor.ticks(20_010)
    assert floor.status(answer["orderId"]) == "Filled"
    assert floor.status(answer["ocoId"]) == "Canceled"
    assert floor.item("order", answer["ocoId"])["ocoId"] == answer["orderId"]
    floor.ticks(19_980)
    assert floor.net == -1


def test_a_partial_fill_takes_as_much_off_the_other_leg() -> None:
    floor = Floor(max_fill=1)
    floor.ticks(20_000)
    answer = floor.place("Sell", 3, "Limit", price=20_010, other=STOP)
    floor.ticks(20_010)
    assert floor.version(answer["ocoId"])["orderQty"] == 2
    floor.ticks(19_990, 19_990, 19_990)
    assert floor.net == -3
    assert floor.status(answer["orderId"]) == "Canceled"
    assert floor.status(answer["ocoId"]) == "Filled"


def test_cancelling_one_leg_takes_the_other_along() -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Sell", 1, "Limit", price=20_010, other=STOP)
    floor.cancel(answer["ocoId"])
    assert floor.status(answer["orderId"]) == "Canceled"


@pytest.mark.parametrize(
    "other",
    [
        {"action": "Sell", "orderType": "Stop", "stopPrice": 20_020},
        {"action": "Sell", "orderType": "Limit", "price": 20_020},
        {"action": "Sell", "orderType": "Market"},
        {"action": "Buy", "orderType": "Stop", "stopPrice": 20_020},
    ],
)
def test_legs_on_one_side_of_the_market_are_a_wrong_combination(other: dict[str, Any]) -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Sell", 1, "Limit", price=20_010, other=other)
    assert answer == {"failureReason": "InvalidPrice", "failureText": "Wrong OCO combination"}


def test_brackets_wait_suspended_until_the_entry_fills() -> None:
    floor = Floor()
    floor.ticks(20_000)
    entry, target, stop = bracket(floor, 2, "Limit", price=19_995)
    assert [floor.status(each) for each in (entry, target, stop)] == [
        "Working",
        "Suspended",
        "Suspended",
    ]
    assert floor.item("order", target)["parentId"] == entry
    floor.ticks(19_985)  # through the entry and through the stop price, in one print
    assert floor.fills() == [("Buy", 2, 19_995), ("Sell", 2, 19_985)]
    assert floor.status(target) == "Canceled"
    assert floor.net == 0


def test_brackets_are_as_large_as_the_entry_has_filled() -> None:
    floor = Floor(max_fill=2)
    floor.ticks(20_000)
    entry, target, stop = bracket(floor, 3)
    assert floor.status(entry) == "Working"
    assert [floor.version(each)["orderQty"] for each in (target, stop)] == [2, 2]
    floor.ticks(20_001)
    assert floor.status(entry) == "Filled"
    assert [floor.version(each)["orderQty"] for each in (target, stop)] == [3, 3]
    floor.ticks(20_010, 20_010)
    assert floor.net == 0
    assert floor.status(stop) == "Canceled"
    # (20010 - 20000) x 2 + (20010 - 20001) x 1 points, 2 dollars each
    assert floor.cash == 50_058


def test_cancelling_a_partly_filled_entry_leaves_its_exits() -> None:
    floor = Floor(max_fill=1)
    floor.ticks(20_000)
    entry, target, stop = bracket(floor, 3)
    floor.cancel(entry)
    assert [floor.status(each) for each in (target, stop)] == ["Working", "Working"]
    floor.ticks(19_989)
    assert (floor.net, floor.status(target)) == (0, "Canceled")


def test_an_exit_that_fills_before_the_whole_entry_ends_the_trade() -> None:
    floor = Floor(max_fill=1)
    floor.ticks(20_000)
    entry, target, _stop = bracket(floor, 3, "Limit", price=20_000)
    floor.ticks(20_010)
    assert (floor.status(entry), floor.status(target)) == ("Canceled", "Filled")
    assert floor.net == 0


def test_cancelling_an_entry_takes_its_brackets_along() -> None:
    floor = Floor()
    floor.ticks(20_000)
    entry, target, stop = bracket(floor, 1, "Limit", price=19_000)
    floor.cancel(entry)
    assert [floor.status(each) for each in (target, stop)] == ["Canceled", "Canceled"]


def test_a_rejected_entry_leaves_no_brackets() -> None:
    floor = Floor(cash=100)
    floor.ticks(20_000)
    answer = floor.place("Buy", 1, bracket1=TARGET, bracket2=STOP)
    assert "margin" in answer["failureText"]
    assert [each["ordStatus"] for each in floor.all("order")] == ["Rejected"]


def test_brackets_on_one_side_are_a_wrong_combination() -> None:
    floor = Floor()
    floor.ticks(20_000)
    high = STOP | {"stopPrice": 20_020}
    answer = floor.place("Buy", 1, bracket1=TARGET, bracket2=high)
    assert answer["failureText"] == "Wrong OCO combination"
    assert floor.net == 0


def test_a_single_bracket_is_enough() -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = floor.place("Buy", 1, bracket1=STOP)
    assert set(answer) == {"orderId", "oso1Id"}
    floor.ticks(19_990)
    assert floor.net == 0


def test_a_trailing_bracket_follows_from_its_activation() -> None:
    floor = Floor()
    floor.ticks(20_000)
    trail = {
        "action": "Sell",
        "orderType": "TrailingStop",
        "stopPrice": 19_990,
        "pegDifference": 10,
    }
    floor.place("Buy", 1, "Limit", price=19_995, bracket1=trail)
    floor.ticks(20_050, 19_995)  # high before the entry does not count
    floor.ticks(20_004, 19_994.25)
    assert floor.net == 1
    floor.ticks(19_994)
    assert floor.fills()[-1] == ("Sell", 1, 19_994)


def strategy(floor: Floor, *brackets: dict[str, Any], action: str = "Buy") -> dict[str, Any]:
    params = {
        "entryVersion": {"orderQty": sum(each["qty"] for each in brackets), "orderType": "Market"},
        "brackets": list(brackets),
    }
    return floor.perform(
        "orderstrategy/startorderstrategy",
        accountId=floor.account,
        accountSpec="SIM1",
        symbol="MNQZ6",
        action=action,
        orderStrategyTypeId=2,
        uuid="u1",
        params=json.dumps(params),
    )


def test_a_strategy_puts_out_each_bracket_from_the_fill() -> None:
    floor = Floor()
    floor.ticks(20_000)
    answer = strategy(
        floor,
        {"qty": 1, "profitTarget": 10, "stopLoss": -5, "trailingStop": False},
        {"qty": 2, "profitTarget": 20, "stopLoss": -5, "trailingStop": False},
    )
    number = answer["orderStrategy"]["id"]
    labels = [each["label"] for each in floor.all("orderStrategyLink")]
    assert labels == ["Entry", "ProfitTarget", "StopLoss", "ProfitTarget", "StopLoss"]
    floor.ticks(20_010)
    assert floor.net == 2
    floor.ticks(19_995)
    assert floor.net == 0
    assert floor.cash == 50_000 + 2 * (10 - 2 * 5)
    assert floor.item("orderStrategy", number)["status"] == "ExecutionFinished"


def test_a_short_strategy_has_its_offsets_reversed() -> None:
    floor = Floor()
    floor.ticks(20_000)
    wrong = strategy(floor, {"qty": 1, "profitTarget": 10, "stopLoss": -5}, action="Sell")
    assert wrong == {"errorText": "Invalid or missed parameters"}
    strategy(floor, {"qty": 1, "profitTarget": -10, "stopLoss": 5}, action="Sell")
    floor.ticks(19_990)
    assert floor.cash == 50_020


def test_an_auto_trail_moves_in_steps_once_it_is_triggered() -> None:
    floor = Floor()
    floor.ticks(20_000)
    trail = {"stopLoss": 5, "trigger": 20, "freq": 4}
    strategy(floor, {"qty": 1, "profitTarget": 500, "stopLoss": -10, "autoTrail": trail})
    floor.ticks(20_019, 19_991)  # not triggered yet: the stop is still at 19,990
    assert floor.net == 1
    # 20,021 - 5 is 26 above the stop; six whole steps of 4 bring it to 20,014.
    floor.ticks(20_021, 20_014.25)
    assert floor.net == 1
    floor.ticks(20_014)
    assert floor.net == 0


def test_stopping_a_strategy_cancels_its_orders_and_keeps_the_position() -> None:
    floor = Floor()
    floor.ticks(20_000)
    number = strategy(floor, {"qty": 1, "profitTarget": 10, "stopLoss": -5})["orderStrategy"]["id"]
    floor.perform("orderstrategy/interruptorderstrategy", orderStrategyId=number)
    assert floor.net == 1
    assert floor.item("orderStrategy", number)["status"] == "StoppedByUser"
    statuses = [each["ordStatus"] for each in floor.all("order")]
    assert statuses == ["Filled", "Canceled", "Canceled"]


def test_parameters_of_a_strategy_must_be_a_text() -> None:
    floor = Floor()
    floor.ticks(20_000)
    body = {
        "accountId": floor.account,
        "accountSpec": "SIM1",
        "symbol": "MNQZ6",
        "action": "Buy",
        "orderStrategyTypeId": 2,
    }
    answer = floor.perform("orderstrategy/startorderstrategy", **body, params={"brackets": []})
    assert answer == {"errorText": "Invalid or missed parameters"}
    off = Floor(strategies_enabled=False)
    assert off.perform("orderstrategy/startorderstrategy")["errorText"] == (
        "Order strategy is disabled"
    )
