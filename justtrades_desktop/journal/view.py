"""Finished trades in an order of their own, with those that came later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from justtrades_desktop.domain.trade_list import TradeList
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.journal.arrays import Rows, placed


class View(Sequence[Trade]):
    """Which trade stands where. One that differs by a trade shares all the others with it."""

    __slots__ = ("_known", "_more", "_places")

    def __init__(self, known: TradeList, more: list[Trade], places: Rows) -> None:
        """``places`` counts through ``known`` and on through ``more``, which only ever grows."""
        self._known = known
        self._more = more
        self._places = places

    def placed(self, row: int, trade: Trade, *, instead: int | None) -> View:
        """The view without the row ``instead`` and then with ``trade`` at ``row``."""
        self._more.append(trade)
        place = len(self._known) + len(self._more) - 1
        return View(self._known, self._more, placed(self._places, row, place, instead=instead))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Trade: ...
    @overload
    def __getitem__(self, index: slice) -> list[Trade]: ...
    def __getitem__(self, index: int | slice) -> Trade | list[Trade]:
        if isinstance(index, slice):
            return [self._at(place) for place in self._places[index]]
        return self._at(self._places[index])

    def _at(self, place: int) -> Trade:
        later = place - len(self._known)
        return self._known[place] if later < 0 else self._more[later]
