"""Settings that work against each other are named while they are edited."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.exits import ExitRules, Level, Unit
from justtrades_desktop.domain.link_words import contradictions
from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Target,
    Window,
)
from justtrades_desktop.domain.recorders import Recorder


def ticks(number: int) -> Level:
    return Level(Unit.TICKS, Decimal(number))


def target(at: int, part: int, *, percent: bool = True) -> Target:
    return Target(ticks(at), Decimal(part), percent)


RESTING = ExitRules(take_profit=ticks(40), stop=ticks(20))
BY_ALERT = ExitRules(stop=Level(Unit.ALERT))
OWN = {"own_exits": True, "stop": ticks(20)}
MORNING = Window(frozenset(range(5)), time(9, 30), time(11))


def recorder(**fields: Any) -> Recorder:
    return Recorder(**{"id": 1, "name": "ORB", "token": "t", "exits": RESTING, **fields})


def found(settings: dict[str, Any], **of_recorder: Any) -> list[str]:
    return contradictions(LinkSettings(**settings), recorder(**of_recorder))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"same_way": SameWay.IGNORE},
            "Adds are on, but same-direction signals are ignored: adds will never happen",
        ),
        ({"adds_most": 0}, "Adds are on, but the most adds are 0: adds will never happen"),
        ({"add": 0}, "Adds are on, but an add has 0 contracts: adds will never happen"),
        (
            {"adds": False, "add_every": 2},
            "Every nth add is chosen, but adds are off: it will have no effect",
        ),
        (
            {"adds": False, "add": 2},
            "An add size is set, but adds are off: it will have no effect",
        ),
        (
            {"adds": False, "add_apart_ticks": 8},
            "A distance between adds is set, but adds are off: it will have no effect",
        ),
        (
            {"adds": False, "adds_most": 3},
            "A maximum of adds is set, but adds are off: it will have no effect",
        ),
        ({"multiplier": 0}, "The multiplier is 0: nothing will be traded"),
        ({"initial": 0}, "The entry size is 0: nothing will be entered"),
        ({"max_contracts": 0}, "The maximum of contracts is 0: every entry will be refused"),
        (
            {"initial": 2, "multiplier": 3, "max_contracts": 5},
            "An entry has 6 contracts, but 5 are the most: it will always be cut",
        ),
        (
            {"initial": 5, "max_contracts": 5},
            "An entry has 5 contracts and 5 are the most: adds will never fit",
        ),
        (
            {"stop": ticks(20)},
            "Exits are set, but the link's own exits are off: the recorder's will count",
        ),
        (
            {"own_exits": True},
            "Own exits are on with nothing set: positions will have no exit at the broker",
        ),
        (
            {"own_exits": True, "targets": (target(40, 100),)},
            "There are targets but no stop: nothing will limit a loss at the broker",
        ),
        (
            {"own_exits": True, "break_even": ticks(20)},
            "There is a break-even but no stop: until it is reached nothing limits a loss",
        ),
        (
            {**OWN, "trail_after": ticks(10)},
            "The trailing stop has a start but no distance: nothing will trail",
        ),
        (
            {**OWN, "trail_step": ticks(10)},
            "The trailing stop has a step but no distance: nothing will trail",
        ),
        (
            {**OWN, "break_even_offset": ticks(2)},
            "The break-even has an offset but no distance: the stop will not move",
        ),
        (
            {**OWN, "break_even": ticks(10), "break_even_offset": ticks(10)},
            "The break-even offset is not less than its distance: the stop would lie at or beyond "
            "the market when it moves",
        ),
        (
            {**OWN, "targets": (target(40, 60), target(80, 60))},
            "The targets' parts add up to 120 %: there are 100 % to leave",
        ),
        (
            {**OWN, "targets": (target(80, 50), target(40, 50))},
            "Target 2 is no further away than target 1",
        ),
        (
            {
                **OWN,
                "multiplier": 2,
                "max_contracts": 5,
                "targets": (target(40, 2, percent=False), target(80, 1, percent=False)),
            },
            "The targets' parts are 6 contracts, but at most 5 will be held",
        ),
        (
            {**OWN, "targets": (target(40, 100),), "break_even": ticks(40)},
            "The break-even begins no earlier than the last target: it will never act",
        ),
        (
            {**OWN, "targets": (target(40, 100),), "trail": ticks(8), "trail_after": ticks(50)},
            "The trailing stop begins no earlier than the last target: it will never act",
        ),
        (
            {"direction": Direction.SHORT, "other_way": OtherWay.IGNORE},
            "The direction is short only and opposite signals are ignored: only explicit closes "
            "and exits will end a position",
        ),
        (
            {"windows": (MORNING._replace(days=frozenset()),)},
            "Time window 1 has no days: it will never be open",
        ),
        (
            {"windows": (MORNING, MORNING._replace(days=frozenset((5, 6)), by_session=True))},
            "Time window 2 has weekend days only, and no CME session is theirs",
        ),
        (
            {"windows": (MORNING._replace(days=frozenset((5,))),)},
            "Time window 1 is on Saturday only, when nothing is traded",
        ),
        (
            {"outside": Outside.FLAT},
            "Positions are to be flat outside the time windows, but there is no time window",
        ),
        (
            {"stale_seconds": 0},
            "Entries may be 0 seconds old: every one of them will wait for a person",
        ),
        ({"trades_most": 0}, "The most trades a session are 0: nothing will be entered"),
        (
            {"daily_loss_does": AtLimit.FLATTEN},
            'The daily loss limit is to "flatten", but it has no amount',
        ),
        (
            {"daily_profit_does": AtLimit.BOTH},
            'The daily profit limit is to "both", but it has no amount',
        ),
        (
            {"daily_loss": Decimal(0)},
            "A daily loss limit of 0 is reached at once: nothing will be entered",
        ),
        (
            {"daily_profit": Decimal(500), "daily_profit_does": AtLimit.FLATTEN},
            "At the daily profit limit positions are closed but entries go on: the next one may be "
            "closed at once",
        ),
        *(
            (
                {name: value},
                "Settings of a limit entry are set, but entries are market orders",
            )
            for name, value in (
                ("limit_ticks", 2),
                ("limit_seconds", 5),
                ("limit_end", LimitEnd.MARKET),
            )
        ),
        (
            {"contract": "MESZ6"},
            "Everything will be traded in MESZ6, but the recorder takes alerts of any instrument",
        ),
    ],
)
def test_d10_a_contradiction_is_named_and_nothing_else(settings: dict[str, Any], said: str) -> None:
    assert found(settings) == [said]


@pytest.mark.parametrize(
    ("settings", "of_recorder", "said"),
    [
        (
            {},
            {"enabled": False},
            "The recorder is switched off: it ignores its alerts, so nothing will be entered",
        ),
        (
            {},
            {"exits": ExitRules()},
            "The recorder has no exits: positions will have no exit at the broker",
        ),
        (
            {"multiplier": 3},
            {"multiplier": 2},
            "The recorder multiplies by 2 and the link by 3: an alert's size becomes 6 times as "
            "large",
        ),
        (
            {"direction": Direction.INVERSE},
            {"exits": BY_ALERT},
            "Signals are traded the other way round, but exits come from the alert: its target "
            "and stop lie on the wrong side of an inverse position",
        ),
    ],
)
def test_d10_a_contradiction_with_the_recorder_is_named(
    settings: dict[str, Any], of_recorder: dict[str, Any], said: str
) -> None:
    assert found(settings, **of_recorder) == [said]


def test_without_exits_ignored_opposite_signals_leave_only_explicit_closes() -> None:
    said = found({"other_way": OtherWay.IGNORE}, exits=ExitRules())

    assert (
        "Opposite signals are ignored and there are no exits: only explicit closes will end "
        "a position"
    ) in said


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"initial": 2, "add": 1, "max_contracts": 5},
        {"adds": False, "same_way": SameWay.IGNORE},
        {"initial": 5, "max_contracts": 5, "adds": False},
        {**OWN, "targets": (target(40, 50), target(80, 50))},
        {**OWN, "targets": (target(40, 1, percent=False), target(80, 50))},
        {**OWN, "trail": ticks(8), "trail_after": ticks(10), "trail_step": ticks(2)},
        {**OWN, "break_even": ticks(10), "break_even_offset": Level(Unit.POINTS, Decimal(1))},
        {"direction": Direction.LONG},
        {"direction": Direction.INVERSE},
        {"windows": (MORNING,), "outside": Outside.FLAT},
        {"windows": (Window(frozenset((5,)), time(22), time(2)),)},
        {"daily_loss": Decimal(300), "daily_loss_does": AtLimit.STOP},
        {"entry": EntryKind.LIMIT, "limit_ticks": 2, "limit_end": LimitEnd.MARKET},
    ],
)
def test_settings_that_agree_are_left_alone(settings: dict[str, Any]) -> None:
    assert found(settings) == []


def test_several_contradictions_are_all_named() -> None:
    assert len(found({"multiplier": 0, "trades_most": 0, "outside": Outside.FLAT})) == 3
