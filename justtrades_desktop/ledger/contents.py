"""What the core needs of the ledger at its start."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.paths import Path as PnlPath
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ledger import notes
from justtrades_desktop.ledger.batch import PATHS, POSITIONS, PRICES, SIGNALS
from justtrades_desktop.ledger.rows import OPEN, position_of, price_of, recorder_of
from justtrades_desktop.ledger.schema import HeartbeatRow, RecorderRow, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the core needs of the ledger to go on where it stopped."""

    recorders: tuple[Recorder, ...]
    open_positions: tuple[Position, ...]
    paths: dict[int, PnlPath]
    prices: tuple[PriceTicked, ...]
    products: dict[str, Product]
    next_signal: int
    next_position: int
    last_signal_at: datetime | None
    last_beat_at: datetime | None


def contents_of(connection: Connection) -> Contents:
    """Read it all."""
    recorders = connection.execute(select(table_of(RecorderRow))).mappings()
    positions = connection.execute(select(POSITIONS).where(POSITIONS.c.status == OPEN)).mappings()
    prices = connection.execute(select(PRICES)).mappings()
    last_signal = connection.execute(
        select(SIGNALS.c.id, SIGNALS.c.received_at).order_by(SIGNALS.c.id.desc()).limit(1)
    ).first()
    last_position = connection.execute(select(func.max(POSITIONS.c.id))).scalar()
    open_positions = tuple(map(position_of, positions))
    return Contents(
        recorders=tuple(map(recorder_of, recorders)),
        open_positions=open_positions,
        paths=_paths(connection),
        prices=tuple(map(price_of, prices)),
        products=notes.products(connection),
        next_signal=last_signal.id + 1 if last_signal else 1,
        next_position=(last_position or 0) + 1,
        last_signal_at=last_signal.received_at if last_signal else None,
        last_beat_at=connection.execute(select(table_of(HeartbeatRow).c.at)).scalar(),
    )


def _paths(connection: Connection) -> dict[int, PnlPath]:
    """The paths of open positions."""
    parts: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    query = select(PATHS).join(POSITIONS, POSITIONS.c.id == PATHS.c.position_id)
    for row in connection.execute(query.where(POSITIONS.c.status == OPEN)):
        parts[row.position_id][row.part] = row.points
    return {id_: PnlPath.of_parts(found) for id_, found in parts.items()}
