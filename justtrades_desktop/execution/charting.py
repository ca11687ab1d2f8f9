"""What the doctor looks at: each contract of each account, as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.doctor import Chart, Resting
from justtrades_desktop.domain.orders import Intent, IntentState, OrderKind, Purpose, Way
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import plan_for
from justtrades_desktop.execution.lane import Lane
from justtrades_desktop.execution.lane_state import EXITS
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.ports import Floor

_OURS = "jt-"


def charts(
    floors: list[Floor], lanes: Lanes, house: House, name_of: Callable[[int], str]
) -> Iterator[Chart]:
    """One for each contract in which an account holds anything, or orders of ours live."""
    for floor in floors:
        contracts = {each.contract_id: each.symbol for each in floor.positions()}
        for order in floor.working():
            if order.contract_id is not None:
                contracts.setdefault(order.contract_id, order.symbol)
        for lane in lanes.of(floor.key):
            if lane.state.held is not None or lane.state.intents:
                contracts[lane.contract_id] = lane.contract
        for contract_id, contract in contracts.items():
            lane_there = lanes.find(floor.key, contract_id)
            yield _chart(floor, contract_id, contract, lane_there, house, name_of)


def _chart(
    floor: Floor,
    contract_id: int,
    contract: str,
    lane: Lane | None,
    house: House,
    name_of: Callable[[int], str],
) -> Chart:
    held = lane.state.held if lane is not None else None
    plan = None
    if held is not None:
        plan = plan_for(house, held.link_id, held.take_profit, held.stop_loss)
    working = floor.working(contract_id)
    ours = [each for each in working if _is_ours(each, lane)]
    return Chart(
        key=floor.key,
        contract_id=contract_id,
        contract=contract,
        net=floor.net(contract_id) if floor.account is not None else None,
        known=floor.is_up,
        held=held,
        link_name=name_of(held.link_id) if held is not None else "",
        wants_exits=(
            bool(plan and plan.targets),
            bool(plan and (plan.stop or (plan.trail and plan.trail_after is None))),
        ),
        exits=[_resting(each, lane) for each in ours if _rests(each, lane)],
        others=len(working) - len(ours),
        doubts=_doubts(lane),
        busy=lane is not None and lane.is_busy,
    )


def _is_ours(order: BrokerOrder, lane: Lane | None) -> bool:
    if lane is not None and order.id in lane.state.orders:
        return True
    return (order.client_order_id or "").startswith(_OURS)


def _rests(order: BrokerOrder, lane: Lane | None) -> bool:
    """An exit; what hangs on an entry that works does not rest yet."""
    ours = lane.state.orders.get(order.id) if lane is not None else None
    if ours is not None:
        working = {intent.client_id for intent in lane.state.openings} if lane is not None else {}
        return ours.purpose in EXITS and ours.parent not in working
    return order.kind != OrderKind.MARKET


def _resting(order: BrokerOrder, lane: Lane | None) -> Resting:
    ours = lane.state.orders.get(order.id) if lane is not None else None
    kind = Purpose.TARGET if order.kind == OrderKind.LIMIT else Purpose.STOP
    return Resting(
        order_id=order.id,
        purpose=ours.purpose if ours is not None else kind,
        way=Way(order.action),
        quantity=max(0, (order.quantity or 0) - order.filled),
        oco_id=order.oco_id,
    )


def _doubts(lane: Lane | None) -> list[Intent]:
    if lane is None:
        return []
    return [each for each in lane.state.intents.values() if each.state is IntentState.DOUBT]
