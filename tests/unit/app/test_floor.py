"""The adapter over the exchange in memory: what is sent, what is told, and how calls end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.app.floor import AccountFloor
from justtrades_desktop.domain.broker import Light
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Leg, OrderKind, Purpose, Way
from justtrades_desktop.execution.ports import (
    Answer,
    Doubt,
    Floor,
    Gone,
    NotSent,
    Placed,
    Refused,
    Taken,
    Unclear,
)
from tests.fakes.fake_floor import FAILS, FakeFloor, FakeMarket, fake_floor, stops_and_targets

D = Decimal


def intent(floor: FakeFloor, client_id: str = "jt-1", **more: Any) -> Intent:
    """A buy of one at the market, an entry."""
    fields: dict[str, Any] = {
        "decision_id": 1,
        "key": floor.key,
        "contract_id": floor.contract_id,
        "contract": "MNQZ6",
        "purpose": Purpose.ENTRY,
        "way": Way.BUY,
        "quantity": 1,
        "at": datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
    }
    return Intent(client_id=client_id, **fields | more)


TARGET = Leg(Purpose.TARGET, OrderKind.LIMIT, "jt-t", price=D(25_010))
STOP = Leg(Purpose.STOP, OrderKind.STOP, "jt-s", stop_price=D(24_990))


async def placed(floor: FakeFloor, client_id: str = "jt-1", **more: Any) -> Placed:
    answer = await floor.place(intent(floor, client_id, **more), signal_id=None, fresh=5)
    assert isinstance(answer, Placed), answer
    return answer


def as_protocol(floor: FakeFloor) -> Floor:
    """It is a Floor to mypy."""
    return floor


async def test_an_entry_with_two_legs_is_protected_and_its_legs_are_found_by_our_ids() -> None:
    floor = fake_floor()
    done = await placed(floor, quantity=2, legs=(TARGET, STOP))
    assert floor.net(floor.contract_id) == floor.true_net() == 2
    target, stop = floor.order_of("jt-t"), floor.order_of("jt-s")
    assert target is not None
    assert stop is not None
    assert done.leg_ids == (target.id, stop.id)
    assert [each.id for each in floor.children(done.order_id)] == [target.id, stop.id]
    assert (target.oco_id, stop.oco_id) == (stop.id, target.id)
    assert (target.price, stop.stop_price) == (TARGET.price, STOP.stop_price)
    assert (target.client_order_id, stop.client_order_id) == ("jt-t", "jt-s")
    assert stops_and_targets(floor.true_working()) == (2, 2)
    floor.tick("25010")
    assert floor.net(floor.contract_id) == 0
    assert floor.working() == ()


async def test_legs_are_found_by_their_text_where_the_broker_keeps_no_id_of_theirs() -> None:
    floor = fake_floor()
    floor.hold("command")
    floor.loses_legs = True
    done = await placed(floor, legs=(TARGET, STOP))
    assert done.leg_ids == ()
    target = floor.order_of("jt-t")
    assert target is not None
    assert target.client_order_id == "jt-t"
    assert [each.client_order_id for each in floor.children(done.order_id)] == ["jt-t", "jt-s"]


async def test_a_pair_leads_the_same_way_and_one_cancels_the_other() -> None:
    floor = fake_floor()
    floor.by_hand(Way.BUY, 1)
    done = await placed(
        floor,
        "jt-t",
        purpose=Purpose.TARGET,
        way=Way.SELL,
        kind=OrderKind.LIMIT,
        price=D(25_010),
        oco=STOP,
        time_in_force="GTC",
    )
    stop = floor.order_of("jt-s")
    assert stop is not None
    assert (done.oco_id, stop.action, stop.time_in_force) == (stop.id, "Sell", "GTC")
    floor.tick("24990")
    assert floor.net(floor.contract_id) == 0
    assert floor.working() == ()


@pytest.mark.parametrize("way", list(Way))
async def test_a_trailing_stop_follows_its_side(way: Way) -> None:
    floor = fake_floor()
    sign = way.sign
    leg = Leg(
        Purpose.STOP,
        OrderKind.TRAILING_STOP,
        "jt-s",
        stop_price=25_000 - 10 * sign * D(1),
        distance=D(10),
    )
    await placed(floor, way=way, legs=(leg,))
    floor.tick(25_000 + 30 * sign, 25_000 + 21 * sign)
    assert floor.net(floor.contract_id) == sign
    floor.tick(25_000 + 20 * sign)
    assert floor.net(floor.contract_id) == 0


async def test_an_entry_good_for_no_time_leaves_exits_that_stay() -> None:
    floor = fake_floor()
    await placed(floor, legs=(STOP,), time_in_force="IOC")
    (stop,) = floor.working(floor.contract_id)
    assert stop.time_in_force == "GTC"


async def test_a_change_keeps_all_that_it_does_not_name() -> None:
    floor = fake_floor()
    await placed(floor, quantity=2, legs=(TARGET, STOP), time_in_force="GTC")
    stop = floor.order_of("jt-s")
    assert stop is not None
    change = intent(
        floor,
        "jt-2",
        purpose=Purpose.MODIFY,
        way=Way.SELL,
        quantity=1,
        stop_price=D(24_995),
        target_id=stop.id,
    )
    assert await floor.modify(change, stop, signal_id=3, fresh=5) == Taken()
    now = floor.order_of("jt-s")
    assert now is not None
    assert (now.id, now.quantity, now.stop_price) == (stop.id, 1, D(24_995))
    assert (now.time_in_force, now.kind, now.client_order_id) == ("GTC", "Stop", "jt-s")
    (sent,) = floor.made("modify")
    assert sent.signal_id == 3
    assert sent.body["clOrdId"] == "jt-2"
    assert sent.body["text"] == "jt-s"
    assert not any(each.operation.startswith("orderversion") for each in floor.sent)


async def test_of_a_trailing_stop_the_size_can_be_changed_and_its_place_not() -> None:
    floor = fake_floor()
    at, far = D(24_990), D(10)
    leg = Leg(Purpose.STOP, OrderKind.TRAILING_STOP, "jt-s", stop_price=at, distance=far)
    await placed(floor, quantity=2, legs=(leg,))
    stop = floor.order_of("jt-s")
    assert stop is not None
    change = intent(floor, "jt-2", purpose=Purpose.MODIFY, quantity=1, stop_price=at)
    assert await floor.modify(change, stop, signal_id=None, fresh=5) == Taken()
    change = intent(floor, "jt-3", purpose=Purpose.MODIFY, quantity=1, stop_price=at + 1)
    answer = await floor.modify(change, stop, signal_id=None, fresh=5)
    assert answer == Refused("of a trailing stop only the size can be changed")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": OrderKind.LIMIT}, "a Limit order needs a price"),
        ({"kind": OrderKind.LIMIT, "price": D("1.12345678901234567890")}, "too many digits"),
        ({"quantity": 0}, "an order for 0 contracts is none"),
        ({"legs": (TARGET, STOP, STOP)}, "at most two exits"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words_and_never_sent(
    more: dict[str, Any], said: str
) -> None:
    floor = fake_floor()
    answer = await floor.place(intent(floor, **more), signal_id=None, fresh=5)
    assert isinstance(answer, Refused)
    assert said in answer.said
    assert floor.made("place") == []


async def test_a_refusal_is_in_the_brokers_words() -> None:
    floor = fake_floor()
    floor.restrict()
    answer = await floor.place(intent(floor), signal_id=None, fresh=5)
    assert answer == Refused(
        "LiquidationOnly: the account is in LiquidateOnlyModeImmediately", denied=False
    )


async def test_the_cancel_of_a_finished_order_is_refused() -> None:
    floor = fake_floor()
    done = await placed(floor)
    cancel = intent(floor, "jt-2", purpose=Purpose.CANCEL, target_id=done.order_id)
    answer = await floor.cancel(cancel, signal_id=None, fresh=5)
    assert isinstance(answer, Refused)
    assert answer.said == "TooLate: the order is finished"


@pytest.mark.parametrize("arrives", [True, False])
async def test_an_order_in_doubt_is_looked_up(*, arrives: bool) -> None:
    floor = fake_floor()
    floor.hold()
    floor.next("place", Doubt("timed out"), arrives=arrives)
    assert await floor.place(intent(floor), signal_id=None, fresh=5) == Doubt("timed out")
    assert floor.order_of("jt-1") is None
    found = await floor.look_up("jt-1")
    assert (found != Gone()) is arrives
    assert (floor.order_of("jt-1") is not None) is arrives
    assert floor.true_net() == (1 if arrives else 0)


async def test_an_order_may_arrive_after_it_was_looked_for() -> None:
    floor = fake_floor()
    floor.next("place", Doubt("timed out"), arrives=False)
    await floor.place(intent(floor), signal_id=None, fresh=5)
    assert await floor.look_up("jt-1") == Gone()
    floor.arrive_late()
    order = floor.order_of("jt-1")
    assert order is not None
    assert await floor.look_up("jt-1") == order.id
    assert floor.net(floor.contract_id) == 1


async def test_a_look_at_an_order_shows_it_though_no_event_came() -> None:
    floor = fake_floor()
    woken: list[int] = []
    floor.hold()
    done = await placed(floor)
    floor.listen(lambda: woken.append(1))
    order = await floor.look_at(done.order_id)
    assert order is not None
    assert (order.status, order.filled, order.client_order_id) == ("Filled", 1, "jt-1")
    assert woken
    assert [each.signed for each in floor.all_fills()] == [1]
    floor.release()  # echoes, and the late Created of an order that is over
    told = floor.order(done.order_id)
    assert told is not None
    assert told.status == "Filled"
    assert [each.signed for each in floor.all_fills()] == [1]


async def test_looks_that_fail_say_so() -> None:
    floor = fake_floor()
    done = await placed(floor)
    for what in ("confirmed_net", "look_up", "look_at"):
        floor.next(what, FAILS)
    assert await floor.confirmed_net(floor.contract_id) is None
    assert isinstance(await floor.look_up("jt-1"), Unclear)
    assert await floor.look_at(done.order_id) is None
    assert await floor.confirmed_net(floor.contract_id) == 1


async def test_positions_may_be_told_late_and_are_confirmed_by_a_look() -> None:
    floor = fake_floor()
    floor.hold("position")
    await placed(floor)
    assert floor.net(floor.contract_id) == 0
    assert await floor.confirmed_net(floor.contract_id) == 1
    floor.release()
    assert floor.net(floor.contract_id) == 1
    assert floor.average(floor.contract_id) == D(25_000)


async def test_fills_are_signed_and_only_ones_own() -> None:
    floor = fake_floor(max_fill=1)
    other = FakeFloor(floor.market, floor.key._replace(account="SIM2"))
    done = await placed(floor, quantity=2)
    floor.tick("25001")
    sold = floor.by_hand(Way.SELL, 1)
    other.by_hand(Way.BUY, 1)
    assert [each.signed for each in floor.fills(done.order_id)] == [1, 1]
    assert [(each.order_id, each.signed) for each in floor.all_fills()] == [
        (done.order_id, 1),
        (done.order_id, 1),
        (sold, -1),
    ]
    assert [each.signed for each in other.all_fills()] == [1]
    assert other.order(sold) is None
    floor.go_down()
    floor.come_up()  # a sync begins the list anew, and nothing is in it twice
    assert [each.signed for each in floor.all_fills()] == [1, 1, -1]


async def test_a_fill_that_is_taken_back_is_none() -> None:
    floor = fake_floor()
    first, second = await placed(floor), await placed(floor, "jt-2", quantity=2)
    told = floor.all_fills()
    assert [each.signed for each in told] == [1, 2]
    floor.take_back(told[0].id)
    assert floor.fills(first.order_id) == ()
    assert floor.all_fills() == floor.fills(second.order_id) == told[1:]


async def test_a_floor_that_went_away_sends_nothing_and_comes_again() -> None:
    floor = fake_floor()
    done = await placed(floor, legs=(STOP,))
    stop = floor.children(done.order_id)[0]
    floor.go_away()
    assert not floor.is_up
    answers: list[Answer] = [
        await floor.place(intent(floor, "jt-2"), signal_id=None, fresh=5),
        await floor.modify(intent(floor, "jt-3"), stop, signal_id=None, fresh=5),
        await floor.cancel(intent(floor, "jt-4", target_id=stop.id), signal_id=None, fresh=5),
        await floor.liquidate(floor.contract_id),
    ]
    assert answers == [NotSent("paper is disconnected")] * 4
    assert await floor.confirmed_net(floor.contract_id) is None
    assert isinstance(await floor.look_up("jt-1"), Unclear)
    assert await floor.resolve("MNQ1!") == "paper is disconnected"
    assert floor.market_said == "paper is disconnected"
    floor.tick("24980")
    assert floor.net(floor.contract_id) == 1
    floor.come_up()
    assert floor.is_up
    assert floor.net(floor.contract_id) == 0


async def test_with_its_link_down_exits_go_and_entries_do_not() -> None:
    floor = fake_floor()
    await placed(floor)
    floor.go_down()
    answer = await floor.place(intent(floor, "jt-2"), signal_id=None, fresh=5)
    assert answer == NotSent(f"the link to orders is {Light.TROUBLE}")
    leave = intent(floor, "jt-3", purpose=Purpose.CLOSE, way=Way.SELL)
    assert isinstance(await floor.place(leave, signal_id=None, fresh=5), Placed)
    assert floor.true_net() == 0


async def test_a_symbol_is_resolved_or_it_is_said_why_not() -> None:
    floor = fake_floor()
    found = await floor.resolve("MNQ1!")
    assert not isinstance(found, str)
    assert (found.name, found.contract_id, found.tick_size) == (
        "MNQZ6",
        floor.contract_id,
        D("0.25"),
    )
    assert isinstance(await floor.resolve("NOPE1!"), str)


async def test_liquidating_leaves_nothing() -> None:
    floor = fake_floor()
    await placed(floor, quantity=3, legs=(TARGET, STOP))
    assert isinstance(await floor.liquidate(floor.contract_id), Placed)
    assert floor.true_net() == 0
    assert floor.true_working() == []
    assert isinstance(await floor.liquidate(floor.contract_id), Refused)


async def test_answers_may_come_before_their_events() -> None:
    floor = fake_floor()
    floor.events_late = True
    answer = await placed(floor)
    assert floor.order(answer.order_id) is None
    await asyncio.sleep(0)
    assert floor.net(floor.contract_id) == 1


async def test_e8_two_accounts_of_one_login_have_nothing_in_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker tells one login of the orders and positions of all its accounts."""
    market = FakeMarket()
    add = market.exchange.add_user
    both = {"SIM1": D(50_000), "SIM2": D(50_000)}
    monkeypatch.setattr(
        market.exchange, "add_user", lambda name, secret, **_: add(name, secret, accounts=both)
    )
    one = FakeFloor(market)
    ids = {row["name"]: int(row["id"]) for row in one.rows("account")}
    two = AccountFloor(AccountKey("paper", "SIM2"), one.environment, ids["SIM2"])
    two.attach(one._wire)  # type: ignore[arg-type]
    mine = await placed(one, "jt-1", quantity=2, legs=(TARGET, STOP))
    theirs = replace(intent(one, "jt-2", quantity=1, legs=_legs_of_two()), key=two.key)
    done = await two.place(theirs, signal_id=None, fresh=5)
    assert isinstance(done, Placed)

    contract = one.contract_id
    assert (one.net(contract), two.net(contract)) == (2, 1)
    assert await one.confirmed_net(contract) == 2
    assert await two.confirmed_net(contract) == 1
    assert {each.id for each in one.working()} == set(mine.leg_ids)
    assert {each.id for each in two.working()} == set(done.leg_ids)
    assert {each.order_id for each in two.all_fills()} == {done.order_id}
    assert (two.order(mine.order_id), two.order_of("jt-1")) == (None, None)
    assert await two.look_at(mine.order_id) is None
    assert await two.look_up("jt-1") == Gone()


def _legs_of_two() -> tuple[Leg, Leg]:
    return TARGET._replace(client_id="jt-t2"), STOP._replace(client_id="jt-s2")
