"""Ticks, exits by rule and P&L paths in a real process that is killed in the middle of it."""

from __future__ import annotations

import http.client
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.domain.paths import Path as PnlPath
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from tests.e2e.conftest import Process, Start, add_recorder, body, told

POINT = 2.0  # MNQ
ENTRY = 25_600.0
SECOND = 1.0


class Ticker(threading.Thread):
    """Sends price alerts over one connection until the other side is gone."""

    def __init__(self, process: Process, path: str, seed: int) -> None:
        super().__init__()
        self._process = process
        self._path = path
        self._chance = random.Random(seed)
        self.acknowledged: list[tuple[float, float]] = []  # when, price

    def run(self) -> None:
        connection = self._process.connect()
        price = ENTRY
        while True:
            price += self._chance.randint(-8, 8) / 4
            try:
                connection.request(
                    "POST", self._path, body(action="price", ticker="MNQ1!", price=str(price))
                )
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                break
            if answer.status == 200:
                self.acknowledged.append((time.monotonic(), price))
        connection.close()


@pytest.mark.timeout(120)
def test_kill_nine_in_a_storm_of_ticks_costs_at_most_a_second(tmp_path: Path, start: Start) -> None:
    path = add_recorder(tmp_path)
    process = start()
    status, _ = process.post(path, body(action="buy", ticker="MNQ1!", price=str(ENTRY)))
    assert status == 200
    known: list[float] = []
    before = 0
    for round_ in range(2):
        tickers = [Ticker(process, path, 10 * round_ + n) for n in range(4)]
        for ticker in tickers:
            ticker.start()
        threading.Event().wait(2.0)
        killed = time.monotonic()
        process.kill()
        for ticker in tickers:
            ticker.join()
            # Of each round: what the last second before its own end brought may be lost.
            known += [price for at, price in ticker.acknowledged if at < killed - SECOND]
        assert len(known) > 100
        (position,) = told(tmp_path, "positions")
        worst, best = (POINT * (price - ENTRY) for price in (min(known), max(known)))
        assert float(position["worst_unrealized_pnl"]) <= worst
        assert float(position["best_unrealized_pnl"]) >= best
        kept = _path(tmp_path)
        assert kept.low <= worst
        assert kept.high >= best
        before = len(kept)
        process = start()
    assert process.post(path, body(action="close", ticker="MNQ1!", price=str(ENTRY)))[0] == 200
    process.stop()
    whole = _path(tmp_path)
    assert before < len(whole) <= 2_000
    assert list(whole.times) == sorted(whole.times)
    (position,) = told(tmp_path, "positions")
    assert whole.low == float(position["worst_unrealized_pnl"])
    assert whole.high == float(position["best_unrealized_pnl"])
    assert check(path_in(tmp_path))[1] == []


RULES = ("--take-profit", "40 ticks", "--stop", "20 ticks")


LEAVINGS = (
    ("25610.00", "target", "25610", "20.00"),
    ("25613.00", "target", "25610", "20.00"),
    ("25595.00", "stop", "25595", "-10.00"),
    ("25590.25", "stop", "25590.25", "-19.50"),  # a gap over the stop
)


def test_a_tick_closes_by_rule_and_a_restart_and_a_replay_agree(
    tmp_path: Path, start: Start
) -> None:
    path = add_recorder(tmp_path, "ORB", *RULES)
    process = start()
    closed: list[dict[str, Any]] = []
    for price, *shown in LEAVINGS:
        process.post(path, body(action="buy", ticker="MNQ1!", price="25600"))
        process.post(path, body(action="price", ticker="MNQ1!", price="25602"))
        process.kill()
        process = start()
        process.post(path, body(action="price", ticker="MNQ1!", price=price))
        *others, position = told(tmp_path, "positions")
        names = ("exit_reason", "exit_price", "realized_pnl")
        assert position["status"] == "closed"
        assert [position[name] for name in names] == shown
        newest = told(tmp_path, "signals")[0]
        assert (newest["source"], newest["action"]) == ("rule", "close")
        assert newest["outcome"] == "applied"
        assert others == closed
        closed = [*others, position]
    process.kill()
    assert told(tmp_path, "positions") == closed
    assert check(path_in(tmp_path)) == (2 * len(LEAVINGS), [])


def _path(data_dir: Path) -> PnlPath:
    connection = sqlite3.connect(f"{path_in(data_dir).as_uri()}?mode=ro", uri=True)
    parts = dict(connection.execute("SELECT part, points FROM position_paths WHERE position_id=1"))
    connection.close()
    return PnlPath.of_parts(parts)
