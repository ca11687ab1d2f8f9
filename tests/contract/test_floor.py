"""A floor over the real client at the real simulator, joined by real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.floor import AccountFloor
from justtrades_desktop.app.floors import Floors
from justtrades_desktop.app.serving import Config, serving
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Leg, OrderKind, Purpose, Way
from justtrades_desktop.execution.ports import (
    Doubt,
    Floor,
    Gone,
    NotSent,
    Placed,
    Refused,
    Taken,
    Unclear,
)
from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import FaultKind
from tests.contract.broker_pair import ACCOUNT, SYMBOL, Pair, broker_pair, until

D = Decimal
KEY = AccountKey("demo", ACCOUNT)
TARGET = Leg(Purpose.TARGET, OrderKind.LIMIT, "jt-t", price=D(25_010))
STOP = Leg(Purpose.STOP, OrderKind.STOP, "jt-s", stop_price=D(24_990))


class One:
    """A program with one connection."""

    def __init__(self, connection: Connection | None) -> None:
        self.connection = connection
        self.removed = False
        self._heard: list[Callable[[str], None]] = []

    @property
    def names(self) -> Sequence[str]:
        return () if self.removed else ("demo",)

    def found(self, name: str) -> Connection | None:
        return self.connection if name in self.names else None

    def listen(self, heard: Callable[[str], None]) -> Callable[[], None]:
        self._heard.append(heard)
        return lambda: self._heard.remove(heard)

    def change(self, connection: Connection | None, *, removed: bool = False) -> None:
        self.connection, self.removed = connection, removed
        for heard in self._heard:
            heard("demo")


class Joined:
    """A pair with the floors of its client."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.one = One(pair.client.connection)
        self.floors = Floors(self.one)
        self.told: list[AccountKey] = []
        self.floors.listen(self.told.append)

    @property
    def floor(self) -> AccountFloor:
        floor = self.floors.floor(KEY)
        assert floor is not None
        return floor

    @property
    def contract_id(self) -> int:
        return self.pair.contract_id

    async def up(self) -> None:
        await self.pair.client.up()

    def intent(self, client_id: str = "jt-1", **more: Any) -> Intent:
        fields: dict[str, Any] = {
            "decision_id": 1,
            "key": KEY,
            "contract_id": self.contract_id,
            "contract": SYMBOL,
            "purpose": Purpose.ENTRY,
            "way": Way.BUY,
            "quantity": 1,
            "at": datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
        }
        return Intent(client_id=client_id, **fields | more)

    async def place(self, client_id: str = "jt-1", **more: Any) -> Placed:
        answer = await self.floor.place(self.intent(client_id, **more), signal_id=7, fresh=5)
        assert isinstance(answer, Placed), answer
        return answer

    async def net_is(self, net: int) -> None:
        await until(lambda: self.floor.net(self.contract_id) == net)


@pytest.fixture
async def joined() -> AsyncIterator[Joined]:
    async with broker_pair() as pair:
        both = Joined(pair)
        await both.up()
        yield both
        both.floors.close()


def is_a_floor(floor: AccountFloor) -> Floor:
    """To mypy."""
    return floor


async def test_accounts_appear_with_the_first_sync(joined: Joined) -> None:
    assert [floor.key for floor in joined.floors.all()] == [KEY, AccountKey("demo", "ADA2")]
    assert joined.told == [KEY, AccountKey("demo", "ADA2")]
    floor = joined.floor
    assert floor.is_up
    assert floor.environment is Environment.DEMO
    assert floor.account is not None
    assert (floor.account.name, floor.account.cash) == (ACCOUNT, D(50_000))
    assert joined.floors.floor(AccountKey("demo", "nobody")) is None


