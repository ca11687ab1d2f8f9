"""Orders that a person types, through execution; and how the control port reaches it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from justtrades_desktop.app import tickets
from justtrades_desktop.app.brokers_soon import BrokersSoon
from justtrades_desktop.app.control import Control
from justtrades_desktop.app.execution_commands import carry_out
from justtrades_desktop.app.execution_door import Door
from justtrades_desktop.app.feeds import Feeds
from justtrades_desktop.app.instance import Card
from justtrades_desktop.app.remote import ask
from justtrades_desktop.domain.broker import BrokerOrder, BrokerState, Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import (
    Intent,
    IntentState,
    Leg,
    OrderKind,
    Purpose,
    Way,
    Wish,
)
from tests.fakes.brokerage import MNQ, FakeBrokerage, account, holding, order, up
from tests.fakes.command_line import door_to
from tests.fakes.desk import TestDesk
from tests.fakes.executions import (
    DEMO,
    LIVE,
    FakeExecutions,
    account_state,
    decision,
    execution,
    link_of,
)

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
TARGET = Leg(Purpose.TARGET, OrderKind.LIMIT, "jt-t", price=Decimal(25650))
STOP = Leg(Purpose.STOP, OrderKind.STOP, "jt-s", stop_price=Decimal(25580))


def intent(**fields: Any) -> Intent:
    known: dict[str, Any] = {
        "client_id": "jt-1",
        "decision_id": 1,
        "key": DEMO,
        "contract_id": MNQ,
        "contract": "MNQZ6",
        "purpose": Purpose.HAND,
        "way": Way.BUY,
        "quantity": 2,
        "at": AT,
        "state": IntentState.PLACED,
        "order_id": 77,
    }
    return Intent(**known | fields)


class Placing(FakeExecutions):
    """Carries out what it is told: ``makes`` is the intent that comes of it."""

    def __init__(self, makes: Intent | None, **state: Any) -> None:
        super().__init__(accounts=(account_state(DEMO),), **state)
        self.makes = makes

    def _make(self) -> str:
        if self.makes is not None:
            self.tell(intents=(self.makes, *self.now.intents))
        return self.said

    async def place(self, ticket: Ticket) -> str:
        await super().place(ticket)
        return self._make()

    async def close_position(self, key: Any, contract_id: int) -> str:
        await super().close_position(key, contract_id)
        return self._make()


async def do(door: Door, verb: str, **arguments: Any) -> dict[str, Any]:
    return await carry_out(door, f"execution.{verb}", arguments)


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "_PAUSE", 0.001)
    for name in ("_EVENT_SECONDS", "_CHANGE_SECONDS", "_NAMING_SECONDS"):
        monkeypatch.setattr(tickets, name, 0.01)


def filled(number: int = 77) -> BrokerOrder:
    return order(number, status="Filled", filled=2, average_price=Decimal("25600.5"))


# Placing


async def test_a_market_order_says_what_the_broker_made_of_it() -> None:
    executions = Placing(intent(), intents=(intent(client_id="jt-0", order_id=70),))
    door = door_to(executions, FakeBrokerage(up()), filled())
    told = await do(door, "place", action="buy", quantity=2, symbol="mnq1!")
    assert told == {
        "order": 77,
        "brackets": [],
        "said": executions.said,
        "status": "Filled",
        "filled": 2,
        "average_price": "25600.5",
        "reason": "",
    }
    ((ticket,),) = executions.named("place")
    assert ticket == Ticket(key=DEMO, symbol="MNQ1!", way=Way.BUY, quantity=2)


async def test_a_bracket_names_its_exits_target_first() -> None:
    executions = Placing(intent(legs=(TARGET, STOP)))
    exits = (order(78, parent_id=77), order(79, parent_id=77))
    door = door_to(executions, FakeBrokerage(up()), filled(), *exits)
    told = await do(
        door, "place", action="buy", quantity=2, symbol="MNQ1!", target="25650", stop_loss="25580"
    )
    assert told["brackets"] == [78, 79]
    ((ticket,),) = executions.named("place")
    assert (ticket.target, ticket.stop_loss) == (Decimal(25650), Decimal(25580))


@pytest.mark.parametrize(
    ("prices", "kind"),
    [
        ({}, OrderKind.MARKET),
        ({"price": "25600"}, OrderKind.LIMIT),
        ({"stop_price": "25600"}, OrderKind.STOP),
        ({"price": "25600", "stop_price": "25590"}, OrderKind.STOP_LIMIT),
        ({"trail": "10"}, OrderKind.TRAILING_STOP),
        ({"price": "25600", "kind": "stoplimit"}, OrderKind.STOP_LIMIT),
    ],
)
async def test_prices_say_what_kind_of_order_is_meant(
    prices: dict[str, str], kind: OrderKind
) -> None:
    executions = Placing(intent())
    door = door_to(executions, FakeBrokerage(up()), filled())
    await do(door, "place", action="buy", quantity=2, symbol="MNQ1!", **prices)
    assert executions.named("place")[0][0].kind is kind


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (IntentState.REJECTED, "The broker refused it: too big"),
        (IntentState.NOT_SENT, "It was not sent on: too big"),
        (IntentState.DOUBT, "Nobody knows whether it arrived: too big"),
        (IntentState.INTENDED, "Nobody knows whether it arrived: too big"),
    ],
)
async def test_an_order_that_never_was_or_perhaps_is_is_an_error(
    state: IntentState, says: str
) -> None:
    executions = Placing(intent(state=state, order_id=None, said="too big"))
    door = door_to(executions, FakeBrokerage(up()))
    with pytest.raises(UserError, match=says):
        await do(door, "place", action="buy", quantity=2, symbol="MNQ1!")


async def test_another_persons_order_is_not_taken_for_this_one() -> None:
    old = intent(client_id="jt-0", order_id=70, at=AT + timedelta(hours=1))
    executions = Placing(intent(), intents=(old,))
    executions.tell(decisions=(decision(1),))
    door = door_to(executions, FakeBrokerage(up()), filled(), filled(70))
    told = await do(door, "place", action="buy", quantity=2, symbol="MNQ1!")
    assert told["order"] == 77


async def test_live_takes_orders_only_while_it_is_armed() -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))
    door = door_to(executions, FakeBrokerage(up("Live", Environment.LIVE)))
    with pytest.raises(UserError, match="LIVE and not armed"):
        await do(door, "place", action="buy", quantity=1, symbol="MNQ1!", account="LIVE1")
    assert executions.calls == []
    executions.tell(accounts=(account_state(LIVE, armed=True),))
    await do(door, "place", action="buy", quantity=1, symbol="MNQ1!", account="LIVE1", again=True)
    ((ticket,),) = executions.named("place")
    assert ticket.key == LIVE
    assert ticket.confirmed


# Changing, cancelling, closing


def working(*orders: BrokerOrder) -> BrokerState:
    return replace(up(), working=orders)


async def test_a_change_goes_to_the_account_that_holds_the_order() -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO), account_state(LIVE)))
    door = door_to(executions, FakeBrokerage(working(order(71))), order(71))
    told = await do(door, "modify", id=71, price="25600.25")
    assert executions.named("modify") == [(DEMO, 71, {"price": Decimal("25600.25")})]
    assert (told["order"], told["status"]) == (71, "Working")
    with pytest.raises(UserError, match="What shall be changed"):
        await do(door, "modify", id=71)
    with pytest.raises(UserError, match="no working order 72"):
        await do(door, "cancel", id=72)


async def test_one_number_at_two_brokers_needs_a_name() -> None:
    other = replace(working(order(71)), name="Other", accounts=(account(1, "B"),))
    executions = FakeExecutions()
    door = door_to(executions, FakeBrokerage(working(order(71)), other), order(71))
    with pytest.raises(UserError, match="Demo, Other"):
        await do(door, "cancel", id=71)
    await do(door, "cancel", id=71, connection="Other")
    assert executions.named("cancel") == [(("Other", "B"), 71)]


async def test_a_cancel_tells_how_the_order_ended() -> None:
    executions = FakeExecutions()
    ended = replace(order(71, status="Canceled"), alive=False)
    door = door_to(executions, FakeBrokerage(working(order(71))), ended)
    assert (await do(door, "cancel", id=71))["status"] == "Canceled"


async def test_the_held_contract_is_closed_whatever_the_front_is_by_now() -> None:
    closing = intent(client_id="jt-9", purpose=Purpose.CLOSE, way=Way.SELL)
    executions = Placing(closing)
    door = door_to(executions, FakeBrokerage(holding(up(), 2)), filled())
    told = await do(door, "flatten", symbol="MNQ1!")
    assert executions.named("close_position") == [(DEMO, MNQ)]
    assert (told["order"], told["status"]) == (77, "Filled")


async def test_a_liquidation_by_the_broker_itself_is_found_by_its_fill() -> None:
    class Liquidating(FakeExecutions):
        async def close_position(self, key: AccountKey, contract_id: int) -> str:
            self.tell(executions=(execution(9, order_id=80), *self.now.executions))
            return await super().close_position(key, contract_id)

    executions = Liquidating(accounts=(account_state(DEMO),), executions=(execution(8),))
    door = door_to(executions, FakeBrokerage(holding(up(), 2)), filled(80))
    told = await do(door, "flatten", symbol="MNQZ6")
    assert (told["order"], told["status"]) == (80, "Filled")


async def test_what_is_not_held_is_still_closed_by_its_contract() -> None:
    executions = Placing(None)
    door = door_to(executions, FakeBrokerage(up()))
    told = await do(door, "flatten", symbol="MNQ1!")
    assert executions.named("close_position") == [(DEMO, MNQ)]
    assert told["status"] == "no order"
    with pytest.raises(UserError, match="No contract for XYZ"):
        await do(door, "flatten", symbol="XYZ")


# Whose


async def test_working_orders_say_whose_they_are() -> None:
    entry = intent(
        client_id="jt-1", decision_id=1, purpose=Purpose.ENTRY, legs=(TARGET, STOP), order_id=70
    )
    typed = intent(client_id="jt-2", decision_id=2, order_id=75)
    executions = FakeExecutions(
        links=(link_of(7),),
        decisions=(
            decision(2, wish=Wish.HAND, link_id=None),
            decision(1, link_id=7),
        ),
        intents=(typed, entry),
    )
    state = working(
        order(71, client_order_id="jt-t", kind="Limit"),
        order(72, parent_id=70, kind="Stop"),
        order(75),
        order(76, client_order_id="mobile"),
        order(77, client_order_id="jt-forgotten"),
        order(78, client_order_id="hand-forgotten"),
    )
    rows = (await do(door_to(executions, FakeBrokerage(state)), "orders"))["rows"]
    assert [(r["id"], r["whose"], r["purpose"], r["link_id"]) for r in rows] == [
        (71, "ORB", "target", 7),
        (72, "ORB", "stop", 7),
        (75, "hand", "hand", None),
        (76, "other", None, None),
        (77, "JustTrades", None, None),
        (78, "hand", None, None),
    ]
    assert rows[0]["account"] == "DEMO1"
    assert rows[0]["link"] == "up"


async def test_an_unknown_command_is_another_version() -> None:
    with pytest.raises(UserError, match="no command"):
        await do(door_to(FakeExecutions(), FakeBrokerage()), "dance")


# Over the control port


class Soon:
    """Execution that is there, or not yet."""

    def __init__(self, there: Executions | None) -> None:
        self.there = there

    async def executions(self) -> Executions:
        if self.there is None:
            raise UserError("Execution did not start", "The log says why.")
        return self.there


class ThereAtOnce:
    def __init__(self, brokers: FakeBrokerage) -> None:
        self._brokers = brokers

    async def get(self) -> FakeBrokerage:
        return self._brokers


async def over_the_port(
    executions: Soon | None, command: str, arguments: dict[str, Any], *, brokers: bool = True
) -> dict[str, Any]:
    desk = TestDesk().desk
    soon = cast("BrokersSoon", ThereAtOnce(FakeBrokerage(up()))) if brokers else None
    feeds = cast("Feeds", None)
    control = Control(desk, feeds, soon, show=lambda: False, executions=executions)
    card = Card(1, "", await control.start(), control.secret)
    try:
        return await asyncio.to_thread(ask, card, command, arguments)
    finally:
        await control.stop()


async def test_commands_reach_execution_over_the_control_port() -> None:
    executions = FakeExecutions(links=(link_of(7),))
    told = await over_the_port(Soon(executions), "execution.links", {})
    assert [row["id"] for row in told["rows"]] == [7]
    await over_the_port(Soon(executions), "execution.pause", {})
    assert executions.now.paused


async def test_orders_go_through_execution_where_there_is_any() -> None:
    told = await over_the_port(Soon(FakeExecutions()), "broker.orders", {})
    assert told == {"rows": []}
    executions = FakeExecutions()
    with pytest.raises(UserError, match="no working order"):
        await over_the_port(Soon(executions), "broker.cancel", {"id": 5})
    assert (await over_the_port(Soon(executions), "broker.status", {}))["rows"][0]["name"] == "Demo"


async def test_orders_can_be_looked_at_while_execution_is_not_there() -> None:
    assert await over_the_port(Soon(None), "broker.orders", {}) == {"rows": []}
    with pytest.raises(UserError, match="did not start"):
        await over_the_port(Soon(None), "broker.cancel", {"id": 5})


async def test_what_is_not_there_says_so() -> None:
    with pytest.raises(UserError, match="did not start"):
        await over_the_port(Soon(None), "execution.links", {})
    with pytest.raises(UserError, match="without brokers"):
        await over_the_port(Soon(None), "execution.links", {}, brokers=False)
    with pytest.raises(UserError, match="without execution"):
        await over_the_port(None, "execution.links", {})
