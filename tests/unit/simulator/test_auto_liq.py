"""A limit of the day's loss that the broker itself keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from justtrades_desktop.simulator.exchange import Denied, Exchange, Malformed
from tests.fakes.floor import Floor

LIMIT = 100  # dollars: 25 points of two contracts of MNQ


def _limited(**more: Any) -> Floor:
    floor = Floor()
    floor.ticks(20_000)
    floor.perform("userAccountAutoLiq/update", id=floor.account, dailyLossAutoLiq=LIMIT, **more)
    return floor


def _risk(floor: Floor) -> dict[str, Any]:
    return floor.item("accountRiskStatus", floor.account)


def test_the_loss_closes_and_cancels_everything_and_entries_are_refused() -> None:
    floor = _limited()
    floor.place("Buy", 2)
    working = floor.place("Buy", 1, "Limit", price=19_000)["orderId"]
    floor.ticks(19_975.25)
    assert floor.net == 2
    floor.ticks(19_975)
    assert floor.net == 0
    assert floor.status(working) == "Canceled"
    assert floor.all("order")[-1]["admin"] is True
    refused = floor.place("Buy", 1)
    assert refused["failureReason"] == "LiquidationOnly"
    assert refused["failureText"] == "the loss limit of the day is reached"
    assert _risk(floor)["userTriggeredLiqOnly"] is True


def test_realized_losses_count_with_what_is_open() -> None:
    floor = _limited()
    floor.place("Buy", 2)
    floor.ticks(19_985)
    floor.place("Sell", 2)
    floor.place("Sell", 1)
    floor.ticks(20_004.75)
    assert floor.net == -1
    floor.ticks(20_005)
    assert floor.net == 0


def test_a_gain_and_an_account_without_limit_are_left_alone() -> None:
    floor = _limited()
    floor.place("Buy", 2)
    floor.ticks(20_100)
    assert floor.net == 2
    floor.perform("userAccountAutoLiq/update", id=floor.account)
    floor.ticks(19_000)
    assert floor.net == 2
    assert "dailyLossAutoLiq" not in floor.item("userAccountAutoLiq", floor.account)


def test_raising_the_limit_does_not_unlock_but_the_next_day_does() -> None:
    floor = _limited()
    floor.place("Buy", 2)
    floor.ticks(19_970)
    floor.perform("userAccountAutoLiq/update", id=floor.account, dailyLossAutoLiq=5000)
    assert floor.place("Buy", 1)["failureReason"] == "LiquidationOnly"
    floor.wait(days=1)
    floor.ticks(19_970)
    assert "orderId" in floor.place("Buy", 1)
    assert not _risk(floor)["userTriggeredLiqOnly"]


def test_it_stays_locked_where_the_trader_wanted_that() -> None:
    floor = _limited(doNotUnlock=True)
    floor.place("Buy", 2)
    floor.ticks(19_970)
    floor.wait(days=1)
    assert floor.place("Buy", 1)["failureReason"] == "LiquidationOnly"


def test_a_restart_forgets_neither_the_limit_nor_that_it_was_reached() -> None:
    floor = _limited()
    floor.place("Buy", 2)
    saved = json.loads(json.dumps(floor.exchange.state()))
    floor.exchange = Exchange.restore(saved, clock=lambda: floor.at, settings=floor.settings)
    floor.ticks(19_975)
    assert floor.net == 0
    saved = json.loads(json.dumps(floor.exchange.state()))
    floor.exchange = Exchange.restore(saved, clock=lambda: floor.at, settings=floor.settings)
    assert floor.place("Buy", 1)["failureReason"] == "LiquidationOnly"


def test_slow_commands_close_once() -> None:
    floor = Floor(command_seconds=1)
    floor.ticks(20_000)
    floor.perform("userAccountAutoLiq/update", id=floor.account, dailyLossAutoLiq=LIMIT)
    floor.place("Buy", 2)
    floor.wait(seconds=1)
    floor.ticks(19_970, 19_960, 19_950)
    floor.wait(seconds=1)
    floor.ticks(19_940)
    floor.wait(seconds=1)
    assert floor.net == 0


def test_while_the_session_is_closed_it_waits_for_the_next() -> None:
    floor = Floor(always_open=False)
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.wait(hours=7, minutes=30)  # 16:30 in Chicago: a pause
    floor.perform("userAccountAutoLiq/update", id=floor.account, dailyLossAutoLiq=LIMIT)
    floor.ticks(19_900)
    assert floor.net == 2
    assert [each["ordStatus"] for each in floor.all("order")] == ["Filled"]
    floor.wait(hours=1)
    floor.ticks(19_900)
    assert floor.net == 0


def test_only_ones_own_limits_and_none_that_are_locked_can_be_changed() -> None:
    floor = _limited()
    other = floor.exchange.add_user("other", "secret", accounts={})
    body = {"id": floor.account, "dailyLossAutoLiq": 1}
    with pytest.raises(Denied):
        floor.exchange.perform(other, "userAccountAutoLiq/update", body)
    with pytest.raises(Malformed):
        floor.perform("userAccountAutoLiq/create", **body)
    with pytest.raises(Malformed):
        floor.perform("userAccountAutoLiq/update", id=floor.account, dailyLossAutoLiq=-1)
    floor.exchange.lock_limits(floor.account)
    with pytest.raises(Denied):
        floor.perform("userAccountAutoLiq/update", **body)
    assert floor.item("userAccountAutoLiq", floor.account)["dailyLossAutoLiq"] == LIMIT


def test_an_account_without_limits_gets_its_first() -> None:
    floor = Floor()
    floor.exchange.drop_limits(floor.account)
    assert floor.all("userAccountAutoLiq") == []
    made = floor.perform("userAccountAutoLiq/create", id=floor.account, dailyLossAutoLiq=LIMIT)
    assert (made["id"], made["dailyLossAutoLiq"]) == (floor.account, LIMIT)
    floor.ticks(20_000)
    floor.place("Buy", 2)
    floor.ticks(19_975)
    assert floor.net == 0


def test_others_are_told_of_the_change() -> None:
    floor = _limited()
    told = [event for event in floor.events if event.entity_type == "userAccountAutoLiq"]
    assert told[-1].entity["dailyLossAutoLiq"] == LIMIT
    assert floor.exchange.sync(floor.user)["userAccountAutoLiqs"][0]["dailyLossAutoLiq"] == LIMIT
