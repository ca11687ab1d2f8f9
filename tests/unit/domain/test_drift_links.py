"""Where an account holds something else than its armed links mean it to, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.broker import BrokerState, Drift, Environment
from justtrades_desktop.domain.drift import drifts
from justtrades_desktop.domain.execution import ExecutionState, Flattened
from justtrades_desktop.domain.links import (
    AccountKey,
    Direction,
    Link,
    LinkMode,
    LinkSettings,
    OtherWay,
)
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Held,
    Purpose,
    Verdict,
    Way,
    Wish,
)
from justtrades_desktop.domain.positions import Position
from tests.unit.domain.test_drift import _MNQ, _NOW, signal, state

_KEY = AccountKey("Demo", "A1")
_LATER = _NOW + timedelta(seconds=47)
_NAMES = {1: "ORB MNQ", 2: "Trend"}


def link(id_: int = 1, recorder: int = 1, account: str = "A1", **settings: Any) -> Link:
    return Link(
        id=id_,
        recorder_id=recorder,
        key=AccountKey("Demo", account),
        mode=LinkMode.ARMED,
        settings=LinkSettings(**settings),
    )


def decision(verdict: Verdict, **fields: Any) -> Decision:
    known: dict[str, Any] = {
        "id": 1,
        "at": _LATER,
        "wish": Wish.ENTER,
        "key": _KEY,
        "link_id": 1,
        "signal_id": 1,
        "symbol": "MNQ1!",
        "contract": "MNQZ6",
        "wanted": 2,
    }
    return Decision(verdict=verdict, **{**known, **fields})


def fill(purpose: Purpose | None, way: Way = Way.SELL, **fields: Any) -> Execution:
    known: dict[str, Any] = {
        "key": _KEY,
        "fill_id": 7,
        "order_id": 70,
        "contract_id": _MNQ,
        "contract": "MNQZ6",
        "quantity": 1,
        "price": Decimal("25008.00"),
        "at": _LATER,
        "link_id": None if purpose is None else 1,
    }
    return Execution(purpose=purpose, way=way, **{**known, **fields})


def own(contracts: int, link_id: int = 1) -> Held:
    return Held(
        link_id=link_id,
        key=_KEY,
        contract_id=_MNQ,
        contract="MNQZ6",
        symbol="MNQ1!",
        own=contracts,
        at=_NOW,
    )


def found(
    signals: Sequence[Position],
    *states: BrokerState,
    links: Sequence[Link] = (link(),),
    before: Sequence[Drift] = (),
    **known: Any,
) -> Sequence[Drift]:
    execution = ExecutionState(links=links, **known)
    return drifts(signals, states, _LATER, before, execution=execution, names=_NAMES)


# What is compared


def test_only_accounts_with_an_armed_link_are_compared() -> None:
    (drift,) = found([signal("MNQ1!", 2)], state((1, 1), (2, 5), accounts=3))
    assert (drift.account, drift.signals, drift.broker) == ("A1", 2, 1)


def test_a_link_in_shadow_beside_an_armed_one_is_not_compared() -> None:
    shadow = replace(link(2, account="A2"), mode=LinkMode.SHADOW)
    assert found([signal("MNQ1!", 2)], state((1, 2), accounts=2), links=[link(), shadow]) == []


def test_links_that_are_not_armed_leave_everything_as_it_was() -> None:
    shadow = replace(link(), mode=LinkMode.SHADOW)
    signals, told = [signal("MNQ1!", 2)], state((1, 1), accounts=2)
    with_shadow = found(signals, told, links=[shadow])
    assert with_shadow == drifts(signals, [told], _LATER)
    assert [drift.account for drift in with_shadow] == ["A1", "A2"]


def test_only_signals_of_the_recorders_linked_there_count() -> None:
    both = [signal("MNQ1!", 2), signal("MNQ1!", 3)._replace(recorder_id=2)]
    assert found(both, state((1, 2))) == []
    (drift,) = found(both, state((1, 2)), links=[link(), link(2, recorder=2)])
    assert (drift.signals, drift.broker) == (5, 2)


def test_a_link_with_a_contract_of_its_own_is_compared_in_that_one() -> None:
    assert found([signal("NQ1!", 2)], state((1, 2)), links=[link(contract="MNQ1!")]) == []
    (drift,) = found([signal("NQ1!", 2)], state((1, 1)), links=[link(contract="MNQ1!")])
    assert (drift.symbol, drift.signals) == ("MNQ1!", 2)


def test_paper_is_compared_where_a_link_trades_on_it() -> None:
    paper = replace(state(), environment=Environment.PAPER)
    (drift,) = found([signal("MNQ1!", 2)], paper)
    assert drift.broker == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"multiplier": 2},
        {"initial": 1},
        {"add": 1},
        {"max_contracts": 1},
        {"adds": False},
    ],
)
def test_sizes_of_its_own_are_no_difference_and_a_wrong_side_is(settings: Any) -> None:
    links = [link(**settings)]
    signals = [signal("MNQ1!", 2)]
    assert found(signals, state((1, 1)), links=links) == []
    assert found(signals, state((1, 4)), links=links) == []
    assert len(found(signals, state((1, -1)), links=links)) == 1
    assert len(found(signals, state(), links=links)) == 1
    assert len(found([], state((1, 1)), links=links)) == 1


def test_an_inverse_link_must_hold_the_other_side() -> None:
    links = [link(direction=Direction.INVERSE)]
    assert found([signal("MNQ1!", 2)], state((1, -2)), links=links) == []
    (drift,) = found([signal("MNQ1!", 2)], state((1, 2)), links=links)
    assert "signals say long 2 and are traded the other way round, Demo A1 holds long 2" in (
        drift.said
    )


def test_a_link_that_takes_only_longs_is_rightly_flat_beside_a_short() -> None:
    links = [link(direction=Direction.LONG)]
    assert found([signal("MNQ1!", -2)], state(), links=links) == []
    assert len(found([signal("MNQ1!", -2)], state((1, 2)), links=links)) == 1


def test_a_link_that_only_closes_on_the_other_way_is_rightly_flat_after_it() -> None:
    links = [link(other_way=OtherWay.CLOSE)]
    closed = decision(Verdict.DONE, wish=Wish.CLOSE)
    assert found([signal("MNQ1!", -2)], state(), links=links, decisions=[closed]) == []
    refused = decision(Verdict.REFUSED, reason="too old")
    assert len(found([signal("MNQ1!", -2)], state(), links=links, decisions=[refused])) == 1


def test_a_link_that_ignores_the_other_way_rightly_holds_on() -> None:
    links = [link(other_way=OtherWay.IGNORE)]
    assert found([signal("MNQ1!", -2)], state((1, 2)), links=links, held=[own(2)]) == []
    assert found([], state((1, 2)), links=links, held=[own(2)]) == []


# Why


def why(signals: Sequence[Position], told: BrokerState, **known: Any) -> str:
    (drift,) = found(signals, told, **known)
    return drift.why


def test_a_target_that_filled_is_named_with_its_price_and_time() -> None:
    (drift,) = found([signal("MNQ1!", 2)], state((1, 1)), executions=[fill(Purpose.TARGET)])
    assert drift.said == "MNQ1!: signals say long 2, Demo A1 holds long 1 MNQZ6."
    assert drift.why == "a target of ORB MNQ sold 1 at 25008"
    assert drift.since == _LATER


def test_two_targets_are_counted_together() -> None:
    fills = [fill(Purpose.TARGET), fill(Purpose.TARGET, fill_id=6, price=Decimal(25004))]
    assert why([signal("MNQ1!", 2)], state(), executions=fills) == (
        "a target of ORB MNQ sold 2 at 25006"
    )


def test_an_exit_of_the_trade_before_explains_nothing() -> None:
    earlier = fill(Purpose.STOP, at=_NOW - timedelta(minutes=5))
    signals = [signal("MNQ1!", 2)]
    assert why(signals, state((1, 1)), executions=[earlier], held=[own(1)]) == ""
    refused = decision(Verdict.REFUSED, wish=Wish.HOLD, reason="outside its windows.")
    known = {"executions": [earlier], "decisions": [refused]}
    assert why(signals, state(), **known) == "the entry was refused: outside its windows"


def test_a_fill_to_the_other_side_explains_nothing() -> None:
    for one in (fill(Purpose.ENTRY, Way.BUY), fill(None, Way.BUY)):
        assert why([signal("MNQ1!", 2)], state((1, 1)), executions=[one], held=[own(1)]) == ""


def test_the_newer_of_an_exit_and_a_refusal_is_told() -> None:
    refused = decision(
        Verdict.REFUSED, before=1, wish=Wish.HOLD, reason="adds wait", at=_LATER + timedelta(0, 9)
    )
    known = {"executions": [fill(Purpose.STOP)], "decisions": [refused]}
    assert why([signal("MNQ1!", 4)], state((1, 1)), **known) == "the add was refused: adds wait"


def test_somebody_else_is_named_as_such() -> None:
    assert why([signal("MNQ1!", 2)], state((1, 1)), executions=[fill(None)]) == (
        "somebody else sold 1 at 25008"
    )
    assert why([], state((1, 1)), executions=[fill(Purpose.HAND, Way.BUY)]) == (
        "an order by hand bought 1 at 25008"
    )


def test_flatten_all_is_told_from_somebody_else_by_its_time() -> None:
    closing = fill(None, quantity=2)
    done = Flattened(
        key=_KEY, said="Flat.", over=True, flat=True, begun=_LATER - timedelta(seconds=1)
    )
    signals = [signal("MNQ1!", 2)]
    assert why(signals, state(), executions=[closing], flattening=[done]) == (
        "flatten all closed it"
    )
    entered = fill(Purpose.ENTRY, Way.BUY, at=_LATER - timedelta(milliseconds=500))
    known = {"executions": [closing, entered], "flattening": [done]}
    assert why(signals, state(), **known) == "somebody else sold 2 at 25008"


def test_what_is_under_way_parked_or_failed_is_said() -> None:
    signals = [signal("MNQ1!", 2)]
    for verdict, said in (
        (Verdict.SENT, "the entry is on its way"),
        (Verdict.WAITING, "the entry waits: 95 s old"),
        (Verdict.PARKED, "the entry is parked and waits for you: 95 s old"),
        (Verdict.FAILED, "the entry failed: 95 s old"),
        (Verdict.NOTHING, "95 s old"),
    ):
        one = decision(verdict, reason="95 s old")
        assert why(signals, state(), decisions=[one]) == said


def test_a_link_armed_in_the_middle_takes_part_from_the_next_entry() -> None:
    said = why([signal("MNQ1!", 2)], state())
    assert said == "ORB MNQ takes part from its next entry"


def test_what_nobody_knows_the_reason_of_keeps_when_it_was_seen_first() -> None:
    (first,) = found([], state((1, 1)))
    assert (first.why, first.since) == ("", _LATER)
    (again,) = found([], state((1, 1)), before=[replace(first, since=_NOW)])
    assert again.since == _NOW


def test_connection_and_account_of_one_name_are_named_once() -> None:
    paper = replace(
        state((1, 1), name="PAPER"),
        accounts=[replace(state().accounts[0], name="PAPER")],
    )
    links = [replace(link(), key=AccountKey("PAPER", "PAPER"))]
    (drift,) = found([signal("MNQ1!", 2)], paper, links=links)
    assert drift.said == "MNQ1!: signals say long 2, PAPER holds long 1 MNQZ6."
