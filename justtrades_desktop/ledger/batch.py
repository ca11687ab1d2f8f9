"""A run of appends as few statements: many signals share one commit, a position is written once."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, update

from justtrades_desktop.domain.errors import AlreadyStored
from justtrades_desktop.domain.events import (
    MarksSettled,
    PriceTicked,
    Signal,
    SignalRecorded,
    SignalRepeated,
)
from justtrades_desktop.domain.ports import Entry
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.signals import Source
from justtrades_desktop.ledger.rows import (
    LEG_COLUMNS,
    SIGNAL_COLUMNS,
    heartbeat_row,
    leg_row,
    position_row,
    price_row,
    signal_row,
)
from justtrades_desktop.ledger.schema import (
    HeartbeatRow,
    LegRow,
    PathRow,
    PositionRow,
    PriceRow,
    SignalRow,
    table_of,
)
from justtrades_desktop.ledger.statements import Statement, driver, insertion, upsert

SIGNALS: Final = table_of(SignalRow)
POSITIONS: Final = table_of(PositionRow)
LEGS: Final = table_of(LegRow)
PRICES: Final = table_of(PriceRow)
PATHS: Final = table_of(PathRow)

_INSERT_SIGNALS: Final = insertion(SIGNALS, SIGNAL_COLUMNS)
_INSERT_LEGS: Final = insertion(LEGS, LEG_COLUMNS)
_UPSERT_POSITIONS: Final = upsert(POSITIONS)
_UPSERT_PRICES: Final = upsert(PRICES)
_UPSERT_PATHS: Final = upsert(PATHS)
_UPSERT_HEARTBEAT: Final = upsert(table_of(HeartbeatRow))
_COUNT_REPEATS: Final = Statement(
    update(SIGNALS)
    .where(SIGNALS.c.id == bindparam("first_id"))
    .values(repeats=SIGNALS.c.repeats + literal_column("1"), last_repeat_at=bindparam("seen_at"))
)
_PRICE_SIGNALS: Final = Statement(
    update(SIGNALS)
    .where(SIGNALS.c.position_id == bindparam("of_position"), SIGNALS.c.fill_price.is_(None))
    .values(first_tick_price=bindparam("first_price"))
)
_PRICE_LEGS: Final = Statement(
    update(LEGS)
    .where(LEGS.c.position_id == bindparam("of_position"), LEGS.c.price.is_(None))
    .values(price=bindparam("first_price"))
)


class Batch:
    """Appends gathered in order; :meth:`execute` writes them within the caller's transaction."""

    def __init__(self) -> None:
        self._signals: list[dict[str, Any]] = []
        self._legs: list[dict[str, Any]] = []
        self._closed: dict[int, Position] = {}
        self._open: dict[int, Position] = {}
        self._prices: dict[str, dict[str, Any]] = {}
        self._repeats: list[dict[str, Any]] = []
        self._first_ticks: list[dict[str, Any]] = []
        self._paths: dict[tuple[int, int], bytes] = {}
        self._beats = False

    def add(self, entry: Entry) -> None:
        """Take the next append."""
        match entry:
            case SignalRecorded():
                self._signals.append(signal_row(entry.signal))
                if not entry.odd_price:
                    self._take_price(entry.signal)
                if entry.legs:
                    self._take(entry.closed)
                    self._take(entry.open)
                    self._legs += [leg_row(leg) for leg in entry.legs]
            case MarksSettled():
                for position in entry.positions:
                    self._take(position)
                for ticked in entry.prices:
                    self._prices[ticked.symbol] = price_row(ticked)
                for position_id, price in entry.first_ticks.items():
                    self._first_ticks.append({"of_position": position_id, "first_price": price})
                for position_id, part, points in entry.paths:
                    self._paths[position_id, part] = points
                self._beats = True
            case SignalRepeated():
                self._repeats.append({"first_id": entry.first_id, "seen_at": entry.at})

    def execute(self, connection: Connection) -> None:
        """Write all of it.

        Raises:
            AlreadyStored: a signal's key is in the ledger; nothing of this batch may be kept.
        """
        try:
            self._write(connection)
        except sqlite3.IntegrityError:
            self._refuse_known_keys(connection)
            raise

    def _write(self, connection: Connection) -> None:
        # Closed ones first: a flip's new position may be open only once the old one is not.
        positions = [position_row(p) for p in (*self._closed.values(), *self._open.values())]
        for statement, rows in (
            (_INSERT_SIGNALS, self._signals),
            (_UPSERT_POSITIONS, positions),
            (_INSERT_LEGS, self._legs),
            (_PRICE_SIGNALS, self._first_ticks),
            (_PRICE_LEGS, self._first_ticks),
            (_UPSERT_PRICES, list(self._prices.values())),
            (_COUNT_REPEATS, self._repeats),
            (_UPSERT_PATHS, self._path_rows()),
        ):
            if rows:
                statement.run(connection, rows)
        if self._beats:
            _UPSERT_HEARTBEAT.run(connection, [heartbeat_row(datetime.now(UTC))])

    def _path_rows(self) -> list[dict[str, Any]]:
        return [
            {"position_id": id_, "part": part, "points": points}
            for (id_, part), points in self._paths.items()
        ]

    def _take_price(self, signal: Signal) -> None:
        """The next signal may name no price and take this one, after a crash too."""
        price = signal.reading.price if signal.reading is not None else None
        # What a rule fills at is no price of the market.
        if price is None or signal.symbol is None or signal.alert.source is Source.RULE:
            return
        ticked = PriceTicked(signal.symbol, price, signal.alert.received_at)
        self._prices[signal.symbol] = price_row(ticked)

    def _take(self, position: Position | None) -> None:
        if position is None:
            return
        if position.open:
            self._open[position.id] = position
        else:
            self._open.pop(position.id, None)
            self._closed[position.id] = position

    def _refuse_known_keys(self, connection: Connection) -> None:
        keys = [row["key"] for row in self._signals if row["key"] is not None]
        if not keys:
            return
        marks = ", ".join("?" * len(keys))
        known = (
            driver(connection)
            .execute(f"SELECT key, id, sent_at FROM signals WHERE key IN ({marks})", keys)  # noqa: S608
            .fetchone()
        )
        if known is not None:
            raise AlreadyStored(*known)
