"""What the last signals would have done under edited settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.links import Direction, LinkSettings
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.domain.routing import Conditions, Step
from justtrades_desktop.execution.dry_run import dry_run
from tests.fakes.steps import CONDITIONS, NOON, step


def played(*positions: int, **settings: Any) -> DryRun:
    return dry_run(steps(positions), LinkSettings(**settings), as_it_was)


def steps(positions: Sequence[int]) -> list[Step]:
    before, made = 0, []
    for number, after in enumerate(positions):
        at = NOON + timedelta(minutes=number)
        made.append(step(before, after, at=at, signal_id=number + 10))
        before = after
    return made


def as_it_was(taken: Step) -> Conditions:
    return replace(CONDITIONS, now=taken.at, price=taken.price)


def test_each_step_becomes_a_line_of_what_it_would_have_done() -> None:
    lines = played(1, 2, 1, -1, 0, multiplier=2).lines

    assert [(line.wish, line.before, line.wanted) for line in lines] == [
        (Wish.ENTER, 0, 2),
        (Wish.ADD, 2, 4),
        (Wish.TRIM, 4, 2),
        (Wish.REVERSE, 2, -2),
        (Wish.CLOSE, -2, 0),
    ]
    assert {line.verdict for line in lines} == {Verdict.SHADOW}
    assert [line.signal_id for line in lines] == [10, 11, 12, 13, 14]
    assert lines[3].came == "closes 2, opens 2"


def test_what_is_refused_is_shown_with_its_reason_and_opens_nothing_later() -> None:
    said = played(-1, -2, 0, 1, direction=Direction.LONG)

    assert [line.verdict for line in said.lines] == [
        Verdict.REFUSED,
        Verdict.NOTHING,
        Verdict.NOTHING,
        Verdict.SHADOW,
    ]
    assert "long only" in said.lines[0].reason
    assert [line.wanted for line in said.lines] == [0, 0, 0, 1]
    assert said.said == (
        "Of the last 4 signals 1 would have traded (1 entry); 1 refused, 2 with nothing to do."
    )


def test_edited_settings_change_what_would_have_been() -> None:
    assert played(1, 2, 3).said == "Of the last 3 signals 3 would have traded (1 entry, 2 adds)."
    assert played(1, 2, 3, adds=False).said == (
        "Of the last 3 signals 1 would have traded (1 entry); 2 with nothing to do."
    )


def test_an_entry_that_is_parked_is_not_held_afterwards() -> None:
    def late(taken: Step) -> Conditions:
        return replace(CONDITIONS, now=taken.at + timedelta(minutes=5))

    lines = dry_run(steps((1, 2)), LinkSettings(), late).lines

    assert [line.verdict for line in lines] == [Verdict.PARKED, Verdict.NOTHING]
    assert [line.wanted for line in lines] == [0, 0]


def test_each_instrument_is_followed_by_itself() -> None:
    mixed = [step(0, 1), step(0, -3, symbol="MES1!"), step(1, 2), step(-3, 0, symbol="MES1!")]
    lines = dry_run(mixed, LinkSettings(), as_it_was).lines

    assert [(line.symbol, line.before, line.wanted) for line in lines] == [
        ("MNQ1!", 0, 1),
        ("MES1!", 0, -3),
        ("MNQ1!", 1, 2),
        ("MES1!", -3, 0),
    ]


def test_the_contract_is_the_one_that_would_be_traded() -> None:
    (line,) = played(1, contract="MESZ6").lines

    assert (line.symbol, line.contract) == ("MNQ1!", "MESZ6")


def test_rules_that_need_what_nobody_knows_say_so() -> None:
    def unknown(taken: Step) -> Conditions:
        return replace(as_it_was(taken), day_pnl=None)

    (line,) = dry_run(steps((1,)), LinkSettings(daily_loss=Decimal(300)), unknown).lines

    assert line.verdict is Verdict.REFUSED
    assert "not known" in line.reason


def test_the_sentence_counts_one_and_none_as_they_are() -> None:
    assert played().said == "There are no signals yet."
    assert played(1).said == "The last signal would have traded (1 entry)."
    assert played(1, multiplier=0).said == "The last signal would not have traded."
    assert played(1, 0, multiplier=0).said == (
        "Of the last 2 signals 0 would have traded; 2 with nothing to do."
    )
