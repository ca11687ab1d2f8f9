"""Reading a request into terms and drafts: what is missing, misspelt or off its tick ends here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.simulator.commands import Ticket
from justtrades_desktop.simulator.matching import trigger_of
from justtrades_desktop.simulator.orders import AT_ONCE, BUY, SELL, Terms
from justtrades_desktop.simulator.prices import exact, moment, on_tick
from justtrades_desktop.simulator.refusals import Malformed, Refused, Violated

Body = Mapping[str, Any]
_KINDS: Final = frozenset({"Limit", "MIT", "Market", "Stop", "StopLimit", "TrailingStop"})
_UNSUPPORTED: Final = frozenset({"QTS", "LimitIfTouched"})
_TIMES: Final = frozenset({"Day", "FOK", "GTC", "GTD", "IOC"})
_LONGEST: Final = 64
# Which prices an order type must bring; a trailing stop's distance is checked on its own.
_NEEDS: Final = {
    "Limit": ("price",),
    "Stop": ("stop",),
    "StopLimit": ("price", "stop"),
    "TrailingStop": ("stop", "peg"),
}


def whole(body: Body, name: str) -> int:
    """A required whole number.

    Raises:
        Malformed: missing or no whole number.
    """
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{name}: a whole number is needed")
    return value


def flag(body: Body, name: str) -> bool:
    """An optional truth, False where absent.

    Raises:
        Malformed: something else.
    """
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Malformed(f"{name}: true or false is needed")
    return bool(value)


def text(body: Body, name: str, *, longest: int = _LONGEST) -> str | None:
    """An optional text.

    Raises:
        Malformed: no text.
        Violated: too long.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(f"{name}: a text is needed")
    if len(value) > longest:
        raise Violated("MaxLength", value, f"{name} has more than {longest} characters")
    return value


def one_of(body: Body, name: str, choices: frozenset[str], default: str | None = None) -> str:
    """A word out of ``choices``; ``default`` None means it must be there.

    Raises:
        Malformed: missing or another word.
    """
    value = body.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise Malformed(f"{name}: {value} is none of {', '.join(sorted(choices))}")
    return value


def action(body: Body) -> str:
    """Buy or Sell."""
    return one_of(body, "action", frozenset({BUY, SELL}))


def quantity(body: Body) -> int:
    """``orderQty``, above 0."""
    number = whole(body, "orderQty")
    if number < 1:
        raise Violated("Min", number, "orderQty must be at least 1")
    return number


def ticket(body: Body, sender: int, *, tags: frozenset[str]) -> Ticket:
    """What the request says of itself.

    Raises:
        Refused: a tag that is not registered.
    """
    tag = text(body, "customTag50")
    if tag is not None and tag not in tags:
        raise Refused("UnknownReason", f"customTag50 {tag} is not registered")
    at = body.get("activationTime")
    return Ticket(
        client_order_id=text(body, "clOrdId"),
        automated=flag(body, "isAutomated"),
        tag=tag,
        activation=None if at is None else moment(at),
        sender=sender,
    )


def terms(body: Body, size: int, product: Product) -> Terms:
    """The terms of an order or a leg, with every price on its tick.

    Raises:
        Refused: an order type, a price or a combination that is not possible.
    """
    kind = one_of(body, "orderType", _KINDS | _UNSUPPORTED | {"TrailingStopLimit"})
    if kind == "TrailingStopLimit":
        raise Refused("AdvancedTrailingStopUnsupported", "TrailingStopLimit is not supported")
    if kind in _UNSUPPORTED:
        raise Refused("Unsupported", f"{kind} is not supported")
    made = Terms(
        quantity=size,
        kind=kind,
        price=_number(body, "price"),
        stop=_number(body, "stopPrice"),
        max_show=whole(body, "maxShow") if body.get("maxShow") is not None else None,
        peg=_number(body, "pegDifference"),
        time_in_force=one_of(body, "timeInForce", _TIMES, "Day"),
        expires=_expiry(body),
        text=text(body, "text"),
    )
    _check_prices(made, product)
    _check_time(made)
    return made


def _number(body: Body, name: str) -> Decimal | None:
    value = body.get(name)
    return None if value is None else exact(value)


def _expiry(body: Body) -> datetime | None:
    value = body.get("expireTime")
    return None if value is None else moment(value)


def _check_prices(made: Terms, product: Product) -> None:
    for name in _NEEDS.get(made.kind, ()):
        if getattr(made, name) is None:
            raise Refused("InvalidPrice", f"{made.kind} needs a {name} price")
    if made.kind == "MIT" and trigger_of(made) is None:
        raise Refused("InvalidPrice", "MIT needs a stop price")
    for value in (made.price, made.stop):
        if value is not None and not on_tick(value, product.tick_size):
            raise Refused("InvalidPrice", f"{value} is not on a tick of {product.tick_size}")
    if made.peg == 0:
        raise Refused("InvalidPrice", "pegDifference is 0")


def _check_time(made: Terms) -> None:
    if made.time_in_force == "GTD" and made.expires is None:
        raise Refused("UnknownReason", "GTD needs an expireTime")
    if made.time_in_force in AT_ONCE and made.kind not in {"Market", "Limit"}:
        raise Refused("Unsupported", f"{made.kind} cannot be {made.time_in_force}")
