"""Between the core's facts and the ledger's rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import ALERTS, PriceTicked, Signal
from justtrades_desktop.domain.exits import ExitRules, Level, level
from justtrades_desktop.domain.instructions import Instruction
from justtrades_desktop.domain.positions import Leg, LegKind, Position, Side
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Opposite, Reading
from justtrades_desktop.domain.values import share

Row = Mapping[Any, Any]
"""One row by column name, in Python's types (the column types convert)."""

OPEN = "open"
CLOSED = "closed"

SIGNAL_COLUMNS = (
    *("id", "recorder_id", "received_at", "source", "content_type", "body", "outcome", "reason"),
    *("gap", "action", "ticker", "symbol", "quantity", "price", "target", "percent", "previous"),
    *("sent_at", "instruction_action", "instruction_quantity", "instruction_percent"),
    *("instruction_target", "instruction_opposite", "fill_price", "position_id", "key", "repeats"),
    *("exit_reason", "take_profit", "stop_loss"),
)
LEG_COLUMNS = ("position_id", "signal_id", "kind", "quantity", "price", "at")

_NO_READING = Reading(action=Action.PRICE)
_NO_INSTRUCTION = Instruction(action=Action.PRICE)


def signal_row(signal: Signal) -> dict[str, Any]:
    """The row of a signal."""
    alert = signal.alert
    reading = signal.reading or _NO_READING
    instruction = signal.instruction or _NO_INSTRUCTION
    return {
        "id": signal.id,
        "recorder_id": signal.recorder_id,
        "received_at": alert.received_at,
        "source": alert.source.value,
        "content_type": alert.content_type,
        "body": alert.text,
        "outcome": signal.outcome.value,
        "reason": signal.reason,
        "gap": signal.gap,
        "action": reading.action.value if signal.reading else None,
        "ticker": reading.ticker,
        "symbol": signal.symbol,
        "quantity": reading.quantity,
        "price": reading.price,
        "target": reading.target,
        "percent": reading.percent,
        "previous": reading.previous,
        "sent_at": reading.sent_at,
        "instruction_action": instruction.action.value if signal.instruction else None,
        "instruction_quantity": instruction.quantity,
        "instruction_percent": instruction.percent,
        "instruction_target": instruction.target,
        "instruction_opposite": instruction.opposite.value if signal.instruction else None,
        "fill_price": signal.fill_price,
        "position_id": signal.position_id,
        "key": signal.key,
        "repeats": 0,
        "exit_reason": alert.exit_reason,
        "take_profit": reading.take_profit and str(reading.take_profit),
        "stop_loss": reading.stop_loss and str(reading.stop_loss),
    }


def instruction_of(row: Row) -> Instruction | None:
    """What a stored signal did, as far as a replay needs it."""
    if row["instruction_action"] is None:
        return None
    return Instruction(
        action=Action(row["instruction_action"]),
        quantity=row["instruction_quantity"],
        percent=row["instruction_percent"],
        target=row["instruction_target"],
        opposite=Opposite(row["instruction_opposite"]),
    )


def position_row(position: Position) -> dict[str, Any]:
    """The row of a position, with its P&L in money."""
    product = position.product
    return {
        "id": position.id,
        "recorder_id": position.recorder_id,
        "symbol": position.symbol,
        "side": position.side.value,
        "quantity": position.open,
        "max_quantity": position.most,
        "entered_quantity": position.entered,
        "exited_quantity": position.exited,
        "priced": position.priced,
        "entry_value": position.entry_units,
        "exit_value": position.exit_units,
        "open_cost": position.cost_units,
        "avg_entry_price": _average(position, position.cost_units, position.open)
        if position.open
        else _average(position, position.entry_units, position.entered),
        "current_price": position.last_price,
        "unrealized_pnl": position.money_units(position.unrealized_units(position.last_price)),
        "worst_unrealized_pnl": position.money_units(position.worst_units),
        "best_unrealized_pnl": position.money_units(position.best_units),
        "exit_price": _average(position, position.exit_units, position.exited),
        "exit_reason": position.exit_reason,
        "realized_pnl": position.money_units(position.realized_units),
        "tick_size": product.tick_size if product else None,
        "tick_value": product.tick_value if product else None,
        "currency": product.currency if product else None,
        "status": OPEN if position.open else CLOSED,
        "opened_at": position.opened_at,
        "closed_at": position.closed_at,
        "updated_at": position.updated_at,
        "favourable_price": position.favourable,
        "take_profit": position.take_profit and str(position.take_profit),
        "stop_loss": position.stop_loss and str(position.stop_loss),
        "risk": position.money_units(position.risk_units),
    }


