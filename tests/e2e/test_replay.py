"""A file of prices played into the running program, from the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Start, add_recorder, body, run, told

_PATIENCE = 20.0

# Long 2 from 25600, a point is worth 2 dollars: down to 25590.25, up to 25612.5, last 25607.
PRICES = ("25598", "25590.25", "25601", "25612.50", "25607")


def _file(folder: Path, *prices: str, seconds: int = 60, symbol: str = "MNQ1!") -> Path:
    path = folder / "prices.csv"
    rows = [f"{1795188600 + n * seconds},{symbol},{price}" for n, price in enumerate(prices)]
    path.write_text("\n".join(["time,symbol,price", *rows, ""]))
    return path


def _until(folder: Path, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE
    while True:
        status: dict[str, Any] = told(folder, "replay", "status")
        if condition(status):
            return status
        assert time.monotonic() < deadline, status


def test_worst_and_best_of_a_replay_are_those_worked_out_by_hand(
    tmp_path: Path, start: Start
) -> None:
    process = start()
    path = add_recorder(tmp_path)
    alert = body(action="buy", ticker="MNQ1!", contracts=2, price="25600")
    assert process.post(path, alert)[0] == 200
    began = told(tmp_path, "replay", str(_file(tmp_path, *PRICES)), "--speed", "max")
    assert (began["speed"], began["trouble"]) == ("max", None)
    ended = _until(tmp_path, lambda status: status["state"] == "done")
    assert (ended["ticks"], ended["line"], ended["percent"]) == (5, 6, 100.0)
    assert ended["file_time"] == "2026-11-20T15:34:00.000000Z"
    (position,) = told(tmp_path, "positions")
    assert position["worst_unrealized_pnl"] == "-39.00"
    assert position["best_unrealized_pnl"] == "50.00"
    assert position["unrealized_pnl"] == "28.00"
    assert position["current_price"] == "25607"
    assert process.stop() == 0


def test_it_is_held_stepped_and_stopped_from_another_process(tmp_path: Path, start: Start) -> None:
    process = start()
    path = add_recorder(tmp_path)
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="25600"))[0] == 200
    file = _file(tmp_path, *PRICES, seconds=3600)
    assert told(tmp_path, "replay", str(file), "--paused")["state"] == "paused"
    told(tmp_path, "replay", "step", "2")
    status = _until(tmp_path, lambda status: status["ticks"] == 2)
    assert (status["state"], status["line"]) == ("paused", 3)
    assert told(tmp_path, "positions")[0]["current_price"] == "25590.25"
    again = run(tmp_path, "replay", str(file))
    assert again.returncode == 1
    assert b"prices.csv is being replayed" in again.stderr
    assert told(tmp_path, "replay", "resume", "--speed", "7200")["speed"] == 7200
    _until(tmp_path, lambda status: status["ticks"] > 2)
    assert told(tmp_path, "replay", "pause")["state"] == "paused"
    assert told(tmp_path, "replay", "stop")["state"] == "stopped"
    assert told(tmp_path, "replay", str(file), "--paused")["state"] == "paused"
    assert process.stop() == 0


def test_a_bad_line_ends_the_replay_and_nothing_else(tmp_path: Path, start: Start) -> None:
    process = start()
    path = add_recorder(tmp_path)
    file = _file(tmp_path, "25598", "", "25590")
    told(tmp_path, "replay", str(file), "--speed", "max")
    status = _until(tmp_path, lambda status: status["state"] == "failed")
    assert "prices.csv, line 3: '' is not a price" in status["trouble"]
    assert status["ticks"] == 1
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="25600"))[0] == 200
    log = (tmp_path / "logs").glob("*.log")
    assert "Traceback" not in "".join(each.read_text() for each in log)
    assert process.stop() == 0


def test_without_a_running_program_it_says_so(tmp_path: Path) -> None:
    for words in (("status",), ("pause",), (str(_file(tmp_path, "1")),)):
        done = run(tmp_path, "replay", *words)
        assert done.returncode == 1
        assert b"No JustTrades is running on" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_what_cannot_be_meant_is_refused(tmp_path: Path, start: Start) -> None:
    process = start()
    assert b"There is no file" in run(tmp_path, "replay", "none.csv").stderr
    assert b"Nothing is being replayed" in run(tmp_path, "replay", "status").stderr
    for words in (
        ("pause", "3"),
        ("step", "x"),
        ("step", "0"),
        ("step", "1", "2"),
        (),
        ("a.csv", "--speed", "fast"),
        ("a.csv", "--speed", "-1"),
    ):
        assert run(tmp_path, "replay", *words).returncode == 2, words
    assert process.stop() == 0
