"""``links`` on the command line: every setting can be reached, cleared and read again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.cli.arguments import parse
from justtrades_desktop.cli.link_arguments import GROUPS, flag_of, settings_of
from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.link_text import as_json, changed
from justtrades_desktop.domain.links import (
    DEFAULTS,
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkMode,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Target,
    Window,
)
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.brokerage import FakeBrokerage, up
from tests.fakes.command_line import CommandLine, door_to
from tests.fakes.executions import DEMO, LIVE, FakeExecutions, account_state, decision, link_of

TYPED: dict[str, tuple[str | list[str], Any]] = {
    "initial": ("2", 2),
    "add": ("1", 1),
    "multiplier": ("3", 3),
    "max_contracts": ("6", 6),
    "own_exits": ("on", True),
    "targets": (
        ["20 ticks=50%", "40t = 1", "alert"],
        (
            Target(Level(Unit.TICKS, Decimal(20)), Decimal(50)),
            Target(Level(Unit.TICKS, Decimal(40)), Decimal(1), percent=False),
            Target(Level(Unit.ALERT), Decimal(50)),
        ),
    ),
    "stop": ("40 ticks", Level(Unit.TICKS, Decimal(40))),
    "trail": ("0.5%", Level(Unit.PERCENT, Decimal("0.5"))),
    "trail_after": ("10 points", Level(Unit.POINTS, Decimal(10))),
    "trail_step": ("4t", Level(Unit.TICKS, Decimal(4))),
    "break_even": ("20 ticks", Level(Unit.TICKS, Decimal(20))),
    "break_even_offset": ("2 ticks", Level(Unit.TICKS, Decimal(2))),
    "adds": ("off", False),
    "add_every": ("2", 2),
    "add_apart_ticks": ("8", 8),
    "adds_most": ("3", 3),
    "direction": ("inverse", Direction.INVERSE),
    "same_way": ("ignore", SameWay.IGNORE),
    "other_way": ("close", OtherWay.CLOSE),
    "windows": (
        ["mon-wed,fri 09:30-15:45 America/Chicago session", "22:00-02:00"],
        (
            Window(frozenset((0, 1, 2, 4)), time(9, 30), time(15, 45), "America/Chicago", True),
            Window(frozenset(range(7)), time(22), time(2)),
        ),
    ),
    "outside": ("flat", Outside.FLAT),
    "flat_at_session_end": ("on", True),
    "stale_seconds": ("5", 5),
    "cooldown_seconds": ("60", 60),
    "trades_most": ("4", 4),
    "daily_loss": ("500.50", Decimal("500.50")),
    "daily_loss_does": ("stop-entries", AtLimit.STOP),
    "daily_profit": ("1000", Decimal(1000)),
    "daily_profit_does": ("both", AtLimit.BOTH),
    "contract": ("mesz6", "MESZ6"),
    "slippage_ticks": ("8", 8),
    "entry": ("limit", EntryKind.LIMIT),
    "limit_ticks": ("2", 2),
    "limit_seconds": ("10", 10),
    "limit_end": ("market", LimitEnd.MARKET),
    "expiry_days": ("3", 3),
}
"""What is typed for each setting, and what it must come to; never the default."""

NAMES = [each.name for each in fields(LinkSettings)]


def options(name: str, text: str | list[str]) -> list[str]:
    return [
        part
        for each in ([text] if isinstance(text, str) else text)
        for part in (flag_of(name), each)
    ]


@pytest.fixture
def executions(shell: CommandLine) -> FakeExecutions:
    made = FakeExecutions(links=(link_of(7),), accounts=(account_state(DEMO), account_state(LIVE)))
    shell.door = door_to(made, FakeBrokerage(up()))
    return made


def test_no_setting_is_left_out_of_this_test() -> None:
    assert list(TYPED) == NAMES
    assert [name for group in GROUPS.values() for name in group] == NAMES
    assert not [name for name in NAMES if TYPED[name][1] == getattr(DEFAULTS, name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_has_an_option(name: str) -> None:
    text, value = TYPED[name]
    chosen = parse(["links", "change", "7", *options(name, text)])
    settings = changed(DEFAULTS, settings_of(chosen))
    assert settings == replace(DEFAULTS, **{name: value})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_can_be_typed_again(name: str) -> None:
    settings = replace(DEFAULTS, **{name: TYPED[name][1]})
    printed = as_json(settings)[name]
    if isinstance(printed, bool):
        printed = "on" if printed else "off"
    typed = printed if isinstance(printed, list) else str(printed)
    assert changed(DEFAULTS, {name: typed}) == settings


def test_off_and_none_clear_what_can_be_unset(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    full = changed(DEFAULTS, {name: text for name, (text, _) in TYPED.items()})
    executions.tell(links=(link_of(7, settings=full),))
    cleared = {
        *("initial", "add", "max_contracts", "targets", "stop", "trail", "trail_after"),
        *("trail_step", "break_even", "break_even_offset", "adds_most", "windows", "trades_most"),
        *("daily_loss", "daily_profit", "contract", "slippage_ticks", "cooldown_seconds"),
        *("add_apart_ticks", "limit_ticks"),
    }
    words = [part for name in sorted(cleared) for part in (flag_of(name), "none")]
    told = shell.told("links", "change", "7", *words)
    after = executions.now.links[0].settings
    assert {name for name in NAMES if getattr(after, name) != getattr(full, name)} == cleared
    assert told["settings"]["stop"] is None
    assert told["settings"]["targets"] == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["--multiplier", "off"], "always set"),
        (["--initial", "-1"], "whole number"),
        (["--stop", "20"], "no distance"),
        (["--target", "20 ticks=half"], "whole number"),
        (["--window", "someday 09:30-15:45"], "no weekday"),
        (["--window", "09:30-25:00"], "no time of day"),
        (["--window", "09:30-15:45 Mars/Olympus"], "no time zone"),
        (["--direction", "up"], "both, long, short, inverse"),
        (["--daily-loss", "much"], "no amount"),
        (["--adds", "yes"], "neither on nor off"),
    ],
)
def test_nonsense_is_wrong_use_and_says_what_was_meant(
    shell: CommandLine, executions: FakeExecutions, typed: list[str], says: str
) -> None:
    code, _ = shell.run("links", "change", "7", *typed)
    assert code == 2
    assert says in shell.err
    assert executions.calls == []


def test_a_link_is_added_in_shadow_and_explained(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    code, out = shell.run("links", "add", "ORB", "Demo/DEMO1", "--initial", "2", "--stop", "40t")
    assert code == 0
    ((recorder_id, key, settings, mode),) = executions.named("add_link")
    assert (recorder_id, key, mode) == (1, DEMO, LinkMode.SHADOW)
    assert settings == replace(DEFAULTS, initial=2, stop=Level(Unit.TICKS, Decimal(40)))
    assert "An entry has 2 contracts." in out
    assert "But: " in out, "a stop without own exits is a contradiction"


def test_a_recorder_goes_by_name_or_number_and_an_account_by_either_name(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    shell.told("links", "add", "1", "LIVE1", "--mode", "off")
    assert executions.named("add_link")[0][:2] == (1, LIVE)
    assert shell.run("links", "add", "Nobody", "DEMO1")[0] == 1
    assert "no recorder named 'Nobody'" in shell.err
    assert shell.run("links", "add", "ORB", "DEMO")[0] == 1, "not the beginning of a name"
    assert "no account named 'DEMO'" in shell.err


def test_two_accounts_of_one_name_have_to_be_told_apart(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    executions.tell(accounts=(account_state(DEMO), account_state(LIVE._replace(account="DEMO1"))))
    assert shell.run("links", "add", "ORB", "DEMO1")[0] == 1
    assert "Demo/DEMO1, Live/DEMO1" in shell.err


def test_a_change_keeps_what_is_not_named(shell: CommandLine, executions: FakeExecutions) -> None:
    executions.tell(links=(link_of(7, settings=replace(DEFAULTS, initial=3)),))
    shell.told("links", "change", "7", "--adds", "off")
    assert executions.now.links[0].settings == replace(DEFAULTS, initial=3, adds=False)
    shell.told("links", "change", "7", "--mode", "off")
    assert executions.named("change_link")[-1] == (7, None, LinkMode.OFF)
    assert shell.run("links", "change", "7")[0] == 1
    assert "Nothing would change" in shell.err


def test_what_cannot_be_meant_is_refused_before_it_is_kept(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    assert shell.run("links", "change", "7", "--trail", "25000 price")[0] == 1
    assert "cannot be a price" in shell.err
    assert executions.named("change_link") == []


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (("20 ticks", "40 ticks"), "only the last step may"),
        (("20 ticks=100%", "40 ticks"), "Nothing is left for '40 ticks'"),
    ],
)
def test_only_the_last_step_takes_what_is_left(
    shell: CommandLine, executions: FakeExecutions, steps: tuple[str, ...], says: str
) -> None:
    words = [part for step in steps for part in ("--target", step)]
    assert shell.run("links", "change", "7", *words)[0] == 1
    assert says in shell.err
    assert executions.calls == []


def test_links_are_listed_with_what_is_not_as_it_comes(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    chosen = changed(DEFAULTS, {"targets": ["20 ticks=50%", "40 ticks"], "adds": "off"})
    executions.tell(links=(link_of(7, settings=chosen),))
    code, out = shell.run("links")
    assert code == 0
    for said in ("ORB", "Demo/DEMO1", "armed", "targets 20 ticks=50% + 40 ticks=50%, adds off"):
        assert said in out
    assert shell.told("links", "list") == shell.told("links")
    (row,) = shell.told("links")
    assert row["settings"] == {"targets": ["20 ticks=50%", "40 ticks=50%"], "adds": False}


def test_show_says_a_sentence_for_every_setting(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    told = shell.told("links", "show", "7")
    assert list(told["settings"]) == NAMES
    assert set(told["sentences"]) == set(NAMES)
    assert all(told["sentences"].values())
    out = shell.run("links", "show", "7")[1]
    assert all(sentence[:100] in out for sentence in told["sentences"].values())
    assert shell.run("links", "show", "8")[0] == 1
    assert "no link 8" in shell.err


def test_a_dry_run_asks_for_the_edited_settings_and_changes_nothing(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    executions.dry = DryRun(
        lines=(decision(1, verdict=Verdict.REFUSED, reason="shorts are not taken", link_id=7),),
        said="0 of the last 50 signals would have traded.",
    )
    code, out = shell.run("links", "try", "7", "--direction", "long")
    assert code == 0
    assert executions.calls == [
        ("dry_run", 7, 1, replace(DEFAULTS, direction=Direction.LONG)),
    ]
    assert "shorts are not taken" in out
    assert out.endswith("0 of the last 50 signals would have traded.\n")
    told = shell.told("links", "try", "7")
    assert [line["verdict"] for line in told["lines"]] == ["refused"]


def test_a_link_is_removed(shell: CommandLine, executions: FakeExecutions) -> None:
    assert shell.told("links", "remove", "7") == {"removed": 7}
    assert executions.now.links == ()


def test_the_documentation_has_every_option() -> None:
    page = (Path(__file__).parents[3] / "docs" / "execution.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{flag_of(name)}` |" not in page] == []


def test_without_a_running_program_it_says_so(shell: CommandLine) -> None:
    assert shell.run("links")[0] == 1
    assert "No JustTrades is running" in shell.err