async def test_an_entry_with_two_legs_is_told_whole_and_its_legs_by_our_ids(
    joined: Joined,
) -> None:
    floor = joined.floor
    done = await joined.place(quantity=2, legs=(TARGET, STOP))
    await joined.net_is(2)
    await until(lambda: floor.order_of("jt-s") is not None)
    target, stop = floor.order_of("jt-t"), floor.order_of("jt-s")
    assert target is not None
    assert stop is not None
    assert done.leg_ids == (target.id, stop.id)
    await until(lambda: len(floor.children(done.order_id)) == 2)
    await until(lambda: {each.status for each in floor.working()} == {"Working"})
    assert [each.id for each in floor.working(joined.contract_id)] == [target.id, stop.id]
    assert floor.working(joined.contract_id + 1) == ()
    assert floor.average(joined.contract_id) == D(25_000)
    assert [(each.signed, each.price) for each in floor.fills(done.order_id)] == [(2, D(25_000))]
    assert floor.all_fills() == floor.fills(done.order_id)
    call = joined.pair.client.made("order/placeoso")[0]
    assert (call.signal_id, call.client_order_id) == (7, "jt-1")
    joined.pair.trade("24990")
    await joined.net_is(0)
    await until(lambda: floor.working() == ())
    assert [each.signed for each in floor.all_fills()] == [2, -2]


async def test_both_legs_are_changed_and_stay_good_till_cancelled(joined: Joined) -> None:
    floor = joined.floor
    await joined.place(quantity=2, legs=(TARGET, STOP), time_in_force="GTC")
    await until(lambda: {each.status for each in floor.working()} == {"Working"})
    await until(lambda: floor.order_of("jt-s") is not None)
    target, stop = floor.order_of("jt-t"), floor.order_of("jt-s")
    assert target is not None
    assert stop is not None
    change = joined.intent("jt-2", purpose=Purpose.MODIFY, quantity=1, price=D(25_020))
    assert await floor.modify(change, target, signal_id=None, fresh=5) == Taken()
    change = joined.intent("jt-3", purpose=Purpose.MODIFY, quantity=1, stop_price=D(24_980))
    assert await floor.modify(change, stop, signal_id=None, fresh=5) == Taken()
    seen = [
        {
            name: joined.pair.version(order.id).get(name)
            for name in ("orderQty", "price", "stopPrice", "timeInForce", "text")
        }
        for order in (target, stop)
    ]
    assert seen == [
        {
            "orderQty": 1,
            "price": 25_020,
            "stopPrice": None,
            "timeInForce": "GTC",
            "text": "jt-t",
        },
        {
            "orderQty": 1,
            "price": None,
            "stopPrice": 24_980,
            "timeInForce": "GTC",
            "text": "jt-s",
        },
    ]
    await until(lambda: [each.quantity for each in floor.working()] == [1, 1])
    # The events told how the orders stand: nothing had to be asked for.
    assert joined.pair.client.made("orderversion/deps") == []


async def test_a_pair_protects_what_is_open(joined: Joined) -> None:
    floor = joined.floor
    await joined.place()
    await joined.net_is(1)
    done = await joined.place(
        "jt-t",
        purpose=Purpose.TARGET,
        way=Way.SELL,
        kind=OrderKind.LIMIT,
        price=D(25_010),
        oco=STOP,
        is_automated=True,
    )
    await until(lambda: floor.order_of("jt-s") is not None)
    stop = floor.order_of("jt-s")
    assert stop is not None
    assert done.oco_id == stop.id
    commands = joined.pair.rows("command")
    assert all(each["isAutomated"] for each in commands)
    joined.pair.trade("25010")
    await joined.net_is(0)
    await until(lambda: floor.working() == ())


async def test_a_cancel_and_the_cancel_of_what_is_over(joined: Joined) -> None:
    floor = joined.floor
    done = await joined.place(kind=OrderKind.LIMIT, price=D(24_900))
    cancel = joined.intent("jt-2", purpose=Purpose.CANCEL, target_id=done.order_id)
    assert await floor.cancel(cancel, signal_id=None, fresh=5) == Taken()
    await until(lambda: floor.working() == ())
    again = joined.intent("jt-3", purpose=Purpose.CANCEL, target_id=done.order_id)
    answer = await floor.cancel(again, signal_id=None, fresh=5)
    assert answer == Refused("TooLate: the order is finished")


