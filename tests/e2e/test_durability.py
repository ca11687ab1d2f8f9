"""Nothing acknowledged is ever lost: kill -9, a full disk, hostile senders."""

from __future__ import annotations

import http.client
import json
import random
import resource
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from tests.e2e.conftest import Listening, Start, add_recorder, body, run, told
from tests.e2e.nursery import Nursery, nursery

CONNECTIONS = 16


class Sender(threading.Thread):
    """Posts alerts with ids of its own over one connection, until the other side is gone."""

    def __init__(self, process: Listening, path: str, name: str, chance: random.Random) -> None:
        super().__init__(name=name)
        self._process = process
        self._path = path
        self._chance = chance
        self.acknowledged: dict[str, int] = {}

    def run(self) -> None:
        connection = self._process.connect()
        number = 0
        while True:
            number += 1
            sent = f"{self.name}-{number}"
            action = self._chance.choice(["buy", "sell", "close", "add", "reverse"])
            price = str(25_000 + self._chance.randint(0, 4_000) / 4)
            try:
                connection.request(
                    "POST", self._path, body(id=sent, action=action, ticker="MNQ1!", price=price)
                )
                answer = connection.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException):
                break  # killed in the middle of it
            if answer.status == 200:
                self.acknowledged[sent] = json.loads(told)["signal_id"]
        connection.close()


@pytest.fixture
def born() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


@pytest.mark.timeout(1200)
def test_kill_nine_loses_nothing_that_was_acknowledged(
    tmp_path: Path, start: Start, born: Nursery, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--kill-rounds")
    chance = random.Random(20261120)
    path = add_recorder(tmp_path)
    acknowledged: dict[str, int] = {}
    seen = 0
    for number in range(rounds):
        fresh: dict[str, int] = {}
        process = born.serve(tmp_path) if number % 10 else start()
        senders = [
            Sender(process, path, f"{number}.{sender}", random.Random(chance.random()))
            for sender in range(CONNECTIONS)
        ]
        for sender in senders:
            sender.start()
        threading.Event().wait(chance.uniform(0.05, 0.4))
        process.kill()
        for sender in senders:
            sender.join()
            fresh |= sender.acknowledged
        acknowledged |= fresh
        seen = _assert_all_there_once(tmp_path, fresh, since=seen)
        if number % 50 == 0:
            _assert_all_there_once(tmp_path, acknowledged)
            assert check(path_in(tmp_path))[1] == []
    assert len(acknowledged) > rounds
    _assert_all_there_once(tmp_path, acknowledged)
    last = start()
    for sent, signal_id in list(acknowledged.items())[-50:]:
        _, again = last.post(path, body(id=sent, action="close", ticker="MNQ1!"))
        assert again["signal_id"] >= signal_id
    last.stop()
    assert check(path_in(tmp_path))[1] == []


def _assert_all_there_once(data_dir: Path, acknowledged: dict[str, int], since: int = 0) -> int:
    """Read as any other program would, beside whoever has the file open; the newest signal's id.

    All that was acknowledged has ids above ``since``, which those of earlier rounds end with.
    """
    connection = sqlite3.connect(f"{path_in(data_dir).as_uri()}?mode=ro", uri=True)
    rows = connection.execute("SELECT id, body FROM signals WHERE id > ?", (since,)).fetchall()
    connection.close()
    stored = {json.loads(text)["id"]: signal_id for signal_id, text in rows}
    assert len(stored) == len(rows), "a signal was stored twice"
    lost = {sent: id_ for sent, id_ in acknowledged.items() if stored.get(sent) != id_}
    assert not lost
    return max(stored.values(), default=since)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limit for a process")
def test_a_full_disk_is_503_and_goes_on_by_itself(tmp_path: Path, start: Start) -> None:
    path = add_recorder(tmp_path)
    process = start()
    process.post(path, body(action="buy", ticker="MNQ1!", price="100"))
    size = max(file.stat().st_size for file in tmp_path.glob("ledger*"))
    limit = (size + 64 * 1024, resource.RLIM_INFINITY)
    resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, limit)
    answers = [
        process.post(path, body(action="buy", ticker="MNQ1!", comment="x" * 9_000))
        for _ in range(60)
    ]
    statuses = {status for status, _ in answers}
    assert statuses == {200, 503}
    assert next(answer for status, answer in answers if status == 503)["error"].startswith(
        "not stored"
    )
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, unlimited)
    status, answer = process.post(path, body(action="close", ticker="MNQ1!"))
    assert (status, answer["position"]) == (200, 0)
    assert process.stop() == 0
    applied = [status for status, _ in answers].count(200)
    assert told(tmp_path, "check") == {"signals": applied + 2, "differences": []}


