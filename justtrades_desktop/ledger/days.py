"""What the ledger's exits realized since a moment: the start of the results of the week."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, or_, select

from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.results import Realized, realized_by_leg
from justtrades_desktop.ledger.batch import LEGS, POSITIONS
from justtrades_desktop.ledger.file import reading_engine
from justtrades_desktop.ledger.rows import OPEN, leg_of, position_of

_AT_ONCE: Final = 500


def realized_since(path: Path, since: datetime, *, before_signal: int) -> list[Realized]:
    """What the exits at or after ``since`` realized, of signals with an id below ``before_signal``.

    Raises:
        UserError: there is no ledger at ``path``, or it cannot be read.
    """
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # positions and legs of one moment
            positions = _positions(connection, since)
            legs = _legs(connection, list(positions))
    finally:
        engine.dispose()
    return [
        realized
        for id_, position in positions.items()
        for leg, realized in _of_position(position, legs[id_])
        if leg.at >= since and leg.signal_id < before_signal
    ]


def _of_position(position: Position, legs: list[Leg]) -> list[tuple[Leg, Realized]]:
    return list(realized_by_leg(position, legs))


def _positions(connection: Connection, since: datetime) -> dict[int, Position]:
    """Whatever has an exit since then is open, or was closed since then."""
    query = select(POSITIONS).where(
        or_(POSITIONS.c.status == OPEN, POSITIONS.c.closed_at >= since),
        POSITIONS.c.exited_quantity > 0,
    )
    return {row["id"]: position_of(row) for row in connection.execute(query).mappings()}


def _legs(connection: Connection, position_ids: list[int]) -> dict[int, list[Leg]]:
    found: defaultdict[int, list[Leg]] = defaultdict(list)
    for start in range(0, len(position_ids), _AT_ONCE):
        ids = position_ids[start : start + _AT_ONCE]
        query = select(LEGS).where(LEGS.c.position_id.in_(ids)).order_by(LEGS.c.id)
        for row in connection.execute(query).mappings():
            found[row["position_id"]].append(leg_of(row))
    return found
