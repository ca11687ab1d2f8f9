"""Every setting of a link does something: a test for each that shows it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Window,
)
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.domain.routing import (
    EntryTerms,
    entry_terms,
    limit_reached,
    traded_symbol,
)
from justtrades_desktop.domain.signals import Action
from justtrades_desktop.domain.trading_hours import must_be_flat
from tests.fakes.steps import CALENDAR, MNQ, NOON, TestLink, later, step

EXITS = frozenset(
    (
        "own_exits",
        "targets",
        "stop",
        "trail",
        "trail_after",
        "trail_step",
        "break_even",
        "break_even_offset",
    )
)
"""Shown where the exit set is made of them."""

MORNING = Window(frozenset(range(5)), time(9, 30), time(11, 30))


def test_no_setting_is_without_a_test_here() -> None:
    names = {field.name for field in fields(LinkSettings)}
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    shown = {max((n for n in names if t.startswith(f"{n}_")), key=len, default="") for t in tests}

    assert names >= EXITS
    assert names - EXITS == shown - {""}


# Size


def test_initial_is_the_size_of_entries_times_the_multiplier() -> None:
    assert TestLink(initial=2).follow(5) == [2]
    assert TestLink(initial=2, multiplier=3).follow(5) == [6]
    assert TestLink().follow(5) == [5]


def test_add_is_the_size_of_adds_times_the_multiplier() -> None:
    assert TestLink(add=2).follow(1, 5) == [1, 3]
    assert TestLink(add=2, multiplier=3).follow(1, 5) == [3, 9]
    assert TestLink().follow(1, 5) == [1, 5]


def test_multiplier_scales_entries_adds_trims_and_turns_alike() -> None:
    assert TestLink(multiplier=3).follow(1, 3, 2, -1, 0) == [3, 9, 6, -3, 0]


def test_max_contracts_cuts_entries_and_adds_to_the_room() -> None:
    assert TestLink(max_contracts=3).follow(5, 0, 2, 4, 5) == [3, 0, 2, 3, 3]
    assert TestLink(max_contracts=3).follow(-5) == [-3]
    assert TestLink(max_contracts=0).take(step(0, 1)).verdict is Verdict.REFUSED


# Averaging


def test_adds_off_keeps_the_entry_and_trims_it_in_the_signals_parts() -> None:
    assert TestLink(adds=False).follow(2, 4, 2, 0) == [2, 2, 1, 0]


def test_add_every_takes_every_nth_add() -> None:
    assert TestLink(add_every=2).follow(1, 2, 3, 4, 5) == [1, 1, 2, 2, 3]


def test_add_every_counts_anew_after_an_entry() -> None:
    assert TestLink(add_every=2).follow(1, 2, 0, 1, 2, 3) == [1, 1, 0, 1, 1, 2]


def test_add_apart_ticks_is_the_distance_from_the_last_entry_or_add_either_way() -> None:
    link = TestLink(add_apart_ticks=8)
    link.take(step(0, 1, price="25600"))
    near = link.take(step(1, 2, price="25601.75"))
    far = link.take(step(2, 3, price="25598"))
    back = link.take(step(3, 4, price="25600"))
    near_again = link.take(step(4, 5, price="25599"))

    assert (near.verdict, near.wanted) == (Verdict.REFUSED, 1)
    assert "8 ticks apart, and this one is 7" in near.reason
    assert [far.wanted, back.wanted, near_again.wanted] == [2, 3, 3]


def test_add_apart_ticks_cannot_be_checked_without_a_tick_size() -> None:
    link = TestLink(add_apart_ticks=8)
    link.follow(1)

    assert "tick size is not known" in link.take(step(1, 2, price="25700"), product=None).reason


def test_adds_most_ends_adding_until_the_next_entry() -> None:
    assert TestLink(adds_most=2).follow(1, 2, 3, 4, 0, 1, 2) == [1, 2, 3, 3, 0, 1, 2]


# Which signals


@pytest.mark.parametrize(
    ("direction", "held"),
    [
        (Direction.BOTH, [1, -1, 0]),
        (Direction.LONG, [1, 0, 0]),
        (Direction.SHORT, [0, -1, 0]),
        (Direction.INVERSE, [-1, 1, 0]),
    ],
)
def test_direction_says_which_entries_are_taken(direction: Direction, held: list[int]) -> None:
    link = TestLink(direction=direction)

    assert [link.take(step(*of)).wanted for of in ((0, 1), (1, -1), (-1, 0))] == held


def test_direction_inverse_adds_and_trims_the_other_way_round() -> None:
    link = TestLink(direction=Direction.INVERSE, multiplier=2)
    taken = [link.take(step(*of)).wanted for of in ((0, 1), (1, 3), (3, 1), (1, 0))]

    assert taken == [-2, -6, -2, 0]


def test_same_way_ignored_drops_adds() -> None:
    assert TestLink(same_way=SameWay.IGNORE).follow(1, 2, 3, 0) == [1, 1, 1, 0]
    assert TestLink(same_way=SameWay.FOLLOW).follow(1, 2, 3, 0) == [1, 2, 3, 0]


@pytest.mark.parametrize(
    ("other", "turned", "sold_flat", "trimmed"),
    [(OtherWay.FOLLOW, -2, 0, 1), (OtherWay.CLOSE, 0, 0, 0), (OtherWay.IGNORE, 2, 2, 2)],
)
def test_other_way_says_what_an_opposite_signal_does(
    other: OtherWay, turned: int, sold_flat: int, trimmed: int
) -> None:
    found = []
    for taken in (step(2, -2), step(2, 0, Action.SELL), step(2, 1, Action.SELL)):
        link = TestLink(other_way=other)
        link.follow(2)
        found.append(link.take(taken).wanted)

    assert found == [turned, sold_flat, trimmed]


# When


def test_windows_say_when_entries_are_taken_and_let_exits_through() -> None:
    link = TestLink(windows=(MORNING,))
    early = NOON - timedelta(hours=1)

    refused = link.take(step(0, 1, at=NOON))
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "outside the time windows")
    assert link.take(step(0, 1, at=early)).wanted == 1
    assert link.take(step(1, 2, at=NOON)).verdict is Verdict.REFUSED
    assert link.take(step(2, 0, at=NOON)).wanted == 0


def test_outside_flat_closes_at_the_windows_end() -> None:
    end = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
    before, after = end - timedelta(seconds=5), end + timedelta(seconds=5)

    def due(outside: Outside) -> str | None:
        settings = LinkSettings(windows=(MORNING,), outside=outside)
        return must_be_flat(settings, before, after, CALENDAR)

    assert due(Outside.NO_ENTRIES) is None
    assert "time window ends" in str(due(Outside.FLAT))
    flat = LinkSettings(windows=(MORNING,), outside=Outside.FLAT)
    assert must_be_flat(flat, after, after + timedelta(hours=1), CALENDAR) is None


def test_flat_at_session_end_enters_nothing_in_the_last_minute_and_then_closes() -> None:
    end = datetime(2026, 11, 18, 22, 0, tzinfo=UTC)
    late = end - timedelta(seconds=50)
    flat = LinkSettings(flat_at_session_end=True)

    assert TestLink().take(step(0, 1, at=late)).wanted == 1
    refused = TestLink(flat_at_session_end=True).take(step(0, 1, at=late))
    assert refused.verdict is Verdict.REFUSED
    assert "session ends" in refused.reason
    early = end - timedelta(seconds=70)
    assert TestLink(flat_at_session_end=True).take(step(0, 1, at=early)).wanted == 1
    assert must_be_flat(flat, early, late, CALENDAR) is not None
    assert must_be_flat(LinkSettings(), early, late, CALENDAR) is None
    assert must_be_flat(flat, NOON, early, CALENDAR) is None


def test_stale_seconds_park_an_older_entry() -> None:
    for seconds, verdict in ((60, None), (59, Verdict.PARKED), (0, Verdict.PARKED)):
        routed = TestLink(stale_seconds=seconds).take(step(0, 1), now=later(60))
        assert routed.verdict is verdict


# How often, and how much may be lost or won


def test_cooldown_seconds_refuse_an_entry_soon_after_an_exit() -> None:
    link = TestLink(cooldown_seconds=60)
    link.follow(1)
    link.take(step(1, 0, at=later(10)))

    refused = link.take(step(0, 1, at=later(40)))
    assert refused.verdict is Verdict.REFUSED
    assert "cooldown of 60 s" in refused.reason
    assert "30 s more" in refused.reason
    assert link.take(step(0, 1, at=later(70))).wanted == 1


def test_cooldown_seconds_do_not_halve_a_turn_but_follow_it() -> None:
    link = TestLink(cooldown_seconds=60)
    link.follow(1)

    assert link.take(step(1, -1, at=later(10))).wish is Wish.REVERSE
    link.take(step(-1, 0, at=later(20)))
    assert link.take(step(0, 1, at=later(79))).verdict is Verdict.REFUSED


def test_trades_most_refuses_entries_until_the_next_session() -> None:
    link = TestLink(trades_most=2)
    held = link.follow(1, 0, 1, 2, 0, 1)

    assert held == [1, 0, 1, 2, 0, 0]
    assert link.last is not None
    assert "most trades a session are 2" in link.last.reason
    tomorrow = NOON + timedelta(days=1)
    assert link.take(step(0, 1, at=tomorrow), day=tomorrow.date()).wanted == 1


def test_daily_loss_refuses_entries_once_it_is_lost() -> None:
    link = TestLink(daily_loss=Decimal(300))

    assert link.take(step(0, 1), day_pnl=Decimal("-299.99")).wanted == 1
    refused = link.take(step(1, 2), day_pnl=Decimal(-300))
    assert refused.verdict is Verdict.REFUSED
    assert "daily loss limit of 300" in refused.reason
    assert link.take(step(2, 0), day_pnl=Decimal(-900)).wanted == 0


def test_daily_loss_unknown_is_no_entry() -> None:
    refused = TestLink(daily_loss=Decimal(300)).take(step(0, 1), day_pnl=None)

    assert refused.verdict is Verdict.REFUSED
    assert "not known" in refused.reason


@pytest.mark.parametrize(
    ("does", "stops", "closes", "said"),
    [
        (AtLimit.STOP, True, False, "no entries, what is open stays"),
        (AtLimit.FLATTEN, False, True, "what is open is closed, entries go on"),
        (AtLimit.BOTH, True, True, "what is open is closed, no entries"),
    ],
)
def test_daily_loss_does_what_it_says(does: AtLimit, stops: bool, closes: bool, said: str) -> None:
    settings = LinkSettings(daily_loss=Decimal(300), daily_loss_does=does)
    reached = limit_reached(settings, Decimal(-300))

    assert reached is not None
    assert reached[:2] == (stops, closes)
    assert said in reached[2]
    link = TestLink(daily_loss=Decimal(300), daily_loss_does=does)
    entry = link.take(step(0, 1), day_pnl=Decimal(-300))
    assert (entry.verdict is Verdict.REFUSED) is stops
    assert limit_reached(settings, Decimal(-299)) is None


def test_daily_profit_refuses_entries_once_it_is_won() -> None:
    link = TestLink(daily_profit=Decimal(500))

    assert link.take(step(0, 1), day_pnl=Decimal(499)).wanted == 1
    assert "daily profit limit of 500" in link.take(step(1, 2), day_pnl=Decimal(500)).reason


def test_daily_profit_does_what_it_says() -> None:
    for does, expected in (
        (AtLimit.STOP, (True, False)),
        (AtLimit.FLATTEN, (False, True)),
        (AtLimit.BOTH, (True, True)),
    ):
        settings = LinkSettings(daily_profit=Decimal(500), daily_profit_does=does)
        reached = limit_reached(settings, Decimal(500))
        assert reached is not None
        assert reached[:2] == expected


# The order


def test_contract_is_traded_whatever_the_signal_names() -> None:
    assert traded_symbol("MNQ1!", LinkSettings(contract="MESZ6")) == "MESZ6"


def test_slippage_ticks_refuse_an_entry_too_far_either_way() -> None:
    for market, verdict in (
        ("25601.00", None),
        ("25599.00", None),
        ("25601.25", Verdict.REFUSED),
        ("25598.75", Verdict.REFUSED),
    ):
        routed = TestLink(slippage_ticks=4).take(step(0, 1), price=Decimal(market))
        assert routed.verdict is verdict, market
        if verdict is not None:
            assert "5 ticks" in routed.reason
            assert "slippage limit of 4" in routed.reason
    assert TestLink().take(step(0, 1), price=Decimal(99)).verdict is None


def test_slippage_ticks_need_both_prices_and_the_tick() -> None:
    link = TestLink(slippage_ticks=4)

    assert "price of the market" in link.take(step(0, 1), price=None).reason
    assert "price of the signal" in link.take(step(0, 1, price=None)).reason
    assert "tick size" in link.take(step(0, 1), product=None).reason


def test_entry_is_at_market_or_a_limit() -> None:
    price = Decimal(25600)

    assert entry_terms(LinkSettings(), 1, price, product=MNQ) == EntryTerms()
    assert terms(entry=EntryKind.LIMIT).price == price


def test_limit_ticks_lie_on_the_worse_side() -> None:
    assert terms(limit_ticks=2).price == Decimal("25600.50")
    assert terms(-1, limit_ticks=2).price == Decimal("25599.50")


def test_limit_seconds_and_limit_end_say_how_long_and_what_then() -> None:
    found = terms(limit_seconds=12, limit_end=LimitEnd.MARKET)

    assert (found.seconds, found.then) == (12, LimitEnd.MARKET)


def test_limit_end_is_cancel_unless_it_is_market() -> None:
    assert terms().then is LimitEnd.CANCEL


def test_expiry_days_refuse_entries_near_the_end_of_the_contract() -> None:
    for days, left, verdict in (
        (3, timedelta(days=4), None),
        (3, timedelta(days=3), Verdict.REFUSED),
        (0, timedelta(hours=1), None),
        (0, timedelta(0), Verdict.REFUSED),
    ):
        routed = TestLink(expiry_days=days).take(step(0, 1), expires=NOON + left)
        assert routed.verdict is verdict, (days, left)
        assert verdict is None or "the contract expires on 2026-11-" in routed.reason


def terms(way: int = 1, **settings: object) -> EntryTerms:
    chosen = LinkSettings(**{"entry": EntryKind.LIMIT, **settings})  # type: ignore[arg-type]
    found = entry_terms(chosen, way, Decimal(25600), product=MNQ)
    assert isinstance(found, EntryTerms)
    return found
