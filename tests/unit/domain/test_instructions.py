"""What a recorder's settings make of a reading, and what that does to a position."""

from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.instructions import (
    Instruction,
    Nothing,
    Plan,
    instruct,
    missed,
    plan,
)
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Opposite, Reading
from tests.fakes.alerts import reading


def recorder(**settings: Any) -> Recorder:
    return Recorder(id=1, name="ORB", token="t" * 43, **settings)


def instructed(read: Reading, **settings: Any) -> Instruction:
    made = instruct(read, recorder(**settings))
    assert isinstance(made, Instruction)
    return made


@pytest.mark.parametrize(
    ("held", "action", "quantity", "opposite", "expected"),
    [
        (0, "buy", 2, "net", Plan(enter=2, side=1)),
        (1, "buy", 2, "net", Plan(enter=2, side=1)),
        (-3, "buy", 2, "net", Plan(exit=2, enter=0, side=1)),
        (-2, "buy", 2, "net", Plan(exit=2, enter=0, side=1)),
        (-1, "buy", 3, "net", Plan(exit=1, enter=2, side=1)),
        (-1, "buy", 3, "close", Plan(exit=1)),
        (-5, "buy", 3, "close", Plan(exit=5)),
        (-5, "buy", 3, "reverse", Plan(exit=5, enter=3, side=1)),
        (0, "sell", 2, "reverse", Plan(enter=2, side=-1)),
        (4, "sell", 1, "reverse", Plan(exit=4, enter=1, side=-1)),
        (4, "sell", 1, "net", Plan(exit=1, enter=0, side=-1)),
    ],
)
def test_buy_and_sell(held: int, action: str, quantity: int, opposite: str, expected: Plan) -> None:
    made = instructed(reading(action, quantity=quantity), opposite=Opposite(opposite))
    assert plan(held, made) == expected


@pytest.mark.parametrize(
    ("held", "percent", "closed"),
    [
        (3, "50", 2),
        (1, "50", 1),
        (1, "1", 1),
        (-10, "25", 3),
        (10, "24", 2),
        (4, "100", 4),
        (3, "33.3", 1),
    ],
)
def test_a_part_is_whole_contracts_and_at_least_one(held: int, percent: str, closed: int) -> None:
    made = instructed(reading("close", percent=Decimal(percent)))
    assert plan(held, made) == Plan(exit=closed)


@pytest.mark.parametrize("action", ["close", "add", "reverse"])
def test_while_flat_nothing_is_closed_added_to_or_reversed(action: str) -> None:
    """D1: a CLOSE while flat once opened a short."""
    assert isinstance(plan(0, instructed(reading(action, quantity=3))), Nothing)


def test_the_side_of_a_close_comes_from_the_position() -> None:
    """D2: CLOSE was taken for SELL, so closing a short added to it."""
    made = instructed(reading("close", target=0))
    assert plan(-2, made) == Plan(exit=2)
    assert plan(2, made) == Plan(exit=2)


def test_a_close_of_some_contracts_never_closes_more_than_are_open() -> None:
    assert plan(2, instructed(reading("close", quantity=5))) == Plan(exit=2)
    assert plan(-4, instructed(reading("close", quantity=3))) == Plan(exit=3)


def test_a_close_that_names_its_side_leaves_the_other_side_alone() -> None:
    made = instructed(reading("close", target=0, only_side=1))
    assert plan(2, made) == Plan(exit=2)
    refused = plan(-2, made)
    assert isinstance(refused, Nothing)
    assert refused.reason == "it closes a long, and the position is short 2"


def test_a_stated_position_is_set_whatever_the_action_says() -> None:
    """D3: a buy was the exit of a short and was traded as a new long."""
    made = instructed(reading("buy", quantity=1, target=0))
    assert plan(-1, made) == Plan(exit=1)


def test_a_close_that_states_what_remains_leaves_that() -> None:
    assert plan(3, instructed(reading("close", target=1))) == Plan(exit=2)


