"""What one signal means for one link: sizes, parts, turns, and what never happens."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.link_words import sentences
from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkSettings,
    OtherWay,
    SameWay,
)
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.domain.routing import (
    EntryTerms,
    Memory,
    Step,
    entry_terms,
    limit_reached,
    route,
    step_of,
    traded_symbol,
)
from justtrades_desktop.domain.signals import Action, Source
from tests.fakes.alerts import alert, reading
from tests.fakes.desk import TestDesk
from tests.fakes.steps import CONDITIONS, MNQ, NOON, TestLink, later, stated, step

# Disasters


def test_d1_a_close_while_flat_opens_nothing() -> None:
    routed = TestLink().take(step(1, 0))

    assert (routed.verdict, routed.wanted) == (Verdict.NOTHING, 0)
    assert (routed.opens, routed.closes) == (0, 0)
    assert "nothing to close" in routed.reason


@pytest.mark.parametrize("action", [Action.CLOSE, Action.SELL, Action.TARGET])
def test_d1_no_word_for_a_close_opens_while_the_link_is_flat(action: Action) -> None:
    assert TestLink(initial=3).take(step(2, 0, action)).opens == 0


def test_d2_the_close_of_a_short_is_bought_whatever_word_closes_it() -> None:
    for action in (Action.CLOSE, Action.BUY, Action.SELL):
        link = TestLink()
        link.follow(-2)
        routed = link.take(step(-2, 0, action))

        assert (routed.wish, routed.wanted, routed.closes, routed.opens) == (Wish.CLOSE, 0, 2, 0)


def test_d3_a_buy_that_states_flat_ends_the_short_and_enters_no_long() -> None:
    for other in OtherWay:
        link = TestLink(other_way=other)
        link.take(stated(0, -1, way=-1))
        routed = link.take(stated(-1, 0, way=+1))

        assert (routed.wish, routed.wanted, routed.opens) == (Wish.CLOSE, 0, 0), other


async def test_d3_a_buy_alert_that_states_flat_ends_the_short_on_its_whole_way() -> None:
    """As it is received: a stated 0 is a position like any other, not "not stated"."""
    for other in OtherWay:
        entry, leaving = await steps_stated(("sell", 2, -2), ("buy", 5, 0))
        link = TestLink(other_way=other)
        link.take(entry)
        routed = link.take(leaving)

        assert (leaving.before, leaving.after) == (-2, 0)
        assert (routed.wish, routed.wanted, routed.opens) == (Wish.CLOSE, 0, 0), other


async def steps_stated(*said: tuple[str, int, int]) -> list[Step]:
    """The steps of alerts with an action, a quantity, and the position that they state."""
    desk = TestDesk()
    seen: list[SignalRecorded] = []
    desk.bus.subscribe(SignalRecorded, seen.append)
    for action, quantity, target in said:
        await desk.send(alert(reading(action, "25600", quantity=quantity, target=target)))
    await asyncio.sleep(0)
    return [found for event in seen if (found := step_of(event)) is not None]


def test_d5_a_size_of_0_is_no_1_and_no_3() -> None:
    routed = TestLink(initial=0, multiplier=3).take(step(0, 1))

    assert (routed.wanted, routed.opens, routed.verdict) == (0, 0, Verdict.NOTHING)
    assert "0" in routed.reason


def test_d5_a_multiplier_of_0_and_an_add_of_0_trade_nothing() -> None:
    assert TestLink(multiplier=0).follow(1, 2, 0) == [0, 0, 0]
    assert TestLink(add=0).follow(1, 2) == [1, 1]


def test_d6_parts_are_scaled_as_the_entry_was_and_add_up_to_the_whole() -> None:
    held = [0, *TestLink(multiplier=5).follow(3, 2, 1, 0)]
    left = [before - after for before, after in pairwise(held[1:])]

    assert held == [0, 15, 10, 5, 0]
    assert left == [5, 5, 5]


def test_d6_an_own_size_leaves_in_the_signals_parts_too() -> None:
    assert TestLink(initial=4).follow(10, 9, 5, 1, 0) == [4, 4, 2, 1, 0]


def test_d7_a_reversal_and_an_add_have_the_sizes_of_their_own_settings() -> None:
    link = TestLink(initial=2, add=3)

    assert link.follow(1, 2, -1, -2, 0) == [2, 5, -2, -5, 0]


def test_d8_nothing_limits_a_size_that_no_setting_limits() -> None:
    assert TestLink(multiplier=1_000).take(step(0, 50)).wanted == 50_000


def test_d8_a_cap_says_its_name_when_it_cuts_and_when_it_refuses() -> None:
    link = TestLink(multiplier=5, max_contracts=12)
    cut = link.take(step(0, 3))
    refused = link.take(step(3, 4))

    assert (cut.wanted, cut.opens, cut.verdict) == (12, 12, None)
    assert "cut from 15 to 12" in cut.reason
    assert "most contracts are 12" in cut.reason
    assert (refused.verdict, refused.wanted) == (Verdict.REFUSED, 12)
    assert "most contracts are 12" in refused.reason


def test_d10_every_dropped_add_says_which_setting_dropped_it() -> None:
    for settings, said in (
        ({"same_way": SameWay.IGNORE}, "direction of the position"),
        ({"adds": False}, "adds are off"),
        ({"adds_most": 0}, "most adds are 0"),
        ({"add": 0}, "size of adds is 0"),
    ):
        link = TestLink(**settings)
        link.follow(1)
        routed = link.take(step(1, 2))

        assert (routed.wanted, routed.wish) == (1, Wish.HOLD)
        assert said in routed.reason


def test_e12_an_add_trades_the_difference_and_closes_nothing() -> None:
    link = TestLink()
    link.follow(2)
    routed = link.take(step(2, 3))

    assert (routed.wish, routed.opens, routed.closes, routed.wanted) == (Wish.ADD, 1, 0, 3)


def test_s3_a_reached_loss_says_whether_it_stops_entries_and_what_becomes_of_the_position() -> None:
    lost = Decimal(-300)
    for does, entries_stop, closes in (
        (AtLimit.STOP, True, False),
        (AtLimit.FLATTEN, False, True),
        (AtLimit.BOTH, True, True),
    ):
        link = TestLink(daily_loss=Decimal(300), daily_loss_does=does)
        link.follow(1)
        reached = limit_reached(link.settings, lost)
        assert reached is not None
        stops, flattens, said = reached

        assert (stops, flattens) == (entries_stop, closes)
        assert ("what is open is closed" in said) is closes
        assert ("what is open stays" in said) is not closes
        assert (link.take(step(1, 2), day_pnl=lost).verdict is Verdict.REFUSED) is entries_stop
        sentence = sentences(link.settings)["daily_loss_does"]
        assert ("is closed" in sentence) is closes
        assert ("entries stop" in sentence) is entries_stop


# The signal position as steps


async def steps_of(*said: tuple[str, int | None]) -> list[Step]:
    """The steps that a recorder's alerts make: an action and its quantity each."""
    desk = TestDesk()
    seen: list[SignalRecorded] = []
    desk.bus.subscribe(SignalRecorded, seen.append)
    for action, quantity in said:
        await desk.send(alert(reading(action, "25600", quantity=quantity)))
    await asyncio.sleep(0)
    return [found for event in seen if (found := step_of(event)) is not None]


