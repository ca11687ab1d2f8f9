"""Folding every stored signal again and comparing with what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from justtrades_desktop.domain.instructions import Nothing, plan
from justtrades_desktop.domain.positions import Leg, Position, Stamp, apply
from justtrades_desktop.domain.signals import Outcome, Source
from justtrades_desktop.domain.values import units_text
from justtrades_desktop.ledger.batch import LEGS, POSITIONS, SIGNALS
from justtrades_desktop.ledger.file import reading_engine
from justtrades_desktop.ledger.rows import instruction_of, leg_of, position_of, position_row

_COMPARED: Final = (
    "recorder_id",
    "symbol",
    "side",
    "entered",
    "exited",
    "most",
    "priced",
    "entry_units",
    "exit_units",
    "cost_units",
    "opened_at",
    "closed_at",
    "exit_reason",
)
_REPLAYED: Final = [
    SIGNALS.c[name]
    for name in (
        *("id", "recorder_id", "received_at", "source", "symbol", "outcome", "exit_reason"),
        *("fill_price", "first_tick_price", "instruction_action", "instruction_quantity"),
        *("instruction_percent", "instruction_target", "instruction_opposite"),
    )
]
# Beside them stands what a person reads, worked out from them.
_WORKED_OUT: Final = ("status", "quantity", "avg_entry_price", "exit_price", "realized_pnl")
# Extremes are stored in money; a tick value that divides badly loses some units on the way back.
_LOST_IN_MONEY: Final = 10**6
_AT_ONCE: Final = 500


def check(path: Path) -> tuple[int, list[str]]:
    """How many signals were folded, and each difference in words (none is as it should be).

    Raises:
        UserError: there is no ledger at ``path``, or it cannot be read at all.
    """
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            # One read transaction: a writer beside it cannot move the ground.
            connection.exec_driver_sql("BEGIN")
            replay = _Replay(connection)
            differences = [*_broken_pages(connection), *replay.differences()]
            return replay.folded, differences
    except DBAPIError as error:
        return 0, [f"the file cannot be read to its end: {error.orig}"]
    except (ValueError, ArithmeticError) as error:
        return 0, [f"a column holds what no program of ours wrote: {error!r}"]
    finally:
        engine.dispose()


def _broken_pages(connection: Connection) -> Iterator[str]:
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield f"the file is damaged: {line}"
    for table, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{table} row {rowid} refers to a missing row of {parent}"


class _Replay:
    """The fold over all signals; positions are compared in groups as they are finished."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: dict[tuple[int, str], Position] = {}
        self._legs: dict[int, list[Leg]] = {}
        self._finished: list[Position] = []
        self._next_position = 1
        self.folded = 0

    def differences(self) -> Iterator[str]:
        query = select(*_REPLAYED).order_by(SIGNALS.c.id).execution_options(yield_per=1000)
        for row in self._connection.execute(query).mappings():
            self.folded += 1
            if row["id"] != self.folded:
                yield f"signal {self.folded} is missing"
                self.folded = row["id"]
            yield from self._fold(row)
            if len(self._finished) >= _AT_ONCE:
                yield from self._compare_finished()
        self._finished += self._open.values()
        yield from self._compare_finished()
        for (position_id,) in self._connection.execute(
            select(POSITIONS.c.id).where(POSITIONS.c.id >= self._next_position)
        ):
            yield f"position {position_id} stands in the ledger, but no signal opened it"

    def _fold(self, row: Any) -> Iterator[str]:
        instruction = instruction_of(row)
        if row["outcome"] != Outcome.APPLIED or instruction is None:
            return
        key = (row["recorder_id"], row["symbol"])
        held = self._open.pop(key, None)
        step = plan(held.signed if held else 0, instruction)
        if isinstance(step, Nothing):
            yield f"signal {row['id']} was applied, but replayed it changes nothing: {step.reason}"
            if held:
                self._open[key] = held
            return
        stamp = Stamp(
            signal_id=row["id"],
            new_position_id=self._next_position,
            recorder_id=row["recorder_id"],
            symbol=row["symbol"],
            at=row["received_at"],
            exit_reason=row["exit_reason"] or Source(row["source"]).exit_reason,
        )
        change = apply(held, step, _known_price(row, held), stamp)
        for leg in change.legs:
            self._legs.setdefault(leg.position_id, []).append(leg)
        if change.closed:
            self._finished.append(change.closed)
        if change.open:
            self._next_position = max(self._next_position, change.open.id + 1)
            first_tick = row["first_tick_price"]
            left = change.open if first_tick is None else change.open.priced_at(first_tick)
            self._open[key] = left

    def _compare_finished(self) -> Iterator[str]:
        finished, self._finished = self._finished, []
        ids = [position.id for position in finished]
        stored = {
            row["id"]: row
            for start in range(0, len(ids), _AT_ONCE)
            for row in self._connection.execute(
                select(POSITIONS).where(POSITIONS.c.id.in_(ids[start : start + _AT_ONCE]))
            ).mappings()
        }
        for position in finished:
            yield from _row_differences(position, stored.get(position.id))
            yield from self._leg_differences(position.id)

    def _leg_differences(self, position_id: int) -> Iterator[str]:
        replayed = self._legs.pop(position_id, [])
        query = select(LEGS).where(LEGS.c.position_id == position_id).order_by(LEGS.c.id)
        stored = [leg_of(row) for row in self._connection.execute(query).mappings()]
        if len(replayed) != len(stored) or not all(map(_same_leg, replayed, stored)):
            yield f"position {position_id}: its entries and exits are not those of its signals"


def _known_price(row: Any, held: Position | None) -> Any:
    """The price a signal's legs took.

    An entry that waited is priced by a tick; by the time of the next priced signal its position
    is priced. A flip while unpriced leaves the closed side without a price for good.
    """
    if row["fill_price"] is None and held is not None and held.priced:
        return row["first_tick_price"]
    return row["fill_price"]


def _same_leg(replayed: Leg, stored: Leg) -> bool:
    """A leg that was priced by a tick has that price only in the ledger."""
    late = replayed.price is None
    return replayed == (stored._replace(price=None) if late else stored)


def _row_differences(replayed: Position, row: Any) -> Iterator[str]:
    if row is None:
        yield f"position {replayed.id} is missing"
        return
    stored = position_of(row)
    yield from _position_differences(replayed, stored)
    expected = position_row(stored)
    for name in _WORKED_OUT:
        if row[name] != expected[name]:
            yield f"position {replayed.id}: {name} is not what its other columns make it"


def _position_differences(replayed: Position, stored: Position) -> Iterator[str]:
    for name in _COMPARED:
        theirs, ours = getattr(stored, name), getattr(replayed, name)
        if theirs != ours:
            if name.endswith("_units"):
                theirs, ours = units_text(theirs), units_text(ours)
            yield f"position {replayed.id}: {name} is {theirs}, its signals make it {ours}"
    worse, better = (
        stored.worst_units - replayed.worst_units,
        replayed.best_units - stored.best_units,
    )
    if worse > _LOST_IN_MONEY or better > _LOST_IN_MONEY:
        yield f"position {replayed.id}: drawdown or run-up is less than its signals' prices make it"
