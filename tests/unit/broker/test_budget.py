"""The budget of calls: windows, the exits' reserve, and silence in a lockout."""

from __future__ import annotations

from datetime import timedelta

from justtrades_desktop.broker.answers import NotHandled, classify
from justtrades_desktop.broker.budget import EXITS_FIRST_SECONDS, Limits, Locked
from tests.unit.broker.scripted import START, HandClock


def test_entries_leave_the_reserve_to_exits() -> None:
    budget = HandClock().budget(Limits(hour=10, minute=100))
    assert [budget.ask() for _ in range(7)] == [None] * 7
    assert budget.ask() == 3600.0
    assert [budget.ask(exit=True) for _ in range(3)] == [None] * 3
    assert budget.ask(exit=True) == 3600.0


def test_the_background_leaves_half_of_a_minute_to_entries() -> None:
    clock = HandClock()
    budget = clock.budget(Limits(minute=80))
    assert [budget.ask(background=True) for _ in range(28)] == [None] * 28
    assert budget.ask(background=True) == 60.0
    assert budget.state().left == 28
    assert [budget.ask() for _ in range(28)] == [None] * 28
    assert (budget.ask(), budget.state().left) == (60.0, 0)
    clock.seconds += 60
    assert budget.ask(background=True) is None


def test_the_windows_slide() -> None:
    clock = HandClock()
    budget = clock.budget(Limits(hour=1000, minute=10))
    for _ in range(7):
        assert budget.ask() is None
        clock.seconds += 5
    assert budget.ask() == 25.0
    clock.seconds += 25
    assert budget.ask() is None
    assert budget.ask() == 5.0


def test_b1_all_that_share_a_budget_are_limited_together() -> None:
    budget = HandClock().budget()
    went = [budget.ask() for _ in range(16 * 10)]
    assert went.count(None) == 56  # 80 a minute, 30 % of them the exits'


def test_b2_a_429_silences_everything_for_an_hour_exits_too() -> None:
    clock = HandClock()
    budget = clock.budget()
    budget.learn(classify(429, ""))
    clock.seconds += 3599
    locked = budget.ask(exit=True)
    assert isinstance(locked, Locked)
    assert locked.seconds == 1.0
    assert budget.state().locked_until == START + timedelta(hours=1)
    assert "429" in budget.state().why_locked


def test_b2_after_a_lockout_exits_go_first() -> None:
    clock = HandClock()
    budget = clock.budget()
    budget.learn(classify(423, ""))
    clock.seconds += 3600
    assert budget.locked is None
    assert budget.ask() == EXITS_FIRST_SECONDS
    assert budget.ask(exit=True) is None
    clock.seconds += EXITS_FIRST_SECONDS
    assert budget.ask() is None
    assert budget.state().locked_until is None


def test_b2_another_429_starts_the_hour_anew_and_a_shorter_one_never_ends_it_early() -> None:
    clock = HandClock()
    budget = clock.budget()
    budget.learn(classify(429, ""))
    clock.seconds += 1800
    budget.learn(classify(429, ""))
    assert budget.locked_for == 3600.0
    budget.lock(10, "something else")
    assert budget.locked_for == 3600.0


def test_a_captcha_is_a_lockout() -> None:
    budget = HandClock().budget()
    budget.learn(classify(200, {"p-ticket": "T", "p-captcha": True}))
    assert isinstance(budget.ask(exit=True), Locked)
    assert "captcha" in budget.state().why_locked


def test_a_penalty_holds_up_only_what_earned_it() -> None:
    clock = HandClock()
    budget = clock.budget()
    budget.learn(NotHandled("patience", 15.0, ticket="T"), "auth/accesstokenrequest")
    assert budget.ask(operation="auth/accesstokenrequest") == 15.0
    assert budget.ask(operation="order/placeorder") is None
    clock.seconds += 15
    assert budget.ask(operation="auth/accesstokenrequest") is None


def test_the_state_counts_what_went_out() -> None:
    clock = HandClock()
    budget = clock.budget()
    for _ in range(3):
        assert budget.ask() is None
    clock.seconds += 61
    assert budget.ask(exit=True) is None
    state = budget.state()
    assert (state.used, state.used_minute, state.limit, state.reserved) == (4, 1, 5000, 1500)
    assert state.left == 55, "the minute allows fewer than the hour"