async def test_alerts_become_steps_of_the_signal_position() -> None:
    found = await steps_of(
        ("buy", 2), ("buy", 1), ("sell", 1), ("sell", 5), ("close", None), ("close", None)
    )

    assert [(each.before, each.after, each.way) for each in found] == [
        (0, 2, 1),
        (2, 3, 1),
        (3, 2, -1),
        (2, -3, -1),
        (-3, 0, 0),
    ]
    assert found[0].price == Decimal(25600)
    assert found[-1].exit_reason == "signal"
    assert found[3].symbol == "MNQ1!"


async def test_a_reversing_recorder_makes_one_step_from_side_to_side() -> None:
    found = await steps_of(("buy", 2), ("reverse", None))

    assert [(each.before, each.after) for each in found] == [(0, 2), (2, -2)]


async def test_a_stated_position_says_which_way_its_alert_traded() -> None:
    desk = TestDesk()
    seen: list[SignalRecorded] = []
    desk.bus.subscribe(SignalRecorded, seen.append)
    for action, target in (("sell", -1), ("buy", 0)):
        await desk.send(alert(reading(action, "25600", quantity=1, target=target)))
    await asyncio.sleep(0)
    found = [step_of(event) for event in seen]

    assert [each and (each.action, each.way, each.before, each.after) for each in found] == [
        (Action.TARGET, -1, 0, -1),
        (Action.TARGET, 1, -1, 0),
    ]


