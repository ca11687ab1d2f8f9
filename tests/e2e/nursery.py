"""Processes that need not load the program again: forked from one that has, killed like any other.

Loading takes a second. A test that starts hundreds of them would do little else.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.conftest import ROOT, SECONDS, Listening


class Forked(Listening):
    """A running ``justtrades serve`` that another process has begotten."""

    def __init__(self, data_dir: Path, pid: int, stdout: int) -> None:
        self._pid = pid
        self._is_dead = False
        with os.fdopen(stdout, encoding="utf-8") as told:
            ready, _, _ = select.select([told], [], [], SECONDS)
            line = told.readline() if ready else ""
        if not line:  # nobody would know of it, to end it later
            self.kill()
            raise AssertionError("it did not start: its log and stderr say why")
        super().__init__(data_dir, line)

    def kill(self) -> None:
        """SIGKILL, and wait until nothing is left of it: its locks go last."""
        if self._is_dead:
            return
        self._is_dead = True
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self._pid, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS
        while Path(f"/proc/{self._pid}").exists():
            assert time.monotonic() < deadline, f"{self._pid} does not die"
            time.sleep(0.001)


class Nursery:
    """Asks for children, one at a time."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking = asking
        self._children: list[Forked] = []

    def serve(self, data_dir: Path) -> Forked:
        """Start one that listens on ``data_dir``."""
        reading, writing = os.pipe()
        arguments = ["serve", "--port", "0", "--data-dir", str(data_dir)]
        socket.send_fds(self._asking, [json.dumps(arguments).encode()], [writing])
        os.close(writing)
        child = Forked(data_dir, int(self._asking.recv(32)), reading)
        self._children.append(child)
        return child

    def end(self) -> None:
        """Kill those that still run."""
        for child in self._children:
            child.kill()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """The process that begets them; none of them outlives it."""
    asking, asked = socket.socketpair()
    command = [sys.executable, "-m", "tests.e2e.nursery", str(asked.fileno())]
    with asking, subprocess.Popen(command, pass_fds=[asked.fileno()], cwd=ROOT) as parent:
        asked.close()
        born = Nursery(asking)
        try:
            yield born
        finally:
            born.end()
            asking.close()
        assert parent.wait(SECONDS) == 0


def _beget(asked: socket.socket) -> None:
    """Fork for each request, until nobody can ask any more."""
    from justtrades_desktop.app import brokers, executing  # noqa: F401 - loaded for the children
    from justtrades_desktop.cli import serve  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # none of them becomes a zombie
    while True:
        request, descriptors, _, _ = socket.recv_fds(asked, 65536, 1)
        if not request:
            return
        (stdout,) = descriptors
        pid = os.fork()
        if pid == 0:
            asked.close()
            _live(json.loads(request), stdout)
        os.close(stdout)
        asked.sendall(str(pid).encode())


def _live(arguments: list[str], stdout: int) -> None:
    from justtrades_desktop.cli.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(stdout, 1)
    os.close(stdout)
    code = 1
    try:
        code = main(arguments)
    finally:
        os._exit(code)


if __name__ == "__main__":
    _beget(socket.socket(fileno=int(sys.argv[1])))