@pytest.mark.timeout(600)
def test_fuzzed_bodies_are_never_our_fault(
    tmp_path: Path, start: Start, request: pytest.FixtureRequest
) -> None:
    path = add_recorder(tmp_path)
    process = start()
    connection = process.connect()
    statuses: dict[int, int] = {}
    for fuzzed, content_type in _bodies(request.config.getoption("--fuzz")):
        connection.request("POST", path, fuzzed, {"Content-Type": content_type})
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    connection.close()
    assert set(statuses) <= {200, 422}, statuses
    assert {200, 422} <= set(statuses)
    process.popen.terminate()
    out, err = process.popen.communicate(timeout=30)
    assert (process.popen.returncode, out, err) == (0, b"", b"")
    log = (tmp_path / "logs" / "justtrades.log").read_text()
    assert "Traceback" not in log
    assert run(tmp_path, "check").returncode == 0


SEEDS = [
    b'{"action":"buy","ticker":"MNQ1!","quantity":2,"price":"25600.25","time":"2026-11-20T15:30:05Z"}',
    b"key=your-secret-key; command=PLACE; instrument=MNQ 06-25; action=BUY; qty=1;",
    b'"ORB: buy, Price = 25600.25, Ticker = MNQ1!, Period = 5, Action = long, Amount = 3"',
    b"ORB: order buy @ 2 filled on MNQ1!. New strategy position is 3",
    b'{"ticker":"GC1!", // why\n "action":"close", "strategy_info":{"market_position":"flat"}}',
    b"action=sell&ticker=ES1%21&quantity=1&price=6950",
    b'{"ticker":"MNQ1!","price":25600.25}',
]
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
    "a/b; charset=x",
]
PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b"'", b",", b":", b";", b"=", b"&", b"%", b"\\", b"\x00"),
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 40,
        b"null",
        b"true",
        b"{{close}}",
        b"%s",
        b"\xff\xfe",
    ),
    *(
        b"\\ud800",
        b"\xe2\x80\xae",
        b"\r\n",
        b"//",
        b"/*",
        b'"action":"buy"',
        b"-1",
        b"0.5",
        b"[" * 50,
    ),
]


def _bodies(count: int) -> Iterator[tuple[bytes, str]]:
    chance = random.Random(5)
    for _ in range(count):
        text = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randint(0, 6)):
            at = chance.randint(0, len(text))
            match chance.randint(0, 3):
                case 0:
                    text[at:at] = chance.choice(PIECES)
                case 1:
                    del text[at : at + chance.randint(1, 12)]
                case 2:
                    text[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
                case _:
                    text[at:at] = text[: chance.randint(0, 60)]
        yield bytes(text), chance.choice(TYPES)


def test_another_program_s_look_at_the_file_costs_no_signal(tmp_path: Path, start: Start) -> None:
    """A database browser that closes the file once took the log away under the writer."""
    path = add_recorder(tmp_path)
    process = start()
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="25600"))[0] == 200
    connection = sqlite3.connect(path_in(tmp_path))
    assert connection.execute("SELECT count(*) FROM signals").fetchone() == (1,)
    connection.close()
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="25610"))[0] == 200
    process.kill()
    assert len(told(tmp_path, "signals")) == 2
    assert check(path_in(tmp_path)) == (2, [])