def test_a_stated_position_is_not_followed_where_the_trader_says_so() -> None:
    made = instructed(reading("buy", quantity=1, target=0), follow_position=False)
    assert plan(-1, made) == Plan(exit=1, enter=0, side=1)
    assert plan(0, made) == Plan(enter=1, side=1)
    assert isinstance(
        instruct(reading("target", target=3), recorder(follow_position=False)), Nothing
    )


@pytest.mark.parametrize(
    ("held", "target", "expected"),
    [
        (0, 3, Plan(enter=3, side=1)),
        (1, 3, Plan(enter=2, side=1)),
        (3, 1, Plan(exit=2)),
        (3, 0, Plan(exit=3)),
        (3, -2, Plan(exit=3, enter=2, side=-1)),
        (-2, -5, Plan(enter=3, side=-1)),
    ],
)
def test_the_position_becomes_what_is_stated(held: int, target: int, expected: Plan) -> None:
    assert plan(held, instructed(reading("target", target=target))) == expected


def test_zero_is_a_value_and_absent_is_the_default() -> None:
    """D5: a size of 0 was read as not set, became 1, then 3 through a multiplier."""
    assert isinstance(plan(0, instructed(reading("buy", quantity=0), multiplier=3)), Nothing)
    assert plan(0, instructed(reading("buy"), quantity=2, multiplier=3)) == Plan(enter=6, side=1)
    assert isinstance(plan(0, instructed(reading("buy"), quantity=0)), Nothing)


def test_one_scaling_for_entries_adds_trims_and_stated_positions() -> None:
    """D6: the multiplier applied to entries but not to partial exits."""
    settings = {"multiplier": 5}
    assert plan(0, instructed(reading("buy", quantity=3), **settings)) == Plan(enter=15, side=1)
    assert plan(15, instructed(reading("sell", quantity=1), **settings)).exit == 5  # type: ignore[union-attr]
    assert plan(15, instructed(reading("close", quantity=1), **settings)) == Plan(exit=5)
    assert plan(15, instructed(reading("add", quantity=1), **settings)) == Plan(enter=5, side=1)
    assert plan(15, instructed(reading("target", target=4), **settings)) == Plan(enter=5, side=1)


@pytest.mark.parametrize(
    ("held", "read", "words"),
    [
        (1, reading("buy", quantity=1, target=3), "an add of 1 was never received"),
        (3, reading("buy", quantity=1, target=3), "a trim of 1 was never received"),
        (0, reading("buy", quantity=1, target=3), "an entry of long 2 was never received"),
        (2, reading("sell", quantity=1, target=-1), "a close of long 2 was never received"),
        (
            2,
            reading("buy", target=1, previous=-2),
            "a reversal from long 2 to short 2 was never received",
        ),
        (2, reading("buy", quantity=1, target=3), None),
        (2, reading("buy", quantity=9, target=3, previous=2), None),
        (5, reading("buy", target=3), "a sell of more than 2 was never received"),
        (2, reading("buy", target=3), None),
        (-2, reading("buy", target=3), None),
        (2, reading("close", target=0), None),
        (2, reading("close", target=0, previous=3), "an add of 1 was never received"),
    ],
)
def test_what_was_missed_is_said_in_words(held: int, read: Reading, words: str | None) -> None:
    assert missed(held, instructed(read)) == words


def test_a_gap_is_seen_through_the_multiplier() -> None:
    made = instructed(reading("buy", quantity=1, target=3), multiplier=2)
    assert missed(4, made) is None
    assert missed(2, made) == "an add of 2 was never received"


def test_an_instruction_holds_everything_a_replay_needs() -> None:
    made = instructed(reading("buy"), quantity=2, multiplier=3, opposite=Opposite.CLOSE)
    assert (made.action, made.quantity, made.opposite) == (Action.BUY, 6, Opposite.CLOSE)
