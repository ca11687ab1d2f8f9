"""Every order operation against the simulator: section 5, row by row.

What became of an order is read from the exchange's own record, never from what we asked for.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import Trouble
from justtrades_desktop.broker.entities import OrderVersion
from justtrades_desktop.broker.requests import (
    Action,
    Bracket,
    CancelOrder,
    InterruptOrderStrategy,
    LiquidatePosition,
    LiquidatePositions,
    ModifyOrder,
    OrderType,
    OtherLeg,
    PlaceOco,
    PlaceOso,
    StartOrderStrategy,
    Terms,
    TimeInForce,
    changed,
)
from justtrades_desktop.broker.results import (
    Commanded,
    Done,
    InDoubt,
    Placed,
    Refused,
    StrategyStarted,
)
from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import FaultKind
from tests.contract.broker_pair import ACCOUNT, SYMBOL, Pair, broker_pair, until

D = Decimal


@pytest.fixture
async def ready(pair: Pair) -> Pair:
    """Logged in, with nothing running beside."""
    await pair.client.session.ensure()
    return pair


# Placing


@pytest.mark.parametrize(
    ("kind", "terms", "status"),
    [
        (OrderType.MARKET, {}, "Filled"),
        (OrderType.LIMIT, {"price": D("24900.25")}, "Working"),
        (OrderType.STOP, {"stop_price": D("25100.50")}, "Working"),
        (OrderType.STOP_LIMIT, {"stop_price": D(25_100), "price": D("25100.75")}, "Working"),
        (OrderType.MIT, {"price": D(24_900)}, "Working"),
        (
            OrderType.TRAILING_STOP,
            {"stop_price": D(25_050), "peg_difference": D("12.25")},
            "Working",
        ),
    ],
)
async def test_e5_each_type_stands_in_the_exchanges_record_as_it_was_meant(
    ready: Pair, kind: OrderType, terms: dict[str, Decimal], status: str
) -> None:
    order_id = await ready.placed(kind, client_order_id="mine", **terms)

    version = ready.version(order_id)
    assert (version["orderType"], version["orderQty"]) == (kind.value, 1)
    for ours, theirs in (
        ("price", "price"),
        ("stop_price", "stopPrice"),
        ("peg_difference", "pegDifference"),
    ):
        sent = terms.get(ours)
        assert version.get(theirs) == (None if sent is None else pytest.approx(float(sent)))
    assert version["text"] == "mine"
    assert ready.row("order", order_id)["ordStatus"] == status
    (command,) = ready.rows("command")
    assert (command["clOrdId"], command["isAutomated"]) == ("mine", True)
    (asked,) = ready.client.made("order/placeorder")
    assert asked.order_id == order_id
    assert asked.client_order_id == "mine"


@pytest.mark.parametrize(
    ("time_in_force", "price", "status"),
    [
        (TimeInForce.DAY, 24_900, "Working"),
        (TimeInForce.GTC, 24_900, "Working"),
        (TimeInForce.GTD, 24_900, "Working"),
        (TimeInForce.IOC, 24_900, "Canceled"),
        (TimeInForce.FOK, 24_900, "Canceled"),
        (TimeInForce.IOC, 25_000, "Filled"),
        (TimeInForce.FOK, 25_000, "Filled"),
    ],
)
async def test_each_time_in_force_lasts_as_long_as_it_says(
    ready: Pair, time_in_force: TimeInForce, price: int, status: str
) -> None:
    ends = ready.clock() + timedelta(hours=1) if time_in_force is TimeInForce.GTD else None
    order_id = await ready.placed(
        OrderType.LIMIT, price=D(price), time_in_force=time_in_force, expire_time=ends
    )
    assert ready.version(order_id)["timeInForce"] == time_in_force.value
    assert ready.row("order", order_id)["ordStatus"] == status
    if ends is not None:
        ready.clock.go(3700)
        await until(lambda: ready.row("order", order_id)["ordStatus"] == "Expired")


async def test_a_trailing_stop_limit_is_refused_by_name(ready: Pair) -> None:
    order = ready.order(
        OrderType.TRAILING_STOP_LIMIT,
        price=D(25_050),
        stop_price=D(25_050),
        peg_difference=D(10),
    )
    done = await ready.client.orders.place(order)
    assert isinstance(done, Refused)
    assert done.reason == "AdvancedTrailingStopUnsupported"


async def test_e1_a_price_off_the_tick_is_refused_with_the_brokers_words(ready: Pair) -> None:
    done = await ready.client.orders.place(ready.order(OrderType.LIMIT, price=D("24900.10")))
    assert isinstance(done, Refused)
    assert done.said == "InvalidPrice: 24900.1 is not on a tick of 0.25"
    assert ready.rows("order") == []


async def test_a_stop_on_the_wrong_side_is_refused_with_the_brokers_words(ready: Pair) -> None:
    done = await ready.client.orders.place(ready.order(OrderType.STOP, stop_price=D(24_900)))
    assert isinstance(done, Refused)
    assert done.reason == "InvalidPrice"
    assert "above the last price" in done.text


async def test_a_closed_session_refuses_and_is_said_so() -> None:
    async with broker_pair(exchange=ExchangeSettings(always_open=False)) as pair:
        pair.clock.go(8 * 3600)  # Friday evening
        await pair.client.session.ensure()
        done = await pair.client.orders.place(pair.order())
        assert done == Refused("SessionClosed", "the session is closed")
        waiting = await pair.placed(OrderType.LIMIT, price=D(24_900), time_in_force=TimeInForce.GTC)
        assert pair.row("order", waiting)["ordStatus"] == "Suspended", "alive until Sunday"


async def test_a_margin_refusal_is_a_rejected_order_whose_words_events_tell_too(
    pair: Pair,
) -> None:
    await pair.client.up()
    done = await pair.client.orders.place(pair.order(quantity=1000, client_order_id="big"))
    assert isinstance(done, Refused)
    await until(lambda: pair.client.connection.mirror.order_of("big") is not None)
    mirror = pair.client.connection.mirror
    await until(lambda: getattr(mirror.order_of("big"), "status", "") == "Rejected")
    rejected = mirror.order_of("big")
    assert rejected is not None
    await until(lambda: "Insufficient initial margin" in mirror.order_of("big").reason)  # type: ignore[union-attr]
    assert pair.client.state.working == ()


async def test_an_account_that_may_only_liquidate_refuses_entries_and_takes_exits(
    pair: Pair,
) -> None:
    await pair.client.up()
    await pair.placed()
    pair.server.exchange.set_admin_action(pair.account_id, "LiquidateOnlyModeImmediately")
    await until(lambda: pair.client.state.accounts[0].restriction != "")
    assert pair.client.state.accounts[0].restriction == "LiquidateOnlyModeImmediately"
    entry = await pair.client.orders.place(pair.order())
    assert isinstance(entry, Refused)
    assert entry.reason == "LiquidationOnly"
    assert isinstance(await pair.client.orders.place(pair.order(action=Action.SELL)), Placed)
    assert pair.net == 0


# Pairs and brackets


def _target(price: int = 25_100) -> OtherLeg:
    terms = Terms(order_type=OrderType.LIMIT, price=D(price))
    return OtherLeg(action=Action.SELL, terms=terms, client_order_id="target")


def _stop(price: int = 24_900) -> OtherLeg:
    terms = Terms(order_type=OrderType.STOP, stop_price=D(price))
    return OtherLeg(action=Action.SELL, terms=terms, client_order_id="stop")


async def test_a_pair_is_two_orders_of_which_one_ends_the_other(ready: Pair) -> None:
    await ready.placed()
    first = ready.order(
        OrderType.STOP, action=Action.SELL, stop_price=D(24_900), client_order_id="stop"
    )
    done = await ready.client.orders.place_oco(PlaceOco(order=first, other=_target()))

    assert isinstance(done, Placed)
    assert done.oco_id is not None
    assert ready.version(done.order_id)["stopPrice"] == 24_900
    assert ready.version(done.oco_id)["price"] == 25_100
    assert ready.version(done.oco_id)["orderQty"] == 1
    ready.trade("25100")
    assert ready.row("order", done.oco_id)["ordStatus"] == "Filled"
    assert ready.row("order", done.order_id)["ordStatus"] == "Canceled"
    assert ready.net == 0


async def test_a_pair_on_one_side_is_refused_with_the_brokers_words(ready: Pair) -> None:
    first = ready.order(OrderType.LIMIT, action=Action.SELL, price=D(25_200))
    done = await ready.client.orders.place_oco(PlaceOco(order=first, other=_target()))
    assert done == Refused("InvalidPrice", "Wrong OCO combination")
    assert ready.rows("order") == []


async def test_an_entry_with_brackets_has_exits_that_wait_for_it(ready: Pair) -> None:
    entry = ready.order(OrderType.LIMIT, price=D(24_950), quantity=2)
    done = await ready.client.orders.place_oso(
        PlaceOso(order=entry, bracket1=_target(), bracket2=_stop())
    )

    assert isinstance(done, Placed)
    target, stop = done.bracket_ids
    for each in (target, stop):
        order = ready.row("order", each)
        assert (order["ordStatus"], order["parentId"]) == ("Suspended", done.order_id)
        assert ready.version(each)["orderQty"] == 2
    ready.trade("24950")
    assert ready.net == 2
    ready.trade("24900")
    assert ready.row("order", stop)["ordStatus"] == "Filled"
    assert ready.row("order", target)["ordStatus"] == "Canceled"
    assert ready.net == 0


async def test_one_bracket_alone_will_do(ready: Pair) -> None:
    done = await ready.client.orders.place_oso(PlaceOso(order=ready.order(), bracket1=_stop()))
    assert isinstance(done, Placed)
    (stop,) = done.bracket_ids
    assert ready.row("order", stop)["ordStatus"] == "Working"


async def test_children_whose_numbers_were_left_out_are_found_by_their_parent(
    pair: Pair,
) -> None:
    await pair.client.up()
    pair.fault(FaultKind.NO_CHILD_IDS, "order/placeoso")
    entry = pair.order(OrderType.LIMIT, price=D(24_950))
    done = await pair.client.orders.place_oso(
        PlaceOso(order=entry, bracket1=_target(), bracket2=_stop())
    )
    assert isinstance(done, Placed)
    assert done.bracket_ids == ()

    def children() -> list[str]:
        working = pair.client.state.working
        return [each.kind for each in working if each.parent_id == done.order_id]

    await until(lambda: sorted(children()) == ["Limit", "Stop"])


# Changing


async def _newest(pair: Pair, order_id: int) -> OrderVersion:
    versions = await pair.client.reads.versions_of(order_id)
    assert not isinstance(versions, Trouble)
    return max(versions, key=lambda version: version.id)


async def test_a_change_replaces_all_and_keeps_what_was_not_meant(ready: Pair) -> None:
    ends = ready.clock() + timedelta(hours=1)
    order_id = await ready.placed(
        OrderType.STOP_LIMIT,
        quantity=3,
        price=D("25101.25"),
        stop_price=D(25_100),
        time_in_force=TimeInForce.GTD,
        expire_time=ends,
        client_order_id="mine",
    )
    before = ready.version(order_id)
    request = changed(await _newest(ready, order_id), is_automated=True, price=D("25102.25"))

    done = await ready.client.orders.modify(request)

    assert isinstance(done, Commanded)
    after = ready.version(order_id)
    assert after["id"] == done.command_id
    assert after["price"] == 25_102.25
    same = {"orderQty", "orderType", "stopPrice", "timeInForce", "expireTime", "text"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


async def test_a_gtc_order_stays_gtc_when_it_is_changed(ready: Pair) -> None:
    order_id = await ready.placed(OrderType.LIMIT, price=D(24_900), time_in_force=TimeInForce.GTC)
    request = changed(await _newest(ready, order_id), is_automated=True, price=D(24_950))
    assert isinstance(await ready.client.orders.modify(request), Commanded)
    assert ready.version(order_id)["price"] == 24_950
    assert ready.version(order_id)["timeInForce"] == "GTC"


async def test_the_brokers_trap_says_yes_and_leaves_a_gtc_order_as_it_is(ready: Pair) -> None:
    """Which is why a change without its time in force cannot even be made."""
    order_id = await ready.placed(OrderType.LIMIT, price=D(24_900), time_in_force=TimeInForce.GTC)
    body = {"orderId": order_id, "orderQty": 1, "orderType": "Limit", "price": 24_950}
    await ready.client.http.call("POST", "order/modifyorder", body=body, expect="commandId")
    assert ready.version(order_id)["price"] == 24_900
    with pytest.raises(ValueError, match="time in force"):
        ModifyOrder(
            order_id=order_id,
            quantity=1,
            terms=Terms(order_type=OrderType.LIMIT, price=D(24_950)),
            is_automated=True,
        )


async def test_of_a_trailing_stop_only_the_size_changes(ready: Pair) -> None:
    order_id = await ready.placed(
        OrderType.TRAILING_STOP, stop_price=D(25_050), peg_difference=D(10)
    )
    version = await _newest(ready, order_id)
    with pytest.raises(ValueError, match="only the size"):
        changed(version, is_automated=True, stop_price=D(25_060))
    larger = changed(version, is_automated=True, quantity=2)
    assert isinstance(await ready.client.orders.modify(larger), Commanded)
    assert ready.version(order_id)["orderQty"] == 2
    assert ready.version(order_id)["pegDifference"] == 10


async def test_one_command_at_a_time_and_the_second_is_told_so() -> None:
    async with broker_pair(exchange=ExchangeSettings(command_seconds=5)) as pair:
        await pair.client.session.ensure()
        order_id = await pair.placed(OrderType.LIMIT, price=D(24_900))
        cancel = CancelOrder(order_id=order_id, is_automated=True)
        done = await pair.client.orders.cancel(cancel)
        assert isinstance(done, Refused)
        assert done.reason == "AnotherCommandPending"
        pair.clock.go(6)
        assert isinstance(await pair.client.orders.cancel(cancel), Commanded)
        assert pair.row("order", order_id)["ordStatus"] == "PendingCancel", "yes is not yet done"
        pair.clock.go(6)
        await until(lambda: pair.row("order", order_id)["ordStatus"] == "Canceled")


async def test_a_cancel_after_a_partial_fill_keeps_what_was_filled(pair: Pair) -> None:
    await pair.client.up()
    settings = OrderType.LIMIT
    pair.server.exchange._pit.settings = ExchangeSettings(max_fill=2)
    order_id = await pair.placed(settings, price=D(24_950), quantity=5)
    pair.trade("24950")
    cancel = CancelOrder(order_id=order_id, is_automated=True)
    assert isinstance(await pair.client.orders.cancel(cancel), Commanded)

    def seen() -> Any:
        return pair.client.connection.mirror.order(order_id)

    await until(lambda: seen() is not None and seen().status == "Canceled")
    await until(lambda: bool(pair.client.state.positions))
    assert (seen().filled, seen().average_price, seen().alive) == (2, 24_950, False)
    assert pair.client.state.positions[0].net == pair.net == 2


# Going flat


async def test_liquidating_closes_the_position_and_cancels_all_of_its_contract(
    ready: Pair,
) -> None:
    await ready.placed(quantity=3)
    others = [
        await ready.placed(OrderType.LIMIT, price=D(24_900)),
        await ready.placed(OrderType.STOP, stop_price=D(25_100)),
    ]
    done = await ready.client.orders.liquidate(
        LiquidatePosition(account_id=ready.account_id, contract_id=ready.contract_id)
    )
    assert isinstance(done, Placed)
    assert ready.net == 0
    assert {ready.row("order", each)["ordStatus"] for each in others} == {"Canceled"}
    again = await ready.client.orders.liquidate(
        LiquidatePosition(account_id=ready.account_id, contract_id=ready.contract_id)
    )
    assert isinstance(again, Refused)
    assert "no position" in again.text


async def test_several_positions_are_liquidated_by_their_numbers(ready: Pair) -> None:
    ready.server.trade("MESZ6", "6800", 5)
    await ready.placed(quantity=2)
    await ready.placed(symbol="MESZ6", action=Action.SELL)
    positions = await ready.client.reads.positions()
    assert not isinstance(positions, Trouble)
    ids = [each.id for each in positions]
    assert len(ids) == 2
    done = await ready.client.orders.liquidate_all(LiquidatePositions(position_ids=ids))
    assert done == Done()
    assert {row["netPos"] for row in ready.rows("position")} == {0}
    no = await ready.client.orders.liquidate_all(LiquidatePositions(position_ids=[999_999]))
    assert isinstance(no, Refused)
    assert no.text == "no position 999999"


# Strategies


def _strategy(pair: Pair, **more: Any) -> StartOrderStrategy:
    fields: dict[str, Any] = {
        "symbol": SYMBOL,
        "brackets": [Bracket(quantity=1, profit_target=D(50), stop_loss=D(-40))],
        **more,
    }
    return StartOrderStrategy(
        account_id=pair.account_id,
        account_name=ACCOUNT,
        action=Action.BUY,
        quantity=1,
        terms=Terms(order_type=OrderType.MARKET),
        uuid="mine",
        **fields,
    )


async def test_a_strategy_keeps_its_exits_from_the_fill_and_ends_when_told(ready: Pair) -> None:
    done = await ready.client.orders.start_strategy(_strategy(ready))

    assert isinstance(done, StrategyStarted)
    assert ready.net == 1
    exits = [row for row in ready.rows("order") if row["ordStatus"] == "Working"]
    versions = [ready.version(row["id"]) for row in exits]
    prices = {version["orderType"]: version for version in versions}
    assert prices["Limit"]["price"] == 25_050
    assert prices["Stop"]["stopPrice"] == 24_960
    links = await ready.client.reads.strategy_links_of(done.strategy_id)
    assert not isinstance(links, Trouble)
    assert len(links) == 3
    ended = await ready.client.orders.interrupt_strategy(
        InterruptOrderStrategy(order_strategy_id=done.strategy_id)
    )
    assert ended == StrategyStarted(done.strategy_id)
    assert not [row for row in ready.rows("order") if row["ordStatus"] == "Working"]
    assert ready.net == 1


async def test_a_strategy_that_is_disabled_says_so_and_brackets_do_instead() -> None:
    async with broker_pair(exchange=ExchangeSettings(strategies_enabled=False)) as pair:
        await pair.client.session.ensure()
        done = await pair.client.orders.start_strategy(_strategy(pair))
        assert done == Refused("", "Order strategy is disabled")
        instead = await pair.client.orders.place_oso(
            PlaceOso(order=pair.order(), bracket1=_target(25_050), bracket2=_stop(24_960))
        )
        assert isinstance(instead, Placed)


async def test_a_strategy_whose_entry_is_refused_is_in_doubt_with_the_brokers_words(
    ready: Pair,
) -> None:
    done = await ready.client.orders.start_strategy(
        _strategy(ready, symbol="MNQH1"),
    )
    assert isinstance(done, Refused)
    assert "MNQH1" in done.text
    small = await broker_strategy(ready)
    assert isinstance(small, InDoubt)
    assert "Insufficient initial margin" in small.why
    assert ready.net == 0


async def broker_strategy(pair: Pair) -> Any:
    """One that is far too large: it gets a number and fails."""
    large = StartOrderStrategy(
        account_id=pair.account_id,
        account_name=ACCOUNT,
        symbol=SYMBOL,
        action=Action.BUY,
        quantity=1000,
        terms=Terms(order_type=OrderType.MARKET),
        brackets=[Bracket(quantity=1000, stop_loss=D(-40))],
    )
    return await pair.client.orders.start_strategy(large)
