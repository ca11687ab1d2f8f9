"""Positions, cash, margin and restrictions of accounts on the simulated exchange."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from justtrades_desktop.simulator.margins import Margins
from tests.fakes.floor import Floor


def test_opposite_fills_are_paired_first_in_first_out() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.ticks(20_010)
    floor.place("Buy", 1)
    floor.ticks(20_020)
    floor.place("Sell", 1)
    (position,) = floor.all("position")
    # The first of the two at 20,000 is gone: 20,000 and 20,010 are left.
    assert (position["netPos"], position["netPrice"]) == (2, 20_005)
    assert (position["bought"], position["boughtValue"]) == (3, 60_010)
    assert (position["sold"], position["soldValue"]) == (1, 20_020)
    (pair,) = floor.all("fillPair")
    assert (pair["qty"], pair["buyPrice"], pair["sellPrice"]) == (1, 20_000, 20_020)
    assert [each["finallyPaired"] for each in floor.all("fill")] == [1, 0, 1]
    snapshot = floor.snapshot()
    assert snapshot["realizedPnL"] == 40
    assert snapshot["openPnL"] == 2 * (20 + 10)
    assert snapshot["totalPnL"] == 100
    assert (snapshot["totalCashValue"], snapshot["netLiq"]) == (50_040, 50_100)


def test_a_reversal_closes_and_opens_at_the_same_price() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Sell", 1)
    floor.ticks(19_990)
    floor.place("Buy", 3)
    (position,) = floor.all("position")
    assert (position["netPos"], position["netPrice"]) == (2, 19_990)
    assert floor.cash == 50_020


def test_a_flat_position_stays_without_a_price() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 1)
    floor.place("Sell", 1)
    (position,) = floor.all("position")
    assert position["netPos"] == 0
    assert "netPrice" not in position


def test_euros_become_dollars_at_the_given_rate() -> None:
    floor = Floor(cash=500_000, rates={"EUR": Decimal("1.2")})
    floor.exchange.tick("FDAXZ6", 23_000)
    floor.place("Buy", 1, symbol="FDAXZ6")
    floor.exchange.tick("FDAXZ6", 23_010)
    assert floor.snapshot()["openPnL"] == 10 * 25 * 1.2


def test_fractional_ticks_count_exactly() -> None:
    floor = Floor()
    floor.exchange.tick("ZNZ6", 111.5)
    floor.place("Buy", 1, symbol="ZNZ6")
    floor.exchange.tick("ZNZ6", 111.515625)
    floor.place("Sell", 1, symbol="ZNZ6")
    assert floor.cash == 50_015.625


def test_a_refusal_for_margin_has_words_but_no_reason_of_its_own() -> None:
    floor = Floor(cash=4_500, margins=Margins(initial={"MNQ": Decimal(2_000)}))
    floor.ticks(20_000)
    assert "orderId" in floor.place("Buy", 2)
    answer = floor.place("Buy", 1)
    assert answer["failureReason"] == "UnknownReason"
    assert "margin" in answer["failureText"]
    assert "6,000.00" in answer["failureText"]
    rejected = floor.all("order")[-1]
    assert rejected["ordStatus"] == "Rejected"
    report = floor.all("commandReport")[-1]
    assert (report["commandStatus"], report["text"]) == ("RiskRejected", answer["failureText"])


def test_exits_need_no_margin() -> None:
    floor = Floor(cash=4_500)
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.ticks(19_000)  # all but 500 is gone
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 18_900}
    assert "orderId" in floor.place("Sell", 2, "Limit", price=19_500, other=stop)
    assert "orderId" in floor.place("Sell", 2)


def test_working_orders_use_margin_but_two_legs_only_once() -> None:
    floor = Floor(cash=4_500)
    floor.ticks(20_000)
    stop = {"action": "Buy", "orderType": "Stop", "stopPrice": 20_100}
    floor.place("Buy", 2, "Limit", price=19_900, other=stop)
    assert floor.all("marginSnapshot")[0]["totalUsedMargin"] == 4_000
    assert "margin" in floor.place("Buy", 1, "Limit", price=19_900)["failureText"]


def test_more_contracts_by_a_change_need_margin_too() -> None:
    floor = Floor(cash=4_500)
    floor.ticks(20_000)
    order = floor.place("Buy", 2, "Limit", price=19_900)["orderId"]
    assert "margin" in floor.modify(order, 3, "Limit", price=19_900)["failureText"]
    assert floor.version(order)["orderQty"] == 2


def test_liquidating_cancels_every_order_of_the_contract_first() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.exchange.tick("MESZ6", 6_000)
    elsewhere = floor.place("Buy", 1, "Limit", symbol="MESZ6", price=5_000)["orderId"]
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_990}
    floor.place("Buy", 2, bracket1=stop)
    floor.place("Sell", 5, "Limit", price=20_100)
    answer = floor.perform(
        "order/liquidateposition", accountId=floor.account, contractId=floor.contract, admin=False
    )
    assert floor.fills(answer["orderId"]) == [("Sell", 2, 20_000)]
    alive = [each["id"] for each in floor.all("order") if each["ordStatus"] == "Working"]
    assert alive == [elsewhere]
    floor.ticks(19_000, 21_000)
    assert floor.net == 0


def test_several_positions_are_liquidated_by_their_ids() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.exchange.tick("MESZ6", 6_000)
    floor.place("Buy", 1)
    floor.place("Sell", 1, symbol="MESZ6")
    ids = [each["id"] for each in floor.all("position")]
    assert floor.perform("order/liquidatepositions", positions=ids, admin=False) == {"ok": True}
    assert [each["netPos"] for each in floor.all("position")] == [0, 0]
    again = floor.perform("order/liquidatepositions", positions=ids, admin=False)
    assert again["ok"] is False


def test_a_restricted_account_may_only_reduce() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.exchange.set_admin_action(floor.account, "LiquidateOnlyModeImmediately")
    assert floor.place("Buy", 1)["failureReason"] == "LiquidationOnly"
    floor.exchange.set_admin_action(floor.account, "LockTradingImmediately")
    assert floor.place("Buy", 1)["failureReason"] == "TradingLocked"
    assert "orderId" in floor.place("Sell", 2)
    assert floor.all("accountRiskStatus")[0]["id"] == floor.account


def test_the_daily_flattening_closes_and_cancels_everything() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.place("Sell", 2, "Limit", price=20_100)
    floor.exchange.set_flatten(floor.account, floor.at + timedelta(hours=1))
    floor.wait(hours=1)
    assert floor.net == 0
    assert [each["ordStatus"] for each in floor.all("order")] == ["Filled", "Canceled", "Filled"]
    assert floor.all("order")[-1]["admin"] is True
    assert floor.all("userAccountAutoLiq")[0]["flattenTimestamp"] == "2026-11-24T16:00:00.000Z"
