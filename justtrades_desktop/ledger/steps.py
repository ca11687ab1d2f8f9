"""What the last signals of a strategy did to its positions, for a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, text

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.signals import Action
from justtrades_desktop.domain.steps import Step

_LAST: Final = text(
    "SELECT s.id, s.received_at, s.source, s.symbol, s.fill_price, s.instruction_action, "
    "s.exit_reason, s.take_profit, s.stop_loss, sum(l.quantity "
    "* CASE l.kind WHEN 'entry' THEN 1 ELSE -1 END "
    "* CASE p.side WHEN 'LONG' THEN 1 ELSE -1 END) AS moved "
    "FROM signals s JOIN position_legs l ON l.signal_id = s.id "
    "JOIN recorder_positions p ON p.id = l.position_id "
    "WHERE s.recorder_id = :recorder AND s.id IN (SELECT id FROM signals "
    "WHERE recorder_id = :recorder AND position_id IS NOT NULL ORDER BY id DESC LIMIT :count) "
    "GROUP BY s.id ORDER BY s.id DESC LIMIT :count"
)
_WAY: Final = {Action.BUY: 1, Action.SELL: -1}


def last_steps(
    connection: Connection, recorder_id: int, count: int, now: Mapping[str, int]
) -> list[Step]:
    """Oldest first; ``now`` is what each symbol's position is after them, signed."""
    rows = connection.execute(_LAST, {"recorder": recorder_id, "count": count}).mappings()
    after = dict(now)
    steps: list[Step] = []
    for row in rows:
        symbol = row["symbol"]
        end = after.get(symbol, 0)
        after[symbol] = end - row["moved"]
        if row["moved"]:
            steps.append(_step(row, recorder_id, end))
    return steps[::-1]


def _step(row: Mapping[Any, Any], recorder_id: int, end: int) -> Step:
    action = Action(row["instruction_action"])
    price = row["fill_price"]
    return Step(
        signal_id=row["id"],
        recorder_id=recorder_id,
        symbol=row["symbol"],
        before=end - row["moved"],
        after=end,
        at=datetime.fromisoformat(row["received_at"]),
        action=action,
        source=row["source"],
        way=_WAY.get(action, 0),
        price=None if price is None else Decimal(price),
        exit_reason=row["exit_reason"],
        take_profit=None if row["take_profit"] is None else level(row["take_profit"]),
        stop_loss=None if row["stop_loss"] is None else level(row["stop_loss"]),
    )
