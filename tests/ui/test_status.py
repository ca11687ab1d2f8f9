"""The status bar: a heartbeat for each part, and words for a late one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.ui.said import Level
from justtrades_desktop.ui.status import (
    Beat,
    ledger_said,
    listener_said,
    loop_said,
    newest_by_feed,
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
    assert prices_said({}, _NOW, positions=True).level is Level.QUIET
    fresh = prices_said({"alerts": _NOW - timedelta(seconds=0.2)}, _NOW, positions=True)
    assert (fresh.level, fresh.words) == (Level.GOOD, "Prices 0.2 s old")
    old = {"alerts": _NOW - timedelta(minutes=3)}
    assert prices_said(old, _NOW, positions=False).level is Level.QUIET
    said = prices_said(old, _NOW, positions=True)
    assert (said.level, said.words) == (Level.LATE, "Prices 3 min old")


def test_l5_the_parts_are_asked_and_shown(qapp: QApplication, tmp_path: Path) -> None:
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


def _ticked(symbol: str, seconds: float, source: str) -> PriceTicked:
    return PriceTicked(symbol, Decimal(1), _NOW - timedelta(seconds=seconds), source)


def test_each_feed_in_use_is_named_with_its_own_limit() -> None:
    prices = [
        _ticked("MNQ1!", 12, "alerts"),
        _ticked("MES1!", 30, "alerts"),
        _ticked("MGC1!", 0.2, "replay"),
        _ticked("MCL1!", 90_000, "demo"),
    ]
    newest = newest_by_feed(prices, _NOW)
    said = prices_said(newest, _NOW, positions=True)
    assert (said.level, said.words) == (Level.GOOD, "Prices replay 0.2 s · alerts 12 s")
    assert said.more.splitlines()[1:] == [
        "Replay of a file: 0.2 s old, grey after 10 s",
        "TradingView alerts: 12 s old, grey after 60 s",
    ]


def test_a_fast_feed_is_late_long_before_alerts_are() -> None:
    at = _NOW - timedelta(seconds=12)
    assert prices_said({"alerts": at}, _NOW, positions=True).level is Level.GOOD
    late = prices_said({"tradovate": at}, _NOW, positions=True)
    assert (late.level, late.words) == (Level.LATE, "Prices tradovate 12 s")
    assert prices_said({"tradovate": at}, _NOW, positions=False).level is Level.QUIET


def test_a_price_that_is_held_back_is_named() -> None:
    odd = PriceTicked("MNQ1!", Decimal("2560.25"), _NOW, "replay")
    said = prices_said({"alerts": _NOW}, _NOW, positions=True, held=[odd])
    assert said.level is Level.LATE
    assert "MNQ1! 2560.25 held back" in said.words
    assert "until a second price confirms it" in said.more
