"""Changing orders on the simulated exchange, with the traps that the real one has."""

from __future__ import annotations

from tests.fakes.floor import Floor


def resting(floor: Floor, quantity: int = 2, **more: object) -> int:
    floor.ticks(20_000)
    return int(floor.place("Buy", quantity, "Limit", price=19_990, **more)["orderId"])


def test_a_change_replaces_the_terms_and_makes_a_version() -> None:
    floor = Floor()
    order = resting(floor, text="first")
    command = floor.modify(order, 3, "Limit", price=19_995)["commandId"]
    version = floor.version(order)
    assert (version["id"], version["orderQty"], version["price"]) == (command, 3, 19_995)
    assert "text" not in version  # all that is left out is gone
    assert floor.item("command", command)["commandStatus"] == "Replaced"
    floor.ticks(19_995)
    assert floor.fills(order) == [("Buy", 3, 19_995)]


def test_a_limit_moved_into_the_market_fills() -> None:
    floor = Floor()
    order = resting(floor)
    floor.modify(order, 2, "Limit", price=20_001)
    assert floor.fills(order) == [("Buy", 2, 20_000)]


def test_leaving_out_the_time_in_force_silently_keeps_a_gtc_order_as_it_is() -> None:
    floor = Floor()
    order = resting(floor, timeInForce="GTC")
    answer = floor.modify(order, 5, "Limit", price=19_995)
    assert "commandId" in answer
    assert (floor.version(order)["orderQty"], floor.version(order)["price"]) == (2, 19_990)
    assert floor.status(order) == "Working"
    floor.modify(order, 5, "Limit", price=19_995, timeInForce="GTC")
    assert (floor.version(order)["orderQty"], floor.version(order)["price"]) == (5, 19_995)


def test_a_gtc_order_can_still_be_changed_or_cancelled_after_the_silent_change() -> None:
    floor = Floor()
    order = resting(floor, timeInForce="GTC")
    floor.modify(order, 5, "Limit", price=19_995)
    assert "commandId" in floor.cancel(order)
    assert floor.status(order) == "Canceled"


def test_one_command_at_a_time() -> None:
    floor = Floor(command_seconds=1)
    order = resting(floor)
    assert floor.status(order) == "PendingNew"
    assert floor.cancel(order)["failureReason"] == "AnotherCommandPending"
    floor.wait(seconds=1)
    assert floor.status(order) == "Working"
    floor.modify(order, 3, "Limit", price=19_991)
    assert floor.status(order) == "PendingReplace"
    assert floor.cancel(order)["failureReason"] == "AnotherCommandPending"
    floor.wait(seconds=1)
    assert (floor.status(order), floor.version(order)["orderQty"]) == ("Working", 3)


def test_an_order_that_fills_while_its_cancel_is_under_way_is_filled() -> None:
    floor = Floor(command_seconds=1)
    order = resting(floor)
    floor.wait(seconds=1)
    command = floor.cancel(order)["commandId"]
    assert floor.status(order) == "PendingCancel"
    floor.ticks(19_990)
    floor.wait(seconds=1)
    assert floor.status(order) == "Filled"
    assert floor.item("command", command)["commandStatus"] == "ExecutionRejected"
    assert floor.all("commandReport")[-1]["rejectReason"] == "TooLate"


def test_a_leg_reduced_while_its_change_is_under_way_stays_reduced() -> None:
    floor = Floor(command_seconds=1, max_fill=1)
    floor.ticks(20_000)
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_990}
    pair = floor.place("Sell", 3, "Limit", price=20_010, other=stop)
    floor.wait(seconds=1)
    floor.modify(pair["ocoId"], 3, "Stop", stopPrice=19_995)
    floor.ticks(20_010)
    floor.wait(seconds=1)
    version = floor.version(pair["ocoId"])
    assert (version["orderQty"], version["stopPrice"]) == (2, 19_995)


def test_less_than_is_filled_already_is_too_late() -> None:
    floor = Floor(max_fill=2)
    floor.ticks(20_000)
    order = floor.place("Buy", 5, "Limit", price=20_000)["orderId"]
    assert floor.modify(order, 2, "Limit", price=20_000)["failureReason"] == "TooLate"
    floor.modify(order, 3, "Limit", price=20_000)
    assert (floor.status(order), floor.net) == ("Filled", 3)


def test_only_the_quantity_of_a_trailing_stop_changes() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "TrailingStop", stopPrice=19_990, pegDifference=10)["orderId"]
    answer = floor.modify(order, 1, "TrailingStop", stopPrice=19_995, pegDifference=10)
    assert answer["failureReason"] == "TrailingStopNonOrderQtyModify"
    answer = floor.modify(order, 1, "Stop", stopPrice=19_990)
    assert answer["failureReason"] == "TrailingStopNonOrderQtyModify"
    floor.ticks(20_020)
    floor.modify(order, 2, "TrailingStop", stopPrice=19_990, pegDifference=10)
    floor.ticks(20_010)  # it still stands where it had come to
    assert floor.fills(order) == [("Sell", 2, 20_010)]


def test_a_stop_cannot_be_moved_to_the_wrong_side() -> None:
    floor = Floor()
    floor.ticks(20_000)
    order = floor.place("Sell", 1, "Stop", stopPrice=19_990)["orderId"]
    assert floor.modify(order, 1, "Stop", stopPrice=20_005)["failureReason"] == "InvalidPrice"
    assert floor.modify(order, 1, "Stop", stopPrice=19_990.1)["failureReason"] == "InvalidPrice"
    assert floor.version(order)["stopPrice"] == 19_990


def test_a_suspended_exit_can_be_moved() -> None:
    floor = Floor()
    floor.ticks(20_000)
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_980}
    answer = floor.place("Buy", 1, "Limit", price=19_990, bracket1=stop)
    floor.modify(answer["oso1Id"], 1, "Stop", stopPrice=19_985)
    assert floor.status(answer["oso1Id"]) == "Suspended"
    floor.ticks(19_990, 19_985)
    assert floor.fills()[-1] == ("Sell", 1, 19_985)


def test_orders_of_others_cannot_be_touched() -> None:
    floor = Floor()
    order = resting(floor)
    stranger = floor.exchange.add_user("stranger", "x", accounts={})
    answer = floor.exchange.perform(stranger, "order/cancelorder", {"orderId": order})
    assert answer == {"failureReason": "UnknownReason", "failureText": "Access is denied"}
    assert floor.status(order) == "Working"
