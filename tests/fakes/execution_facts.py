"""Facts of execution for the second ledger's tests, each with every field set to something."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    Link,
    LinkMode,
    LinkSettings,
    Target,
)
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

AT = datetime(2026, 11, 20, 15, 30, 5, 123456, tzinfo=UTC)
KEY = AccountKey("Demo", "DEMO 123 ü")
STOP_LEG = Leg(
    Purpose.STOP,
    OrderKind.TRAILING_STOP,
    "jt-stop",
    stop_price=Decimal("25580.25"),
    distance=Decimal("12.5"),
    part=1,
)
TARGET_LEG = Leg(Purpose.TARGET, OrderKind.LIMIT, "jt-target", price=Decimal("25640"), part=1)


def decision(id_: int = 1, **changed: Any) -> Decision:
    """One that says something in every field."""
    told: dict[str, Any] = {
        "id": id_,
        "at": AT + timedelta(seconds=id_),
        "wish": Wish.REVERSE,
        "verdict": Verdict.SENT,
        "key": KEY,
        "link_id": 3,
        "signal_id": 17,
        "symbol": "MNQ1!",
        "contract": "MNQZ6",
        "before": -2,
        "wanted": 4,
        "price": Decimal("25600.25"),
        "reason": "the maximum is 4",
        "came": "4 at 25600.50",
        "signal_at": AT,
    }
    return Decision(**told | changed)


def intent(client_id: str = "jt-1", **changed: Any) -> Intent:
    """One that says something in every field."""
    told: dict[str, Any] = {
        "client_id": client_id,
        "decision_id": 1,
        "key": KEY,
        "contract_id": 4_000_000_001,
        "contract": "MNQZ6",
        "purpose": Purpose.ENTRY,
        "way": Way.SELL,
        "quantity": 4,
        "kind": OrderKind.STOP_LIMIT,
        "price": Decimal("25600.25"),
        "stop_price": Decimal("25601"),
        "distance": Decimal("0.000000001"),
        "time_in_force": "GTC",
        "legs": (TARGET_LEG, STOP_LEG),
        "oco": STOP_LEG,
        "part": 2,
        "target_id": 77,
        "is_automated": False,
        "at": AT,
        "state": IntentState.DOUBT,
        "order_id": 2**53 + 1,
        "said": "„zu spät“",
    }
    return Intent(**told | changed)


def execution(fill_id: int = 1, **changed: Any) -> Execution:
    """One that says something in every field."""
    told: dict[str, Any] = {
        "key": KEY,
        "fill_id": fill_id,
        "order_id": 2**53 + 1,
        "contract_id": 4_000_000_001,
        "contract": "MNQZ6",
        "way": Way.SELL,
        "quantity": 2,
        "price": Decimal("25600.25"),
        "at": AT + timedelta(seconds=fill_id),
        "client_id": "jt-1",
        "decision_id": 1,
        "link_id": 3,
        "signal_id": 17,
        "purpose": Purpose.ENTRY,
        "slippage": Decimal("-1.5"),
        "delay": 0.1875,
    }
    return Execution(**told | changed)


def held(contract_id: int = 1, **changed: Any) -> Held:
    """One that says something in every field."""
    told: dict[str, Any] = {
        "link_id": 3,
        "key": KEY,
        "contract_id": contract_id,
        "contract": "MNQZ6",
        "symbol": "MNQ1!",
        "own": -3,
        "wanted": -4,
        "manual": 1,
        "decision_id": 9,
        "done": frozenset({0, 2}),
        "filled": (1, 0, 2),
        "best": Decimal("25590.75"),
        "average": Decimal(76792) / 3,
        "take_profit": "40 ticks",
        "stop_loss": "25700 price",
        "at": AT,
    }
    return Held(**told | changed)


def link(id_: int = 1, **changed: Any) -> Link:
    """One that says something in every field."""
    settings = LinkSettings(
        initial=2,
        own_exits=True,
        targets=(Target(Level(Unit.TICKS, Decimal(40)), Decimal("33.3")),),
        daily_loss=Decimal("250.50"),
    )
    told: dict[str, Any] = {
        "id": id_,
        "recorder_id": 5,
        "key": KEY,
        "mode": LinkMode.ARMED,
        "settings": settings,
    }
    return Link(**told | changed)


LIMITS = AccountLimits(
    order=1,
    position=2,
    account=3,
    minute=4,
    day=None,
    repeat_seconds=6,
    daily_loss_at_broker=Decimal("1000.50"),
)


def left_at_default(fact: Any) -> list[str]:
    """Fields whose value a row could forget without a test seeing it."""
    return [
        field.name
        for field in fields(fact)
        if field.default is not MISSING and getattr(fact, field.name) == field.default
    ]
