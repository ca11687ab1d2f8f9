"""Orders that a person types on the command line, through execution, and what came of each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from justtrades_desktop.app.broker_rows import row_of
from justtrades_desktop.app.execution_door import Door, Owners
from justtrades_desktop.domain.broker import BrokerOrder, BrokerPosition, Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, IntentState, OrderKind, Purpose, Way

Json = dict[str, Any]
_KINDS: Final = {
    "market": OrderKind.MARKET,
    "limit": OrderKind.LIMIT,
    "stop": OrderKind.STOP,
    "stoplimit": OrderKind.STOP_LIMIT,
    "trailingstop": OrderKind.TRAILING_STOP,
}
_EVENT_SECONDS: Final = 5.0  # an event of what was just done comes within milliseconds, or is lost
_CHANGE_SECONDS: Final = 1.0
_NAMING_SECONDS: Final = 2.0
_PAUSE: Final = 0.05
_CLOSING: Final = frozenset((Purpose.CLOSE, Purpose.FLATTEN))


# Showing


def orders(door: Door) -> list[Json]:
    """The working orders of every account, and whose each is."""
    owners = Owners(door)
    return [
        {"connection": state.name, "link": state.orders.light.value}
        | {"account": key.account}
        | row_of(order)
        | _whose(owners, key, order)
        for state in door.brokers.states()
        for order in state.working
        for key in [_key_of(state.name, order.account_id, door)]
    ]


def _whose(owners: Owners, key: AccountKey, order: BrokerOrder) -> Json:
    found = owners.of(key, order)
    purpose = None if found.purpose is None else found.purpose.value
    return {"whose": found.whose, "purpose": purpose, "link_id": found.link_id}


def _key_of(connection: str, account_id: int, door: Door) -> AccountKey:
    for state in door.brokers.states():
        for account in state.accounts:
            if state.name == connection and account.id == account_id:
                return AccountKey(connection, account.name)
    return AccountKey(connection, str(account_id))


# Doing


async def place(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Send a ticket; a LIVE account must be armed."""
    key = door.account(arguments.get("account"))
    _refuse_unarmed(door, key)
    ticket = _ticket(key, arguments)

    def typed(intent: Intent) -> bool:
        mine = (Purpose.HAND, key, ticket.way, ticket.quantity)
        return (intent.purpose, intent.key, intent.way, intent.quantity) == mine

    said, intent = await _newly(door, typed, lambda: door.executions.place(ticket))
    if intent is None:
        return {"order": None, "brackets": [], "said": said, "status": "no event yet"}
    order_id = _order_of(intent)
    brackets = await _brackets(door, key, order_id, len(intent.legs))
    return {"order": order_id, "brackets": brackets, "said": said} | await _seen(
        door, key, order_id
    )


def _refuse_unarmed(door: Door, key: AccountKey) -> None:
    for account in door.executions.state().accounts:
        if account.key == key and account.environment is Environment.LIVE and not account.armed:
            raise UserError(f"{key} is LIVE and not armed", f"`justtrades arm {key}` arms it.")


