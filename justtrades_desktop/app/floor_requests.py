"""What execution means, as the broker is asked for it; ``ValueError`` says what makes no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeVar

from justtrades_desktop.broker.entities import OrderVersion
from justtrades_desktop.broker.requests import (
    Action,
    ModifyOrder,
    OtherLeg,
    PlaceOco,
    PlaceOrder,
    PlaceOso,
    Terms,
    TimeInForce,
    changed,
)
from justtrades_desktop.domain.orders import Intent, Leg, OrderKind

_MOST_LEGS: Final = 2

_Request = TypeVar("_Request", PlaceOrder, PlaceOco, PlaceOso, ModifyOrder)


def new_order(intent: Intent, account_id: int) -> PlaceOrder | PlaceOco | PlaceOso:
    """With legs an OSO, with ``oco`` a pair, else one order."""
    order = _order(intent, account_id)
    if intent.legs and intent.oco is not None:
        raise ValueError("an order has exits hanging on it, or is one of a pair; not both")
    if len(intent.legs) > _MOST_LEGS:
        raise ValueError("at most two exits can hang on an order")
    if intent.oco is not None:
        # Both of a pair lead the same way: they are two exits of one position.
        other = _leg(intent.oco, Action(intent.way), intent.time_in_force)
        return _exact(PlaceOco(order=order, other=other))
    if intent.legs:
        way = Action(intent.way.other)
        # What protects must outlive the session: a sleeping computer places no new one.
        legs = [_leg(leg, way, TimeInForce.GTC) for leg in intent.legs]
        second = legs[1] if len(legs) > 1 else None
        return _exact(PlaceOso(order=order, bracket1=legs[0], bracket2=second))
    return _exact(order)


def change(intent: Intent, version: OrderVersion) -> ModifyOrder:
    """``version`` with the intent's quantity and prices; what the intent leaves out stays."""
    price, stop = intent.price, intent.stop_price
    return _exact(
        changed(
            version,
            is_automated=intent.is_automated,
            quantity=intent.quantity,
            # Naming what is so already is no change, and a trailing stop allows none.
            price=None if price == version.price else price,
            stop_price=None if stop == version.stop_price else stop,
            client_order_id=intent.client_id,
        )
    )


def _exact(request: _Request) -> _Request:
    """What cannot be written in JSON exactly is found now, not on the way out."""
    request.body()
    return request


def _order(intent: Intent, account_id: int) -> PlaceOrder:
    return PlaceOrder(
        account_id=account_id,
        account_name=intent.key.account,
        symbol=intent.contract,
        action=Action(intent.way),
        quantity=intent.quantity,
        terms=_terms(
            intent,
            intent.kind,
            distance=intent.distance,
            time_in_force=intent.time_in_force,
        ),
        is_automated=intent.is_automated,
        client_order_id=intent.client_id,
    )


def _leg(leg: Leg, way: Action, time_in_force: str) -> OtherLeg:
    terms = _terms(leg, leg.kind, distance=leg.distance, time_in_force=time_in_force)
    return OtherLeg(action=way, terms=terms, client_order_id=leg.client_id)


def _terms(
    priced: Intent | Leg, kind: OrderKind, *, distance: Decimal | None, time_in_force: str
) -> Terms:
    """Our id is the text as well: the version shows it where the command is gone."""
    trails = kind is OrderKind.TRAILING_STOP
    return Terms(
        order_type=kind,
        price=priced.price,
        stop_price=priced.stop_price,
        # A distance has no sign: the broker knows by the side which way it trails.
        peg_difference=abs(distance) if trails and distance is not None else None,
        time_in_force=time_in_force,
        text=priced.client_id,
    )