# Turns


def test_a_turn_is_a_close_and_an_entry_in_one() -> None:
    link = TestLink(multiplier=2)
    link.follow(3)
    routed = link.take(step(3, -1))

    assert (routed.wish, routed.closes, routed.opens, routed.wanted) == (Wish.REVERSE, 6, 2, -2)
    assert routed.if_refused.wanted == 0


def test_a_turn_whose_entry_is_refused_still_closes() -> None:
    link = TestLink(direction=Direction.LONG)
    link.follow(2)
    routed = link.take(step(2, -2))

    assert (routed.wish, routed.wanted, routed.closes, routed.opens) == (Wish.CLOSE, 0, 2, 0)
    assert routed.verdict is None
    assert "long only" in routed.reason


def test_a_turn_that_is_too_old_still_closes() -> None:
    link = TestLink()
    link.follow(2)
    routed = link.take(step(2, -2), now=later(90))

    assert (routed.wish, routed.wanted, routed.verdict) == (Wish.CLOSE, 0, None)
    assert "90 s old" in routed.reason


def test_brakes_stop_entries_and_adds_and_turns_but_no_exit() -> None:
    brakes = ("the disk is full",)
    link = TestLink()

    assert link.take(step(0, 1), brakes=brakes).reason == "the disk is full"
    link.follow(1, 0, 2)
    assert link.take(step(2, 3), brakes=brakes).verdict is Verdict.REFUSED
    assert link.take(step(2, 1, Action.TARGET), brakes=brakes).wanted == 1
    turned = link.take(step(1, -1), brakes=brakes)
    assert (turned.wish, turned.wanted) == (Wish.CLOSE, 0)


# Who is not in the position


def test_adds_and_trims_of_a_refused_entry_do_nothing() -> None:
    link = TestLink()
    link.take(step(0, 2), brakes=("paused",))
    add, trim, close = link.take(step(2, 3)), link.take(step(3, 1)), link.take(step(1, 0))

    assert [each.verdict for each in (add, trim, close)] == [Verdict.NOTHING] * 3
    assert "not in this position" in add.reason
    assert link.follow(1) == [1]


def test_a_close_takes_along_what_the_memory_does_not_know_of() -> None:
    routed = TestLink().take(step(1, 0), held=-2)

    assert (routed.wish, routed.wanted, routed.closes, routed.opens) == (Wish.CLOSE, 0, 2, 0)


def test_what_a_person_or_the_broker_closed_is_not_traded_again() -> None:
    for taken in (step(2, 3), step(2, 1), step(2, 0)):
        link = TestLink()
        link.follow(2)
        routed = link.take(taken, held=0)

        assert (routed.verdict, routed.wanted) == (Verdict.NOTHING, 0)
        assert "closed already" in routed.reason
        assert not link.memory.is_in


def test_after_an_exit_at_the_broker_a_fresh_entry_or_turn_is_an_entry() -> None:
    for taken, wanted in ((step(0, 1), 1), (step(2, -1), -1)):
        link = TestLink()
        link.follow(2)
        routed = link.take(taken, held=0)

        assert (routed.wish, routed.wanted, routed.closes) == (Wish.ENTER, wanted, 0)


def test_what_a_target_took_at_the_broker_is_not_trimmed_again() -> None:
    link = TestLink(multiplier=5)
    link.follow(3)
    trim = link.take(step(3, 2), held=10)
    more = link.take(step(2, 1), held=10)

    assert (trim.verdict, trim.wanted) == (Verdict.NOTHING, 10)
    assert (more.wanted, more.closes) == (5, 5)


def test_an_add_comes_to_what_is_left_of_the_position() -> None:
    link = TestLink(multiplier=5)
    link.follow(3)
    routed = link.take(step(3, 4), held=10)

    assert (routed.wanted, routed.opens) == (15, 5)


def test_a_missed_step_does_not_spoil_the_parts_of_the_next_trim() -> None:
    link = TestLink(multiplier=3)
    link.follow(2)
    routed = link.take(step(4, 2))  # the add from 2 to 4 was never seen

    assert (routed.wanted, routed.closes) == (3, 3)


def test_a_holding_of_former_days_is_not_bought_again() -> None:
    routed = TestLink().take(step(0, 2, bygone=True))

    assert (routed.verdict, routed.wanted) == (Verdict.NOTHING, 0)


