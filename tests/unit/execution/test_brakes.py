"""Brakes: each reason stops an entry in words, and none of them an exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Purpose, Way
from justtrades_desktop.execution.brakes import (
    Everywhere,
    Here,
    LoopLag,
    Opening,
    brakes,
    is_opening,
    standing,
)

_KEY = AccountKey("Sim", "PAPER1")
_FINE = Everywhere(paused=False, ready=True)
_HERE = Here(key=_KEY, environment=Environment.PAPER, armed=False, up=True)
_LIVE = replace(_HERE, environment=Environment.LIVE)
_DOUBT = Intent(
    client_id="jt-1",
    decision_id=1,
    key=_KEY,
    contract_id=11,
    contract="MNQZ6",
    purpose=Purpose.ENTRY,
    way=Way.BUY,
    quantity=2,
    at=datetime(2026, 11, 20, tzinfo=UTC),
)
_ALL_ON = (
    Everywhere(paused=True, ready=False, lag="Late.", ledger="The disk is full"),
    replace(_LIVE, up=False, market_said="not subscribed", doubts=(_DOUBT,)),
)


def said(
    everywhere: Everywhere = _FINE,
    here: Here = _HERE,
    *,
    purpose: Opening = Purpose.ENTRY,
    contract_id: int = 11,
    needs_price: bool = False,
) -> list[str]:
    found = brakes(purpose, everywhere, here, contract_id=contract_id, needs_price=needs_price)
    return [brake.said for brake in found]


def test_nothing_stops_an_entry_where_all_is_well() -> None:
    assert said() == []
    assert said(here=replace(_LIVE, armed=True), needs_price=True) == []


def test_a_start_that_is_over_is_no_lateness_and_what_comes_after_it_is() -> None:
    lag = LoopLag(limit=0.25, window=10.0)
    lag.is_spared = True
    lag.sample(1.6, 100.0)
    assert lag.said(100.1) == ""
    lag.begin_anew()
    assert lag.said(100.2) == ""
    lag.sample(0.5, 100.7)
    assert "500 ms late" in lag.said(100.8)
    assert lag.said(112.0), "a meter that died says nothing any more"


@pytest.mark.parametrize(
    ("everywhere", "here", "words"),
    [
        (replace(_FINE, paused=True), _HERE, "Entries are paused by hand."),
        (
            replace(_FINE, ready=False),
            _HERE,
            "The comparison with the brokers after the start is not finished.",
        ),
        (
            replace(_FINE, ledger="The disk is full"),
            _HERE,
            "The ledger cannot be written: The disk is full.",
        ),
        (replace(_FINE, lag="Too late."), _HERE, "Too late."),
        (_FINE, _LIVE, "Sim/PAPER1 is LIVE and not armed."),
        (_FINE, replace(_HERE, up=False), "The link to the broker of Sim/PAPER1 is down."),
        (
            _FINE,
            replace(_HERE, doubts=(_DOUBT,)),
            "Sim/PAPER1: whether Buy 2 MNQZ6 (jt-1) arrived is not known.",
        ),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.ENTRY, Purpose.ADD, Purpose.HAND])
def test_each_reason_stops_what_opens(
    everywhere: Everywhere, here: Here, words: str, purpose: Opening
) -> None:
    assert said(everywhere, here, purpose=purpose) == [words]


def test_lost_market_data_stops_only_what_needs_a_price() -> None:
    here = replace(_HERE, market_said="not subscribed")
    assert said(here=here) == []
    words = ["Sim/PAPER1 has no market data: not subscribed."]
    assert said(here=here, needs_price=True) == words


def test_a_doubt_freezes_its_own_contract_only() -> None:
    assert said(here=replace(_HERE, doubts=(_DOUBT,)), contract_id=12) == []


@pytest.mark.parametrize("environment", [Environment.PAPER, Environment.DEMO])
def test_only_live_must_be_armed(environment: Environment) -> None:
    assert said(here=replace(_HERE, environment=environment)) == []


@pytest.mark.parametrize("purpose", Purpose)
def test_brakes_are_asked_about_what_opens_and_never_stop_an_exit(purpose: Purpose) -> None:
    exits = {
        Purpose.TARGET,
        Purpose.STOP,
        Purpose.TRIM,
        Purpose.CLOSE,
        Purpose.MODIFY,
        Purpose.CANCEL,
        Purpose.FLATTEN,
    }
    assert is_opening(purpose) == (purpose not in exits)
    # The types forbid the question; were it asked all the same, nothing may stop an exit.
    asked = cast("Any", purpose)
    found = brakes(asked, *_ALL_ON, contract_id=11, needs_price=True)
    assert bool(found) == (purpose not in exits)


def test_all_reasons_are_said_and_those_of_an_account_carry_its_key() -> None:
    found = brakes(Purpose.ENTRY, *_ALL_ON, contract_id=11, needs_price=True)
    assert [brake.key for brake in found] == [None] * 4 + [_KEY] * 4
    assert [brake.by_hand for brake in found] == [True] + [False] * 7


def test_what_stands_is_shown_for_every_account_and_contract() -> None:
    down = replace(_HERE, key=AccountKey("Sim", "PAPER2"), up=False)
    doubts = replace(_HERE, doubts=(_DOUBT, replace(_DOUBT, contract_id=12, client_id="jt-2")))
    shown = standing(replace(_FINE, paused=True), [doubts, down])
    assert [brake.key for brake in shown] == [None, _KEY, _KEY, down.key]
    assert standing(_FINE, [_HERE]) == []


# The loop


def test_a_lag_stops_entries_until_it_is_old_and_the_limit_is_said() -> None:
    lag = LoopLag(limit=0.25, window=10)
    lag.sample(0.62, 100.0)
    lag.sample(0.01, 105.0)
    lag.sample(0.02, 109.9)
    assert lag.worst(109.9) == 0.62
    assert lag.said(109.9) == (
        "The program was up to 620 ms late in the last 10 s: entries stop above 250 ms."
    )
    assert lag.worst(110.0) == 0.02
    assert lag.said(110.0) == ""


def test_a_lag_at_the_limit_is_none() -> None:
    lag = LoopLag(limit=0.25, window=10)
    assert lag.worst(1.0) is None
    assert lag.said(1.0) == ""
    lag.sample(0.25, 1.0)
    assert lag.said(1.0) == ""
    lag.sample(0.26, 2.0)
    assert "260 ms" in lag.said(2.0)


def test_a_meter_that_fell_silent_stops_entries_too() -> None:
    lag = LoopLag(limit=0.25, window=10)
    lag.sample(0.0, 100.0)
    assert lag.said(110.0) == ""
    assert lag.worst(130.0) == 30.0
    assert "30,000 ms late" in lag.said(130.0)
    lag.sample(0.0, 131.0)
    assert lag.said(131.0) == ""


def test_the_worst_of_a_long_run_is_the_worst_of_its_window() -> None:
    lag, samples = LoopLag(limit=1, window=3), [(n * 7919 % 101) / 100 for n in range(400)]
    for at, late in enumerate(samples):
        lag.sample(late, float(at))
        assert lag.worst(float(at)) == max(samples[max(0, at - 2) : at + 1])
