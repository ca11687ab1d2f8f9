"""The audit's commands, beside a running program too."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from itertools import pairwise
from pathlib import Path

from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.ledger.file import path_in
from tests.e2e.conftest import Start, run, told
from tests.fakes.calls import call


async def _record(folder: Path) -> None:
    async with open_core(folder) as core:
        for number in range(1, 6):
            core.store.record(call(number, connection="AB"[number % 2]))


def _alter(folder: Path) -> None:
    raw = sqlite3.connect(path_in(folder))
    raw.execute("DROP TRIGGER audit_no_update")
    raw.execute("UPDATE audit SET status = 500 WHERE id = 2")
    raw.commit()
    raw.close()


def test_the_audit_is_listed_exported_and_verified_while_the_program_runs(
    tmp_path: Path, start: Start
) -> None:
    asyncio.run(_record(tmp_path))
    start()  # whose own calls come behind
    newest = told(tmp_path, "audit", "list", "--limit", "2", "--before", "6")
    assert [(row["id"], row["order_id"]) for row in newest] == [(5, 1005), (4, 1004)]
    assert [row["id"] for row in told(tmp_path, "audit", "list", "--connection", "A")] == [4, 2]
    people = run(tmp_path, "audit", "list", "--before", "6").stdout.decode()
    assert "POST order/placeorder" in people
    target = tmp_path / "audit.jsonl"
    assert told(tmp_path, "audit", "export", str(target))["rows"] >= 5
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["id"] for line in lines[:5]] == [1, 2, 3, 4, 5]
    assert all(b["previous"] == a["hash"] for a, b in pairwise(lines))
    whole = told(tmp_path, "audit", "verify")
    assert whole["faults"] == []
    assert whole["newest"] == whole["rows"] >= len(lines)
    assert run(tmp_path, "audit", "export", str(target)).returncode == 1, "it never overwrites"


def test_verify_names_the_altered_row_and_exits_1(tmp_path: Path) -> None:
    asyncio.run(_record(tmp_path))
    _alter(tmp_path)
    done = run(tmp_path, "audit", "verify", "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["id"] == 2
    people = run(tmp_path, "audit", "verify")
    assert (people.returncode, people.stderr) == (1, b"")
    assert "row 2 was altered" in people.stdout.decode()
    assert run(tmp_path, "audit").returncode == 2
