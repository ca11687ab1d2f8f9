"""Brakes, caps, findings and flatten all on the command line."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.cli import flatten as flattening
from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Brake
from justtrades_desktop.domain.links import AccountLimits
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.brokerage import FakeBrokerage, account, holding, off, order, up
from tests.fakes.command_line import CommandLine, door_to
from tests.fakes.executions import (
    DEMO,
    LIVE,
    FakeExecutions,
    account_state,
    decision,
    finding,
    link_of,
)


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def executions(shell: CommandLine) -> FakeExecutions:
    made = FakeExecutions(
        links=(link_of(1),), accounts=(account_state(DEMO), account_state(LIVE, held=3))
    )
    live = replace(
        up("Live", Environment.LIVE),
        accounts=(account(1, "LIVE1"),),
        working=(order(71, contract_id=1), order(72, contract_id=1)),
    )
    shell.door = door_to(made, FakeBrokerage(holding(up(), -2), live))
    return made


def types(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(line + "\n"))


# Arming


def test_arming_asks_for_the_accounts_name(
    shell: CommandLine, executions: FakeExecutions, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, "LIVE1")
    assert shell.run("arm", "Live/LIVE1")[0] == 0
    assert executions.named("arm") == [(LIVE, "LIVE1")]
    assert "real money on Live/LIVE1" in shell.err
    types(monkeypatch, "yes")
    assert shell.run("arm", "Live/LIVE1")[0] == 1
    assert "not the account's name" in shell.err


def test_a_script_says_the_name_or_arms_nothing(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    assert shell.run("arm", "LIVE1")[0] == 1, "nobody types"
    assert "--type NAME" in shell.err
    assert executions.calls == []
    told = shell.told("arm", "LIVE1", "--type", "LIVE1")
    assert told == {"account": "Live/LIVE1", "environment": "live", "armed": True}
    assert shell.told("disarm", "LIVE1")["armed"] is False


# Pausing


def test_pausing_and_resuming_say_what_still_brakes(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    executions.tell(brakes=(Brake(said="No market data for 12 s", key=DEMO),))
    assert "Entries are paused." in shell.run("pause")[1]
    assert executions.now.paused
    out = shell.run("resume")[1]
    assert not executions.now.paused
    assert out == "Entries are not paused.\nDemo/DEMO1: No market data for 12 s\n"


# Caps


def test_caps_are_shown_with_what_is_used_of_them(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    state = account_state(DEMO, entries_minute=3, held=2, loss_at_broker_said="not for this user")
    limits = AccountLimits(order=5, daily_loss_at_broker=Decimal(500))
    executions.tell(accounts=(replace(state, limits=limits),))
    code, out = shell.run("limits")
    assert code == 0
    assert "3 of 30" in out
    assert "2 of any" in out
    assert "500 wanted, the broker has none: not for this user" in out


def test_only_the_caps_that_are_named_change(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    before = AccountLimits(order=5, day=100)
    executions.tell(accounts=(account_state(DEMO, limits=before), account_state(LIVE)))
    named = ("--position", "10", "--daily-loss-at-broker", "500.50", "--day", "off")
    (row,) = shell.told("limits", "DEMO1", *named)
    after = AccountLimits(order=5, day=None, position=10, daily_loss_at_broker=Decimal("500.50"))
    assert executions.named("set_limits") == [(DEMO, after)]
    assert row["caps"]["daily_loss_at_broker"] == "500.5"
    assert [row["account"] for row in shell.told("limits", "LIVE1")] == ["Live/LIVE1"]


def test_every_cap_can_be_set(shell: CommandLine, executions: FakeExecutions) -> None:
    wanted = AccountLimits(
        order=1, position=2, account=3, minute=4, day=5, repeat_seconds=6,
        daily_loss_at_broker=Decimal(7),
    )  # fmt: skip
    words = (
        *("--order", "1", "--position", "2", "--account", "3", "--minute", "4", "--day", "5"),
        *("--repeat-seconds", "6", "--daily-loss-at-broker", "7"),
    )
    shell.told("limits", "LIVE1", *words)
    assert executions.named("set_limits") == [(LIVE, wanted)]


def test_a_cap_needs_an_account_and_a_number(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    assert shell.run("limits", "--order", "5")[0] == 1
    assert "Of which account?" in shell.err
    assert shell.run("limits", "DEMO1", "--order", "many")[0] == 2
    assert executions.calls == []


# Parked entries and findings


def test_a_parked_entry_is_shown_sent_or_dismissed(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    waiting = decision(4, verdict=Verdict.PARKED, reason="41 s old")
    executions.tell(parked=(waiting, replace(waiting, id=5)), decisions=(waiting,))
    out = shell.run("parked")[1]
    assert "41 s old" in out
    assert [row["id"] for row in shell.told("parked")] == [4, 5]
    assert shell.told("parked", "send", "4")["recorder"] == "ORB"
    assert shell.told("parked", "dismiss", "5") == {"id": 5}
    assert (executions.named("send_parked"), executions.named("dismiss_parked")) == (
        [(4,)],
        [(5,)],
    )


def test_the_doctor_fails_while_anything_is_wrong(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    assert shell.run("doctor") == (0, "Everything is as it should be.\n")
    executions.tell(findings=(finding("f1"),))
    code, out = shell.run("doctor")
    assert code == 1
    assert "naked  Demo/DEMO1 MNQZ6: Long 2 MNQZ6 have no stop at the broker." in out
    assert "justtrades doctor repair f1: Place the stop" in out
    executions.said = "The stop rests at 25550.00."
    assert "rests at 25550.00" in shell.run("doctor", "repair", "f1")[1]
    assert shell.run("doctor")[0] == 0


def test_a_doctor_who_has_not_looked_yet_calls_nobody_healthy(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    executions.tell(ready=False)
    code, out = shell.run("doctor")
    assert code == 1
    assert "still comparing" in out


# Flatten all


def flat_after(executions: FakeExecutions, **ends: bool) -> Any:
    """Every look finds one more account at its end."""
    left = list(ends.items())

    def passes(_: float) -> None:
        if left:
            name, flat = left.pop(0)
            key = {"demo": DEMO, "live": LIVE}[name]
            executions.flattened(key, "Flat" if flat else "Given up: 2 still open", flat=flat)

    return passes


def test_flatten_all_says_what_it_will_close_and_asks(
    shell: CommandLine, executions: FakeExecutions, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, "")
    assert shell.run("flatten", "--all")[0] == 1
    assert "DEMO  Demo/DEMO1: close short 2 MNQZ6\n" in shell.err
    assert "LIVE  Live/LIVE1: cancel 2 working orders\n" in shell.err
    assert executions.calls == [], "no is the default"
    monkeypatch.setattr(flattening, "sleep", flat_after(executions, demo=True, live=True))
    types(monkeypatch, "yes")
    assert shell.run("flatten", "--all")[0] == 0
    assert executions.named("flatten_all") == [(None,)]


def test_without_a_terminal_nothing_is_closed_unless_it_is_meant(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    assert shell.run("flatten", "--all")[0] == 1
    assert "--yes" in shell.err
    assert executions.calls == []


def test_the_report_is_followed_until_every_account_is_over(
    shell: CommandLine, executions: FakeExecutions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "sleep", flat_after(executions, live=True, demo=False))
    code, out = shell.run("flatten", "--all", "--yes")
    assert code == 1, "one account is not flat"
    assert out.splitlines() == [
        "Demo/DEMO1: Cancelling working orders",
        "Live/LIVE1: Cancelling working orders",
        "Live/LIVE1: Flat",
        "Demo/DEMO1: Given up: 2 still open",
    ]


def test_flatten_all_of_one_account_prints_its_report_as_json(
    shell: CommandLine, executions: FakeExecutions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "sleep", flat_after(executions, demo=True))
    told = shell.told("flatten", "--all", "--account", "DEMO1", "--yes")
    assert executions.named("flatten_all") == [((DEMO,),)]
    assert told == [{"account": "Demo/DEMO1", "said": "Flat", "over": True, "flat": True}]


def test_a_program_that_ends_meanwhile_is_no_success(
    shell: CommandLine, executions: FakeExecutions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: float) -> None:
        shell.door = None

    monkeypatch.setattr(flattening, "sleep", dies)
    assert shell.run("flatten", "--all", "--yes")[0] == 1
    assert "ended before everything was verified flat" in shell.err


def test_what_is_not_connected_is_said_to_be_old(
    shell: CommandLine, executions: FakeExecutions
) -> None:
    shell.door = door_to(executions, FakeBrokerage(off(holding(up(), 1))))
    _ = shell.run("flatten", "--all")
    assert "close long 1 MNQZ6 (as known last: it is not connected)" in shell.err


def test_where_no_account_is_known_nothing_is_called_flat(shell: CommandLine) -> None:
    executions = FakeExecutions()
    shell.door = door_to(executions, FakeBrokerage())
    assert shell.run("flatten", "--all", "--yes")[0] == 1
    assert "No account is known" in shell.err
    assert executions.now.paused


@pytest.mark.parametrize("words", [(), ("MNQ1!", "--all")])
def test_flatten_needs_to_know_what(
    shell: CommandLine, executions: FakeExecutions, words: tuple[str, ...]
) -> None:
    assert shell.run("flatten", *words)[0] == 1
    assert "What shall be closed?" in shell.err
    assert executions.calls == []


def test_a_refusal_is_one_line(shell: CommandLine, executions: FakeExecutions) -> None:
    executions.refusal = UserError("The disk is full", "Make room.")
    assert shell.run("pause")[0] == 1
    assert shell.err == "justtrades: The disk is full. Make room.\n"
