"""Logging out with open positions and alerts on their way: all that was acknowledged is there."""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.installed.machine import until
from tests.installed.screen import screen
from tests.installed.trader import Prepared, Running, Trader, buy

SENDERS = 6
ENOUGH = 100  # acknowledged before the end comes


class Sender(threading.Thread):
    """Posts alerts with ids of its own over one connection, until the other side is gone."""

    def __init__(self, url: str, path: str, name: str) -> None:
        super().__init__(name=name)
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._path = path
        self.acknowledged: dict[str, int] = {}

    def run(self) -> None:
        number = 0
        with closing(self._connection):
            while True:
                number += 1
                try:
                    self._send(f"{self.name}-{number}", number)
                except (OSError, http.client.HTTPException, ValueError):
                    return

    def _send(self, name: str, number: int) -> None:
        body = json.dumps({**buy(1, str(25_600 + number % 40)), "id": name})
        self._connection.request("POST", self._path, body)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status == 200:
            self.acknowledged[name] = json.loads(told)["signal_id"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_was_acknowledged_before_a_signal_is_on_the_disk(
    at_screen: Trader, prepared: Prepared, number: signal.Signals
) -> None:
    path = at_screen.take(prepared)
    with at_screen.running() as process:
        with _alerts(process, path) as senders:
            assert process.end(number) == 0
        assert process.complaint() == ""
    _assert_all_there(at_screen, senders)


def test_what_was_acknowledged_before_the_screen_went_is_on_the_disk(
    tmp_path: Path, prepared: Prepared
) -> None:
    (tmp_path / "server").mkdir()
    with screen(tmp_path / "server") as shown:
        trader = Trader(tmp_path, display=shown.name)
        path = trader.take(prepared)
        with trader.running() as process:
            shown.window(process.popen.pid)
            with _alerts(process, path) as senders:
                shown.server.terminate()
                process.popen.wait(30)
    _assert_all_there(trader, senders)


@contextmanager
def _alerts(process: Running, path: str) -> Iterator[list[Sender]]:
    """Alerts from several sides, in full flow; over when the program has ended."""
    senders = [Sender(process.url, path, str(number)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        until(_enough(senders), f"{ENOUGH} acknowledged alerts")
        yield senders
    finally:
        if process.popen.poll() is None:
            process.kill()
        for sender in senders:
            sender.join()


def _enough(senders: list[Sender]) -> Callable[[], bool]:
    return lambda: sum(len(sender.acknowledged) for sender in senders) >= ENOUGH


def _assert_all_there(trader: Trader, senders: list[Sender]) -> None:
    """Every one of them once, under its number; and the open position is what they come to."""
    acknowledged = {name: id_ for sender in senders for name, id_ in sender.acknowledged.items()}
    ledger = trader.data_dir / "ledger.sqlite3"
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT id, body FROM signals").fetchall()
    stored = {json.loads(body)["id"]: id_ for id_, body in rows}
    assert len(stored) == len(rows), "one was stored twice"
    assert {name: id_ for name, id_ in acknowledged.items() if stored.get(name) != id_} == {}
    assert trader.told("check") == {"signals": len(rows), "differences": []}
    assert trader.open_positions() == [("MNQ1!", "long", len(rows))]
