"""Fills that no lane works in: a person's orders, and somebody else's. Shown, never acted upon."""

from __future__ import annotations

from collections.abc import Mapping

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Execution, Intent, Purpose
from justtrades_desktop.execution.filling import execution_of
from justtrades_desktop.execution.lane_state import Ours
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.ports import Entry, Fill, Floor
from justtrades_desktop.execution.records import Records

_OURS = "jt-"


class Blotter:
    """Writes down what others did on an account."""

    def __init__(self, records: Records, lanes: Lanes, by_hand: Mapping[str, Intent]) -> None:
        self._records = records
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
            intent = self._by_hand.get(client_id)
            ours = None
            if intent is not None:
                ours = Ours(fill.order_id, client_id, Purpose.HAND, intent.decision_id)
            decision = self._records.decision(intent.decision_id) if intent is not None else None
            rows.append(
                execution_of(
                    fill,
                    floor,
                    ours=ours,
                    contract=order.symbol,
                    decision=decision,
                    link_id=None,
                    product=None,
                )
            )
        if rows:
            self._records.note(Entry(executions=rows))
