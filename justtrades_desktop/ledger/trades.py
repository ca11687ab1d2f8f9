"""The journal in the ledger: finished trades with their notes, and what belongs to one of them.

Rows are read as the driver gives them, a few at a time: 100,000 trades are read beside a loop that
goes on, and the interpreter is given back to it between the steps.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from heapq import merge
from operator import attrgetter
from pathlib import Path as FilePath
from typing import Any, Final

from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trade_list import TradeList
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ledger.file import reading_engine
from justtrades_desktop.ledger.statements import driver

_STEP: Final = 500  # rows
_CENT: Final = Decimal("0.01")
_PRICE: Final = Decimal("0.00000001")
_NOTHING: Final = Decimal(0)
_HOME: Final = "USD"  # where no row says another
_WIDE: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)

_POSITIONS: Final = """
SELECT p.id, r.name, p.symbol, p.side, p.max_quantity, p.opened_at, p.closed_at,
       p.avg_entry_price, p.exit_price,
       CASE WHEN p.tick_value IS NOT NULL THEN p.realized_pnl END,
       CASE WHEN p.priced AND p.tick_value IS NOT NULL THEN p.worst_unrealized_pnl END,
       CASE WHEN p.priced AND p.tick_value IS NOT NULL THEN p.best_unrealized_pnl END,
       CASE WHEN p.tick_value IS NOT NULL THEN p.risk END,
       p.exit_reason, p.currency, n.notes, n.tags
FROM recorder_positions p
JOIN recorders r ON r.id = p.recorder_id
LEFT JOIN trade_notes n ON n.origin = 'signals' AND n.trade_id = p.id
WHERE p.status = 'closed'
"""
_IMPORTED: Final = """
SELECT i.id, i.recorder, i.symbol, i.side, i.quantity, i.opened_at, i.closed_at,
       i.entry_price, i.exit_price, i.profit, i.drawdown, i.run_up, i.fees, i.adds,
       i.exit_reason, coalesce(n.notes, i.notes), n.tags
FROM imported_trades i
LEFT JOIN trade_notes n ON n.origin = 'imported' AND n.trade_id = i.id
WHERE i.in_journal AND i.closed_at IS NOT NULL
"""
_SPAN: Final = "SELECT min(signal_id), max(signal_id) FROM position_legs WHERE position_id = ?"
_SIGNAL_IDS: Final = """
SELECT signal_id FROM position_legs WHERE position_id = ?
UNION
SELECT id FROM signals WHERE id BETWEEN ? AND ? AND position_id = ?
ORDER BY 1
"""
_ENTRIES: Final = "SELECT position_id, count(*) FROM position_legs WHERE kind = 'entry'"


class Journal:
    """A read-only connection for one thread at a time."""

    def __init__(self, path: FilePath) -> None:
        """Open the ledger at ``path``.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        self._engine = reading_engine(path)
        self._held = self._engine.connect()
        self._connection = driver(self._held)

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()
        self._engine.dispose()

    def trades(self) -> TradeList:
        """All finished trades, oldest close first."""
        entries = dict(self._rows(_ENTRIES + " GROUP BY position_id"))
        positions = self._rows(_POSITIONS + " ORDER BY p.closed_at, p.id")
        imported = self._rows(_IMPORTED + " ORDER BY i.closed_at, i.id")
        texts = _Texts()
        ours = (_trade(row, entries.get(row[0], 0), texts) for row in positions)
        brought = (_imported_trade(row, texts) for row in imported)
        return TradeList(merge(ours, brought, key=attrgetter("closed_at")))

    def trade(self, origin: Origin, id_: int) -> Trade | None:
        """One finished trade, None where there is none."""
        if origin is Origin.IMPORTED:
            for row in self._rows(_IMPORTED + " AND i.id = ?", id_):
                return _imported_trade(row, _Texts())
            return None
        for row in self._rows(_POSITIONS + " AND p.id = ?", id_):
            entries = dict(self._rows(_ENTRIES + " AND position_id = ?", id_))
            return _trade(row, entries.get(id_, 0), _Texts())
        return None

    def paths(self, position_ids: Sequence[int]) -> dict[int, Path]:
        """The P&L paths of positions; those without one are left out."""
        parts: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
        for id_ in position_ids:
            for part, points in self._rows(
                "SELECT part, points FROM position_paths WHERE position_id = ?", id_
            ):
                parts[id_][part] = points
        return {id_: Path.of_parts(found) for id_, found in parts.items()}

    def signal_ids(self, position_id: int) -> list[int]:
        """The signals that a position is made of, and those that name it, in order.

        One that names it came between its first and its last leg, so only those are looked at.
        """
        (span,) = self._rows(_SPAN, position_id)
        return [id_ for (id_,) in self._rows(_SIGNAL_IDS, position_id, *span, position_id)]

    def imported_row(self, id_: int) -> str:
        """The row that an imported trade came as, in JSON.

        Raises:
            KeyError: there is no such trade.
        """
        for (row,) in self._rows("SELECT row FROM imported_trades WHERE id = ?", id_):
            return str(row)
        raise KeyError(id_)

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.execute(query, values)
        while rows := cursor.fetchmany(_STEP):
            yield from rows


class _Read(dict[str | None, Any]):
    """What texts stand for, each read once: there are few different amounts and prices."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__({None: None})
        self._read = read

    def __missing__(self, text: str) -> Any:
        made = self[text] = self._read(text)
        return made


class _Texts:
    """The readings of one pass over the ledger."""

    def __init__(self) -> None:
        self.money = _Read(_money)
        self.price = _Read(_price)
        self.tags = _Read(lambda text: tuple(json.loads(text)))
        self.name = _Read(str)  # one object for each name, not one for each trade
        self.side = _Read(Side)


def _money(text: str) -> Decimal:
    return Decimal(text).quantize(_CENT, context=_WIDE)


def _price(text: str) -> Decimal:
    return Decimal(plain(Decimal(text).quantize(_PRICE, context=_WIDE)))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _trade(row: tuple[Any, ...], entries: int, texts: _Texts) -> Trade:
    id_, strategy, symbol, side, size, opened_at, closed_at, entry, exit_, *rest = row
    profit, worst, best, risk, reason, currency, notes, tags = rest
    return Trade(
        Origin.SIGNALS,
        id_,
        texts.name[strategy],
        texts.name[symbol],
        texts.side[side],
        size,
        datetime.fromisoformat(opened_at),
        datetime.fromisoformat(closed_at),
        texts.price[entry],
        texts.price[exit_],
        texts.money[profit],
        _NOTHING,
        texts.money[worst],
        texts.money[best],
        texts.money[risk],
        entries - 1 if entries else None,
        texts.name[reason],
        texts.name[currency] or _HOME,
        notes or "",
        texts.tags[tags] or (),
    )


def _imported_trade(row: tuple[Any, ...], texts: _Texts) -> Trade:
    id_, strategy, symbol, side, size, opened_at, closed_at, entry, exit_, *rest = row
    profit, drawdown, run_up, fees, adds, reason, notes, tags = rest
    return Trade(
        Origin.IMPORTED,
        id_,
        texts.name[strategy],
        texts.name[symbol],
        texts.side[side],
        size,
        _moment(opened_at),
        datetime.fromisoformat(closed_at),
        texts.price[entry],
        texts.price[exit_],
        texts.money[profit],
        texts.money[fees] or _NOTHING,
        texts.money[drawdown],
        texts.money[run_up],
        None,
        adds,
        texts.name[reason],
        _HOME,
        notes or "",
        texts.tags[tags] or (),
    )
