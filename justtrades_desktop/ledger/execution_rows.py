"""Between what execution decides and does, and the second ledger's rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.link_values import (
    from_values,
    limits_from_values,
    limits_to_values,
    to_values,
)
from justtrades_desktop.domain.links import AccountKey, AccountLimits, Link, LinkMode
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Held,
    Intent,
    IntentState,
    Leg,
    OrderKind,
    Purpose,
    Verdict,
    Way,
    Wish,
)
from justtrades_desktop.domain.values import plain

T = TypeVar("T")

Row = Mapping[Any, Any]
"""One row by column name, in Python's types (the column types convert)."""

# Columns that are called as the field and hold it as it is, or the value of an enum.
_DECISION: Final = (
    *("id", "at", "wish", "verdict", "link_id", "signal_id", "symbol", "contract", "before"),
    *("wanted", "price", "reason", "came", "signal_at"),
)
_INTENT: Final = (
    *("client_id", "decision_id", "contract_id", "contract", "purpose", "way", "quantity", "kind"),
    *("price", "stop_price", "distance", "time_in_force", "part", "target_id", "is_automated"),
    *("at", "state", "order_id", "said"),
)
_EXECUTION: Final = (
    *("fill_id", "order_id", "contract_id", "contract", "way", "quantity", "price", "at"),
    *("client_id", "decision_id", "link_id", "signal_id", "purpose", "slippage", "delay"),
)
_HELD: Final = (
    *("link_id", "contract_id", "contract", "symbol", "own", "wanted", "manual", "decision_id"),
    *("best", "average", "take_profit", "stop_loss", "at"),
)


def link_row(link: Link) -> dict[str, Any]:
    """The row of a link."""
    return {
        "id": link.id,
        "recorder_id": link.recorder_id,
        **_key_columns(link.key),
        "mode": link.mode.value,
        "settings": _json(to_values(link.settings)),
    }


def link_of(row: Row) -> Link:
    """The link of a row."""
    return Link(
        id=row["id"],
        recorder_id=row["recorder_id"],
        key=_key(row),
        mode=LinkMode(row["mode"]),
        settings=_told(from_values, row["settings"]),
    )


def limits_row(key: AccountKey, limits: AccountLimits) -> dict[str, Any]:
    """The row of an account's caps."""
    return {**_key_columns(key), "limits": _json(limits_to_values(limits))}


def limits_of(row: Row) -> tuple[AccountKey, AccountLimits]:
    """The account and the caps of a row."""
    return _key(row), _told(limits_from_values, row["limits"])


def decision_row(decision: Decision) -> dict[str, Any]:
    """The row of a decision."""
    return {**_key_columns(decision.key), **_as_they_are(decision, _DECISION)}


def decision_of(row: Row) -> Decision:
    """The decision of a row."""
    told = {name: row[name] for name in _DECISION}
    told |= {"wish": Wish(told["wish"]), "verdict": Verdict(told["verdict"])}
    return Decision(key=_key(row), **told)


def intent_row(intent: Intent) -> dict[str, Any]:
    """The row of an intent."""
    return {
        **_key_columns(intent.key),
        **_as_they_are(intent, _INTENT),
        "legs": _json([_leg_values(leg) for leg in intent.legs]),
        "oco": None if intent.oco is None else _json(_leg_values(intent.oco)),
    }


def intent_of(row: Row) -> Intent:
    """The intent of a row."""
    told = {name: row[name] for name in _INTENT}
    told |= {
        "purpose": Purpose(told["purpose"]),
        "way": Way(told["way"]),
        "kind": OrderKind(told["kind"]),
        "state": IntentState(told["state"]),
    }
    legs = tuple(map(_leg_of, json.loads(row["legs"])))
    oco = None if row["oco"] is None else _leg_of(json.loads(row["oco"]))
    return Intent(key=_key(row), legs=legs, oco=oco, **told)


def execution_row(execution: Execution) -> dict[str, Any]:
    """The row of a fill."""
    return {**_key_columns(execution.key), **_as_they_are(execution, _EXECUTION)}


def execution_of(row: Row) -> Execution:
    """The fill of a row."""
    told = {name: row[name] for name in _EXECUTION}
    purpose = told["purpose"]
    told |= {"way": Way(told["way"]), "purpose": None if purpose is None else Purpose(purpose)}
    return Execution(key=_key(row), **told)


def held_row(held: Held) -> dict[str, Any]:
    """The row of what a link holds."""
    return {
        **_key_columns(held.key),
        **_as_they_are(held, _HELD),
        "done": _json(sorted(held.done)),
        "filled": _json(held.filled),
    }


def held_of(row: Row) -> Held:
    """What a link holds, by its row."""
    told = {name: row[name] for name in _HELD}
    steps: dict[str, Any] = {
        "done": frozenset(json.loads(row["done"])),
        "filled": tuple(json.loads(row["filled"])),
    }
    return Held(key=_key(row), **steps, **told)


def keys_text(keys: Sequence[AccountKey]) -> str:
    """Accounts as one text."""
    return _json([[*key] for key in keys])


def keys_of(text: str) -> tuple[AccountKey, ...]:
    """The inverse of ``keys_text``."""
    return tuple(AccountKey(*pair) for pair in json.loads(text))


def _key_columns(key: AccountKey) -> dict[str, Any]:
    return {"connection": key.connection, "account": key.account}


def _key(row: Row) -> AccountKey:
    return AccountKey(row["connection"], row["account"])


def _as_they_are(fact: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(fact, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str) and not value.isascii():
        # A broker's words may hold half a character, which SQLite refuses.
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def _leg_values(leg: Leg) -> dict[str, Any]:
    told = leg._asdict()
    return {name: _in_json(value) for name, value in told.items() if value is not None}


def _in_json(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else _plain(value)


def _leg_of(told: Mapping[str, Any]) -> Leg:
    exact = {
        name: Decimal(told[name]) for name in ("price", "stop_price", "distance") if name in told
    }
    kinds = {"purpose": Purpose(told["purpose"]), "kind": OrderKind(told["kind"])}
    return Leg(**{**told, **exact, **kinds})


def _told(read: Callable[[Mapping[str, Any]], T], text: str) -> T:
    """What settings' JSON says; here nobody has typed it, so a wrong one is damage."""
    try:
        return read(json.loads(text))
    except UserError as error:
        raise ValueError(str(error)) from error


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
