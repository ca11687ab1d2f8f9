"""What the broker is asked, as typed values; ``body()`` is the JSON, with only what is set.

A value that the broker would certainly refuse raises ``ValueError`` when it is made: that is a
fault of ours, and better found before it costs a call. Prices must lie on the tick grid already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from justtrades_desktop.broker.entities import OrderVersion, UserAccountAutoLiq

LONGEST_TEXT: Final = 64
MOST_POSITIONS: Final = 100
BRACKET_STRATEGY: Final = 2
"""The only type of order strategy there is."""


class Action(StrEnum):
    """Which way."""

    BUY = "Buy"
    SELL = "Sell"


class OrderType(StrEnum):
    """How an order is priced."""

    LIMIT = "Limit"
    MARKET = "Market"
    MIT = "MIT"
    STOP = "Stop"
    STOP_LIMIT = "StopLimit"
    TRAILING_STOP = "TrailingStop"
    TRAILING_STOP_LIMIT = "TrailingStopLimit"


class TimeInForce(StrEnum):
    """How long an order stays."""

    DAY = "Day"
    FOK = "FOK"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"


_NEEDS_PRICE: Final = frozenset((OrderType.LIMIT, OrderType.STOP_LIMIT))
_NEEDS_STOP: Final = frozenset((OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP))
_TRAILS: Final = frozenset((OrderType.TRAILING_STOP, OrderType.TRAILING_STOP_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an order asks for besides its size: type, prices in points, how long it stays.

    The trigger of a stop is ``stop_price``, the distance of a trailing one ``peg_difference``.
    """

    order_type: str
    price: Decimal | None = None
    stop_price: Decimal | None = None
    peg_difference: Decimal | None = None
    max_show: int | None = None
    time_in_force: str | None = None
    expire_time: datetime | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        if self.order_type in _NEEDS_PRICE and self.price is None:
            raise ValueError(f"a {self.order_type} order needs a price")
        if self.order_type in _NEEDS_STOP and self.stop_price is None:
            raise ValueError(f"a {self.order_type} order needs a stop price")
        if self.order_type in _TRAILS and self.peg_difference is None:
            raise ValueError(f"a {self.order_type} order needs its distance")
        if self.time_in_force == TimeInForce.GTD and self.expire_time is None:
            raise ValueError("an order good till a date needs the date")
        _short(self.text, "text")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(
            orderType=self.order_type,
            price=number(self.price),
            stopPrice=number(self.stop_price),
            pegDifference=number(self.peg_difference),
            maxShow=self.max_show,
            timeInForce=self.time_in_force,
            expireTime=_time(self.expire_time),
            text=self.text,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """A new order; ``is_automated`` is True whenever no human clicked, as the exchange demands.

    ``account_name`` is the account's name beside its id. ``client_order_id`` is how we find it
    again when its answer is lost.
    """

    account_id: int
    account_name: str
    symbol: str
    action: Action
    quantity: int
    terms: Terms
    is_automated: bool
    client_order_id: str | None = None

    def __post_init__(self) -> None:
        _some(self.quantity)
        _short(self.client_order_id, "client order id")
        _short(self.account_name, "account name")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(
            accountId=self.account_id,
            accountSpec=self.account_name,
            symbol=self.symbol,
            action=str(self.action),
            orderQty=self.quantity,
            **self.terms.body(),
            isAutomated=self.is_automated,
            clOrdId=self.client_order_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLeg:
    """The other order of a pair, or an exit of an entry; its size is the first one's."""

    action: Action
    terms: Terms
    client_order_id: str | None = None

    def __post_init__(self) -> None:
        _short(self.client_order_id, "client order id")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(action=str(self.action), **self.terms.body(), clOrdId=self.client_order_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOco:
    """Two orders, of which the fill of one cancels the other."""

    order: PlaceOrder
    other: OtherLeg

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.order.body(), "other": self.other.body()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOso:
    """An entry with one or two exits, at prices, that live once it filled."""

    order: PlaceOrder
    bracket1: OtherLeg
    bracket2: OtherLeg | None = None

    def body(self) -> dict[str, Any]:
        """As JSON."""
        body = {**self.order.body(), "bracket1": self.bracket1.body()}
        if self.bracket2 is not None:
            body["bracket2"] = self.bracket2.body()
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder:
    """A whole replacement of what an order asks for: what is left out is reset, not kept.

    Make it with :func:`changed`, which carries over all that shall stay.
    """

    order_id: int
    quantity: int
    terms: Terms
    is_automated: bool
    client_order_id: str | None = None

    def __post_init__(self) -> None:
        _some(self.quantity)
        _short(self.client_order_id, "client order id")
        if self.terms.time_in_force is None:
            raise ValueError("a change without its time in force would silently make it Day")

    def body(self) -> dict[str, Any]:
        """As JSON; never with an activation time."""
        return _set(
            orderId=self.order_id,
            orderQty=self.quantity,
            **self.terms.body(),
            isAutomated=self.is_automated,
            clOrdId=self.client_order_id,
        )


def changed(
    version: OrderVersion,
    *,
    is_automated: bool,
    quantity: int | None = None,
    price: Decimal | None = None,
    stop_price: Decimal | None = None,
    client_order_id: str | None = None,
) -> ModifyOrder:
    """``version`` with only these changed; None stays as it is, its time in force above all.

    Raises:
        ValueError: a trailing stop, of which the broker changes nothing but the size.
    """
    if version.order_type in _TRAILS and not (price is None and stop_price is None):
        raise ValueError("of a trailing stop only the size can be changed")
    terms = Terms(
        order_type=version.order_type,
        price=version.price if price is None else price,
        stop_price=version.stop_price if stop_price is None else stop_price,
        peg_difference=version.peg_difference,
        max_show=version.max_show,
        time_in_force=version.time_in_force or TimeInForce.DAY,
        expire_time=version.expire_time,
        text=version.text,
    )
    return ModifyOrder(
        order_id=version.order_id,
        quantity=version.order_qty if quantity is None else quantity,
        terms=terms,
        is_automated=is_automated,
        client_order_id=client_order_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """An end to an order."""

    order_id: int
    is_automated: bool
    client_order_id: str | None = None

    def __post_init__(self) -> None:
        _short(self.client_order_id, "client order id")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(
            orderId=self.order_id, isAutomated=self.is_automated, clOrdId=self.client_order_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidatePosition:
    """Flat in a contract, at the market; cancels **all** its orders, other strategies' too."""

    account_id: int
    contract_id: int

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {"accountId": self.account_id, "contractId": self.contract_id, "admin": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidatePositions:
    """The same for up to 100 positions, by the ids of the position entities."""

    position_ids: Sequence[int]

    def __post_init__(self) -> None:
        if not 0 < len(self.position_ids) <= MOST_POSITIONS:
            raise ValueError(f"1 to {MOST_POSITIONS} positions at a time")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {"positions": list(self.position_ids), "admin": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Exits of a strategy for ``quantity`` contracts, as distances from the entry in points.

    Signed: a long's target is positive and its stop negative, a short's reversed.
    """

    quantity: int
    profit_target: Decimal | None = None
    stop_loss: Decimal | None = None
    trailing_stop: bool = False

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(
            qty=self.quantity,
            profitTarget=number(self.profit_target),
            stopLoss=number(self.stop_loss),
            trailingStop=self.trailing_stop,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOrderStrategy:
    """An entry with exits that the broker keeps; refused ones fall back to :class:`PlaceOso`."""

    account_id: int
    account_name: str
    symbol: str
    action: Action
    quantity: int
    terms: Terms
    brackets: Sequence[Bracket]
    uuid: str | None = None

    def __post_init__(self) -> None:
        _some(self.quantity)
        _short(self.uuid, "uuid")
        if not self.brackets:
            raise ValueError("a strategy without exits is an order")
        sign = 1 if self.action is Action.BUY else -1
        for bracket in self.brackets:
            _some(bracket.quantity)
            if bracket.profit_target is not None and bracket.profit_target * sign <= 0:
                raise ValueError("the target lies on the wrong side")
            if bracket.stop_loss is not None and bracket.stop_loss * sign >= 0:
                raise ValueError("the stop lies on the wrong side")

    def body(self) -> dict[str, Any]:
        """As JSON; ``params`` is a text in it."""
        params = {
            "entryVersion": {"orderQty": self.quantity, **self.terms.body()},
            "brackets": [bracket.body() for bracket in self.brackets],
        }
        return _set(
            accountId=self.account_id,
            accountSpec=self.account_name,
            symbol=self.symbol,
            action=str(self.action),
            orderStrategyTypeId=BRACKET_STRATEGY,
            uuid=self.uuid,
            params=json.dumps(params),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptOrderStrategy:
    """An end to a strategy."""

    order_strategy_id: int

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {"orderStrategyId": self.order_strategy_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAutoLiq:
    """The limits of an account at the broker, as a whole; make it with :func:`auto_liq_with`.

    ``is_new`` where the broker told of none yet.
    """

    limits: UserAccountAutoLiq
    is_new: bool

    def body(self) -> dict[str, Any]:
        """As JSON; whether changes are locked is not ours to say."""
        return _set(
            id=self.limits.id,
            flattenTimestamp=_time(self.limits.flatten_timestamp),
            trailingMaxDrawdownMode=self.limits.trailing_max_drawdown_mode,
            doNotUnlock=self.limits.do_not_unlock,
            **{key: number(getattr(self.limits, name)) for name, key in _AUTO_LIQ.items()},
        )


_AUTO_LIQ: Final = {
    "margin_percentage_alert": "marginPercentageAlert",
    "daily_loss_percentage_alert": "dailyLossPercentageAlert",
    "daily_loss_alert": "dailyLossAlert",
    "margin_percentage_liq_only": "marginPercentageLiqOnly",
    "daily_loss_percentage_liq_only": "dailyLossPercentageLiqOnly",
    "daily_loss_liq_only": "dailyLossLiqOnly",
    "margin_percentage_auto_liq": "marginPercentageAutoLiq",
    "daily_loss_percentage_auto_liq": "dailyLossPercentageAutoLiq",
    "daily_loss_auto_liq": "dailyLossAutoLiq",
    "weekly_loss_auto_liq": "weeklyLossAutoLiq",
    "trailing_max_drawdown": "trailingMaxDrawdown",
    "trailing_max_drawdown_limit": "trailingMaxDrawdownLimit",
    "daily_profit_auto_liq": "dailyProfitAutoLiq",
    "weekly_profit_auto_liq": "weeklyProfitAutoLiq",
}


def auto_liq_with(
    account_id: int, known: UserAccountAutoLiq | None, *, daily_loss: Decimal | None
) -> SetAutoLiq:
    """``known`` with only the loss of a day changed, at which all is closed; None takes it away.

    Raises:
        ValueError: it has more digits than JSON's numbers carry.
    """
    limits = known or UserAccountAutoLiq(id=account_id)
    number(daily_loss)
    return SetAutoLiq(limits=replace(limits, daily_loss_auto_liq=daily_loss), is_new=known is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollContract:
    """The next (or previous) contract after ``name``."""

    name: str
    forward: bool = True
    if_expired: bool | None = field(default=None)

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return _set(name=self.name, forward=self.forward, ifExpired=self.if_expired)


def number(value: Decimal | None) -> int | float | None:
    """``value`` as a JSON number that reads back as exactly the same.

    Raises:
        ValueError: it has more digits than JSON's numbers carry.
    """
    if value is None:
        return None
    if not value.is_finite():
        raise ValueError("that is no price")
    if value == value.to_integral_value():
        return int(value)
    as_float = float(value)
    if Decimal(repr(as_float)) != value:
        raise ValueError(f"{value} has too many digits to be sent exactly")
    return as_float


def _set(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _time(at: datetime | None) -> str | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(text: str | None, what: str) -> None:
    if text is not None and not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(f"the {what} must have 1 to {LONGEST_TEXT} letters")


def _some(quantity: int) -> None:
    if quantity < 1:
        raise ValueError(f"an order for {quantity} contracts is none")


Request = (
    PlaceOrder
    | PlaceOco
    | PlaceOso
    | ModifyOrder
    | CancelOrder
    | LiquidatePosition
    | LiquidatePositions
    | StartOrderStrategy
    | InterruptOrderStrategy
    | SetAutoLiq
)
"""Whatever changes something at the broker."""


def body_of(request: Request) -> Mapping[str, Any]:
    """The JSON of ``request``."""
    return request.body()
