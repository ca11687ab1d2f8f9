"""The commands, as a person types them."""

from __future__ import annotations

import json
import signal
import stat
import sys
from pathlib import Path

import pytest

from justtrades_desktop import __version__
from tests.e2e.conftest import Start, add_recorder, body, run, run_process, told


def test_a_recorder_from_the_first_to_the_last_command(tmp_path: Path) -> None:
    made = told(
        tmp_path,
        *("recorder", "add", "ORB", "--quantity", "2", "--multiplier", "3", "--symbol", "NQ1!"),
        *("--opposite", "reverse", "--follow-position", "off"),
    )
    assert list(made) == ["id", "name", "token", "path"]
    assert made["path"] == f"/webhook/{made['token']}"
    (listed,) = told(tmp_path, "recorder", "list")
    assert (listed["quantity"], listed["multiplier"], listed["symbol"]) == (2, 3, "NQ1!")
    assert (listed["opposite"], listed["follow_position"], listed["enabled"]) == (
        "reverse",
        False,
        True,
    )
    assert told(tmp_path, "recorder", "set", "ORB", "--quantity", "0")["quantity"] == 0
    assert told(tmp_path, "recorder", "disable", "ORB")["enabled"] is False
    assert told(tmp_path, "recorder", "enable", "ORB")["enabled"] is True
    assert told(tmp_path, "recorder", "rotate-token", "ORB")["token"] != made["token"]
    assert told(tmp_path, "recorder", "set", "ORB", "--name", "ORB 2")["name"] == "ORB 2"


def test_commands_work_while_a_process_runs(tmp_path: Path, start: Start) -> None:
    process = start()
    path = add_recorder(tmp_path)
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="5"))[0] == 200
    told(tmp_path, "recorder", "disable", "ORB")
    assert process.post(path, body(action="buy", ticker="MNQ1!"))[1]["outcome"] == "ignored"
    told(tmp_path, "recorder", "rotate-token", "ORB")
    assert process.post(path, body(action="buy", ticker="MNQ1!"))[0] == 404
    assert [line["outcome"] for line in told(tmp_path, "signals")] == ["ignored", "applied"]
    assert told(tmp_path, "signals", "--outcome", "applied", "--limit", "1")[0]["id"] == 1
    # and as a process of its own, as a person has it
    copy = run_process(tmp_path, "backup", str(tmp_path / "copy.sqlite3"), "--json")
    assert (copy.returncode, copy.stderr) == (0, b"")
    assert json.loads(copy.stdout)["bytes"] > 0
    assert told(tmp_path, "check")["differences"] == []


def test_a_second_start_says_where_the_first_one_runs(tmp_path: Path, start: Start) -> None:
    process = start()
    second = run_process(tmp_path, "serve", "--port", "0")
    assert second.returncode == 1
    assert process.url in second.stderr.decode()
    assert len(second.stderr.decode().splitlines()) == 1
    process.kill()
    start().stop()  # what a killed owner leaves behind stops nobody


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(tmp_path: Path, start: Start, number: signal.Signals) -> None:
    process = start()
    assert process.card["data_dir"] == str(tmp_path)
    process.popen.send_signal(number)
    out, err = process.popen.communicate(timeout=30)
    assert (process.popen.returncode, out, err) == (0, b"", b"")
    assert not (tmp_path / "running.json").exists()
    assert not list(tmp_path.glob("*-wal"))


def test_the_listener_loads_no_qt(tmp_path: Path) -> None:
    script = (
        "import sys; from justtrades_desktop.cli import serve, show, recorder, upkeep, decode; "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('PySide6', 'shiboken6', 'pyqtgraph', 'qasync', 'numpy')])"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("nonsense",), "nonsense", 2),
        (("serve", "--host", "127..0.0.1"), "cannot listen", 1),
    ],
)
def test_a_process_that_cannot_do_it_ends_with_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], words: str, code: int
) -> None:
    done = run_process(tmp_path, *arguments)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines), done.stdout) == (code, 1, b"")
    assert words in lines[0].lower()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("recorder",), "COMMAND"),
        (("recorder", "add"), "NAME"),
        (("recorder", "add", "X", "--quantity", "-1"), "whole number"),
        (("recorder", "add", "X", "--multiplier", "0"), "whole number"),
        (("serve", "--port", "99999"), "port"),
        (("positions", "--status", "nope"), "nope"),
        (("signals", "--limit", "x"), "whole number"),
        (("signals", "--limit", "9" * 20), "whole number"),
    ],
)
def test_wrong_use_is_one_clear_line_and_exit_2(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run(tmp_path, *arguments)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines), done.stdout) == (2, 1, b"")
    assert words in lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("positions",), "no ledger"),
        (("check",), "no ledger"),
        (("decode", "no-such-file"), "cannot be read"),
        (("positions", "--data-dir", "x" * 300), "too long"),
        (("recorder", "enable", "nobody"), "no recorder named"),
        (("recorder", "add", " "), "needs a name"),
    ],
)
def test_a_failure_is_one_clear_line_and_exit_1(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run(tmp_path, *arguments)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines), done.stdout) == (1, 1, b"")
    assert words in lines[0].lower()


def test_options_may_stand_anywhere_after_the_command(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    for arguments in (
        ["recorder", "add", "--json", "A", "--data-dir", folder],
        ["recorder", "--data-dir", folder, "add", "--quantity", "2", "B", "--json"],
        ["--data-dir", folder, "--json", "recorder", "add", "C"],
    ):
        done = run(tmp_path, *arguments)
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(done.stdout)["id"]
    assert (
        len(json.loads(run(tmp_path, "recorder", "list", "--data-dir", folder, "--json").stdout))
        == 3
    )


def test_decode_reads_a_file_or_stdin_and_touches_nothing(tmp_path: Path) -> None:
    alert = tmp_path / "alert.txt"
    alert.write_text("ORB: order sell @ 2 filled on MNQ1!. New strategy position is -2")
    expected = {
        **{"action": "sell", "ticker": "MNQ1!", "quantity": 2},
        **{"price": None, "target": -2, "percent": None},
    }
    assert told(tmp_path, "decode", str(alert)) == expected
    done = run_process(tmp_path, "decode", "--json", stdin=b"good morning")
    assert (done.returncode, list(json.loads(done.stdout))) == (0, ["refused"])
    assert list(tmp_path.iterdir()) == [alert]


def test_people_get_columns(tmp_path: Path) -> None:
    made = run_process(tmp_path, "recorder", "add", "ORB")
    assert (made.returncode, made.stderr) == (0, b"")
    assert "/webhook/" in made.stdout.decode()
    assert "nothing yet" in run(tmp_path, "positions").stdout.decode()
    assert "ORB" in run_process(tmp_path, "recorder", "list").stdout.decode()
    assert __version__ in run_process(tmp_path, "version").stdout.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_nothing_of_it_is_readable_by_others(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "data"
    start("serve", data_dir=folder)
    add_recorder(folder)
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "running.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700, "the log came first and made it"
