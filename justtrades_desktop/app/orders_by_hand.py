"""Orders that a person types, on PAPER and demo accounts, and what came of each."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from justtrades_desktop.app.broker_rows import row_of
from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.broker.answers import NotHandled, Trouble, said
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.broker.entities import OrderVersion
from justtrades_desktop.broker.http import ORDER_FRESH
from justtrades_desktop.broker.orders import Commanded, InDoubt, Placed, Refused
from justtrades_desktop.broker.requests import (
    Action,
    CancelOrder,
    LiquidatePosition,
    OrderType,
    OtherLeg,
    PlaceOrder,
    PlaceOso,
    Terms,
    changed,
)
from justtrades_desktop.domain.broker import Account, BrokerPosition, Environment, ResolvedContract
from justtrades_desktop.domain.errors import UserError

Json = dict[str, Any]
_KINDS: Final = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stoplimit": OrderType.STOP_LIMIT,
    "trailingstop": OrderType.TRAILING_STOP,
}
_NAMING_TRIES: Final = 20
_EVENT_SECONDS: Final = 5.0  # an event of what was just done comes within milliseconds, or is lost


class _Where(NamedTuple):
    connection: Connection
    account: Account


async def _place(brokers: Brokers, arguments: Mapping[str, Any]) -> Json:
    until = _fresh_until()
    where = _where(brokers, arguments.get("account"))
    contract = await _contract(where.connection, arguments["symbol"])
    with _words():
        order = _order(where, contract.name, arguments)
        exits = _exits(arguments, order.action)
    fresh = _still_fresh(brokers, where.connection, until)
    orders = where.connection.orders
    if exits:
        second = exits[1] if len(exits) > 1 else None
        bracket = PlaceOso(order=order, bracket1=exits[0], bracket2=second)
        return await _told(where.connection, await orders.place_oso(bracket, fresh=fresh))
    return await _told(where.connection, await orders.place(order, fresh=fresh))


def _order(where: _Where, contract: str, arguments: Mapping[str, Any]) -> PlaceOrder:
    return PlaceOrder(
        account_id=where.account.id,
        account_name=where.account.name,
        symbol=contract,
        action=Action(str(arguments["action"]).capitalize()),
        quantity=int(arguments["quantity"]),
        terms=_terms(arguments),
        is_automated=False,  # a person typed it
        client_order_id=f"hand-{secrets.token_hex(8)}",
    )


def _fresh_until() -> float:
    """Who typed it waits for an answer: an order goes out within seconds, or not at all."""
    return asyncio.get_running_loop().time() + ORDER_FRESH


def _still_fresh(brokers: Brokers, connection: Connection, until: float) -> float:
    """Seconds in which the order may still be sent."""
    left = until - asyncio.get_running_loop().time()
    if left <= 0:
        raise UserError("The broker was too slow", "Nothing was sent.")
    if connection not in brokers.connections:
        raise UserError(f"{connection.name} was disconnected meanwhile", "Nothing was sent.")
    return left


def _exits(arguments: Mapping[str, Any], entry: Action) -> list[OtherLeg]:
    out = Action.SELL if entry is Action.BUY else Action.BUY
    target, stop = _price(arguments, "target"), _price(arguments, "stop_loss")
    exits = []
    if target is not None:
        exits.append(OtherLeg(action=out, terms=Terms(order_type=OrderType.LIMIT, price=target)))
    if stop is not None:
        exits.append(OtherLeg(action=out, terms=Terms(order_type=OrderType.STOP, stop_price=stop)))
    return exits


async def _modify(brokers: Brokers, arguments: Mapping[str, Any]) -> Json:
    until = _fresh_until()
    connection = _holder(brokers, arguments)
    quantity = arguments.get("quantity")
    price, stop_price = _price(arguments, "price"), _price(arguments, "stop_price")
    if quantity is None and price is None and stop_price is None:
        raise UserError("What shall be changed?", "Name --quantity, --price or --stop-price.")
    version = await _newest_version(connection, int(arguments["id"]))
    with _words():
        request = changed(
            version,
            is_automated=False,
            quantity=None if quantity is None else int(quantity),
            price=price,
            stop_price=stop_price,
        )
    fresh = _still_fresh(brokers, connection, until)
    done = await connection.orders.modify(request, fresh=fresh)
    return await _told(connection, done, version.order_id)


async def _newest_version(connection: Connection, order_id: int) -> OrderVersion:
    versions = await connection.reads.versions_of(order_id)
    if isinstance(versions, Trouble):
        raise UserError(f"The order cannot be read: {said(versions)}")
    if not versions:
        raise UserError(f"The broker knows no version of order {order_id}")
    return max(versions, key=lambda version: version.id)


async def _cancel(brokers: Brokers, arguments: Mapping[str, Any]) -> Json:
    order_id = int(arguments["id"])
    connection = _holder(brokers, arguments)
    done = await connection.orders.cancel(CancelOrder(order_id=order_id, is_automated=False))
    return await _told(connection, done, order_id)


async def _flatten(brokers: Brokers, arguments: Mapping[str, Any]) -> Json:
    until = _fresh_until()
    where = _where(brokers, arguments.get("account"))
    contract = await _held_contract(where, str(arguments["symbol"]).strip().upper())
    fresh = _still_fresh(brokers, where.connection, until)
    request = LiquidatePosition(account_id=where.account.id, contract_id=contract)
    return await _told(
        where.connection, await where.connection.orders.liquidate(request, fresh=fresh)
    )


async def _held_contract(where: _Where, symbol: str) -> int:
    """The contract that is held: after a roll it is no more what ``MNQ1!`` means."""
    held = [
        position
        for position in await _named_positions(where)
        if position.symbol == symbol or _root(position.symbol) == _root(symbol)
    ]
    if len(held) > 1:
        names = ", ".join(position.symbol for position in held)
        raise UserError("Which contract?", f"The account holds {names}: name one of them.")
    if held and (symbol.endswith("!") or held[0].symbol == symbol):
        return held[0].contract_id
    return (await _contract(where.connection, symbol)).contract_id


async def _named_positions(where: _Where) -> Sequence[BrokerPosition]:
    """What the account holds; the name of a contract may come a moment after the position."""
    for _ in range(_NAMING_TRIES):
        positions = where.connection.state().positions
        mine = [each for each in positions if each.account_id == where.account.id]
        if all(each.symbol for each in mine):
            return mine
        await asyncio.sleep(0.1)
    raise UserError("The broker has not named yet what the account holds", "Try again.")


def _root(symbol: str) -> str:
    """``MNQ`` of ``MNQZ6`` and of ``MNQ1!``."""
    return re.sub(r"([1-9]!|[FGHJKMNQUVXZ]\d{1,4})$", "", symbol)


async def _contract(connection: Connection, symbol: str) -> ResolvedContract:
    found = await connection.contracts.resolve(symbol)
    if isinstance(found, Unresolved):
        raise UserError(f"No contract for {symbol}: {found.why}")
    return found


def _terms(arguments: Mapping[str, Any]) -> Terms:
    price, stop = _price(arguments, "price"), _price(arguments, "stop_price")
    trail = _price(arguments, "trail")
    named = arguments.get("kind")
    if named is None:
        named = "trailingstop" if trail is not None else _kind_of(price, stop)
    with _words():
        return Terms(
            order_type=_KINDS[named],
            price=price,
            stop_price=stop,
            peg_difference=trail,
            time_in_force=arguments.get("time_in_force"),
        )


def _kind_of(price: Decimal | None, stop: Decimal | None) -> str:
    if price is not None:
        return "limit" if stop is None else "stoplimit"
    return "market" if stop is None else "stop"


def _price(arguments: Mapping[str, Any], name: str) -> Decimal | None:
    text = arguments.get(name)
    if text is None:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise UserError(f"{text!r} is no price") from error
    if not price.is_finite():
        raise UserError(f"{text!r} is no price")
    return price


# Whose


def _where(brokers: Brokers, account: str | None) -> _Where:
    """The account of that name, or the only one; never a live one: nothing here is armed."""
    connection, _, name = (account or "").rpartition("/")
    found = [
        _Where(each, its)
        for each in brokers.connections
        for its in each.state().accounts
        if (not name or its.name == name) and (not connection or each.name == connection)
    ]
    if not found:
        named = f" named {account!r}" if account else ""
        raise UserError(f"There is no account{named}", "`justtrades accounts` lists them.")
    if len(found) > 1:
        names = ", ".join(f"{each.connection.name}/{each.account.name}" for each in found)
        raise UserError("Which account?", f"Name one of them with --account: {names}.")
    _not_live(found[0].connection)
    return found[0]


def _holder(brokers: Brokers, arguments: Mapping[str, Any]) -> Connection:
    """Whose order it is; two brokers may well have given it the same number."""
    order_id, named = int(arguments["id"]), arguments.get("connection")
    holders = [
        connection
        for connection in brokers.connections
        if named in (None, connection.name)
        and any(order.id == order_id for order in connection.state().working)
    ]
    if not holders:
        raise UserError(f"There is no working order {order_id}", "`justtrades orders` lists them.")
    if len(holders) > 1:
        names = ", ".join(each.name for each in holders)
        raise UserError(f"Order {order_id} is on {names}", "Name one of them with --connection.")
    _not_live(holders[0])
    return holders[0]


def _not_live(connection: Connection) -> None:
    if connection.environment is Environment.LIVE:
        raise UserError(
            f"{connection.name} is LIVE", "Orders by hand go to PAPER and demo accounts only."
        )


# What came of it


async def _told(
    connection: Connection,
    done: Placed | Commanded | Refused | NotHandled | InDoubt,
    order_id: int | None = None,
) -> Json:
    match done:
        case Placed(order_id=placed, bracket_ids=brackets):
            order = await _seen(connection, placed)
            return {"order": placed, "brackets": list(brackets)} | order
        case Commanded(command_id=command):
            await asyncio.sleep(0.2)  # for the event that says what became of it
            return {"order": order_id, "command": command} | await _seen(connection, order_id)
        case Refused():
            raise UserError(f"The broker refused it: {done.said}")
        case NotHandled(why=why):
            raise UserError(f"It was not sent on: {why}", "Nothing happened at the broker.")
        case InDoubt(why=why):
            raise UserError(
                f"Nobody knows whether it arrived: {why}",
                "Look at `justtrades orders` and `justtrades broker-positions` before you repeat.",
            )


async def _seen(connection: Connection, order_id: int | None) -> Json:
    """How the order stands by the broker's events."""
    ends = asyncio.get_running_loop().time() + _EVENT_SECONDS
    while order_id is not None and asyncio.get_running_loop().time() < ends:
        order = connection.mirror.order(order_id)
        if order is not None and order.status not in ("", "PendingNew"):
            shown = row_of(order)
            return {name: shown[name] for name in ("status", "filled", "average_price", "reason")}
        await asyncio.sleep(0.05)
    return {"status": "no event yet"}


class _words:
    """A request that makes no sense is the caller's mistake, said in a line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ValueError):
            raise UserError(str(error).capitalize()) from error


ORDERS: Final[Mapping[str, Callable[[Brokers, Mapping[str, Any]], Awaitable[Json]]]] = {
    "place": _place,
    "modify": _modify,
    "cancel": _cancel,
    "flatten": _flatten,
}
"""What can be done with orders, by the command's name."""
