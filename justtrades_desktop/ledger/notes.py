"""What is written by itself: recorders, the trader's own products and notes, old histories."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import ProductSaved, RecorderSaved, TradeNoted
from justtrades_desktop.domain.legacy import LegacyImported
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.ports import Note
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ledger.batch import PATHS, POSITIONS
from justtrades_desktop.ledger.legacy_write import write_imported
from justtrades_desktop.ledger.rows import recorder_row
from justtrades_desktop.ledger.schema import NoteRow, ProductRow, RecorderRow, table_of

_MONEY = (
    *("unrealized_pnl", "worst_unrealized_pnl", "best_unrealized_pnl", "realized_pnl"),
    "risk",
)


def write(connection: Connection, note: Note) -> None:
    """Write ``note`` within the caller's transaction.

    Raises:
        UserError: another recorder has that name.
    """
    match note:
        case RecorderSaved():
            _save_recorder(connection, note.recorder)
        case ProductSaved():
            _save_product(connection, note.symbol, note.product)
        case LegacyImported():
            write_imported(connection, note)
        case TradeNoted():
            _save_trade_note(connection, note)
        case _:
            assert_never(note)


def products(connection: Connection) -> dict[str, Product]:
    """What the trader entered so far, by symbol."""
    rows = connection.execute(select(table_of(ProductRow))).mappings()
    return {
        row["symbol"]: Product(row["symbol"], row["tick_size"], row["tick_value"], row["currency"])
        for row in rows
    }


def _save_recorder(connection: Connection, recorder: Recorder) -> None:
    row = recorder_row(recorder)
    try:
        connection.execute(
            insert(table_of(RecorderRow))
            .values(row)
            .on_conflict_do_update(
                index_elements=["id"], set_={k: v for k, v in row.items() if k != "id"}
            )
        )
    except IntegrityError as error:
        raise UserError(
            f"There is a recorder named {recorder.name!r} already", "Choose another name."
        ) from error


def _save_product(connection: Connection, symbol: str, product: Product) -> None:
    row = {
        "symbol": symbol,
        "tick_size": product.tick_size,
        "tick_value": product.tick_value,
        "currency": product.currency,
    }
    connection.execute(
        insert(table_of(ProductRow))
        .values(row)
        .on_conflict_do_update(
            index_elements=["symbol"], set_={k: v for k, v in row.items() if k != "symbol"}
        )
    )
    _reprice(connection, symbol, product)


def _save_trade_note(connection: Connection, note: TradeNoted) -> None:
    said = {"notes": note.notes, "tags": json.dumps(note.tags, ensure_ascii=False)}
    connection.execute(
        insert(table_of(NoteRow))
        .values(origin=note.origin.value, trade_id=note.trade_id, **said)
        .on_conflict_do_update(index_elements=["origin", "trade_id"], set_=said)
    )


def _reprice(connection: Connection, symbol: str, product: Product) -> None:
    """Every position in ``symbol``, old ones too: points become money at the new tick value."""
    rows = (
        connection.execute(select(POSITIONS).where(POSITIONS.c.symbol == symbol)).mappings().all()
    )
    for row in rows:
        before = _point_value(row["tick_size"], row["tick_value"])
        changed = {
            name: None if row[name] is None else round(row[name] / before * product.point_value)
            for name in _MONEY
        }
        connection.execute(
            update(POSITIONS)
            .where(POSITIONS.c.id == row["id"])
            .values(
                **changed,
                tick_size=product.tick_size,
                tick_value=product.tick_value,
                currency=product.currency,
            )
        )
        _reprice_path(connection, row["id"], float(product.point_value / before))


def _reprice_path(connection: Connection, position_id: int, factor: float) -> None:
    its_own = PATHS.c.position_id == position_id
    parts = dict(connection.execute(select(PATHS.c.part, PATHS.c.points).where(its_own)).all())
    if not parts:
        return
    path = Path.of_parts(parts)
    scaled = Path((at, v * factor) for at, v in zip(path.times, path.values, strict=True))
    scaled.all_changed()
    connection.execute(delete(PATHS).where(its_own))
    rows = [
        {"position_id": position_id, "part": part, "points": points}
        for part, points in scaled.changed_parts()
    ]
    connection.execute(insert(PATHS), rows)


def _point_value(tick_size: Decimal | None, tick_value: Decimal | None) -> Fraction:
    if tick_size is None or tick_value is None:
        return Fraction(1)
    return Fraction(tick_value) / Fraction(tick_size)
