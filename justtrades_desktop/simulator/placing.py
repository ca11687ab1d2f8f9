"""Placing orders: alone, as a pair that cancels each other, with brackets, and to go flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from justtrades_desktop.simulator import checks, drafts, lifecycle, strategies
from justtrades_desktop.simulator.commands import Ticket
from justtrades_desktop.simulator.drafts import Body
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.orders import BUY, SELL, LiveOrder, Pending, Terms
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.refusals import Malformed, Refused
from justtrades_desktop.simulator.trading import settle
from justtrades_desktop.simulator.world import StrategyState

Answer = dict[str, Any]


def place(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/placeorder."""
    draft = _read(pit, user_id, body)
    checks.stop_side(pit, draft.contract_id, action=draft.action, terms=draft.terms)
    return {"orderId": send(pit, [draft])[0].id}


def place_oco(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/placeoco: two orders of the same size, one of which cancels the other."""
    first = _read(pit, user_id, body)
    second = _leg(pit, first, body, "other")
    mark = pit.world.marks.get(first.contract_id)
    checks.pair([first, second], mark.last if mark else None)
    made = send(pit, [first, second])
    return {"orderId": made[0].id, "ocoId": made[1].id}


def place_oso(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/placeoso: an entry with one or two exits that wait for its fills."""
    entry = _read(pit, user_id, body)
    checks.stop_side(pit, entry.contract_id, action=entry.action, terms=entry.terms)
    names = [name for name in ("bracket1", "bracket2") if body.get(name) is not None]
    if "bracket1" not in names:
        raise Malformed("bracket1 is missing")
    legs = [_leg(pit, entry, body, name) for name in names]
    if len(legs) == 2:
        checks.pair(legs, None)
    order, *children = send(pit, [entry], legs)
    return {"orderId": order.id} | {
        f"oso{number}Id": child.id for number, child in enumerate(children, start=1)
    }


def liquidate(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/liquidateposition: every order in the contract goes, then what is held."""
    account_id, contract_id = drafts.whole(body, "accountId"), drafts.whole(body, "contractId")
    if pit.books.visible("account", account_id, user_id) is None or drafts.flag(body, "admin"):
        raise _denied()
    if pit.books.visible("contract", contract_id, user_id) is None:
        raise Refused("InvalidContract", f"no contract {contract_id}")
    ticket = drafts.ticket(body, user_id, tags=pit.settings.tags)
    cancel_all(pit, account_id, contract_id, "the position is liquidated")
    order = flatten(pit, account_id, contract_id, ticket)
    if order is None:
        raise Refused("UnknownReason", "there is no position to liquidate")
    return {"orderId": order.id}


def liquidate_all(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/liquidatepositions: several by their position ids; the first refusal ends it."""
    ids = body.get("positions")
    if not isinstance(ids, list) or len(ids) > 100:
        raise Malformed("positions: up to 100 ids are needed")
    for position_id in ids:
        position = pit.books.visible("position", position_id, user_id)
        if position is None:
            return {"ok": False, "errorText": f"no position {position_id}"}
        one = {"accountId": position["accountId"], "contractId": position["contractId"]}
        try:
            liquidate(pit, user_id, {**one, "admin": body.get("admin")})
        except Refused as refused:
            return {"ok": False, "errorText": refused.text}
    return {"ok": True}


def cancel_all(pit: Pit, account_id: int, contract_id: int, text: str) -> None:
    """Cancel every order of an account in a contract, whoever placed it."""
    for order_id in tuple(pit.world.working.get(contract_id, ())):
        order = pit.order(order_id)
        if order.account_id == account_id and order.alive:
            lifecycle.cancel(pit, order, text=text)
            settle(pit)


def flatten(
    pit: Pit, account_id: int, contract_id: int, ticket: Ticket, *, admin: bool = False
) -> LiveOrder | None:
    """A market order for all that is held; None where nothing is."""
    net = pit.net(account_id, contract_id)
    if not net:
        return None
    terms = Terms(quantity=abs(net), kind="Market")
    action = SELL if net > 0 else BUY
    return send(pit, [Draft(account_id, contract_id, action, terms, ticket, admin=admin)])[0]


def send(pit: Pit, legs: Sequence[Draft], children: Sequence[Draft] = ()) -> list[LiveOrder]:
    """Make orders and let the broker have them: one, or a pair, and what waits for the first.

    Raises:
        Refused: by the risk check; the first order is kept as rejected.
    """
    refused = checks.risk(pit, legs)
    if refused is not None:
        lifecycle.reject(pit, lifecycle.make(pit, legs[0]), refused.reason, refused.text)
        settle(pit)
        raise refused
    made = [lifecycle.make(pit, leg) for leg in legs]
    exits = [lifecycle.make(pit, child._replace(parent_id=made[0].id)) for child in children]
    for pair in (made, exits):
        if len(pair) == 2:
            lifecycle.pair(pit, pair[0], pair[1])
    # Exits first: they must wait already when the entry fills at once.
    for order in (*exits, *made):
        submit(pit, order)
    settle(pit)
    return made + exits


def send_entry(pit: Pit, draft: Draft, state: StrategyState) -> LiveOrder:
    """Send the entry of a strategy, which is known to run before the entry can fill.

    Raises:
        Refused: by the risk check; nothing runs then.
    """
    refused = checks.risk(pit, [draft])
    order = lifecycle.make(pit, draft)
    if draft.strategy_id is not None:
        strategies.link(pit, draft.strategy_id, order, "Entry")
    if refused is not None:
        lifecycle.reject(pit, order, refused.reason, refused.text)
        settle(pit)
        raise refused
    if draft.strategy_id is not None:
        state.entry_id = order.id
        pit.world.strategies[draft.strategy_id] = state
    submit(pit, order)
    settle(pit)
    return order


def submit(pit: Pit, order: LiveOrder) -> None:
    """Start a new order, now or when its command has been under way long enough."""
    delay = pit.settings.command_seconds
    if not delay:
        lifecycle.start(pit, order)
        return
    order.pending = Pending(command_id=order.command_id, due=pit.now() + timedelta(seconds=delay))
    pit.world.pending.append(order.id)


def contract(pit: Pit, body: Mapping[str, Any]) -> int:
    """The contract that a request names by ``symbol``.

    Raises:
        Malformed: no symbol.
        Refused: InvalidContract, unknown or expired.
    """
    symbol = drafts.text(body, "symbol")
    if symbol is None:
        raise Malformed("symbol is missing")
    contract_id = pit.contract(symbol)
    if contract_id is None or pit.expired(contract_id):
        if pit.settings.wrong_symbol_is_denied:
            raise _denied()
        raise Refused("InvalidContract", f"no contract {symbol} is traded")
    return contract_id


def account(pit: Pit, user_id: int, body: Body) -> int:
    """The account that a request names by id and by name.

    Raises:
        Refused: not one of the user's, or id and name are not of the same.
    """
    spec = drafts.text(body, "accountSpec")
    given = drafts.whole(body, "accountId") if body.get("accountId") is not None else None
    if (spec is None or given is None) and pit.settings.needs_account_spec:
        raise _denied()
    for each in pit.books.owned("account", user_id):
        if given in (None, each["id"]) and spec in (None, each["name"]):
            if each["readonly"] or not each["active"]:
                break
            return int(each["id"])
    raise _denied()


def _read(pit: Pit, user_id: int, body: Body) -> Draft:
    account_id = account(pit, user_id, body)
    contract_id = contract(pit, body)
    return Draft(
        account_id,
        contract_id,
        drafts.action(body),
        drafts.terms(body, drafts.quantity(body), pit.product(contract_id)),
        drafts.ticket(body, user_id, tags=pit.settings.tags),
    )


def _leg(pit: Pit, first: Draft, body: Body, name: str) -> Draft:
    leg = body.get(name)
    if not isinstance(leg, Mapping):
        raise Malformed(f"{name} is missing")
    terms = drafts.terms(leg, first.terms.quantity, pit.product(first.contract_id))
    ticket = first.ticket._replace(client_order_id=drafts.text(leg, "clOrdId"), activation=None)
    return Draft(first.account_id, first.contract_id, drafts.action(leg), terms, ticket)


def _denied() -> Refused:
    return Refused("UnknownReason", "Access is denied")
