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
    signals: int = 0
    own: int = 0
    since: datetime | None = None

    @property
    def meant(self) -> int:
        """What the signals say, as this link trades them."""
        inverse = self.link.settings.direction is Direction.INVERSE
        return -self.signals if inverse else self.signals


@dataclass(frozen=True, slots=True)
class Linked:
    """The armed links of each account, and what they do with which signals.

    ``traded`` are links and open signal positions by account and by the symbol that they are
    traded in, ``held`` what links hold by account and contract: a window asks for hundreds of
    places at once.
    """

    execution: ExecutionState
    links: Mapping[AccountKey, Sequence[Link]]
    traded: Mapping[tuple[AccountKey, str], Sequence[tuple[Link, Position]]]
    held: Mapping[tuple[AccountKey, int], Sequence[tuple[Link, int]]]
    names: Mapping[int, str]

    @classmethod
    def of(
        cls,
        positions: Iterable[Position],
        execution: ExecutionState,
        names: Mapping[int, str],
    ) -> Linked:
        """``names`` are those of the recorders, by their id."""
        armed = {link.id: link for link in execution.links if link.mode is LinkMode.ARMED}
        links: defaultdict[AccountKey, list[Link]] = defaultdict(list)
        by_recorder: defaultdict[int, list[Link]] = defaultdict(list)
        for link in armed.values():
            links[link.key].append(link)
            by_recorder[link.recorder_id].append(link)
        traded: defaultdict[tuple[AccountKey, str], list[tuple[Link, Position]]]
        traded = defaultdict(list)
        for position in positions:
            if position.closed_at is None:
                for link in by_recorder.get(position.recorder_id, ()):
                    symbol = traded_symbol(position.symbol, link.settings)
                    traded[link.key, symbol].append((link, position))
        held: defaultdict[tuple[AccountKey, int], list[tuple[Link, int]]] = defaultdict(list)
        for row in execution.held:
            if row.link_id in armed:
                held[row.key, row.contract_id].append((armed[row.link_id], row.own))
        return cls(execution, links, traded, held, names)

    def difference(self, place: Place, net: int) -> Difference | None:
        """How what an account holds of a contract differs; None where it does not, or where no
        armed link trades on it."""
        links = self.links.get(place.key, ())
        if not links:
            return None
        served = tuple(self._served(place))
        if not served and net == 0:
            return None
        meant = sum(each.meant for each in served)
        sized = any(has_own_sizes(each.link.settings) for each in served)
        fits = self._may_hold(served, place, net) if sized else net == meant
        if fits:
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

    def _served(self, place: Place) -> Iterator[_Served]:
        """The links whose signals are in that contract, or that hold some of it."""
        found: dict[int, _Served] = {}
        for symbol in place.symbols:
            for link, position in self.traded.get((place.key, symbol), ()):
                known = found.get(link.id, _Served(link))
                since = min(known.since or position.opened_at, position.opened_at)
                signals = known.signals + position.signed
                found[link.id] = known._replace(signals=signals, since=since)
        for link, own in self.held.get((place.key, place.contract_id), ()):
            known = found.get(link.id, _Served(link))
            found[link.id] = known._replace(own=known.own + own)
        return (each for each in found.values() if each.signals or each.own)

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