async def test_liquidating_and_a_confirmed_look(joined: Joined) -> None:
    floor = joined.floor
    await joined.place(quantity=3, legs=(TARGET, STOP))
    assert await floor.confirmed_net(joined.contract_id) == 3
    assert isinstance(await floor.liquidate(joined.contract_id), Placed)
    assert await floor.confirmed_net(joined.contract_id) == 0
    await joined.net_is(0)
    assert floor.positions() == ()
    joined.pair.fault(FaultKind.SERVER_ERROR, "position/list", times=20)
    assert await floor.confirmed_net(joined.contract_id) is None


@pytest.mark.parametrize("kind", [FaultKind.LOST_BEFORE, FaultKind.LOST_AFTER])
async def test_an_order_whose_answer_was_lost_is_looked_up(joined: Joined, kind: FaultKind) -> None:
    floor = joined.floor
    joined.pair.fault(FaultKind.DROPPED_EVENT, times=1000)
    joined.pair.fault(kind, "order/placeoso")
    answer = await floor.place(joined.intent(legs=(TARGET, STOP)), signal_id=None, fresh=5)
    assert isinstance(answer, Doubt)
    assert floor.order_of("jt-1") is None
    arrived = kind is FaultKind.LOST_AFTER
    found = await floor.look_up("jt-1")
    assert isinstance(found, int) is arrived
    if not arrived:
        assert found == Gone()
        return
    order = floor.order_of("jt-1")
    assert order is not None
    assert order.id == found
    assert isinstance(await floor.look_up("jt-s"), int)
    stop = floor.order_of("jt-s")
    assert stop is not None
    assert stop.parent_id == order.id
    assert len(joined.pair.rows("order")) == 3


async def test_a_look_that_fails_is_no_absence(joined: Joined) -> None:
    joined.pair.fault(FaultKind.SERVER_ERROR, "command/list", times=20)
    assert isinstance(await joined.floor.look_up("jt-1"), Unclear)


async def test_a_look_at_an_order_tells_what_no_event_told(joined: Joined) -> None:
    floor = joined.floor
    joined.pair.fault(FaultKind.DROPPED_EVENT, times=1000)
    woken: list[int] = []
    floor.listen(lambda: woken.append(1))
    done = await joined.place()
    order = await floor.look_at(done.order_id)
    assert order is not None
    assert (order.status, order.filled, order.kind) == ("Filled", 1, "Market")
    assert order.client_order_id == "jt-1"
    assert woken
    assert [each.signed for each in floor.all_fills()] == [1]
    assert await floor.look_at(done.order_id + 100_000) is None


async def test_a_penalty_is_not_sent_and_says_for_how_long(joined: Joined) -> None:
    joined.pair.fault(FaultKind.P_TICKET, "order/placeorder", seconds=30)
    answer = await joined.floor.place(joined.intent(), signal_id=None, fresh=5)
    assert isinstance(answer, NotSent)
    assert answer.seconds == pytest.approx(30, abs=2)
    assert joined.pair.net == 0


async def test_what_happened_while_the_link_was_down_is_known_after_it(joined: Joined) -> None:
    floor = joined.floor
    seen: list[bool] = []
    floor.listen(lambda: seen.append(floor.is_up))
    await joined.place(legs=(STOP,))
    await joined.net_is(1)
    await until(lambda: [each.symbol for each in floor.positions()] == [SYMBOL])
    await asyncio.sleep(0.2)  # the last of what follows from a fill is told
    joined.pair.fault(FaultKind.CUT, socket="user")
    await until(lambda: not floor.is_up)
    assert seen[-1] is False
    refused = await floor.place(joined.intent("jt-2"), signal_id=None, fresh=5)
    assert isinstance(refused, NotSent)
    joined.pair.trade("24990")
    await joined.pair.client.again()
    assert floor.is_up
    assert seen[-1] is True
    assert floor.net(joined.contract_id) == 0
    assert floor.working() == ()
    assert [each.signed for each in floor.all_fills()] == [1, -1]


