"""Bringing an old history along: read it aside, write what is new, open positions where asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final

from justtrades_desktop.app.legacy_opening import Opening
from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.legacy import (
    POSITIONS,
    SIGNALS,
    TRADES,
    Imported,
    LegacyImported,
    OldHistory,
    OldSignal,
    OldTrade,
    Unread,
)
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ledger.legacy import read
from justtrades_desktop.listener.alerts import masked
from justtrades_desktop.trading.desk import Desk

_DIGITS: Final = 200  # a sum of any number of exact figures


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one table: in the file, added now, and known from before."""

    found: int
    imported: int
    already_there: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import brought, or would bring: then ``dry_run`` is True.

    ``recorders`` counts those of the file, ``opened`` the positions opened now. ``pnl`` is the sum
    of the file's closed trades that stand in the journal, new ones and known ones.
    """

    file: str
    dry_run: bool
    recorders: int
    trades: Tally
    positions: Tally
    signals: Tally
    pnl: Decimal
    opened: int
    unreadable: tuple[Unread, ...]

    def json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "file": self.file,
            "dry_run": self.dry_run,
            "recorders": self.recorders,
            "trades": _tally_json(self.trades),
            "positions": _tally_json(self.positions),
            "signals": _tally_json(self.signals),
            "pnl": plain(self.pnl),
            "opened": self.opened,
            "unreadable": [row._asdict() for row in self.unreadable],
        }


async def import_legacy(
    desk: Desk, path: Path, *, dry_run: bool = False, open_positions: bool = False
) -> Report:
    """Bring the history in ``path`` along; what is known already is left as it is.

    With ``open_positions`` each position that is open there is opened here, once for good. A dry
    run reports the same and changes nothing.

    Raises:
        UserError: the file cannot be read, or holds no history of the old program.
        NotStored: the ledger cannot write now; a later import goes on where this one ended.
    """
    history = await asyncio.to_thread(_read, path)
    known = await desk.imported()
    opening = Opening(desk, known, history.to_open if open_positions else ())
    if not dry_run:
        await desk.import_old(
            LegacyImported(history.file, (*history.trades, *history.positions), history.signals)
        )
        await opening.carry_out()
    return Report(
        file=str(path),
        dry_run=dry_run,
        recorders=len(history.recorders),
        trades=_tally(TRADES, history.trades, history, known),
        positions=_tally(POSITIONS, history.positions, history, known),
        signals=_tally(SIGNALS, history.signals, history, known),
        pnl=_journal_pnl(history),
        opened=len(opening.wanted),
        unreadable=(*history.unreadable, *opening.refused),
    )


def _read(path: Path) -> OldHistory:
    # A catalogue of its own: the book's belongs to the loop.
    catalogue = Catalogue(products())
    return read(
        path,
        spelled=lambda symbol: catalogue.instrument(symbol).symbol,
        masked=lambda text: masked(text.encode("utf-8", "replace")),
    )


def _tally(
    table: str, rows: Iterable[OldTrade | OldSignal], history: OldHistory, known: Imported
) -> Tally:
    keys = [row.key for row in rows]
    unread = sum(row.table == table for row in history.unreadable)
    new = len(set(keys) - known.keys)
    return Tally(len(keys) + unread, new, len(keys) - new)


def _journal_pnl(history: OldHistory) -> Decimal:
    told = {old.key: old for old in (*history.trades, *history.positions) if old.in_journal}
    with localcontext(prec=_DIGITS):
        return sum((old.profit for old in told.values() if old.profit is not None), Decimal(0))


def _tally_json(tally: Tally) -> dict[str, int]:
    return {
        "found": tally.found,
        "imported": tally.imported,
        "already_there": tally.already_there,
    }
