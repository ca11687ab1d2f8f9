"""The Position Doctor: what it names, what it proposes, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from justtrades_desktop.domain.doctor import Chart, Remedy, Short, examine, remedies
from justtrades_desktop.domain.execution import Repair, Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Held, Intent, Purpose, Way
from justtrades_desktop.domain.resting import Resting

_NOW = datetime(2026, 11, 20, 15, 30, 5, tzinfo=UTC)
_KEY = AccountKey("Sim", "PAPER1")
_CONTRACT = 11


def held(own: int = 2, wanted: int | None = None, manual: int = 0) -> Held:
    return Held(
        link_id=3,
        key=_KEY,
        contract_id=_CONTRACT,
        contract="MNQZ6",
        symbol="MNQ1!",
        own=own,
        wanted=own if wanted is None else wanted,
        manual=manual,
        at=_NOW,
    )


def pair(quantity: int, *, first: int = 100, way: Way = Way.SELL) -> tuple[Resting, Resting]:
    return (
        Resting(first, Purpose.TARGET, way, quantity, first + 1),
        Resting(first + 1, Purpose.STOP, way, quantity, first),
    )


def doubt(age: float = 5, client_id: str = "jt-1") -> Intent:
    return Intent(
        client_id=client_id,
        decision_id=1,
        key=_KEY,
        contract_id=_CONTRACT,
        contract="MNQZ6",
        purpose=Purpose.ENTRY,
        way=Way.BUY,
        quantity=2,
        at=_NOW - timedelta(seconds=age),
    )


HEALTHY = Chart(
    key=_KEY,
    contract_id=_CONTRACT,
    contract="MNQZ6",
    net=2,
    held=held(),
    link_name="Trend",
    wants_exits=(True, True),
    exits=pair(2),
)
FLAT = replace(HEALTHY, net=0, held=None, exits=())


def one(chart: Chart) -> Remedy:
    found = remedies([chart], _NOW)
    assert len(found) == 1, [each.finding.said for each in found]
    return found[0]


def troubles(chart: Chart) -> list[Trouble]:
    return [finding.trouble for finding in examine([chart], _NOW)]


@pytest.mark.parametrize(
    "chart",
    [
        HEALTHY,
        FLAT,
        replace(FLAT, link_name="", others=2),
        replace(FLAT, held=held(0)),
        replace(FLAT, held=held(2, wanted=0, manual=-2)),
        replace(HEALTHY, exits=pair(1) + pair(1, first=200)),
        replace(HEALTHY, net=-2, held=held(-2), exits=pair(2, way=Way.BUY)),
        replace(HEALTHY, wants_exits=(False, False), exits=()),
        replace(HEALTHY, wants_exits=(False, True), exits=pair(2)[1:]),
        replace(HEALTHY, busy=True, net=5, exits=()),
        replace(HEALTHY, busy=True, doubts=(doubt(30),)),
    ],
)
def test_says_nothing_where_nothing_is_wrong(chart: Chart) -> None:
    assert troubles(chart) == []


def test_a_position_without_its_stop_is_naked_and_gets_one() -> None:
    found = one(replace(HEALTHY, exits=pair(2)[:1]))
    assert found.finding.trouble is Trouble.NAKED
    assert found.finding.repair is Repair.PROTECT
    assert found.protect == (Short(Purpose.STOP, 2),)
    assert found.way is Way.SELL
    assert found.finding.said == (
        "Sim/PAPER1: long 2 MNQZ6 of Trend without a stop for 2, since 15:30:05 UTC."
    )
    assert found.finding.repair_said == "Place a stop for 2, as the settings ask."
    assert found.finding.link_id == 3


def test_only_what_is_missing_is_protected() -> None:
    found = one(replace(HEALTHY, net=5, held=held(5), exits=pair(2)))
    assert found.protect == (Short(Purpose.STOP, 3), Short(Purpose.TARGET, 3))


def test_a_target_is_asked_for_only_where_the_settings_ask() -> None:
    found = one(replace(HEALTHY, exits=(), wants_exits=(True, False), net=-2, held=held(-2)))
    assert found.protect == (Short(Purpose.TARGET, 2),)
    assert found.way is Way.BUY


def test_naked_says_that_somebody_elses_order_is_there() -> None:
    found = one(replace(HEALTHY, exits=(), others=1))
    assert "(1 order of somebody else there)" in found.finding.said


def test_stacked_exits_are_doubled_and_the_newest_pair_stays() -> None:
    found = one(replace(HEALTHY, exits=pair(2) + pair(2, first=200) + pair(2, first=300)))
    assert found.finding.trouble is Trouble.DOUBLED
    assert found.finding.repair is Repair.CANCEL
    assert found.cancel == (100, 101, 200, 201)
    assert "stops of 6 and targets of 6" in found.finding.said


def test_a_surplus_target_alone_goes_before_a_pair_with_a_stop() -> None:
    lone = Resting(300, Purpose.TARGET, Way.SELL, 1)
    assert one(replace(HEALTHY, exits=(*pair(2), lone))).cancel == (300,)


def test_an_exit_on_the_wrong_side_would_open_and_is_cancelled() -> None:
    wrong = Resting(300, Purpose.STOP, Way.BUY, 1)
    found = one(replace(HEALTHY, exits=(*pair(2), wrong)))
    assert found.finding.trouble is Trouble.DOUBLED
    assert found.cancel == (300,)
    assert "on the wrong side, of 1" in found.finding.said


def test_exits_left_after_the_close_are_orphaned() -> None:
    found = one(replace(FLAT, exits=pair(2)))
    assert found.finding.trouble is Trouble.ORPHANED
    assert found.finding.repair is Repair.CANCEL
    assert found.cancel == (100, 101)
    assert found.finding.said == (
        "Sim/PAPER1: nothing is open in MNQZ6, and 2 exit orders of ours rest there and would "
        "open a position, since 15:30:05 UTC."
    )


def test_too_much_is_reduced_to_what_is_wanted() -> None:
    found = one(replace(HEALTHY, held=held(2, wanted=1)))
    assert found.finding.trouble is Trouble.WRONG_SIZE
    assert found.finding.repair is Repair.REDUCE
    assert (found.reduce, found.way) == (1, Way.SELL)
    assert found.cancel == (100, 101)  # they would sell 2 where 1 is left
    assert "long 2 MNQZ6, Trend wants long 1" in found.finding.said
    assert found.finding.repair_said == "Sell 1 MNQZ6: long 1 then."


def test_what_nobody_wants_is_closed() -> None:
    found = one(replace(HEALTHY, net=-2, held=held(-2, wanted=0), exits=pair(2, way=Way.BUY)))
    assert found.finding.trouble is Trouble.WRONG_SIZE
    assert found.finding.repair is Repair.CLOSE
    assert (found.reduce, found.way, found.cancel) == (2, Way.BUY, (100, 101))


def test_too_little_is_never_topped_up() -> None:
    found = one(replace(HEALTHY, net=1, exits=pair(1)))
    assert found.finding.trouble is Trouble.WRONG_SIZE
    assert found.finding.repair is Repair.ACCEPT
    assert (found.reduce, found.cancel, found.wanted) == (0, (), 1)


def test_a_position_that_vanished_is_accepted_as_flat() -> None:
    found = one(replace(HEALTHY, net=0, exits=()))
    assert (found.finding.trouble, found.wanted) == (Trouble.WRONG_SIZE, 0)


def test_the_other_side_is_named_and_closed() -> None:
    found = remedies([replace(HEALTHY, net=-2, exits=pair(2, way=Way.BUY))], _NOW)
    assert [each.finding.trouble for each in found] == [Trouble.WRONG_SIDE]
    assert found[0].finding.repair is Repair.CLOSE
    assert (found[0].reduce, found[0].way) == (2, Way.BUY)


# By hand


def test_a_manual_trade_explains_the_size_and_is_not_corrected() -> None:
    chart = replace(HEALTHY, net=3, held=held(2, manual=1), exits=pair(3))
    found = one(chart)
    assert found.finding.trouble is Trouble.MANUAL
    assert found.finding.repair is Repair.NONE
    assert (found.reduce, found.cancel, found.protect) == (0, (), ())
    assert "somebody else bought 1 MNQZ6: long 3 is open, Trend wants long 2" in found.finding.said


def test_a_manual_trade_to_the_other_side_is_not_corrected_either() -> None:
    assert troubles(replace(HEALTHY, net=-2, held=held(2, manual=-4), exits=())) == [Trouble.MANUAL]


def test_only_the_links_own_part_is_reduced_beside_a_manual_trade() -> None:
    chart = replace(HEALTHY, net=5, held=held(2, wanted=0, manual=3), exits=(), others=1)
    found = {each.finding.trouble: each for each in remedies([chart], _NOW)}
    wrong = found[Trouble.WRONG_SIZE]
    assert (wrong.finding.repair, wrong.reduce, wrong.way) == (Repair.REDUCE, 2, Way.SELL)
    assert "and somebody else bought 3" in wrong.finding.said
    assert Trouble.MANUAL in found


def test_a_position_that_no_link_serves_is_manual_without_repair() -> None:
    found = one(replace(FLAT, link_name="", net=-3, others=2))
    assert found.finding.trouble is Trouble.MANUAL
    assert found.finding.repair is Repair.NONE
    assert found.finding.link_id is None
    assert "short 3 MNQZ6 is open, and no link entered it" in found.finding.said
    assert "2 orders of somebody else there" in found.finding.said


# What is not known


@pytest.mark.parametrize("chart", [replace(HEALTHY, net=None), replace(HEALTHY, known=False)])
@pytest.mark.parametrize("busy", [True, False])
def test_what_the_broker_has_not_said_is_unsure_and_judged_no_further(
    chart: Chart, busy: bool
) -> None:
    found = one(replace(chart, busy=busy, exits=()))
    assert found.finding.trouble is Trouble.UNSURE
    assert found.finding.repair is Repair.NONE


def test_each_order_in_doubt_is_named_since_it_was_sent() -> None:
    found = examine([replace(HEALTHY, doubts=(doubt(), doubt(31, "jt-2")))], _NOW)
    assert [each.trouble for each in found] == [Trouble.DOUBT] * 2
    assert found[0].since == _NOW - timedelta(seconds=5)
    assert "whether Buy 2 MNQZ6 (entry, jt-1) arrived is not known" in found[0].said
    assert len({each.id for each in found}) == 2


def test_a_busy_lane_is_disturbed_only_after_half_a_minute_of_doubt() -> None:
    busy = replace(HEALTHY, busy=True, exits=())
    assert troubles(replace(busy, doubts=(doubt(30),))) == []
    assert troubles(replace(busy, doubts=(doubt(30.1),))) == [Trouble.DOUBT]


def test_nothing_is_repaired_while_an_order_is_in_doubt() -> None:
    found = remedies([replace(HEALTHY, exits=(), doubts=(doubt(),))], _NOW)
    assert [each.finding.trouble for each in found] == [Trouble.DOUBT, Trouble.NAKED]
    naked = found[1]
    assert naked.finding.repair is Repair.NONE
    assert naked.protect == ()
    assert naked.finding.repair_said == "First the order in doubt must be cleared up."


# Over time


def test_a_finding_keeps_its_moment_and_its_name() -> None:
    chart = replace(HEALTHY, exits=())
    first = examine([chart], _NOW)
    later = examine([replace(chart, exits=pair(1))], _NOW + timedelta(hours=20), first)
    assert later[0].id == first[0].id
    assert later[0].since == _NOW
    assert later[0].said.endswith("since 2026-11-20 15:30:05 UTC.")


def test_a_finding_that_comes_again_begins_anew() -> None:
    chart = replace(HEALTHY, exits=())
    gone = examine([HEALTHY], _NOW, examine([chart], _NOW))
    assert gone == []
    again = examine([chart], _NOW + timedelta(seconds=9), gone)
    assert again[0].since == _NOW + timedelta(seconds=9)


def test_accounts_and_contracts_do_not_share_findings() -> None:
    other = replace(HEALTHY, key=AccountKey("Sim", "PAPER2"), exits=())
    contract = replace(HEALTHY, contract_id=12, exits=())
    found = examine([replace(HEALTHY, exits=()), other, contract], _NOW)
    assert len({each.id for each in found}) == 3
