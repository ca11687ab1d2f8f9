"""Reading entities as the broker's GETs do, and the whole picture of a sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import as_json, moment
from justtrades_desktop.simulator.refusals import Malformed, NotThere
from justtrades_desktop.simulator.world import Entity

Found = dict[str, Any] | list[dict[str, Any]]

# Entity types by the section of a sync that holds them.
SECTIONS: Final = {
    "users": "user",
    "accounts": "account",
    "accountRiskStatuses": "accountRiskStatus",
    "marginSnapshots": "marginSnapshot",
    "userAccountAutoLiqs": "userAccountAutoLiq",
    "cashBalances": "cashBalance",
    "currencies": "currency",
    "positions": "position",
    "fillPairs": "fillPair",
    "orders": "order",
    "contracts": "contract",
    "contractMaturities": "contractMaturity",
    "products": "product",
    "exchanges": "exchange",
    "spreadDefinitions": "spreadDefinition",
    "commands": "command",
    "commandReports": "commandReport",
    "executionReports": "executionReport",
    "orderVersions": "orderVersion",
    "fills": "fill",
    "orderStrategies": "orderStrategy",
    "orderStrategyLinks": "orderStrategyLink",
    "userProperties": "userProperty",
    "properties": "property",
    "userPlugins": "userPlugin",
    "contractGroups": "contractGroup",
    "orderStrategyTypes": "orderStrategyType",
}
# The field by which an entity hangs on its master; "id" where both share one.
_MASTERS: Final = {
    "account": "userId",
    "accountRiskStatus": "id",
    "cashBalance": "accountId",
    "cashBalanceLog": "accountId",
    "command": "orderId",
    "commandReport": "commandId",
    "contract": "contractMaturityId",
    "contractMaturity": "productId",
    "executionReport": "commandId",
    "fill": "orderId",
    "fillFee": "id",
    "fillPair": "positionId",
    "marginSnapshot": "id",
    "order": "accountId",
    "orderStrategy": "accountId",
    "orderStrategyLink": "orderStrategyId",
    "orderVersion": "orderId",
    "position": "accountId",
    "userAccountAutoLiq": "id",
    "userPlugin": "userId",
    "userProperty": "userId",
}
_TYPES: Final = {kind.lower(): kind for kind in {*SECTIONS.values(), *_MASTERS}}
_NOT_LISTED: Final = frozenset(
    {"contract", "contractMaturity", "cashBalanceLog", "spreadDefinition"}
)
_NAMED: Final = frozenset(
    [
        "account",
        "contract",
        "contractGroup",
        "currency",
        "exchange",
        "executionReport",
        "orderStrategyType",
        "product",
        "property",
        "user",
    ]
)
_MOST_SUGGESTED: Final = 10


def read(pit: Pit, user_id: int, entity: str, how: str, params: Mapping[str, str]) -> Found:
    """One GET.

    Raises:
        NotThere: no such entity, or no such way to read it.
        Malformed: a parameter is missing or no number.
    """
    kind = _TYPES.get(entity.lower())
    if kind is None:
        raise NotThere(entity)
    match how.lower():
        case "item":
            found: Found = _item(pit, user_id, kind, _number(params, "id"))
        case "items":
            found = _items(pit, user_id, kind, _numbers(params, "ids"))
        case "list" if kind not in _NOT_LISTED:
            found = list(pit.books.owned(kind, user_id))
        case "find" if kind in _NAMED or kind == "position":
            found = _find(pit, user_id, kind, params)
        case "suggest" if kind in _NAMED:
            found = _suggest(pit, user_id, kind, params)
        case "deps" if kind in _MASTERS:
            found = _dependents(pit, user_id, kind, [_number(params, "masterid")])
        case "ldeps" if kind in _MASTERS:
            found = _dependents(pit, user_id, kind, _numbers(params, "masterids"))
        case _:
            raise NotThere(f"{entity}/{how}")
    answer: Found = as_json(found)
    return answer


def sync(pit: Pit, user_id: int) -> dict[str, Any]:
    """Every section; contracts and products only where the user has to do with them."""
    picture: dict[str, Any] = {
        section: list(pit.books.owned(kind, user_id)) for section, kind in SECTIONS.items()
    }
    used = {each["contractId"] for name in ("orders", "positions") for each in picture[name]}
    _keep(picture, "contracts", used)
    _keep(picture, "contractMaturities", _values(picture, "contracts", "contractMaturityId"))
    _keep(picture, "products", _values(picture, "contractMaturities", "productId"))
    result: dict[str, Any] = as_json(picture)
    return result


def suggest_contracts(pit: Pit, text: str, limit: int) -> list[Entity]:
    """Contracts that still trade whose name begins with ``text``, front first within a product.

    A product whose root is all of ``text`` comes before longer ones: MNQ before MNQX.
    """
    ranked = []
    for contract in pit.books.of("contract"):
        if contract["name"].startswith(text) and not pit.expired(contract["id"]):
            maturity = pit.books.get("contractMaturity", contract["contractMaturityId"])
            root = pit.product(contract["id"]).root
            order = (root != text, root, moment(maturity["expirationDate"]), contract["id"])
            ranked.append((order, contract))
    return [contract for _, contract in sorted(ranked, key=lambda pair: pair[0])[:limit]]


def roll(pit: Pit, name: str, *, forward: bool, if_expired: bool) -> dict[str, Any]:
    """contract/rollcontract: the next contract of the product, or the one before."""
    contract_id = pit.contract(name)
    if contract_id is None:
        return {"errorText": f"no contract {name}"}
    if if_expired and not pit.expired(contract_id):
        return {"contract": as_json(pit.books.get("contract", contract_id))}
    chain = _chain(pit, contract_id)
    at = chain.index(contract_id) + (1 if forward else -1)
    if not 0 <= at < len(chain):
        return {"errorText": f"there is no contract {'after' if forward else 'before'} {name}"}
    return {"contract": as_json(pit.books.get("contract", chain[at]))}


def _chain(pit: Pit, contract_id: int) -> list[int]:
    """All contracts of its product, by month."""
    product = pit.product(contract_id)

    def month(each: Entity) -> int:
        maturity = pit.books.get("contractMaturity", each["contractMaturityId"])
        return int(maturity["expirationMonth"])

    mine = [each for each in pit.books.of("contract") if pit.product(each["id"]) is product]
    return [each["id"] for each in sorted(mine, key=month)]


def _item(pit: Pit, user_id: int, kind: str, number: int) -> Entity:
    entity = pit.books.visible(kind, number, user_id)
    if entity is None:
        raise NotThere(f"{kind} {number}")
    return entity


def _items(pit: Pit, user_id: int, kind: str, numbers: list[int]) -> list[Entity]:
    found = (pit.books.visible(kind, number, user_id) for number in dict.fromkeys(numbers))
    return [entity for entity in found if entity is not None]


def _find(pit: Pit, user_id: int, kind: str, params: Mapping[str, str]) -> Entity:
    if kind == "position":
        account_id, contract_id = _number(params, "accountId"), _number(params, "contractId")
        number = pit.world.positions.get(f"{account_id}:{contract_id}", 0)
        return _item(pit, user_id, kind, number)
    if kind == "contract":
        return _item(pit, user_id, kind, pit.contract(_text(params, "name")) or 0)
    name = _text(params, "name")
    for entity in pit.books.owned(kind, user_id):
        if entity["name"] == name:
            return entity
    raise NotThere(f"{kind} {name}")


def _suggest(pit: Pit, user_id: int, kind: str, params: Mapping[str, str]) -> list[Entity]:
    text = _text(params, "t")
    limit = _number(params, "l") if "l" in params else _MOST_SUGGESTED
    if kind == "contract":
        return suggest_contracts(pit, text.upper(), limit)
    low = text.lower()
    owned = pit.books.owned(kind, user_id)
    return [each for each in owned if each["name"].lower().startswith(low)][:limit]


def _dependents(pit: Pit, user_id: int, kind: str, masters: list[int]) -> list[Entity]:
    field, wanted = _MASTERS[kind], set(masters)
    return [each for each in pit.books.owned(kind, user_id) if each[field] in wanted]


def _keep(picture: dict[str, Any], section: str, ids: set[int]) -> None:
    picture[section] = [each for each in picture[section] if each["id"] in ids]


def _values(picture: dict[str, Any], section: str, field: str) -> set[int]:
    return {each[field] for each in picture[section]}


def _text(params: Mapping[str, str], name: str) -> str:
    if name not in params:
        raise Malformed(f"{name} is missing")
    return str(params[name])


def _number(params: Mapping[str, str], name: str) -> int:
    try:
        return int(_text(params, name))
    except ValueError:
        raise Malformed(f"{name}: no number") from None


def _numbers(params: Mapping[str, str], name: str) -> list[int]:
    try:
        return [int(each) for each in _text(params, name).split(",") if each]
    except ValueError:
        raise Malformed(f"{name}: no numbers") from None
