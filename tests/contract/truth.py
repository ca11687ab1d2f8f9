"""What must hold after any schedule of faults; each finding is a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.broker.entities import is_alive
from justtrades_desktop.simulator.faults import FaultKind
from tests.contract.both_sides import SYMBOL, Both, Call
from tests.contract.trader import Trader
from tests.contract.virtual_loop import START

LOCKOUT: Final = 3600.0
LOCKOUTS: Final = frozenset({FaultKind.LIMIT, FaultKind.ALMOST_LOCKED, FaultKind.CAPTCHA})
_INSTANT: Final = 0.001  # a clock's rounding
_CENT: Final = Decimal("0.000001")


def mirror_differs(both: Both) -> list[str]:
    """Where the client's mirror and the exchange do not say the same."""
    return [*_orders(both), *_positions(both), *_cash(both)]


def _orders(both: Both) -> Iterator[str]:
    rows = both.rows("order")
    filled: dict[int, list[Any]] = {}
    for fill in both.rows("fill"):
        filled.setdefault(fill["orderId"], []).append(fill)
    ours = {c["orderId"]: c.get("clOrdId") for c in both.rows("command") if _is_new(c)}
    for row in rows:
        fills = filled.get(row["id"], [])
        quantity = sum(fill["qty"] for fill in fills)
        paid = sum((Decimal(str(fill["price"])) * fill["qty"] for fill in fills), Decimal(0))
        terms = both.server.exchange._pit.order(row["id"]).terms
        yield from _order(
            both,
            row["id"],
            {
                "status": row["ordStatus"],
                "client_order_id": ours.get(row["id"]),
                "action": row["action"],
                "kind": terms.kind,
                "quantity": terms.quantity,
                "price": terms.price,
                "stop_price": terms.stop,
                "filled": quantity,
                "average_price": paid / quantity if quantity else None,
                "parent_id": row.get("parentId"),
                "oco_id": row.get("ocoId"),
            },
        )
    if strange := [order.id for order in both.connection.state().working if order.symbol != SYMBOL]:
        yield f"of the orders {strange} the client does not know the symbol"
    alive = {row["id"] for row in rows if is_alive(row["ordStatus"])}
    working = {order.id for order in both.connection.state().working}
    if alive != working:
        yield f"working are {sorted(alive)}, the client says {sorted(working)}"


def _order(both: Both, order_id: int, true: dict[str, Any]) -> Iterator[str]:
    known = both.connection.mirror.order(order_id)
    if known is None:
        yield f"order {order_id} is unknown to the client"
        return
    for name, value in true.items():
        said = getattr(known, name)
        if said != value:
            yield f"order {order_id}: {name} is {value}, the client says {said}"


def _positions(both: Both) -> Iterator[str]:
    true = {
        (row["accountId"], row["contractId"]): (row["netPos"], Decimal(str(row["netPrice"])))
        for row in both.rows("position")
        if row["netPos"]
    }
    said = {
        (each.account_id, each.contract_id): (each.net, each.price)
        for each in both.connection.state().positions
    }
    if true.keys() != said.keys():
        yield f"positions are {true}, the client says {said}"
        return
    for key, (net, price) in true.items():
        told = said[key][1]
        if net != said[key][0] or told is None or abs(price - told) > _CENT:
            yield f"position is {net} at {price}, the client says {said[key]}"


def _cash(both: Both) -> Iterator[str]:
    (row,) = both.rows("cashbalance")
    accounts = both.connection.state().accounts
    said = accounts[0].cash if accounts else None
    if said is None or abs(Decimal(str(row["amount"])) - said) > _CENT:
        yield f"cash is {row['amount']}, the client says {said}"


def orders_are_true(both: Both, trader: Trader) -> Iterator[str]:
    """What the client said of each order, against the exchange's books."""
    commands = [command for command in both.rows("command") if _is_new(command)]
    times = Counter(command["clOrdId"] for command in commands if command.get("clOrdId"))
    by_ours = {c["clOrdId"]: c["orderId"] for c in commands if c.get("clOrdId")}
    for client_id, count in times.items():
        if count > 1:
            yield f"{client_id} reached the exchange {count} times"
    statuses = {row["id"]: row["ordStatus"] for row in both.rows("order")}
    for client_id, why in trader.denied.items():
        if client_id in by_ours and statuses[by_ours[client_id]] != "Rejected":
            yield f"{client_id} is at the exchange, but the client said {why}"
    for client_id, order_id in trader.placed.items():
        if by_ours.get(client_id) != order_id:
            yield f"{client_id} is {by_ours.get(client_id)}, the client says {order_id}"
    for client_id in trader.absent & by_ours.keys():
        yield f"{client_id} is at the exchange, but the client found none"
    for client_id in trader.doubtful:
        yield f"{client_id} is still in doubt"
    yield from _liquidations(commands, trader)


def _liquidations(commands: list[Any], trader: Trader) -> Iterator[str]:
    automatic = [c for c in commands if not c.get("clOrdId")]
    limit = trader.liquidations + 2 * len(trader.sent)  # brackets carry no id either
    if len(automatic) > limit:
        yield f"{len(automatic)} orders without our id from {limit} requests"


def silence_was_kept(both: Both) -> Iterator[str]:
    """Nothing was sent while we knew of a lockout, and nothing before a penalty was over."""
    came = [(call.at, call.operation) for call in both.plan.log]
    came += [(at, "a socket") for at in both.server.knocks]
    for heard in _lockouts_heard(both):
        for at, what in came:
            if heard + _INSTANT < at < heard + LOCKOUT - _INSTANT:
                yield f"{what} came {at - heard:.2f} s into a lockout"
    log = both.plan.log
    # A look-up that was broken off with its link never heard what it was told.
    unheard = {
        call.operation.partition(" ")[2]
        for call in both.kept.calls
        if call.reason == "broken off by us"
    }
    for number, call in enumerate(log):
        penalty = 0.0 if call.operation in unheard else _penalty_told(call)
        again = (each for each in log[number + 1 :] if each.operation == call.operation)
        first = next(again, None)
        if penalty and first is not None and _INSTANT < first.at - call.at < penalty - _INSTANT:
            yield f"{call.operation} came back {first.at - call.at:.2f} s into a penalty"


def _lockouts_heard(both: Both) -> Iterator[float]:
    """The virtual seconds at which the client was told to be silent."""
    for call in both.kept.calls:
        if call.status in (423, 429) or ("captcha" in call.reason and call.status is not None):
            seconds = 0.0 if call.operation.startswith("WS ") else call.seconds or 0.0
            yield (call.at - START).total_seconds() + seconds


def _penalty_told(call: Call) -> float:
    """Seconds of the penalty in the answer to ``call``; 0 where none reached the client."""
    spoils = [fault for fault in call.faults if fault.kind is not FaultKind.SLOW]
    if len(spoils) == len(call.faults) == 1 and spoils[0].kind is FaultKind.P_TICKET:
        return spoils[0].lasts
    return 0.0


def _is_new(command: Any) -> bool:
    return bool(command["commandType"] == "New")