async def test_only_those_concerned_are_woken_and_before_anything_else_happens(
    joined: Joined,
) -> None:
    mine, others = joined.floor, joined.floors.floor(AccountKey("demo", "ADA2"))
    assert others is not None
    await joined.place("jt-0")
    await until(lambda: [each.symbol for each in mine.positions()] == [SYMBOL])
    await asyncio.sleep(0.2)  # the contract's product is looked up too, which concerns everyone
    woken: list[str] = []
    nets: list[int] = []
    mine.listen(lambda: nets.append(mine.net(joined.contract_id)))
    leave = mine.listen(lambda: woken.append("mine"))
    others.listen(lambda: woken.append("others"))
    await joined.place()
    await joined.net_is(2)
    assert set(woken) == {"mine"}
    assert nets[-1] == 2
    leave()
    woken.clear()
    await joined.place("jt-2")
    await joined.net_is(3)
    assert woken == []


async def test_a_floor_outlives_its_connection_and_goes_with_it_when_removed(
    joined: Joined,
) -> None:
    floor = joined.floor
    await joined.place()
    await joined.net_is(1)
    joined.told.clear()
    joined.one.change(None)
    assert joined.told[0] == KEY
    assert joined.floor is floor
    assert not floor.is_up
    assert await floor.place(joined.intent("jt-2"), signal_id=None, fresh=5) == NotSent(
        "demo is disconnected"
    )
    second = joined.pair.another()
    await second.up()
    joined.one.change(second.connection)
    assert joined.floor is floor
    assert floor.is_up
    assert floor.net(joined.contract_id) == 1
    joined.one.change(None, removed=True)
    assert joined.floors.all() == ()


async def test_prices_are_told_while_their_link_is_up(joined: Joined) -> None:
    floor, client = joined.floor, joined.pair.client
    assert floor.price(joined.contract_id) is None
    client.connection.watch("MNQ1!")
    await until(lambda: floor.price(joined.contract_id) == D(25_000))
    await until(lambda: floor.market_said == "")
    joined.pair.fault(FaultKind.CUT, socket="market")
    await until(lambda: floor.price(joined.contract_id) is None)
    assert floor.market_said
    found = await floor.resolve("MNQ1!")
    assert not isinstance(found, str)
    assert found.contract_id == joined.contract_id
    assert isinstance(await floor.resolve("NOPE1!"), str)


async def test_the_loss_limit_at_the_broker_is_set_kept_and_enforced(joined: Joined) -> None:
    floor = joined.floor
    assert floor.loss_at_broker() == (None, "")
    assert await floor.set_loss_at_broker(D(100)) == ""
    assert floor.loss_at_broker() == (D(100), "")
    assert joined.pair.rows("userAccountAutoLiq")[0]["dailyLossAutoLiq"] == 100
    await joined.place(quantity=2)
    await joined.net_is(2)
    joined.pair.trade("24975")
    await joined.net_is(0)
    answer = await floor.place(joined.intent("jt-2"), signal_id=None, fresh=5)
    assert answer == Refused("LiquidationOnly: the loss limit of the day is reached")
    await until(lambda: floor.account is not None and floor.account.restriction != "")
    assert await floor.set_loss_at_broker(None) == ""
    assert floor.loss_at_broker() == (None, "")


