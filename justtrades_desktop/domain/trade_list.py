"""Many finished trades, kept by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, overload

from justtrades_desktop.domain.trades import Trade

_STEP: Final = 500
_PLACE: Final = {name: place for place, name in enumerate(Trade._fields)}


class TradeList(Sequence[Trade]):
    """A sequence of trades that are made when they are asked for.

    100,000 tuples would be searched for cycles by each full garbage collection, and the loop would
    stand still that long. Lists of numbers, texts and times are not searched at all.
    """

    __slots__ = ("_columns",)

    def __init__(self, trades: Iterable[Trade] = ()) -> None:
        self._columns: tuple[list[Any], ...] = tuple([] for _ in Trade._fields)
        rest = iter(trades)
        while some := list(islice(rest, _STEP)):
            for column, values in zip(self._columns, zip(*some, strict=True), strict=True):
                column.extend(values)

    def field(self, name: str) -> Sequence[Any]:
        """One field of all trades; not to be changed."""
        return self._columns[_PLACE[name]]

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> Trade: ...
    @overload
    def __getitem__(self, index: slice) -> list[Trade]: ...
    def __getitem__(self, index: int | slice) -> Trade | list[Trade]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return Trade(*(column[index] for column in self._columns))

    def __iter__(self) -> Iterator[Trade]:
        return map(Trade._make, zip(*self._columns, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(Trade.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]
