"""A trader's day at a simulated broker: real processes, the command line, and a kill -9."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.instance import read_card
from justtrades_desktop.app.remote import ask
from justtrades_desktop.ledger.file import path_in
from tests.e2e.at_broker import PASSPHRASE, PASSWORD, Simulator
from tests.e2e.conftest import COMMAND, ROOT, SECONDS, Start, add_recorder, body, run, told

DEMO = "ADA1"
LOGIN = "POST auth/accesstokenrequest"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator("ada")
    yield made
    made.end()


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> None:
    """What the command line would ask for, and no keyring: nobody else's vault is touched."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("JUSTTRADES_PASSWORD", PASSWORD)
    monkeypatch.setenv("JUSTTRADES_SECRET", simulator.card["secret"])
    monkeypatch.delenv("JUSTTRADES_PASSPHRASE", raising=False)


def _rows(folder: Path, what: str) -> list[dict[str, Any]]:
    """What the running program says, asked as the command line asks, in a tenth of the time."""
    card = read_card(folder)
    assert card is not None
    rows = ask(card, f"broker.{what}", {}, seconds=SECONDS)["rows"]
    return [row for row in rows if row.get("connection", row.get("name")) == "demo"]


def _until(holds: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


def _up(folder: Path) -> None:
    def both() -> bool:
        return [(row["orders"], row["market"]) for row in _rows(folder, "status")] == [("up", "up")]

    _until(both, "the connection does not come up")


def _logins(folder: Path) -> int:
    lines = told(folder, "audit", "list", "--connection", "demo", "--limit", "1000")
    return Counter(line["operation"] for line in lines)[LOGIN]


@pytest.mark.timeout(120)
def test_a_day_with_a_broker_survives_kill_nine(
    tmp_path: Path, start: Start, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = add_recorder(tmp_path)
    process = start()
    key = ("--cid", simulator.card["cid"])
    at_home = ("--user", "ada", "--server", simulator.url, *key)
    refused = run(tmp_path, "broker", "login", *at_home)
    assert refused.returncode == 1
    assert b"The vault is locked" in refused.stderr
    monkeypatch.setenv("JUSTTRADES_PASSPHRASE", PASSPHRASE)
    assert told(tmp_path, "broker", "unlock") == {"unlocked": True}
    assert told(tmp_path, "broker", "login", *at_home)["accounts"] == "ADA1, ADA2"
    _up(tmp_path)
    accounts = [row for row in told(tmp_path, "accounts") if row["connection"] == "demo"]
    assert [(row["name"], float(row["cash"])) for row in accounts] == [
        ("ADA1", 50_000),
        ("ADA2", 50_000),
    ]

    for verb, light in (("disconnect", b"off"), ("connect", b"demo")):
        shown = run(tmp_path, "broker", verb, "demo")
        assert shown.returncode == 0
        assert light in shown.stdout
    _up(tmp_path)

    # Orders by hand
    market = told(tmp_path, "order", "place", "buy", "2", "MNQ1!", "--account", DEMO)
    assert (market["status"], market["filled"]) == ("Filled", 2)
    exits = ("--target", "40000", "--stop-loss", "10000")
    bracket = told(tmp_path, "order", "place", "buy", "1", "MNQ1!", "--account", DEMO, *exits)
    target, stop = bracket["brackets"]
    _until(
        lambda: {row["id"] for row in _rows(tmp_path, "orders")} == {target, stop},
        "the exits do not work",
    )
    changed = told(tmp_path, "order", "modify", str(target), "--price", "39000.25")
    assert changed["status"] == "Working"
    assert simulator.order(target)["versions"][-1]["price"] == 39_000.25
    assert simulator.order(target)["versions"][-1]["orderQty"] == 1
    assert simulator.order(target)["commands"][0]["isAutomated"] is False
    off_tick = run(tmp_path, "order", "modify", str(target), "--price", "39000.10")
    assert off_tick.returncode == 1
    assert b"InvalidPrice" in off_tick.stderr
    assert told(tmp_path, "broker-positions")[0]["net"] == 3

    # Its prices move a signal position
    signal = body(action="buy", ticker="MNQ1!", price="20000", contracts="1")
    assert process.post(webhook, signal)[0] == 200

    def signal_pnl() -> float:
        (position,) = told(tmp_path, "positions")
        return float(position["unrealized_pnl"] or 0)

    _until(lambda: signal_pnl() > 2 * 4_000, "no price from the broker")

    # Killed in the middle of an order: it arrived, and nobody heard the answer
    before = len(simulator.orders())
    simulator.post("fault", {"kind": "slow", "match": "order/placeorder", "seconds": 2})
    more = ("buy", "1", "MNQ1!", "--account", DEMO, "--again", "--data-dir", str(tmp_path))
    ordering = subprocess.Popen(
        [*COMMAND, "order", "place", *more], cwd=ROOT, stderr=subprocess.PIPE
    )
    _until(lambda: len(simulator.orders()) == before + 1, "the order never came")
    process.kill()
    assert ordering.communicate(timeout=SECONDS)[1], "it says that it does not know"
    assert ordering.returncode == 1
    simulator_says = {target: "Working", stop: "Working"}
    process = start()
    _up(tmp_path)
    assert {row["id"]: row["status"] for row in _rows(tmp_path, "orders")} == simulator_says
    assert [(row["symbol"], row["net"]) for row in _rows(tmp_path, "positions")] == [("MNQZ6", 4)]
    assert len(simulator.orders()) == before + 1, "never sent again"
    who = simulator.get(f"{simulator.card['rest']}/auth/me", simulator.token)
    assert who["name"] == "ada"

    cancelled = told(tmp_path, "order", "cancel", str(target))
    assert cancelled["status"] == "Canceled"
    assert simulator.order(target)["ordStatus"] == "Canceled"
    flat = told(tmp_path, "order", "flatten", "MNQ1!", "--account", DEMO)
    assert flat["status"] == "Filled"
    _until(lambda: not _rows(tmp_path, "positions"), "not flat")
    assert _rows(tmp_path, "orders") == []
    assert _logins(tmp_path) == 1, "each login is a session: the token was kept"
    assert process.stop() == 0

    # What is left behind
    _holds_no_secret(tmp_path, simulator)
    _audit_finds_a_forgery(tmp_path)


def _holds_no_secret(folder: Path, simulator: Simulator) -> None:
    secrets = {
        "password": PASSWORD,
        "passphrase": PASSPHRASE,
        "key": simulator.card["secret"],
        "token": simulator.token,
        "market token": simulator.market_token,
    }
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert path_in(folder) in files
    assert any("vault" in file.name for file in files)
    for file in files:
        kept = file.read_bytes()
        found = [name for name, secret in secrets.items() if secret.encode() in kept]
        assert not found, f"{file.name} holds {found}"


def _audit_finds_a_forgery(folder: Path) -> None:
    whole = told(folder, "audit", "verify")
    assert whole["faults"] == []
    raw = sqlite3.connect(path_in(folder))
    placed, request = raw.execute(
        "SELECT id, request FROM audit WHERE operation = 'POST order/placeorder' ORDER BY id"
    ).fetchone()
    assert '"orderQty": 2' in request
    for (trigger,) in raw.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    ).fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    forged = request.replace('"orderQty": 2', '"orderQty": 1')
    raw.execute("UPDATE audit SET request = ? WHERE id = ?", (forged, placed))
    raw.commit()
    raw.close()
    done = run(folder, "audit", "verify", "--json")
    assert done.returncode == 1
    assert [fault["id"] for fault in json.loads(done.stdout)["faults"]] == [placed]
