"""Exits by rule on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Start, add_recorder, run, told


def test_rules_are_set_one_by_one_and_listed(tmp_path: Path, start: Start) -> None:
    rules = ("--take-profit", "40t", "--stop", "0.5%", "--trail", "10 points", "--session-end")
    made = told(tmp_path, "recorder", "add", "ORB", *rules, "on")
    assert list(made) == ["id", "name", "token", "path"]
    on = {"take_profit": "40 ticks", "stop": "0.5 %", "trail": "10 points", "session_end": True}
    assert told(tmp_path, "recorder", "list")[0]["exits"] == on
    start()  # from here on through the process that runs
    changed = told(tmp_path, "recorder", "set", "ORB", "--stop", "alert", "--trail", "off")
    assert changed["exits"] == {"take_profit": "40 ticks", "stop": "alert", "session_end": True}
    more = ("--break-even", "20t", "--break-even-offset", "2t", "--session-end", "off")
    changed = told(tmp_path, "recorder", "set", "ORB", "--take-profit", "off", *more)
    on = {"stop": "alert", "break_even": "20 ticks", "break_even_offset": "2 ticks"}
    assert changed["exits"] == on
    assert told(tmp_path, "recorder", "set", "ORB", "--quantity", "3")["exits"] == on
    shown = run(tmp_path, "recorder", "list").stdout.decode()
    assert "stop alert, break_even 20 ticks, break_even_offset 2 ticks" in shown
    trail = ("--trail", "4t", "--trail-after", "8t", "--break-even-offset", "off")
    changed = told(tmp_path, "recorder", "set", "ORB", *trail)
    assert changed["exits"] == {
        "stop": "alert",
        "trail": "4 ticks",
        "trail_after": "8 ticks",
        "break_even": "20 ticks",
    }


def test_a_recorder_without_rules_lists_none(tmp_path: Path) -> None:
    add_recorder(tmp_path)
    assert told(tmp_path, "recorder", "list")[0]["exits"] == {}
    assert run(tmp_path, "recorder", "list").stdout.decode().rstrip().endswith("-")


@pytest.mark.parametrize(
    ("option", "words", "code"),
    [
        (("--stop", "40"), "is no distance", 2),
        (("--stop", ""), "is no distance", 2),
        (("--session-end", "yes"), "invalid choice", 2),
        (("--trail-after", "4t"), "has a start but no distance", 1),
        (("--trail", "alert"), "An alert names no trailing stop", 1),
        (("--stop", "0 ticks"), "makes no sense", 1),
        (("--stop", "5 money"), "cannot be in money", 1),
    ],
)
def test_what_makes_no_sense_is_one_line(
    tmp_path: Path, option: tuple[str, str], words: str, code: int
) -> None:
    add_recorder(tmp_path)
    done = run(tmp_path, "recorder", "set", "ORB", *option)
    assert done.returncode == code
    assert words in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert told(tmp_path, "recorder", "list")[0]["exits"] == {}
