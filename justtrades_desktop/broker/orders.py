"""Orders to the broker, each with one of four ends: placed, refused, not handled, or in doubt.

What is in doubt is looked up by our own id and never sent again.
"""

from __future__ import annotations

from dataclasses import replace

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
    "StrategyStarted",
]


class Orders:
    """The calls that change something; none is ever sent twice.

    ``exit`` may use the reserve of the budget. Within ``fresh`` seconds an order goes out or does
    not go at all. ``signal_id`` goes into the audit.
    """

    def __init__(self, http: Http, reads: Reads) -> None:
        self._http = http
        self._reads = reads

    async def place(
        self,
        request: PlaceOrder,
        *,
        exit: bool = False,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Placed | No:
        """Place one order."""
        request = _traceable(request)
        answer = await self._send(
            "order/placeorder",
            request,
            expect="orderId",
            exit=exit,
            signal_id=signal_id,
            fresh=fresh,
            client_order_id=request.client_order_id,
        )
        return placed(answer)

    async def place_oco(
        self,
        request: PlaceOco,
        *,
        exit: bool = False,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Placed | No:
        """Place two orders, of which the fill of one cancels the other."""
        request = replace(request, order=_traceable(request.order))
        answer = await self._send(
            "order/placeoco",
            request,
            expect="orderId",
            exit=exit,
            signal_id=signal_id,
            fresh=fresh,
            client_order_id=request.order.client_order_id,
        )
        return placed(answer)

    async def place_oso(
        self,
        request: PlaceOso,
        *,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Placed | No:
        """Place an entry with its exits."""
        request = replace(request, order=_traceable(request.order))
        answer = await self._send(
            "order/placeoso",
            request,
            expect="orderId",
            signal_id=signal_id,
            fresh=fresh,
            client_order_id=request.order.client_order_id,
        )
        return placed(answer)

    async def modify(
        self,
        request: ModifyOrder,
        *,
        exit: bool = False,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Commanded | No:
        """Replace what an order asks for."""
        return commanded(
            await self._send(
                "order/modifyorder",
                request,
                expect="commandId",
                exit=exit,
                signal_id=signal_id,
                fresh=fresh,
                client_order_id=request.client_order_id,
            )
        )

    async def cancel(
        self,
        request: CancelOrder,
        *,
        exit: bool = True,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Commanded | No:
        """Cancel an order."""
        return commanded(
            await self._send(
                "order/cancelorder",
                request,
                expect="commandId",
                exit=exit,
                signal_id=signal_id,
                fresh=fresh,
                client_order_id=request.client_order_id,
            )
        )

    async def liquidate(
        self,
        request: LiquidatePosition,
        *,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Placed | No:
        """Flatten a contract and cancel all its orders; one in doubt shows in the position."""
        answer = await self._send(
            "order/liquidateposition",
            request,
            expect="orderId",
            exit=True,
            signal_id=signal_id,
            fresh=fresh,
        )
        return placed(answer)

    async def liquidate_all(
        self,
        request: LiquidatePositions,
        *,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> Done | No:
        """The same for many positions."""
        answer = await self._send(
            "order/liquidatepositions",
            request,
            expect="ok",
            exit=True,
            signal_id=signal_id,
            fresh=fresh,
        )
        return done(answer)

    async def start_strategy(
        self,
        request: StartOrderStrategy,
        *,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> StrategyStarted | No:
        """Start an entry with exits that the broker keeps."""
        answer = await self._send(
            "orderstrategy/startorderstrategy",
            request,
            expect="orderStrategy",
            signal_id=signal_id,
            fresh=fresh,
            client_order_id=request.uuid,
        )
        return started(answer)

    async def interrupt_strategy(
        self,
        request: InterruptOrderStrategy,
        *,
        signal_id: int | None = None,
        fresh: float = ORDER_FRESH,
    ) -> StrategyStarted | No:
        """End a strategy; its id comes back."""
        answer = await self._send(
            "orderstrategy/interruptorderstrategy",
            request,
            expect="orderStrategy",
            exit=True,
            signal_id=signal_id,
            fresh=fresh,
        )
        return started(answer)

    async def set_auto_liq(
        self, request: SetAutoLiq, *, fresh: float = ORDER_FRESH
    ) -> UserAccountAutoLiq | Trouble:
        """Set the limits of an account at the broker; they come back as it has them now."""
        what = "create" if request.is_new else "update"
        answer = await self._send(
            f"useraccountautoliq/{what}", request, expect="id", signal_id=None, fresh=fresh
        )
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
        *,
        expect: str,
        exit: bool = False,
        signal_id: int | None,
        fresh: float,
        client_order_id: str | None = None,
    ) -> Answer:
        return await self._http.call(
            "POST",
            operation,
            body=request.body(),
            expect=expect,
            exit=exit,
            deadline=DEADLINE,
            fresh=fresh,
            signal_id=signal_id,
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
