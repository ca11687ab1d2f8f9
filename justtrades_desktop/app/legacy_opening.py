"""Opening here what is open in an old history: once, at its old average price and full size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from justtrades_desktop.domain.legacy import Imported, OldTrade, Unread, opening_text
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Outcome, Reading
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk

_NOT_OPENED: Final = "imported as history, but not opened"


class Opening:
    """Old positions to be opened: ``wanted`` those that can be, ``refused`` the others, and why.

    What an earlier import opened is neither: it may be closed here by now.
    """

    def __init__(self, desk: Desk, known: Imported, candidates: Iterable[OldTrade]) -> None:
        self._desk = desk
        self._recorders = {recorder.name: recorder for recorder in desk.recorders}
        self._sides: dict[tuple[str, str], Side] = {}
        self.wanted: list[OldTrade] = []
        self.refused: list[Unread] = []
        for old in candidates:
            if old.key not in known.opened:
                self._sort(old)

    async def carry_out(self) -> None:
        """Open what is wanted, each by a signal by hand; recorders that are missing are added.

        Raises:
            NotStored: the ledger cannot write now; a later import opens what is left.
        """
        wanted, self.wanted = self.wanted, []
        for old in wanted:
            recorder = self._recorders.get(old.recorder)
            if recorder is None:
                recorder = await self._desk.add_recorder(old.recorder)
                self._recorders[old.recorder] = recorder
            receipt = await self._desk.apply_by_hand(
                recorder.id, _reading(old), opening_text(old.key), bygone=True
            )
            if receipt.outcome is Outcome.APPLIED:
                self.wanted.append(old)
            else:
                self._refuse(old, receipt.reason or receipt.outcome.value)

    def _sort(self, old: OldTrade) -> None:
        reason = self._obstacle(old)
        if reason is None:
            self.wanted.append(old)
        else:
            self._refuse(old, reason)

    def _obstacle(self, old: OldTrade) -> str | None:
        if not old.quantity:
            return "it holds no contracts"
        if old.entry_price is None:
            return "its entry price is not known"
        recorder = self._recorders.get(old.recorder)
        if recorder is not None and not recorder.enabled:
            return f"the recorder {old.recorder} is switched off"
        if recorder is not None and self._holds(recorder, old.symbol):
            return f"the recorder {old.recorder} holds a position in {old.symbol} already"
        if self._sides.setdefault((old.recorder, old.symbol), old.side) is not old.side:
            return f"the file holds both sides of {old.symbol}"
        return None

    def _holds(self, recorder: Recorder, symbol: str) -> bool:
        return self._desk.book.newest(Holding(recorder.id, symbol)) is not None

    def _refuse(self, old: OldTrade, reason: str) -> None:
        self.refused.append(Unread(old.table, old.id, f"{_NOT_OPENED}: {reason}"))


def _reading(old: OldTrade) -> Reading:
    return Reading(
        action=Action.BUY if old.side is Side.LONG else Action.SELL,
        ticker=old.symbol,
        quantity=old.quantity,
        price=old.entry_price,
        sender_id=f"imported {old.key.hex()}",
    )