def _average(position: Position, value: int, quantity: int) -> int | None:
    """To a unit; the exact one is the quotient of the columns beside it."""
    return share(value, 1, quantity) if position.priced and quantity else None


def position_of(row: Row) -> Position:
    """The inverse of :func:`position_row`."""
    product = _product_of(row)
    point_value = product.point_value if product else Fraction(1)
    return Position(
        id=row["id"],
        recorder_id=row["recorder_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        opened_at=row["opened_at"],
        updated_at=row["updated_at"],
        entered=row["entered_quantity"],
        exited=row["exited_quantity"],
        most=row["max_quantity"],
        priced=row["priced"],
        entry_units=row["entry_value"],
        exit_units=row["exit_value"],
        cost_units=row["open_cost"],
        worst_units=round(row["worst_unrealized_pnl"] / point_value),
        best_units=round(row["best_unrealized_pnl"] / point_value),
        last_price=row["current_price"],
        closed_at=row["closed_at"],
        exit_reason=row["exit_reason"],
        product=product,
        favourable=_favourable(row),
        take_profit=level_of(row["take_profit"]),
        stop_loss=level_of(row["stop_loss"]),
        risk_units=None if row["risk"] is None else round(row["risk"] / point_value),
    )


def level_of(text: str | None) -> Level | None:
    """A target or stop as it was written down."""
    return None if text is None else level(text)


def _favourable(row: Row) -> Decimal | None:
    """Files from before exits by rule do not hold it: then it counts from the last price."""
    known: Decimal | None = row["favourable_price"]
    return row["current_price"] if known is None and row["priced"] else known


def _product_of(row: Row) -> Product | None:
    if row["tick_value"] is None:
        return None
    return Product(row["symbol"], row["tick_size"], row["tick_value"], row["currency"])


def leg_row(leg: Leg) -> dict[str, Any]:
    """The row of an entry or exit."""
    return {
        "position_id": leg.position_id,
        "signal_id": leg.signal_id,
        "kind": leg.kind.value,
        "quantity": leg.quantity,
        "price": leg.price,
        "at": leg.at,
    }


def leg_of(row: Row) -> Leg:
    """The inverse of :func:`leg_row`."""
    return Leg(
        row["position_id"],
        LegKind(row["kind"]),
        row["quantity"],
        row["price"],
        row["at"],
        row["signal_id"],
    )


def recorder_row(recorder: Recorder) -> dict[str, Any]:
    """The row of a recorder."""
    return {
        "id": recorder.id,
        "name": recorder.name,
        "token": recorder.token,
        "enabled": recorder.enabled,
        "quantity": recorder.quantity,
        "multiplier": recorder.multiplier,
        "symbol": recorder.symbol,
        "opposite": recorder.opposite.value,
        "follow_position": recorder.follow_position,
        "exits": _exits_text(recorder.exits),
    }


def recorder_of(row: Row) -> Recorder:
    """The inverse of :func:`recorder_row`."""
    opposite, exits = Opposite(row["opposite"]), _exits_of(row["exits"])
    return Recorder(**{**row, "opposite": opposite, "exits": exits})


def _exits_text(rules: ExitRules) -> str | None:
    """The rules that are on, as JSON."""
    said = {
        field.name: str(value) if isinstance(value, Level) else value
        for field in fields(rules)
        if (value := getattr(rules, field.name))
    }
    return json.dumps(said) if said else None


def _exits_of(text: str | None) -> ExitRules:
    said: dict[str, Any] = json.loads(text) if text else {}
    known: dict[str, Any] = {
        name: level(value) if isinstance(value, str) else value for name, value in said.items()
    }
    return ExitRules(**known)


def price_of(row: Row) -> PriceTicked:
    """A last known price."""
    return PriceTicked(row["symbol"], row["price"], row["at"], row["source"] or ALERTS)


def heartbeat_row(at: datetime) -> dict[str, Any]:
    """The one row that says when the program last wrote."""
    return {"id": 1, "at": at}


def price_row(ticked: PriceTicked) -> dict[str, Decimal | str | datetime]:
    """The row of a last known price."""
    return {
        "symbol": ticked.symbol,
        "price": ticked.price,
        "at": ticked.at,
        "source": ticked.source,
    }
