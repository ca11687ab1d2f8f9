"""The status bar: a heartbeat for each part, and words for a late one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.ui.status import (
    Beat,
    Level,
    ledger_said,
    listener_said,
    loop_said,
    prices_said,
)
from tests.ui.program import Program, perform

_NOW = datetime(2026, 1, 2, 15, 4, 5, tzinfo=UTC)


def _beat(age: float) -> Beat:
    return Beat(ok_at=_NOW - timedelta(seconds=age), seconds=0.0012)


def test_a_listener_that_answers() -> None:
    said = listener_said(_beat(4), _NOW)
    assert (said.level, said.words) == (Level.GOOD, "Listener 1.2 ms")


def test_a_listener_not_asked_yet() -> None:
    assert listener_said(Beat(), _NOW).level is Level.QUIET


def test_a_listener_that_never_answered() -> None:
    said = listener_said(Beat(trouble="does not answer"), _NOW)
    assert (said.level, said.words) == (Level.BAD, "Listener does not answer")


def test_a_listener_that_fell_silent() -> None:
    late = _beat(8)
    late.trouble = "does not answer"
    assert listener_said(late, _NOW).level is Level.LATE
    said = listener_said(_beat(40), _NOW)
    assert (said.level, said.words) == (Level.BAD, "Listener silent for 40 s")


def test_the_ledger_tells_its_last_commit_or_its_trouble() -> None:
    assert ledger_said(_beat(1), _NOW, None, 0.0004).words == "Ledger 0.4 ms"
    assert ledger_said(_beat(1), _NOW, None, None).words == "Ledger 1.2 ms"
    said = ledger_said(_beat(1), _NOW, "the disk is full", 0.0004)
    assert (said.level, said.words) == (Level.BAD, "Ledger cannot write")
    assert said.more == "the disk is full"


@pytest.mark.parametrize(("lag", "level"), [(0.0, Level.GOOD), (0.2, Level.LATE), (0.9, Level.BAD)])
def test_the_loop(lag: float, level: Level) -> None:
    said = loop_said(lag, 1.0)
    assert said.level is level
    assert "1000 ms" in said.more


def test_prices() -> None:
    assert prices_said(None, _NOW, positions=True).level is Level.QUIET
    fresh = prices_said(_NOW - timedelta(seconds=0.2), _NOW, positions=True)
    assert (fresh.level, fresh.words) == (Level.GOOD, "Prices 0.2 s old")
    old = _NOW - timedelta(minutes=3)
    assert prices_said(old, _NOW, positions=False).level is Level.QUIET
    said = prices_said(old, _NOW, positions=True)
    assert (said.level, said.words) == (Level.LATE, "Prices 3 min old")


def test_the_parts_are_asked_and_shown(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        bar, colours = program.window.status, program.window.theme.colours
        await program.until(lambda: bar.listener_beat.ok_at is not None)
        await program.until(lambda: bar.ledger_beat.ok_at is not None)
        bar.refresh()
        listener = bar.parts["listener"]
        assert listener.dot.colour == colours.good
        assert listener.accessibleName().startswith("Listener ")
        program.running.health.ledger_trouble = "the disk is full"
        bar.refresh()
        assert bar.parts["ledger"].dot.colour == colours.danger
        assert bar.parts["ledger"].accessibleName() == "Ledger cannot write"

    perform(qapp, tmp_path, play)
