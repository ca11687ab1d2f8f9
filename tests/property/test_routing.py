"""Routing over random signals and settings: what must hold however they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.links import Direction, LinkSettings, OtherWay, SameWay
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.domain.routing import Memory, Routed, Step, route
from justtrades_desktop.domain.signals import Action
from tests.fakes.steps import CONDITIONS, NOON, step

sizes = st.one_of(st.none(), st.integers(0, 7))
settings = st.builds(
    LinkSettings,
    initial=sizes,
    add=sizes,
    multiplier=st.integers(0, 5),
    max_contracts=st.one_of(st.none(), st.integers(0, 12)),
    adds=st.booleans(),
    add_every=st.integers(1, 3),
    adds_most=st.one_of(st.none(), st.integers(0, 3)),
    direction=st.sampled_from(Direction),
    same_way=st.sampled_from(SameWay),
    other_way=st.sampled_from(OtherWay),
    cooldown_seconds=st.sampled_from([0, 20]),
    trades_most=st.one_of(st.none(), st.integers(0, 4)),
)
happenings = st.tuples(
    st.integers(-8, 8),  # the signal position after it
    st.sampled_from(["trade", "stated", "close"]),
    st.sampled_from([0, 0, 0, 0, 60]),  # how old it is
    st.sampled_from([(), (), (), ("paused",)]),
    st.booleans(),  # a person or a resting exit took all of it before
)
scripts = st.lists(happenings, max_size=40)
Taken = tuple[Step, Memory, Routed]
Script = list[tuple[int, str, int, tuple[str, ...], bool]]


def _action(kind: str, before: int, after: int) -> Action:
    if kind == "stated":
        return Action.TARGET
    if kind == "close" and abs(after) < abs(before) and before * after >= 0:
        return Action.CLOSE
    return Action.BUY if after > before else Action.SELL


def played(
    chosen: LinkSettings,
    script: Script,
    *,
    honest: bool = False,
) -> list[Taken]:
    """Each step with the memory before it and what came of it; ``honest``: nothing interferes."""
    memory, before, taken = Memory(), 0, []
    for number, (after, kind, age, brakes, gone) in enumerate(script):
        if after == before:
            continue
        now = NOON + timedelta(seconds=10 * number)
        conditions = replace(
            CONDITIONS,
            now=now,
            brakes=() if honest else brakes,
            held=0 if gone and not honest else memory.wanted,
        )
        at = now if honest else now - timedelta(seconds=age)
        each = step(before, after, _action(kind, before, after), at=at)
        routed = route(each, chosen, memory, conditions)
        taken.append((each, memory, routed))
        memory = routed.memory if routed.verdict is None else routed.if_refused
        before = after
    return taken


@given(settings, scripts)
def test_what_is_sent_leads_from_what_was_held_to_what_is_wanted(
    chosen: LinkSettings, script: Script
) -> None:
    for _, before, routed in played(chosen, script, honest=True):
        assert routed.opens >= 0
        assert routed.closes >= 0
        if routed.verdict is not None:
            assert routed.verdict is Verdict.PARKED or routed.wanted == before.wanted
            continue
        left = abs(before.wanted) - routed.closes
        assert left >= 0
        assert left == 0 or routed.wanted * before.wanted > 0
        assert abs(routed.wanted) == left + routed.opens
        assert routed.memory.wanted == routed.wanted
        assert routed.opens or routed.closes


@given(st.integers(1, 6), scripts)
def test_a_plain_link_ends_at_the_scaled_signal_position(multiplier: int, script: Script) -> None:
    for each, _, routed in played(LinkSettings(multiplier=multiplier), script, honest=True):
        assert routed.wanted == each.after * multiplier


@given(settings, scripts)
def test_a_close_leads_to_0_and_opens_nothing(chosen: LinkSettings, script: Script) -> None:
    for each, before, routed in played(chosen, script):
        if routed.wish is Wish.CLOSE or (each.after == 0 and not each.is_trade):
            assert routed.wanted == 0
        if each.after == 0:
            assert routed.opens == 0
        if each.after == 0 and chosen.other_way is not OtherWay.IGNORE:
            assert routed.wanted == 0
            assert routed.closes in (0, abs(before.wanted))


@given(settings, scripts)
def test_no_cap_is_ever_exceeded(chosen: LinkSettings, script: Script) -> None:
    for _, _, routed in played(chosen, script):
        most = chosen.max_contracts
        assert most is None or abs(routed.wanted) <= most
        assert chosen.trades_most is None or routed.memory.entries <= chosen.trades_most
        assert chosen.adds_most is None or routed.memory.adds <= chosen.adds_most


@given(settings, scripts)
def test_a_trim_never_increases_nor_crosses_zero_nor_leaves_nothing(
    chosen: LinkSettings, script: Script
) -> None:
    for _, before, routed in played(chosen, script):
        if routed.wish is Wish.TRIM:
            assert routed.opens == 0
            assert 0 < abs(routed.wanted) < abs(before.wanted)
            assert routed.wanted * before.wanted > 0


@given(settings, scripts)
def test_brakes_and_age_stop_no_exit(chosen: LinkSettings, script: Script) -> None:
    for each, before, _ in played(chosen, script):
        old = replace(
            CONDITIONS,
            now=each.at + timedelta(days=3),
            brakes=("everything is broken",),
            held=before.wanted,
        )
        still = route(each, chosen, before, old)
        if still.wish in (Wish.CLOSE, Wish.TRIM):
            assert still.verdict is None
        assert still.opens == 0
        if before.is_in and each.after == 0 and not each.is_trade:
            assert (still.wish, still.verdict, still.closes) == (
                Wish.CLOSE,
                None,
                abs(before.wanted),
            )


@given(settings, scripts)
def test_the_other_way_round_is_the_mirror_of_both(chosen: LinkSettings, script: Script) -> None:
    both = replace(chosen, direction=Direction.BOTH)
    inverse = replace(chosen, direction=Direction.INVERSE)
    ahead = [routed.wanted for _, _, routed in played(both, script)]

    assert [-routed.wanted for _, _, routed in played(inverse, script)] == ahead


@given(settings, scripts)
def test_whatever_is_not_done_is_said(chosen: LinkSettings, script: Script) -> None:
    for _, _, routed in played(chosen, script):
        assert routed.verdict is None or routed.reason
