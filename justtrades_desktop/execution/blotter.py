"""Fills that no lane works in: a person's orders, and somebody else's. Shown, never acted upon."""

from __future__ import annotations

from collections.abc import Mapping

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Execution, Held, Intent, Purpose
from justtrades_desktop.execution.filling import execution_of
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import Ours
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.ports import Entry, Fill, Floor

_OURS = "jt-"


class Blotter:
    """Writes down what others did on an account."""

    def __init__(self, house: House, lanes: Lanes, by_hand: Mapping[str, Intent]) -> None:
        self._house = house
        self._records = house.records
        self._lanes = lanes
        self._by_hand = by_hand
        self._seen: dict[AccountKey, int] = {}
        self._waiting: dict[AccountKey, list[Fill]] = {}

    def write_down(self, floor: Floor) -> None:
        """All fills that are new and none of a lane's."""
        connection = floor.key.connection
        told = floor.all_fills()
        seen = self._seen.get(floor.key, 0)
        fresh = told[seen if seen <= len(told) else 0 :]
        self._seen[floor.key] = len(told)
        waiting = self._waiting.pop(floor.key, [])
        new = [f for f in (*waiting, *fresh) if not self._records.knows(connection, f.id)]
        if not new:
            return
        of_lanes = {
            order_id for lane in self._lanes.of(floor.key) for order_id in lane.state.orders
        }
        rows: list[Execution] = []
        for fill in new:
            order = floor.order(fill.order_id)
            client_id = (order.client_order_id if order is not None else None) or ""
            if fill.order_id in of_lanes or order is None or client_id.startswith(_OURS):
                # A lane's own, or not known yet whose: looked at again later.
                self._waiting.setdefault(floor.key, []).append(fill)
                continue
            rows.append(self._row(floor, fill, order, client_id))
        if rows:
            self._records.note(Entry(executions=rows))

    def _row(self, floor: Floor, fill: Fill, order: BrokerOrder, client_id: str) -> Execution:
        intent, held = self._by_hand.get(client_id), self._flattened(floor, fill, client_id)
        ours, link_id, decision_id = None, None, None
        if intent is not None:
            decision_id = intent.decision_id
            ours = Ours(fill.order_id, client_id, Purpose.HAND, decision_id)
        elif held is not None:
            link_id, decision_id = held.link_id or None, held.decision_id
            ours = Ours(fill.order_id, client_id, Purpose.FLATTEN, decision_id)
        return execution_of(
            fill,
            floor,
            ours=ours,
            contract=order.symbol,
            decision=self._records.decision(decision_id) if decision_id is not None else None,
            link_id=link_id,
            product=None,
        )

    def _flattened(self, floor: Floor, fill: Fill, client_id: str) -> Held | None:
        """What a link held where the broker was told to flatten: that fill bears no id of ours."""
        held = self._house.liquidated.get((floor.key, fill.contract_id))
        if held is None or client_id or fill.signed * held.own >= 0:
            return None
        return held if fill.at >= held.at.timestamp() else None