async def modify(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Change a working order; what is not named stays."""
    key, order_id = _holder(door, arguments), int(arguments["id"])
    quantity = arguments.get("quantity")
    price, stop_price = _price(arguments, "price"), _price(arguments, "stop_price")
    if quantity is None and price is None and stop_price is None:
        raise UserError("What shall be changed?", "Name --quantity, --price or --stop-price.")
    said = await door.executions.modify(
        key,
        order_id,
        quantity=None if quantity is None else int(quantity),
        price=price,
        stop_price=stop_price,
    )
    return {"order": order_id, "said": said} | await _seen(door, key, order_id)


async def cancel(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Cancel a working order."""
    key, order_id = _holder(door, arguments), int(arguments["id"])
    said = await door.executions.cancel(key, order_id)

    def is_over() -> bool:
        order = door.seen.order(key, order_id)
        return order is not None and not order.alive

    await _until(is_over, _CHANGE_SECONDS)
    return {"order": order_id, "said": said} | await _seen(door, key, order_id)


async def flatten(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Close what an account holds in a contract."""
    key = door.account(arguments.get("account"))
    contract_id = await _held_contract(door, key, str(arguments["symbol"]).strip().upper())

    def closing(intent: Intent) -> bool:
        return intent.purpose in _CLOSING and (intent.key, intent.contract_id) == (key, contract_id)

    def fills() -> dict[int, int]:
        mine = (key, contract_id)
        executions = door.executions.state().executions
        return {e.fill_id: e.order_id for e in executions if (e.key, e.contract_id) == mine}

    before = fills()
    said, intent = await _newly(
        door, closing, lambda: door.executions.close_position(key, contract_id)
    )
    order_id = None if intent is None else intent.order_id
    if order_id is None:  # the broker's own liquidation has no intent of ours, but fills
        await _until(lambda: len(fills()) > len(before), _CHANGE_SECONDS)
        order_id = next((fills()[fill] for fill in fills().keys() - before.keys()), None)
    if order_id is None:
        return {"order": None, "said": said, "status": "no order"}
    return {"order": order_id, "said": said} | await _seen(door, key, order_id)


# What came of it


async def _newly(
    door: Door, wanted: Callable[[Intent], bool], do: Callable[[], Any]
) -> tuple[str, Intent | None]:
    """What ``do`` said, and the newest intent of that kind that came of it."""
    before = {intent.client_id for intent in door.executions.state().intents if wanted(intent)}
    said: str = await do()
    new = [
        intent
        for intent in door.executions.state().intents
        if wanted(intent) and intent.client_id not in before
    ]
    return said, max(new, key=lambda intent: intent.at, default=None)


def _order_of(intent: Intent) -> int:
    """The order's number; one that never was, or perhaps is, is said as an error."""
    if intent.order_id is not None:
        return intent.order_id
    match intent.state:
        case IntentState.REJECTED:
            raise UserError(f"The broker refused it: {intent.said}")
        case IntentState.NOT_SENT | IntentState.ABSENT:
            raise UserError(f"It was not sent on: {intent.said}", "Nothing happened at the broker.")
        case _:
            raise UserError(
                f"Nobody knows whether it arrived: {intent.said or intent.state.value}",
                "Look at `justtrades orders` and `justtrades broker-positions` before you repeat.",
            )


async def _brackets(door: Door, key: AccountKey, order_id: int, count: int) -> list[int]:
    def found() -> list[int]:
        return [order.id for order in door.seen.children(key, order_id)]

    await _until(lambda: len(found()) >= count, _CHANGE_SECONDS)
    return found()


async def _seen(door: Door, key: AccountKey, order_id: int) -> Json:
    """How the order stands by the broker's events."""

    def stands() -> bool:
        order = door.seen.order(key, order_id)
        return order is not None and order.status not in ("", "PendingNew")

    await _until(stands, _EVENT_SECONDS)
    order = door.seen.order(key, order_id)
    if order is None or not stands():
        return {"status": "no event yet"}
    shown = row_of(order)
    return {name: shown[name] for name in ("status", "filled", "average_price", "reason")}


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until it holds, ``seconds`` at most."""
    for _ in range(round(seconds / _PAUSE)):
        if holds():
            return
        await asyncio.sleep(_PAUSE)


# What was typed


def _ticket(key: AccountKey, arguments: Mapping[str, Any]) -> Ticket:
    price, stop = _price(arguments, "price"), _price(arguments, "stop_price")
    trail = _price(arguments, "trail")
    return Ticket(
        key=key,
        symbol=str(arguments["symbol"]).strip().upper(),
        way=Way(str(arguments["action"]).capitalize()),
        quantity=int(arguments["quantity"]),
        kind=_kind(arguments.get("kind"), price=price, stop=stop, trail=trail),
        price=price,
        stop_price=stop,
        distance=trail,
        target=_price(arguments, "target"),
        stop_loss=_price(arguments, "stop_loss"),
        time_in_force=arguments.get("time_in_force") or "Day",
        confirmed=bool(arguments.get("again")),
    )


def _kind(
    named: str | None, *, price: Decimal | None, stop: Decimal | None, trail: Decimal | None
) -> OrderKind:
    """As it was named, else as the prices say."""
    if named is not None:
        return _KINDS[named]
    if trail is not None:
        return OrderKind.TRAILING_STOP
    if price is not None:
        return OrderKind.LIMIT if stop is None else OrderKind.STOP_LIMIT
    return OrderKind.MARKET if stop is None else OrderKind.STOP


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


def _holder(door: Door, arguments: Mapping[str, Any]) -> AccountKey:
    """Whose order it is; two brokers may well have given it the same number."""
    order_id, named = int(arguments["id"]), arguments.get("connection")
    holders = [
        _key_of(state.name, order.account_id, door)
        for state in door.brokers.states()
        for order in state.working
        if order.id == order_id and named in (None, state.name)
    ]
    if not holders:
        raise UserError(f"There is no working order {order_id}", "`justtrades orders` lists them.")
    if len(holders) > 1:
        names = ", ".join(key.connection for key in holders)
        raise UserError(f"Order {order_id} is on {names}", "Name one of them with --connection.")
    return holders[0]


async def _held_contract(door: Door, key: AccountKey, symbol: str) -> int:
    """The contract that is held: after a roll it is no more what ``MNQ1!`` means."""
    await _until(lambda: all(each.symbol for each in _held(door, key)), _NAMING_SECONDS)
    positions = _held(door, key)
    if not all(each.symbol for each in positions):
        raise UserError("The broker has not named yet what the account holds", "Try again.")
    held = [each for each in positions if _root(each.symbol) == _root(symbol)]
    if len(held) > 1 and symbol not in [each.symbol for each in held]:
        names = ", ".join(position.symbol for position in held)
        raise UserError("Which contract?", f"The account holds {names}: name one of them.")
    for each in held:
        if each.symbol == symbol or (len(held) == 1 and symbol.endswith("!")):
            return each.contract_id
    return (await door.seen.contract(key, symbol)).contract_id


def _held(door: Door, key: AccountKey) -> Sequence[BrokerPosition]:
    """What the account holds; the name of a contract may come a moment after the position."""
    return [
        position
        for state in door.brokers.states()
        if state.name == key.connection
        for position in state.positions
        if _key_of(state.name, position.account_id, door) == key
    ]


def _root(symbol: str) -> str:
    """``MNQ`` of ``MNQZ6`` and of ``MNQ1!``."""
    return re.sub(r"([1-9]!|[FGHJKMNQUVXZ]\d{1,4})$", "", symbol)
