"""A trading day at three brokers, for pictures: something in every table of the orders panel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.broker import BrokerState
from justtrades_desktop.domain.execution import Brake, Repair, Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import (
    Held,
    Intent,
    IntentState,
    Leg,
    OrderKind,
    Purpose,
    Verdict,
    Way,
    Wish,
)
from tests.fakes.brokerage import MNQ, order
from tests.fakes.executions import (
    DEMO,
    LIVE,
    PAPER,
    account_state,
    decision,
    execution,
    finding,
    link_of,
    now_less,
)
from tests.ui.order_bench import with_orders


def brokers_at_work() -> list[BrokerState]:
    """PAPER holds 2 with its exits, DEMO 3 with a stop that is too small, LIVE an order only."""
    at = now_less(95)
    rests: dict[str, Any] = {"action": "Sell", "time_in_force": "GTC", "at": at}
    target = order(
        11,
        kind="Limit",
        price=Decimal(25650),
        quantity=2,
        client_order_id="jt-t1",
        **rests,
    )
    stop = order(
        12,
        kind="Stop",
        stop_price=Decimal(25550),
        quantity=2,
        client_order_id="jt-s1",
        **rests,
    )
    small = order(
        21, kind="Stop", stop_price=Decimal("25540.25"), quantity=1, client_order_id="jt-2", **rests
    )
    theirs = order(
        22,
        kind="Limit",
        price=Decimal("25400"),
        quantity=1,
        at=now_less(3700),
        time_in_force="Day",
    )
    mine = order(
        31,
        kind="StopLimit",
        price=Decimal("25700"),
        stop_price=Decimal("25699.75"),
        quantity=1,
        client_order_id="jt-hand",
        time_in_force="Day",
        at=now_less(12),
    )
    return [
        with_orders(PAPER, target, stop, net=2),
        with_orders(DEMO, small, theirs, net=3),
        with_orders(LIVE, mine),
    ]


def state_at_work() -> dict[str, Any]:
    """What execution says of the same."""
    return {
        "accounts": [account_state(PAPER), account_state(DEMO), account_state(LIVE)],
        "links": [link_of(1, 1, PAPER), link_of(2, 2, DEMO)],
        "held": [_held(1, PAPER, 2), replace(_held(2, DEMO, 2), manual=1)],
        "intents": _intents(),
        "decisions": _decisions(),
        "parked": [_decisions()[0]],
        "executions": _executions(),
        "findings": _findings(),
        "brakes": [Brake(key=DEMO, said="The daily loss of DEMO1 is reached")],
    }


def _held(link: int, key: AccountKey, own: int) -> Held:
    return Held(
        link_id=link,
        key=key,
        contract_id=MNQ,
        contract="MNQZ6",
        symbol="MNQ1!",
        own=own,
        wanted=own,
        at=now_less(95),
    )


def _intents() -> list[Intent]:
    legs = (
        Leg(Purpose.TARGET, OrderKind.LIMIT, "jt-t1", price=Decimal(25650)),
        Leg(Purpose.STOP, OrderKind.STOP, "jt-s1", stop_price=Decimal(25550)),
    )
    entry = Intent(
        client_id="jt-1",
        decision_id=1,
        key=PAPER,
        contract_id=MNQ,
        contract="MNQZ6",
        purpose=Purpose.ENTRY,
        way=Way.BUY,
        quantity=2,
        legs=legs,
        at=now_less(96),
        state=IntentState.FILLED,
        order_id=10,
    )
    typed = replace(
        entry,
        client_id="jt-hand",
        decision_id=9,
        key=LIVE,
        purpose=Purpose.HAND,
        quantity=1,
        kind=OrderKind.STOP_LIMIT,
        legs=(),
        state=IntentState.PLACED,
        order_id=31,
    )
    refused = replace(
        entry,
        client_id="jt-5",
        decision_id=5,
        key=DEMO,
        legs=(),
        state=IntentState.REJECTED,
        order_id=24,
        said="Insufficient margin: 1,980.00 needed",
    )
    return [typed, entry, refused]


def _decisions() -> list[Any]:
    late = "The signal was 94 s old when the link to Demo came back; the limit is 30 s."
    return [
        decision(7, key=DEMO, link_id=2, verdict=Verdict.PARKED, reason=late, at=now_less(20)),
        decision(
            6,
            key=PAPER,
            wish=Wish.TRIM,
            before=3,
            wanted=2,
            came="Sold 1 @ 25621.00",
            at=now_less(40),
            reason="The strategy trims by a third.",
        ),
        decision(
            5,
            key=DEMO,
            link_id=2,
            verdict=Verdict.FAILED,
            reason="Follows the signal.",
            came="Rejected: Insufficient margin",
            at=now_less(55),
        ),
        decision(
            4,
            key=DEMO,
            link_id=2,
            verdict=Verdict.REFUSED,
            wanted=0,
            reason="At most 2 contracts of MNQZ6 may be held on DEMO1; 3 are.",
            at=now_less(60),
        ),
        decision(
            3,
            key=LIVE,
            link_id=3,
            verdict=Verdict.SHADOW,
            reason="The link is in shadow mode: this is what it would have sent.",
            at=now_less(70),
        ),
        decision(
            1,
            key=PAPER,
            verdict=Verdict.DONE,
            reason="Follows the signal: 1 contract, times 2.",
            signal_at=now_less(97),
            at=now_less(96),
        ),
    ]


def _executions() -> list[Any]:
    return [
        execution(4, key=LIVE, purpose=None, quantity=1, way=Way.SELL, **_unknown()),
        execution(3, key=DEMO, purpose=Purpose.HAND, quantity=1, **_unknown()),
        execution(
            2, key=PAPER, decision_id=6, slippage=Decimal("-0.5"), delay=0.18, purpose=Purpose.TRIM
        ),
        execution(1, key=PAPER),
    ]


def _unknown() -> dict[str, Any]:
    """Nobody's signal caused it."""
    nothing = ("slippage", "delay", "link_id", "signal_id", "decision_id")
    return dict.fromkeys(nothing)


def _findings() -> list[Any]:
    return [
        finding(
            "f1",
            key=DEMO,
            link_id=2,
            trouble=Trouble.WRONG_SIZE,
            repair=Repair.PROTECT,
            said="DEMO1 holds long 3 MNQZ6, its stop is for 1: 2 contracts have no protection.",
            repair_said="Raise the stop at 25540.25 to 3 contracts.",
            since=now_less(95) + timedelta(seconds=4),
        ),
        finding(
            "f2",
            key=DEMO,
            link_id=2,
            trouble=Trouble.MANUAL,
            repair=Repair.ACCEPT,
            said="Somebody bought 1 MNQZ6 at the broker at 10:31.",
            repair_said="Take it as it is: the strategy keeps to its own 2 contracts.",
        ),
        finding(
            "f3",
            key=PAPER,
            trouble=Trouble.UNSURE,
            repair=Repair.NONE,
            repair_said="",
            said="The broker has not said yet what PAPER1 holds.",
        ),
    ]
