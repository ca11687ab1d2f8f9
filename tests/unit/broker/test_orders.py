"""Orders: one of four ends each, and the look-up of those in doubt."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import NotHandled
from justtrades_desktop.broker.lookup import Absent, CannotTell, Found
from justtrades_desktop.broker.orders import Orders
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.requests import (
    CancelOrder,
    InterruptOrderStrategy,
    LiquidatePosition,
    LiquidatePositions,
    PlaceOco,
    PlaceOso,
    Terms,
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
from tests.unit.broker.scripted import Asked, HandClock, ScriptedHttp
from tests.unit.broker.test_requests import ENTRY, STOP, STRATEGY, TARGET, VERSION


class Pit:
    """Orders with their broker by script."""

    def __init__(self) -> None:
        self.http = ScriptedHttp(HandClock())
        self.orders = Orders(self.http, Reads(self.http))

    async def place(self, status: int, body: Any) -> Any:
        self.http.replies["order/placeorder"] = (status, body)
        return await self.orders.place(ENTRY)


async def test_placed() -> None:
    assert await Pit().place(200, {"orderId": 7}) == Placed(order_id=7)


async def test_an_order_carries_our_id_twice() -> None:
    pit = Pit()
    await pit.place(200, {"orderId": 7})
    body = pit.http.asked[0].body or {}
    assert (body["clOrdId"], body["text"]) == ("jt-0001", "jt-0001")
    pit.http.replies["order/placeorder"] = (200, {"orderId": 8})
    own = replace(ENTRY, terms=Terms(order_type="Market", text="scalp"))
    await pit.orders.place(own)
    assert (pit.http.asked[1].body or {})["text"] == "scalp"


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (
            200,
            {"failureReason": "UnknownReason", "failureText": "Margin exceeded by 12"},
            Refused("UnknownReason", "Margin exceeded by 12"),
        ),
        (200, {"errorText": "No such account"}, Refused("", "No such account")),
        (401, "Access is denied", Refused("", "Access is denied", denied=True)),
        (404, "", Refused("", "the broker does not know it")),
    ],
)
async def test_e15_refused_with_the_broker_s_own_words(
    status: int, body: object, refused: Refused
) -> None:
    assert await Pit().place(status, body) == refused
    assert refused.text in refused.said


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {}), (200, ""), (408, ""), (500, "x"), (502, "x"), (200, {"orderId": "seven"})],
)
async def test_e6_e7_in_doubt_and_sent_once(status: int, body: object) -> None:
    pit = Pit()
    assert isinstance(await pit.place(status, body), InDoubt)
    assert len(pit.http.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(429, ""), (423, ""), (200, {"p-ticket": "T", "p-time": 3})]
)
async def test_not_handled(status: int, body: object) -> None:
    assert isinstance(await Pit().place(status, body), NotHandled)


async def test_pairs_and_brackets() -> None:
    pit = Pit()
    pit.http.replies |= {
        "order/placeoco": (200, {"orderId": 7, "ocoId": 8}),
        "order/placeoso": [
            (200, {"orderId": 7, "oso1Id": 8, "oso2Id": 9}),
            (200, {"orderId": 7}),
        ],
    }
    assert await pit.orders.place_oco(PlaceOco(order=ENTRY, other=STOP)) == Placed(
        order_id=7, oco_id=8
    )
    oso = PlaceOso(order=ENTRY, bracket1=TARGET, bracket2=STOP)
    assert await pit.orders.place_oso(oso) == Placed(order_id=7, bracket_ids=(8, 9))
    assert await pit.orders.place_oso(oso) == Placed(order_id=7)


async def test_changes_cancels_liquidations_and_strategies() -> None:
    pit = Pit()
    pit.http.replies |= {
        "order/modifyorder": (200, {"commandId": 5}),
        "order/cancelorder": [(200, {"commandId": 6}), (200, {})],
        "order/liquidateposition": (200, {"orderId": 7}),
        "order/liquidatepositions": [(200, {"ok": True}), (200, {"ok": False})],
        "orderstrategy/startorderstrategy": [
            (200, {"orderStrategy": {"id": 3}}),
            (200, {"errorText": "Order strategy is disabled"}),
        ],
        "orderstrategy/interruptorderstrategy": (200, {"orderStrategy": {"id": 3}}),
    }
    change = changed(VERSION, is_automated=True, price=Decimal(25570))
    assert await pit.orders.modify(change) == Commanded(5)
    cancel = CancelOrder(order_id=7, is_automated=True)
    assert await pit.orders.cancel(cancel) == Commanded(6)
    assert isinstance(await pit.orders.cancel(cancel), InDoubt)
    flat = LiquidatePosition(account_id=1, contract_id=2)
    assert await pit.orders.liquidate(flat) == Placed(order_id=7)
    many = LiquidatePositions(position_ids=(1,))
    assert await pit.orders.liquidate_all(many) == Done()
    assert isinstance(await pit.orders.liquidate_all(many), InDoubt)
    assert await pit.orders.start_strategy(STRATEGY) == StrategyStarted(3)
    assert await pit.orders.start_strategy(STRATEGY) == Refused("", "Order strategy is disabled")
    interrupt = InterruptOrderStrategy(order_strategy_id=3)
    assert await pit.orders.interrupt_strategy(interrupt) == StrategyStarted(3)
    may_use_the_reserve = [each.operation for each in pit.http.asked if each.exit]
    assert may_use_the_reserve == [
        "order/cancelorder",
        "order/cancelorder",
        "order/liquidateposition",
        "order/liquidatepositions",
        "order/liquidatepositions",
        "orderstrategy/interruptorderstrategy",
    ]


def _command(order_id: int, client_order_id: str | None, kind: str = "New") -> dict[str, Any]:
    return {
        "id": 100 + order_id,
        "orderId": order_id,
        "clOrdId": client_order_id,
        "commandType": kind,
        "commandStatus": "AtExecution",
    }


def _order(order_id: int, account_id: int = 11) -> tuple[int, dict[str, Any]]:
    return 200, {"id": order_id, "accountId": account_id, "action": "Buy", "ordStatus": "Working"}


def _version(version_id: int, order_id: int, text: str | None = None) -> dict[str, Any]:
    return {
        "id": version_id,
        "orderId": order_id,
        "orderQty": 2,
        "orderType": "Limit",
        "price": 25600.25,
        "text": text,
    }


def _named(asked: Asked, key: str) -> int:
    return int((asked.query or {})[key])


def _looked_up(commands: Any, versions: Any = (200, [])) -> Pit:
    pit = Pit()
    pit.http.replies |= {
        "command/list": commands,
        "orderversion/list": versions,
        "orderversion/deps": lambda asked: (
            200,
            [_version(each, _named(asked, "masterid")) for each in (8, 9)],
        ),
        "order/item": lambda asked: _order(_named(asked, "id")),
    }
    return pit


async def test_e7_an_order_in_doubt_is_found_by_its_command() -> None:
    commands = [_command(5, "jt-other"), _command(6, "jt-0001", "Cancel"), _command(7, "jt-0001")]
    found = await _looked_up((200, commands)).orders.look_up("jt-0001", 11)
    assert isinstance(found, Found)
    assert found.command is not None
    assert found.version is not None
    assert (found.order.id, found.command.id, found.version.id) == (7, 107, 9)


async def test_e7_or_by_the_text_of_its_version() -> None:
    pit = _looked_up((200, []), (200, [_version(1, 3), _version(2, 7, "jt-0001")]))
    found = await pit.orders.look_up("jt-0001", 11)
    assert isinstance(found, Found)
    assert (found.order.id, found.command) == (7, None)


async def test_e8_another_account_s_order_is_not_ours() -> None:
    pit = _looked_up((200, [_command(7, "jt-0001")]))
    assert await pit.orders.look_up("jt-0001", 12) == Absent()


async def test_absent_only_where_both_lists_say_so() -> None:
    assert await _looked_up((200, [])).orders.look_up("jt-0001", 11) == Absent()
    for failing in (
        _looked_up((500, "x")),
        _looked_up((200, {})),
        _looked_up((200, [{"id": 1}])),
        _looked_up((200, []), (429, "")),
        _looked_up((200, []), (200, {"errorText": "no"})),
    ):
        assert isinstance(await failing.orders.look_up("jt-0001", 11), CannotTell)


async def test_an_order_that_cannot_be_read_is_not_absent() -> None:
    pit = _looked_up((200, [_command(7, "jt-0001")]))
    pit.http.replies["order/item"] = (404, "")
    answer = await pit.orders.look_up("jt-0001", 11)
    assert answer == CannotTell("order 7 cannot be read: the broker does not know it")
