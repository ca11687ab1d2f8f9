"""Real processes on real sockets and a real file."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from justtrades_desktop.cli.main import main

COMMAND = [sys.executable, "-m", "justtrades_desktop"]
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30


class Listening:
    """A running ``justtrades``; its first line on stdout says where it listens."""

    def __init__(self, data_dir: Path, line: str | bytes) -> None:
        self.data_dir = data_dir
        self.card: dict[str, str] = json.loads(line)
        self.url = self.card["listening"]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)

    def post(self, path: str, body: str | bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        connection = self.connect()
        connection.request(
            "POST", path, body if isinstance(body, bytes) else body.encode(), headers
        )
        answer = connection.getresponse()
        told = json.loads(answer.read() or b"{}")
        connection.close()
        return answer.status, told


class Process(Listening):
    """Started from nothing, as a trader would."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        self.popen = subprocess.Popen(
            [*COMMAND, *arguments, "--port", "0", "--data-dir", str(data_dir)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise AssertionError(f"it did not start: {self.popen.communicate()[1].decode()}")
        super().__init__(data_dir, line)

    def kill(self) -> None:
        self.popen.kill()
        self._ended()

    def stop(self) -> int:
        self.popen.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        code = self.popen.wait(SECONDS)
        for pipe in (self.popen.stdout, self.popen.stderr):
            if pipe is not None:
                pipe.close()
        return code


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process on ``tmp_path``; whatever still runs at the end is ended."""
    started: list[Process] = []

    def make(*arguments: str, data_dir: Path | None = None) -> Process:
        process = Process(data_dir or tmp_path, *(arguments or ("serve",)))
        started.append(process)
        return process

    yield make
    for process in started:
        if process.popen.poll() is None:
            process.kill()


def run(data_dir: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One command of the command line, carried out in this process: it has nothing to load."""
    told = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUSTTRADES_DATA_DIR", str(data_dir))
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with redirect_stdout(told[0]), redirect_stderr(told[1]), _own_logging():
            code = _exit_code(arguments)
    out, err = (_written(stream) for stream in told)
    return subprocess.CompletedProcess(arguments, code, out, err)


@contextmanager
def _own_logging() -> Iterator[None]:
    """What a command logs to is not left to the tests that follow."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        yield
    finally:
        for handler in set(root.handlers) - set(before):
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)


def _exit_code(arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as ended:  # of the parser
        return int(ended.code or 0)


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


def run_process(
    data_dir: Path, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """One command as a process of its own, to its end: a second of work, mostly loading."""
    environment = os.environ | {"JUSTTRADES_DATA_DIR": str(data_dir)}
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=SECONDS,
        check=False,
    )


def told(data_dir: Path, *arguments: str) -> Any:
    """What a command prints with ``--json``."""
    done = run(data_dir, *arguments, "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return json.loads(done.stdout)


def add_recorder(data_dir: Path, name: str = "ORB", *options: str) -> str:
    """The webhook's path of a new recorder."""
    path: str = told(data_dir, "recorder", "add", name, *options)["path"]
    return path


def body(**fields: object) -> str:
    return json.dumps(fields)


Options = Sequence[str]
