"""``trades``, ``stats`` and ``export`` over a small ledger."""

from __future__ import annotations

import asyncio
import csv
import json
import stat
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.cli.main import main
from justtrades_desktop.domain.trades import Origin
from tests.fakes.alerts import START, alert, reading


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A win of 20 on Friday, a loss of 10 in the session after, one without a tick value, one open.

    The names try to be formulas.
    """
    folder = tmp_path_factory.mktemp("ledger")
    asyncio.run(_fill(folder))
    return folder


async def _fill(folder: Path) -> None:
    async with open_core(folder) as core:
        desk = core.desk
        orb = await desk.add_recorder("=ORB()")
        other = await desk.add_recorder('Other, "quoted"')
        for recorder, action, price, hours, ticker in (
            (orb, "buy", "25600", 0.0, "MNQ1!"),
            (orb, "buy", "25590", 0.1, "MNQ1!"),
            (orb, "close", "25600", 1.0, "MNQ1!"),
            (other, "sell", "100", 1.0, "MES1!"),
            (other, "close", "102", 8.0, "MES1!"),
            (other, "sell", "100", 8.1, "ABC"),
            (other, "close", "102", 8.2, "ABC"),
            (other, "buy", "100", 9.0, "MES1!"),
        ):
            read = reading(action, price, ticker=ticker)
            await desk.receive(
                recorder, alert(read, after=hours * 3600, body=f'-{action} {ticker}\n,"ü"')
            )
        await desk.note_trade(Origin.SIGNALS, 1, notes="@SUM(A1)\nwell done", tags=["late", "big"])


def told(capsys: pytest.CaptureFixture[str], ledger: Path, *arguments: str) -> Any:
    assert main([*arguments, "--json", "--data-dir", str(ledger)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_trades_as_json(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    rows = told(capsys, ledger, "trades")
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert rows[0] == {
        "origin": "signals",
        "id": 1,
        "opened_at": "2026-11-20T15:30:00.000000Z",
        "closed_at": "2026-11-20T16:30:00.000000Z",
        "strategy": "=ORB()",
        "symbol": "MNQ1!",
        "side": "LONG",
        "max_quantity": 2,
        "entry_price": "25595",
        "exit_price": "25600",
        "profit": "20.00",
        "drawdown": "-20.00",
        "run_up": "20.00",
        "duration_seconds": 3600.0,
        "adds": 1,
        "exit_reason": "signal",
        "fees": "0.00",
        "currency": "USD",
        "notes": "@SUM(A1)\nwell done",
        "tags": ["late", "big"],
    }
    assert (rows[2]["profit"], rows[2]["drawdown"], rows[2]["run_up"]) == (None, None, None)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (("--strategy", "=ORB()"), [1]),
        (("--symbol", "MES1!"), [2]),
        (("--side", "short"), [2, 3]),
        (("--from", "2026-11-21"), [2, 3]),  # 17:30 in Chicago on a Friday is Monday's session
        (("--to", "2026-11-20"), [1]),
        (("--result", "loss"), [2]),
        (("--tag", "LATE"), [1]),
        (("--text", "WELL"), [1]),
        (("--origin", "imported"), []),
        (("--side", "short", "--result", "win"), []),
    ],
)
def test_filters(
    capsys: pytest.CaptureFixture[str], ledger: Path, filters: tuple[str, ...], ids: list[int]
) -> None:
    assert [row["id"] for row in told(capsys, ledger, "trades", *filters)] == ids


def test_trades_for_people(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    assert main(["trades", "--data-dir", str(ledger)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["origin", "id", "closed_at"]
    assert "late, big" in lines[1]
    assert lines[3].split()[8:11] == ["-", "-", "-"]


def test_stats(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    row = told(capsys, ledger, "stats", "--capital", "1000")
    assert (row["count"], row["unknown"], row["wins"], row["losses"]) == (2, 1, 1, 1)
    assert (row["net_profit"], row["gross_loss"], row["expectancy"]) == ("10.00", "-10.00", "5.00")
    assert (row["win_rate"], row["profit_factor"]) == (0.5, 2.0)
    assert (row["max_drawdown"], row["max_drawdown_ratio"]) == ("-10.00", -0.009804)
    assert row["drawdown_low"] == "2026-11-20T23:30:00.000000Z"
    assert (row["drawdown_to"], row["expectancy_r"]) == (None, None)
    assert told(capsys, ledger, "stats")["max_drawdown_ratio"] == -0.5
    assert told(capsys, ledger, "stats", "--symbol", "ABC")["net_profit"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("trades", "--from", "20.11.2026"),
        ("trades", "--result", "great"),
        ("stats", "--capital", "0"),
        ("stats", "--capital", "nan"),
        ("export", "everything", "-"),
        ("trades", "--side", "up"),
    ],
)
def test_wrong_use_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def export(ledger: Path, *arguments: str) -> int:
    return main(["export", *arguments, "--data-dir", str(ledger)])


def test_csv_is_safe_to_open_and_says_what_it_holds(
    capsys: pytest.CaptureFixture[str], ledger: Path, tmp_path: Path
) -> None:
    target = tmp_path / "journal.csv"
    assert export(ledger, "journal", str(target)) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Wrote 3 rows to {target}: finished trades")
    raw = target.read_bytes()
    assert raw.count(b"\r\n") == 4
    first, second, third = csv.DictReader(raw.decode("utf-8").splitlines(keepends=True))
    assert first["strategy"] == "'=ORB()"
    assert first["notes"] == "'@SUM(A1)\nwell done"
    assert first["tags"] == "late, big"
    assert second["strategy"] == 'Other, "quoted"'
    assert (second["profit"], second["drawdown"]) == ("-10.00", "-10.00")  # numbers stay numbers
    assert third["profit"] == ""


def test_it_overwrites_only_by_force(
    capsys: pytest.CaptureFixture[str], ledger: Path, tmp_path: Path
) -> None:
    target = tmp_path / "journal.json"
    target.write_text("mine")
    assert export(ledger, "journal", str(target)) == 1
    assert "exists already" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert export(ledger, "journal", str(target), "--force", "--result", "win") == 0
    made = json.loads(target.read_text("utf-8"))
    assert list(made) == ["holds", "rows"]
    assert made["holds"].startswith("finished trades")
    assert [row["tags"] for row in made["rows"]] == [["late", "big"]]
    assert list(tmp_path.iterdir()) == [target]
    assert export(ledger, "journal", str(tmp_path / "no" / "where.csv")) == 1
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_entries_and_exits(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    assert export(ledger, "entries", "-", "--json") == 0
    out, err = capsys.readouterr()
    assert err.startswith("Wrote 8 rows: the entries and exits of all positions, open ones too")
    rows = json.loads(out)["rows"]
    assert rows[1] == {
        "position_id": 1,
        "strategy": "=ORB()",
        "symbol": "MNQ1!",
        "side": "LONG",
        "kind": "entry",
        "quantity": 1,
        "price": "25590",
        "time": "2026-11-20T15:36:00.000000Z",
        "signal_id": 2,
    }
    assert rows[-1]["position_id"] == 4
    assert export(ledger, "entries", "-", "--json", "--side", "short") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["position_id"] for row in rows] == [2, 2, 3, 3]


def test_paths(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    assert export(ledger, "paths", "-", "--symbol", "MNQ1!") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert rows[0] == {
        "position_id": "1",
        "time": "2026-11-20T15:30:00.000000Z",
        "unrealized_pnl": "0.00",
        "currency": "USD",
    }
    assert min(float(row["unrealized_pnl"]) for row in rows) == -20
    assert export(ledger, "paths", "-", "--symbol", "ABC", "--json") == 0
    assert {row["currency"] for row in json.loads(capsys.readouterr().out)["rows"]} == {None}


def test_signals(capsys: pytest.CaptureFixture[str], ledger: Path) -> None:
    assert export(ledger, "signals", "-") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines(keepends=True)))
    assert [row["id"] for row in rows] == [str(n) for n in range(1, 9)]
    assert rows[0]["body"] == '\'-buy MNQ1!\n,"ü"'
    assert (rows[0]["recorder"], rows[0]["price"]) == ("'=ORB()", "25600")
    assert export(ledger, "signals", "-", "--json", "--from", "2026-11-21", "--text", "ABC") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["id"] for row in rows] == [6, 7]


def test_alerts_are_json_lines_of_what_came(
    capsys: pytest.CaptureFixture[str], ledger: Path
) -> None:
    assert export(ledger, "alerts", "-", "--strategy", "=ORB()") == 0
    head, *rows = map(json.loads, capsys.readouterr().out.splitlines())
    assert head["holds"].startswith("the bodies of the stored alerts")
    assert [row["body"] for row in rows] == [
        *(f'-{action} MNQ1!\n,"ü"' for action in ("buy", "buy", "close")),
    ]


@pytest.mark.parametrize(
    "arguments", [("alerts", "-", "--format", "csv"), ("signals", "-", "--tag", "late")]
)
def test_what_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], ledger: Path, arguments: tuple[str, ...]
) -> None:
    assert export(ledger, *arguments) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


def test_the_start_is_a_friday() -> None:
    assert START.strftime("%A") == "Friday"
    assert (START + timedelta(hours=8)).hour == 23  # 17:30 in Chicago
