"""``decisions`` and ``executions`` read the second ledger; nothing has to run for that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.domain.execution_ledger import Entry
from justtrades_desktop.domain.orders import Verdict
from justtrades_desktop.ledger.execution import SecondLedger
from justtrades_desktop.ledger.file import path_in
from tests.fakes.command_line import CommandLine
from tests.fakes.executions import decision, execution, link_of


async def _fill(folder: Path) -> None:
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("ORB")
        second = SecondLedger(core.store, path_in(folder))
        await second.save_link(link_of(1, recorder.id))
        refused = decision(
            2, signal_id=9, verdict=Verdict.REFUSED, reason="the cap is 5", came="nothing"
        )
        manual = replace(execution(2), purpose=None, link_id=None, slippage=None, delay=None)
        await second.write(
            Entry(decisions=[decision(1), refused], executions=[execution(1), manual])
        )


@pytest.fixture
def filled(shell: CommandLine) -> CommandLine:
    asyncio.run(_fill(shell.folder))
    return shell


def test_a_decision_is_one_line_with_its_reason(filled: CommandLine) -> None:
    code, out = filled.run("decisions")
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("2 "))
    assert line.endswith("refused  the cap is 5; nothing")
    assert "ORB" in line


def test_decisions_of_one_signal(filled: CommandLine) -> None:
    assert [row["id"] for row in filled.told("decisions")] == [2, 1]
    assert [row["id"] for row in filled.told("decisions", "--signal", "9")] == [2]
    assert [row["id"] for row in filled.told("decisions", "--limit", "1")] == [2]
    (row,) = filled.told("decisions", "--signal", "1")
    assert (row["before"], row["wanted"], row["price"]) == (0, 2, "25600.25")


def test_executions_have_slippage_and_delay_and_say_whose_they_are(filled: CommandLine) -> None:
    rows = {row["fill"]: row for row in filled.told("executions")}
    assert (rows[1]["slippage_ticks"], rows[1]["delay_seconds"]) == ("1", 0.41)
    assert (rows[1]["recorder"], rows[1]["purpose"]) == ("ORB", "entry")
    assert (rows[2]["slippage_ticks"], rows[2]["delay_seconds"]) == (None, None), "not 0"
    assert "somebody else's" in filled.run("executions")[1]


def test_without_a_ledger_it_says_so(shell: CommandLine) -> None:
    assert shell.run("decisions")[0] == 1
    assert "justtrades:" in shell.err
