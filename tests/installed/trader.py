"""A trader on this machine: a home folder, a screen or none, and the installed program."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.installed.machine import until

PATH: Final = "/usr/bin:/bin"
COMMAND: Final = "justtrades"
_SECONDS: Final = 60


class Prepared(NamedTuple):
    """A data folder with one recorder, to be copied, and the path of its webhook."""

    folder: Path
    webhook: str


@dataclass(frozen=True, slots=True)
class Trader:
    """Nothing is in the environment but what a desktop gives; of this checkout, nothing at all."""

    folder: Path
    home_name: str = "home"
    display: str | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.folder / self.home_name

    @property
    def data_dir(self) -> Path:
        """Where the program keeps its data when nobody says otherwise."""
        return self.home / ".local" / "share" / "JustTrades"

    def environment(self) -> dict[str, str]:
        """What the program is started with."""
        self.home.mkdir(exist_ok=True)
        running = self.folder / "run"
        running.mkdir(mode=0o700, exist_ok=True)
        wanted = {
            "PATH": PATH,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(running),
            # Nobody's keyring is asked, and no message bus is started for it.
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        if self.display is not None:
            wanted["DISPLAY"] = self.display
        return wanted | self.more

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )

    def told(self, *arguments: str) -> Any:
        """What a command prints with ``--json``."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def webhook(self, name: str = "Trend", *options: str) -> str:
        """The path of a new recorder's webhook."""
        return str(self.told("recorder", "add", name, *options)["path"])

    def take(self, prepared: Prepared) -> str:
        """Begin with that data; the path of the webhook."""
        shutil.copytree(prepared.folder, self.data_dir, dirs_exist_ok=True)
        return prepared.webhook

    def open_positions(self) -> list[tuple[str, str, int]]:
        """Symbol, side and quantity of each, as the installed command tells."""
        rows = self.told("positions", "--status", "open")
        return [(row["symbol"], row["side"].lower(), row["quantity"]) for row in rows]

    def popen(self, command: Sequence[str]) -> Running:
        """Start something; its first words are waited for by whoever needs them."""
        number = len([*self.folder.glob("*.out")])
        out, err = (self.folder / f"{number}.{name}" for name in ("out", "err"))
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd="/",
                env=self.environment(),
            )
        return Running(process, out, err)

    @contextmanager
    def running(
        self, *arguments: str, command: Sequence[str] = (COMMAND, "--port", "0")
    ) -> Iterator[Running]:
        """The program, listening; killed if it still runs afterwards."""
        process = self.popen([*command, *arguments])
        try:
            process.wait_for_card()
            yield process
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Running:
    """A started program, and what it has said so far."""

    popen: subprocess.Popen[bytes]
    out: Path
    err: Path

    @property
    def card(self) -> dict[str, Any]:
        """Its first line on stdout."""
        first: dict[str, Any] = json.loads(self.out.read_text("utf-8").splitlines()[0])
        return first

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.card["listening"])

    def complaint(self) -> str:
        """All it has written to stderr."""
        return self.err.read_text("utf-8")

    def wait_for_card(self) -> None:
        """Until it says where it listens; the test fails where it ends instead."""

        def there() -> bool:
            if self.popen.poll() is not None:
                pytest.fail(f"it ended with {self.popen.returncode}: {self.complaint()}")
            return "\n" in self.out.read_text("utf-8")

        until(there, "the program to listen", seconds=_SECONDS)

    def alert(
        self, path: str, fields: Mapping[str, object], *, before: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Send an alert from outside, with another program; the answer."""
        return alert(self.url + path, fields, before=before)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(_SECONDS)

    def kill(self) -> None:
        """End it, if it still runs."""
        self.popen.kill()
        self.popen.wait(_SECONDS)


def alert(url: str, fields: Mapping[str, object], *, before: Sequence[str] = ()) -> dict[str, Any]:
    """Send an alert with curl; the answer to it. ``before`` goes before the command."""
    status, answer = post(url, fields, before=before)
    assert status == 200, answer
    return answer


def post(
    url: str, fields: Mapping[str, object], *, before: Sequence[str] = ()
) -> tuple[int, dict[str, Any]]:
    """Send an alert with curl; the answer's status and content."""
    command = [*before, "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "15"]
    command += ["--header", "Content-Type: application/json", "--data-binary", json.dumps(fields)]
    done = subprocess.run(
        [*command, "--write-out", "\n%{http_code}", url],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(content)


def buy(contracts: int = 1, price: str = "25600") -> dict[str, object]:
    """The fields of an alert that buys."""
    return {"action": "buy", "ticker": "MNQ1!", "contracts": contracts, "price": price}