def test_an_exit_by_rule_closes_like_any_other() -> None:
    for other in OtherWay:
        link = TestLink(other_way=other)
        link.follow(2)
        taken = step(2, 0, source=Source.RULE.value, exit_reason="stop")

        assert link.take(taken).wish is Wish.CLOSE


def test_an_exit_never_grows_too_old() -> None:
    link = TestLink(stale_seconds=1)
    link.follow(3)

    assert link.take(step(3, 2, Action.TARGET), now=later(3600)).wanted == 2
    assert link.take(step(2, 0), now=later(7200)).wanted == 0


def test_a_parked_entry_says_what_it_would_do_and_a_person_can_send_it() -> None:
    taken = step(0, 2)
    parked = route(taken, LinkSettings(), Memory(), replace(CONDITIONS, now=later(31)))
    sent = route(
        taken._replace(at=later(31)), LinkSettings(), Memory(), replace(CONDITIONS, now=later(31))
    )

    assert (parked.verdict, parked.wanted, parked.opens) == (Verdict.PARKED, 2, 2)
    assert "31 s old" in parked.reason
    assert not parked.if_refused.is_in
    assert (sent.verdict, sent.wanted, sent.memory.wanted) == (None, 2, 2)


def test_after_ignored_opposite_signals_the_link_joins_without_trading() -> None:
    link = TestLink(other_way=OtherWay.IGNORE)
    ignored = link.follow(2, -2)
    joined = link.take(step(-2, 2))
    trimmed = link.take(step(2, 1, Action.TARGET))

    assert ignored == [2, 2]
    assert (joined.verdict, joined.wanted) == (Verdict.NOTHING, 2)
    assert trimmed.wanted == 1


def test_signals_of_the_other_side_that_were_ignored_trim_nothing() -> None:
    link = TestLink(other_way=OtherWay.IGNORE)
    link.follow(2, -4)

    assert link.take(step(-4, -2, Action.CLOSE)).wanted == 2
    assert link.take(step(-2, 0, Action.BUY)).wanted == 2
    assert link.take(step(0, -2)).wanted == 2
    assert link.take(step(-2, 0, Action.CLOSE)).wanted == 0


def test_a_link_on_the_wrong_side_is_closed_when_signals_go_on_against_it() -> None:
    link = TestLink(other_way=OtherWay.IGNORE)
    link.follow(2, -2)
    link.settings = LinkSettings()

    assert link.take(step(-2, -3)).wish is Wish.CLOSE


# The order itself


def test_a_limit_entry_lies_its_ticks_on_the_worse_side_and_on_the_grid() -> None:
    settings = LinkSettings(entry=EntryKind.LIMIT, limit_ticks=4)
    price = Decimal("25600.30")

    bought = entry_terms(settings, 1, price, product=MNQ)
    sold = entry_terms(settings, -1, price, product=MNQ)

    assert bought == EntryTerms(price=Decimal("25601.25"), seconds=30, then=LimitEnd.CANCEL)
    assert isinstance(sold, EntryTerms)
    assert sold.price == Decimal("25599.50")


def test_a_limit_below_zero_is_on_the_safe_side_too() -> None:
    settings = LinkSettings(entry=EntryKind.LIMIT)
    bought = entry_terms(settings, 1, Decimal("-37.30"), product=MNQ)
    sold = entry_terms(settings, -1, Decimal("-37.30"), product=MNQ)

    assert isinstance(bought, EntryTerms)
    assert isinstance(sold, EntryTerms)
    assert (bought.price, sold.price) == (Decimal("-37.50"), Decimal("-37.25"))


def test_without_price_or_tick_there_is_no_limit() -> None:
    settings = LinkSettings(entry=EntryKind.LIMIT)

    assert entry_terms(settings, 1, None, product=MNQ) == (
        "entries are limit orders, and the signal has no price"
    )
    assert "tick size" in str(entry_terms(settings, 1, Decimal(1), product=None))


def test_the_instrument_is_the_signals_where_no_contract_is_set() -> None:
    assert traded_symbol("MNQ1!", LinkSettings()) == "MNQ1!"


def test_a_moment_ago_is_not_too_old() -> None:
    taken = step(0, 1, at=NOON - timedelta(seconds=30))

    assert TestLink().take(taken, now=NOON).verdict is None
