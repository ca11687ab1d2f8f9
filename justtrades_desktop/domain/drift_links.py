"""What the armed links of an account mean it to hold, and whether it is that; pure.

Where a link's sizes are its own by design only a side that cannot be by design counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from justtrades_desktop.domain.drift_cause import Cause, Place, cause_of
from justtrades_desktop.domain.entry_terms import traded_symbol
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.links import (
    DEFAULTS,
    AccountKey,
    Direction,
    Link,
    LinkMode,
    LinkSettings,
    OtherWay,
)
from justtrades_desktop.domain.orders import Wish
from justtrades_desktop.domain.positions import Position

_EITHER = frozenset((-1, 0, 1))


class Difference(NamedTuple):
    """``signals`` is what the recorders linked there say together, ``inverse`` whether a link
    trades them the other way round."""

    signals: int
    cause: Cause
    inverse: bool


class _Served(NamedTuple):
    """A link and what its signals say of one contract; ``own`` is what it holds of it."""

    link: Link
    signals: int
    own: int
    since: datetime | None

    @property
    def meant(self) -> int:
        """What the signals say, as this link trades them."""
        inverse = self.link.settings.direction is Direction.INVERSE
        return -self.signals if inverse else self.signals


@dataclass(frozen=True, slots=True)
class Linked:
    """The armed links by account; the open signal positions by link and the symbol that it trades
    them in; what links hold by link and contract. A window asks for hundreds of places at once."""

    execution: ExecutionState
    links: Mapping[AccountKey, Sequence[Link]]
    positions: Mapping[tuple[int, str], Sequence[Position]]
    own: Mapping[tuple[int, int], int]
    names: Mapping[int, str]

    @classmethod
    def of(
        cls,
        positions: Iterable[Position],
        execution: ExecutionState,
        names: Mapping[int, str],
    ) -> Linked:
        """``names`` are those of the recorders, by their id."""
        by_recorder: defaultdict[int, list[Position]] = defaultdict(list)
        for position in positions:
            if position.closed_at is None:
                by_recorder[position.recorder_id].append(position)
        links: defaultdict[AccountKey, list[Link]] = defaultdict(list)
        traded: defaultdict[tuple[int, str], list[Position]] = defaultdict(list)
        for link in execution.links:
            if link.mode is LinkMode.ARMED:
                links[link.key].append(link)
                for position in by_recorder.get(link.recorder_id, ()):
                    symbol = traded_symbol(position.symbol, link.settings)
                    traded[link.id, symbol].append(position)
        own: defaultdict[tuple[int, int], int] = defaultdict(int)
        for held in execution.held:
            own[held.link_id, held.contract_id] += held.own
        return cls(execution, links, traded, own, names)

    def difference(self, place: Place, net: int) -> Difference | None:
        """How what an account holds of a contract differs; None where it does not, or where no
        armed link trades on it."""
        links = self.links.get(place.key, ())
        if not links:
            return None
        served = [each for each in self._served(links, place) if each.signals or each.own]
        if not served and net == 0:
            return None
        meant = sum(each.meant for each in served)
        sized = any(has_own_sizes(each.link.settings) for each in served)
        if (self._may_hold(served, place, net)) if sized else net == meant:
            return None
        too_much = _sign(net - meant) if not sized else _sign(net) or -_sign(meant)
        began = min((each.since for each in served if each.since), default=None)
        cause = cause_of(
            self.execution,
            place,
            tuple(each.link for each in served) or tuple(links),
            self.names,
            way=too_much,
            began=began,
        )
        return Difference(
            sum(each.signals for each in served),
            cause,
            any(each.link.settings.direction is Direction.INVERSE for each in served),
        )

    def _served(self, links: Iterable[Link], place: Place) -> Iterator[_Served]:
        """The links that have something to do with it; most have not."""
        positions, symbols = self.positions, place.symbols
        for link in links:
            own = self.own.get((link.id, place.contract_id), 0)
            names = [(link.id, symbol) for symbol in symbols if (link.id, symbol) in positions]
            if own or names:
                of_link = [position for name in names for position in positions[name]]
                opened = min((position.opened_at for position in of_link), default=None)
                yield _Served(link, sum(position.signed for position in of_link), own, opened)

    def _may_hold(self, served: Sequence[_Served], place: Place, net: int) -> bool:
        sides: Set[int] = frozenset().union(*(self._sides(each, place) for each in served))
        return _sign(net) in sides

    def _sides(self, served: _Served, place: Place) -> Set[int]:
        """The sides that a link with its settings may hold while its signals are as they are."""
        settings, side = served.link.settings, _sign(served.meant)
        if side * _only(settings.direction) < 0:
            side = 0  # it takes no entries to that side
        if settings.other_way is OtherWay.IGNORE:
            return {side, -side} if side else _EITHER
        if settings.other_way is OtherWay.CLOSE and self._closed_last(served.link, place):
            return {side, 0}
        return {side}

    def _closed_last(self, link: Link, place: Place) -> bool:
        newest = next(
            (d for d in self.execution.decisions if d.link_id == link.id and place.is_of(d)), None
        )
        return newest is not None and newest.wish is Wish.CLOSE


def has_own_sizes(settings: LinkSettings) -> bool:
    """Whether a link may hold another size or side than its signals, by design."""
    plain = (
        settings.initial is None
        and settings.add is None
        and settings.multiplier == DEFAULTS.multiplier
        and settings.max_contracts is None
        and settings.adds
        and settings.add_every == DEFAULTS.add_every
        and settings.add_apart_ticks == DEFAULTS.add_apart_ticks
        and settings.adds_most is None
        and settings.direction is DEFAULTS.direction
        and settings.same_way is DEFAULTS.same_way
        and settings.other_way is DEFAULTS.other_way
    )
    return not plain


def any_armed(execution: ExecutionState | None) -> bool:
    """Whether accounts are compared with their links at all."""
    return execution is not None and any(link.mode is LinkMode.ARMED for link in execution.links)


def _only(direction: Direction) -> int:
    return {Direction.LONG: 1, Direction.SHORT: -1}.get(direction, 0)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
