"""The exits at a broker, as far as the moves of an exit set concern them."""

from __future__ import annotations

from collections.abc import Iterable

from justtrades_desktop.domain.exit_live import LiveExit
from justtrades_desktop.domain.exit_moves import Cancel, Modify, Move, Place
from justtrades_desktop.domain.orders import OrderKind, Purpose


class ExitsAtBroker:
    """Carries moves out; the end of a leg ends the other, a fill takes as much off it."""

    def __init__(self, live: Iterable[LiveExit] = ()) -> None:
        self.live = list(live)
        self._next = 100

    def do(self, move: Move) -> None:
        """Carry out ``move``; it must name a living order that is not under way."""
        match move:
            case Modify():
                self._modify(move)
            case Cancel(order_id):
                self._end(self.order(order_id))
            case Place():
                self._place(move)
            case _:
                raise AssertionError(move)

    def order(self, order_id: int) -> LiveExit:
        """The living order of that id."""
        (found,) = [leg for leg in self.live if leg.order_id == order_id]
        return found

    def fill(self, order_id: int, quantity: int) -> None:
        """Fill some of an order, and take as much off the other of its pair."""
        oco_id = self.order(order_id).oco_id
        self.live = [
            leg._replace(quantity=leg.quantity - quantity)
            if leg.order_id == order_id or (oco_id is not None and leg.oco_id == oco_id)
            else leg
            for leg in self.live
        ]
        self.live = [leg for leg in self.live if leg.quantity > 0]

    def sums(self) -> tuple[int, int]:
        """How many contracts targets and stops could close; a pair counts with its larger leg."""
        pairs: dict[int, list[LiveExit]] = {}
        for leg in self.live:
            pairs.setdefault(-leg.order_id if leg.oco_id is None else leg.oco_id, []).append(leg)
        both = sum(max(leg.quantity for leg in legs) for legs in pairs.values() if len(legs) > 1)
        alone = [legs[0] for legs in pairs.values() if len(legs) == 1]
        targets = sum(leg.quantity for leg in alone if leg.purpose is Purpose.TARGET)
        stops = sum(leg.quantity for leg in alone if leg.purpose is Purpose.STOP)
        return both + targets, both + stops

    def total(self, purpose: Purpose) -> int:
        """Contracts in living targets, or in living stops."""
        return sum(leg.quantity for leg in self.live if leg.purpose is purpose)

    def _modify(self, move: Modify) -> None:
        before = self.order(move.order_id)
        assert not before.changing
        assert move.quantity > 0
        if before.kind is OrderKind.TRAILING_STOP:
            assert move.price is None
            assert move.stop_price is None
        after = before._replace(
            quantity=move.quantity,
            price=before.price if move.price is None else move.price,
            stop_price=before.stop_price if move.stop_price is None else move.stop_price,
        )
        assert after != before, "a change that changes nothing"
        self.live[self.live.index(before)] = after

    def _end(self, leg: LiveExit) -> None:
        ended = [
            other
            for other in self.live
            if other == leg or (leg.oco_id is not None and other.oco_id == leg.oco_id)
        ]
        assert not any(other.changing for other in ended)
        self.live = [other for other in self.live if other not in ended]

    def _place(self, move: Place) -> None:
        assert move.quantity > 0
        oco_id = self._next if move.target is not None and move.stop else None
        if move.target is not None:
            self._add(move, Purpose.TARGET, OrderKind.LIMIT, oco_id)
        if move.stop:
            self._add(move, Purpose.STOP, move.stop.kind, oco_id)

    def _add(self, move: Place, purpose: Purpose, kind: OrderKind, oco_id: int | None) -> None:
        self._next += 1
        stop = move.stop if purpose is Purpose.STOP else None
        self.live.append(
            LiveExit(
                order_id=self._next,
                purpose=purpose,
                part=move.part,
                quantity=move.quantity,
                kind=kind,
                price=None if stop else move.target,
                stop_price=stop.price if stop else None,
                distance=stop.distance if stop else None,
                oco_id=oco_id,
            )
        )