async def test_an_account_that_never_had_limits_gets_its_first() -> None:
    async with broker_pair() as pair:
        pair.server.exchange.drop_limits(pair.account_id)
        both = Joined(pair)
        await both.up()
        assert both.floor.loss_at_broker() == (None, "")
        assert await both.floor.set_loss_at_broker(D(100)) == ""
        assert both.floor.loss_at_broker() == (D(100), "")
        assert await both.floor.set_loss_at_broker(D(200)) == ""
        made = [call.operation for call in pair.client.calls if "autoliq" in call.operation]
        assert made == ["POST useraccountautoliq/create", "POST useraccountautoliq/update"]
        both.floors.close()


async def test_other_limits_stay_when_the_loss_is_set(joined: Joined) -> None:
    floor = joined.floor
    at = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    joined.pair.server.exchange.set_flatten(joined.pair.account_id, at)
    known = floor.loss_at_broker
    connection = joined.pair.client.connection
    account_id = joined.pair.account_id

    def flatten_at() -> datetime | None:
        limits = connection.mirror.auto_liq(account_id)
        return None if limits is None else limits.flatten_timestamp

    await until(lambda: flatten_at() == at)
    assert await floor.set_loss_at_broker(D("250.5")) == ""
    assert known() == (D("250.5"), "")
    assert flatten_at() == at


async def test_a_loss_limit_that_cannot_be_set_says_why(joined: Joined) -> None:
    floor, exchange = joined.floor, joined.pair.server.exchange
    assert await floor.set_loss_at_broker(D(0)) == "a loss limit must be above 0"
    joined.pair.fault(FaultKind.LOST_BEFORE, "useraccountautoliq/update")
    assert "nobody knows" in await floor.set_loss_at_broker(D(100))
    exchange.lock_limits(joined.pair.account_id)
    # Its event may not be here yet: then the broker itself says no.
    assert "refused" in await floor.set_loss_at_broker(D(100)) or floor.loss_at_broker()[1]
    await until(lambda: "locked" in floor.loss_at_broker()[1])
    assert "locked" in await floor.set_loss_at_broker(D(100))
    exchange.set_readonly(joined.pair.account_id)
    await until(lambda: floor.loss_at_broker()[1] == "the account is read-only")


async def test_a_cancelled_call_is_cancelled(joined: Joined) -> None:
    joined.pair.fault(FaultKind.SLOW, "order/placeorder", seconds=1)
    call = asyncio.ensure_future(joined.floor.place(joined.intent(), signal_id=None, fresh=5))
    await until(lambda: joined.pair.net == 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_change_that_is_under_way_and_a_second_one() -> None:
    async with broker_pair(exchange=ExchangeSettings(command_seconds=0.05)) as pair:
        both = Joined(pair)
        await both.up()
        floor = both.floor
        done = await both.place(kind=OrderKind.LIMIT, price=D(24_900))
        await until(lambda: [each.status for each in floor.working()] == ["Working"])
        (order,) = floor.working()
        change = both.intent("jt-2", purpose=Purpose.MODIFY, price=D(24_910))
        assert await floor.modify(change, order, signal_id=None, fresh=5) == Taken()
        change = both.intent("jt-3", purpose=Purpose.MODIFY, price=D(24_920))
        answer = await floor.modify(change, order, signal_id=None, fresh=5)
        assert isinstance(answer, Refused)
        assert "AnotherCommandPending" in answer.said
        await until(lambda: [each.price for each in floor.working()] == [D(24_910)])
        assert [each.id for each in floor.working()] == [done.order_id]
        both.floors.close()


async def test_paper_has_a_floor_in_the_running_program(tmp_path: Path) -> None:
    async with serving(Config(data_dir=tmp_path, port=0)) as running:
        assert running.brokers is not None
        floors = Floors(await running.brokers.get())
        await until(lambda: any(floor.is_up for floor in floors.all()), 10)
        (floor,) = floors.all()
        assert floor.environment is Environment.PAPER
        await (await running.brokers.get()).disconnect(floor.key.connection)
        assert not floor.is_up
        await (await running.brokers.get()).connect(floor.key.connection)
        await until(lambda: floor.is_up, 10)
        assert floors.all() == (floor,)
        floors.close()
