"""Orders to the broker, each with one of four ends: placed, refused, not handled, or in doubt.

What is in doubt is looked up by our own id and never sent again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict, Unpack

from justtrades_desktop.broker.answers import Accepted, Answer, NotHandled, Trouble, Unknown
from justtrades_desktop.broker.entities import UserAccountAutoLiq
from justtrades_desktop.broker.http import DEADLINE, ORDER_FRESH, Http
from justtrades_desktop.broker.lookup import Absent, CannotTell, Found, look_up
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.requests import (
    CancelOrder,
    InterruptOrderStrategy,
    LiquidatePosition,
    LiquidatePositions,
    ModifyOrder,
    PlaceOco,
    PlaceOrder,
    PlaceOso,
    Request,
    SetAutoLiq,
    StartOrderStrategy,
)
from justtrades_desktop.broker.results import (
    Commanded,
    Done,
    InDoubt,
    No,
    Placed,
    Refused,
    StrategyStarted,
    commanded,
    done,
    placed,
    started,
)

__all__ = [
    "Absent",
    "CannotTell",
    "Commanded",
    "Done",
    "Found",
    "InDoubt",
    "No",
    "NotHandled",
    "Orders",
    "Placed",
    "Refused",
    "Sending",
    "StrategyStarted",
]


class Sending(TypedDict, total=False):
    """How a call goes out."""

    exit: bool  # it may use the budget's reserve
    signal_id: int | None  # goes into the audit
    fresh: float  # seconds: within them it goes out, or it does not go at all


class Orders:
    """The calls that change something; none is ever sent twice."""

    def __init__(self, http: Http, reads: Reads) -> None:
        self._http = http
        self._reads = reads

    async def place(self, request: PlaceOrder, **how: Unpack[Sending]) -> Placed | No:
        """Place one order."""
        request = _traceable(request)
        own = request.client_order_id
        return placed(await self._send("order/placeorder", request, "orderId", own, **how))

    async def place_oco(self, request: PlaceOco, **how: Unpack[Sending]) -> Placed | No:
        """Place two orders, of which the fill of one cancels the other."""
        request = replace(request, order=_traceable(request.order))
        own = request.order.client_order_id
        return placed(await self._send("order/placeoco", request, "orderId", own, **how))

    async def place_oso(self, request: PlaceOso, **how: Unpack[Sending]) -> Placed | No:
        """Place an entry with its exits."""
        request = replace(request, order=_traceable(request.order))
        own = request.order.client_order_id
        return placed(await self._send("order/placeoso", request, "orderId", own, **how))

    async def modify(self, request: ModifyOrder, **how: Unpack[Sending]) -> Commanded | No:
        """Replace what an order asks for."""
        own = request.client_order_id
        return commanded(await self._send("order/modifyorder", request, "commandId", own, **how))

    async def cancel(self, request: CancelOrder, **how: Unpack[Sending]) -> Commanded | No:
        """Cancel an order; as an exit, unless told otherwise."""
        how.setdefault("exit", True)
        own = request.client_order_id
        return commanded(await self._send("order/cancelorder", request, "commandId", own, **how))

    async def liquidate(self, request: LiquidatePosition, **how: Unpack[Sending]) -> Placed | No:
        """Flatten a contract and cancel all its orders; one in doubt shows in the position."""
        how["exit"] = True
        return placed(await self._send("order/liquidateposition", request, "orderId", **how))

    async def liquidate_all(self, request: LiquidatePositions, **how: Unpack[Sending]) -> Done | No:
        """The same for many positions."""
        how["exit"] = True
        return done(await self._send("order/liquidatepositions", request, "ok", **how))

    async def start_strategy(
        self, request: StartOrderStrategy, **how: Unpack[Sending]
    ) -> StrategyStarted | No:
        """Start an entry with exits that the broker keeps."""
        operation = "orderstrategy/startorderstrategy"
        return started(await self._send(operation, request, "orderStrategy", request.uuid, **how))

    async def interrupt_strategy(
        self, request: InterruptOrderStrategy, **how: Unpack[Sending]
    ) -> StrategyStarted | No:
        """End a strategy; its id comes back."""
        how["exit"] = True
        operation = "orderstrategy/interruptorderstrategy"
        return started(await self._send(operation, request, "orderStrategy", **how))

    async def set_auto_liq(
        self, request: SetAutoLiq, *, fresh: float = ORDER_FRESH
    ) -> UserAccountAutoLiq | Trouble:
        """Set the limits of an account at the broker; they come back as it has them now."""
        what = "create" if request.is_new else "update"
        answer = await self._send(f"useraccountautoliq/{what}", request, "id", fresh=fresh)
        if not isinstance(answer, Accepted):
            return answer
        try:
            return UserAccountAutoLiq.from_json(answer.body)
        except ValueError as error:
            return Unknown(f"the broker's answer cannot be read: {error}")

    async def _send(
        self,
        operation: str,
        request: Request,
        expect: str,
        client_order_id: str | None = None,
        **how: Unpack[Sending],
    ) -> Answer:
        return await self._http.call(
            "POST",
            operation,
            body=request.body(),
            expect=expect,
            deadline=DEADLINE,
            exit=how.get("exit", False),
            fresh=how.get("fresh", ORDER_FRESH),
            signal_id=how.get("signal_id"),
            client_order_id=client_order_id,
        )

    async def look_up(self, client_order_id: str, account_id: int) -> Found | Absent | CannotTell:
        """What became of the order of our id whose answer was lost; see :func:`look_up`."""
        return await look_up(self._reads, client_order_id, account_id)


def _traceable(request: PlaceOrder) -> PlaceOrder:
    """With our id in the text too: the version shows it where the command is gone."""
    if request.client_order_id is None or request.terms.text is not None:
        return request
    return replace(request, terms=replace(request.terms, text=request.client_order_id))
