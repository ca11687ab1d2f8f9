"""Order strategies as requests: reading their parameters, starting and stopping them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from justtrades_desktop.simulator import checks, drafts, placing, strategies
from justtrades_desktop.simulator.drafts import Body
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.orders import Trail
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import as_json, exact
from justtrades_desktop.simulator.refusals import Malformed, NotThere, Refused
from justtrades_desktop.simulator.trading import settle
from justtrades_desktop.simulator.world import Bracket, StrategyState

Answer = dict[str, Any]
_TYPE = 2
_INVALID = "Invalid or missed parameters"


def start(pit: Pit, user_id: int, body: Body) -> Answer:
    """orderStrategy/startorderstrategy: refusals are an ``errorText``."""
    if not pit.settings.strategies_enabled:
        return {"errorText": "Order strategy is disabled"}
    try:
        account_id = placing.account(pit, user_id, body)
        contract_id = placing.contract(pit, body)
        draft, brackets = _read(pit, user_id, body, account_id=account_id, contract_id=contract_id)
    except Refused as refused:
        return {"errorText": refused.text}
    except (Malformed, json.JSONDecodeError):
        return {"errorText": _INVALID}
    strategy_id = _entity(pit, user_id, body, draft)
    error = _begin(pit, strategy_id, draft, brackets)
    if error:
        pit.books.update(
            "orderStrategy", strategy_id, status="ExecutionFailed", failureMessage=error
        )
    answer: Answer = {"orderStrategy": as_json(pit.books.get("orderStrategy", strategy_id))}
    return answer | ({"errorText": error} if error else {})


def interrupt(pit: Pit, user_id: int, body: Body) -> Answer:
    """orderStrategy/interruptorderstrategy.

    Raises:
        NotThere: no such strategy of the user's.
    """
    strategy_id = drafts.whole(body, "orderStrategyId")
    entity = pit.books.visible("orderStrategy", strategy_id, user_id)
    if entity is None:
        raise NotThere
    if strategy_id not in pit.world.strategies:
        return {"errorText": "the strategy is not running", "orderStrategy": as_json(entity)}
    strategies.interrupt(pit, strategy_id)
    settle(pit)
    return {"orderStrategy": as_json(entity)}


def _begin(pit: Pit, strategy_id: int, draft: Draft, brackets: list[Bracket]) -> str:
    """Place the entry; returns why not, else nothing."""
    try:
        checks.stop_side(pit, draft.contract_id, action=draft.action, terms=draft.terms)
        placing.send_entry(
            pit,
            draft._replace(strategy_id=strategy_id),
            StrategyState(entry_id=0, brackets=brackets, used=[0] * len(brackets)),
        )
    except Refused as refused:
        return refused.text
    return ""


def _entity(pit: Pit, user_id: int, body: Body, draft: Draft) -> int:
    return pit.books.create(
        "orderStrategy",
        {
            "accountId": draft.account_id,
            "timestamp": pit.stamp(),
            "contractId": draft.contract_id,
            "orderStrategyTypeId": _TYPE,
            "initiatorId": user_id,
            "action": draft.action,
            "params": body["params"],
            "uuid": drafts.text(body, "uuid"),
            "status": strategies.ACTIVE,
            "failureMessage": None,
        },
        owner=user_id,
    )


def _read(
    pit: Pit, user_id: int, body: Body, *, account_id: int, contract_id: int
) -> tuple[Draft, list[Bracket]]:
    if drafts.whole(body, "orderStrategyTypeId") != _TYPE or not isinstance(
        body.get("params"), str
    ):
        raise Malformed(_INVALID)
    params = json.loads(body["params"], parse_float=Decimal)
    entry = params.get("entryVersion") if isinstance(params, dict) else None
    brackets = params.get("brackets") if isinstance(params, dict) else None
    if not isinstance(entry, dict) or not isinstance(brackets, list) or not brackets:
        raise Malformed(_INVALID)
    action = drafts.action(body)
    terms = drafts.terms(entry, drafts.quantity(entry), pit.product(contract_id))
    ticket = drafts.ticket(body, user_id, tags=pit.settings.tags)
    sign = 1 if action == "Buy" else -1
    return (
        Draft(account_id, contract_id, action, terms, ticket),
        [_bracket(each, sign) for each in brackets],
    )


def _bracket(row: object, sign: int) -> Bracket:
    if not isinstance(row, Mapping):
        raise Malformed(_INVALID)
    target, stop = _offset(row, "profitTarget"), _offset(row, "stopLoss")
    if (target is not None and target * sign <= 0) or (stop is not None and stop * sign >= 0):
        raise Malformed(_INVALID)
    return Bracket(
        quantity=drafts.whole(row, "qty"),
        target=target,
        stop=stop,
        trailing=drafts.flag(row, "trailingStop"),
        auto=_auto(row.get("autoTrail")),
    )


def _offset(row: Mapping[str, Any], name: str) -> Decimal | None:
    value = row.get(name)
    return None if value is None else exact(value)


def _auto(row: object) -> Trail | None:
    if row is None:
        return None
    if not isinstance(row, Mapping):
        raise Malformed(_INVALID)
    return Trail(
        distance=abs(exact(row.get("stopLoss"))),
        start=abs(exact(row.get("trigger"))),
        step=abs(exact(row.get("freq"))),
    )
