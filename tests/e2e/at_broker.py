"""A running simulator and a program that trades at it, each a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import random
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from justtrades_desktop.app.instance import read_card
from justtrades_desktop.app.remote import ask
from justtrades_desktop.cli.main import main
from tests.e2e.conftest import COMMAND, ROOT, SECONDS, Process, body

PASSWORD = "a-word-of-adas-1861"
PASSPHRASE = "nine brown foxes and a vault"
SECRETS: Mapping[str, str] = {
    # No keyring: nobody else's vault is touched.
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    "JUSTTRADES_PASSPHRASE": PASSPHRASE,
}
MNQ = "MNQZ6"
Row = dict[str, Any]


def until(holds: Callable[[], Any], what: str, seconds: float = 15) -> Any:
    """What ``holds`` says once it says something."""
    ends = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < ends, what
        time.sleep(0.03)
    return found


class Simulator:
    """A running ``justtrades simulator`` of one user with two accounts."""

    def __init__(self, user: str, *options: str, seed: int = 5) -> None:
        named = ("--port", "0", "--seed", str(seed), "--user", user, "--password", PASSWORD)
        self.user = user
        self.popen = subprocess.Popen(
            [*COMMAND, "simulator", *named, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        assert self.popen.stdout is not None
        self.card: dict[str, str] = json.loads(self.popen.stdout.readline())
        self.url = self.card["rest"].removesuffix("/v1")
        # Its secrets come from its seed: so we know what may stand nowhere.
        chance = random.Random(seed)
        self.token, self.market_token = (f"{chance.getrandbits(256):064x}" for _ in range(2))

    def get(self, address: str, token: str = "") -> Any:
        """What it answers under a full address."""
        request = Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read())

    def read(self, what: str) -> Any:
        """What the broker itself says of ``position/list``, by the token of the first login."""
        return self.get(f"{self.card['rest']}/{what}", self.token)

    def post(self, what: str, told: Any) -> None:
        """Something by hand: a fault, a price."""
        sent = json.dumps(told).encode()
        with urlopen(f"{self.card['control']}/{what}", sent, timeout=SECONDS):  # noqa: S310
            return

    def fault(self, kind: str, match: str, **fields: Any) -> None:
        """Something goes wrong from now on."""
        self.post("fault", {"kind": kind, "match": match} | fields)

    def no_faults(self) -> None:
        """All goes well again."""
        request = Request(f"{self.card['control']}/faults", method="DELETE")  # noqa: S310
        with urlopen(request, timeout=SECONDS):  # noqa: S310
            return

    def struck(self) -> list[Row]:
        """What went wrong so far."""
        found: list[Row] = self.get(f"{self.card['control']}/faults")["struck"]
        return found

    def trade(self, *prices: str, symbol: str = MNQ) -> None:
        """The market trades there, one after the other."""
        self.post("tick", [{"symbol": symbol, "price": price} for price in prices])

    def orders(self) -> list[Row]:
        """The exchange's own record of all orders."""
        found: list[Row] = self.get(f"{self.card['control']}/orders")[self.user]
        return found

    def order(self, number: int) -> Row:
        """One of them."""
        return next(order for order in self.orders() if order["id"] == number)

    def net(self, account_id: int) -> int:
        """Signed contracts of all that an account has traded."""
        fills = [
            (1 if order["action"] == "Buy" else -1) * fill["qty"]
            for order in self.orders()
            if order["accountId"] == account_id
            for fill in order["fills"]
        ]
        return sum(fills)

    def end(self) -> None:
        """Only this process."""
        self.popen.terminate()
        self.popen.wait(SECONDS)
        if self.popen.stdout is not None:
            self.popen.stdout.close()


class Said(str):
    """What a command printed, with its exit code and what it said of errors."""

    code: int
    wrong: str


class Trader:
    """The program on a data folder, and whoever sits before it with the command line."""

    def __init__(self, folder: Path, start: Callable[[], Process]) -> None:
        self.folder = folder
        self._start = start
        self.process = start()
        self.webhooks: dict[str, str] = {}

    # The program

    def restart(self) -> None:
        """Once more on the same folder."""
        self.process = self._start()

    def ask(self, command: str, **arguments: Any) -> Any:
        """As the command line asks the running program."""
        card = read_card(self.folder)
        assert card is not None
        return ask(card, command, arguments, seconds=SECONDS)

    def log_in(self, simulator: Simulator, name: str, environment: str = "demo") -> None:
        """Connect to a simulator and be up."""
        self.ask(
            "broker.login",
            name=name,
            environment=environment,
            user=simulator.user,
            password=PASSWORD,
            cid=simulator.card["cid"],
            secret=simulator.card["secret"],
            server=simulator.url,
        )
        self.up(name)

    def up(self, *names: str) -> None:
        """Connected, and compared."""

        def holds() -> bool:
            rows = {row["name"]: row for row in self.ask("broker.status")["rows"]}
            there = [rows[name] for name in names if name in rows]
            are_up = all((row["orders"], row["market"]) == ("up", "up") for row in there)
            return (
                len(there) == len(names) and are_up and bool(self.ask("execution.doctor")["ready"])
            )

        until(holds, f"{names} do not come up")

    # The command line

    def say(self, *words: str) -> Said:
        """A command of the command line, in this process: what it printed."""
        out, wrong = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(wrong),
        ):
            code = main([*words, "--data-dir", str(self.folder)])
        said = Said(out.getvalue())
        said.code, said.wrong = code, wrong.getvalue()
        return said

    def told(self, *words: str) -> Any:
        """What it prints with ``--json``."""
        said = self.say(*words, "--json")
        assert said, said.wrong
        return json.loads(said)

    def rows(self, *words: str, account: str) -> list[Row]:
        """Those of one account, named with or without its connection."""
        found: list[Row] = self.told(*words)
        return [
            row
            for row in found
            if account in (row["account"], f"{row.get('connection')}/{row['account']}")
        ]

    def recorder(self, name: str) -> None:
        """A new one."""
        self.webhooks[name] = self.told("recorder", "add", name)["path"]

    def link(self, recorder: str, account: str, *settings: str) -> int:
        """An armed one."""
        if recorder not in self.webhooks:
            self.recorder(recorder)
        made = self.told("links", "add", recorder, account, "--mode", "armed", *settings)
        return int(made["id"])

    def alert(self, recorder: str, action: str, price: str, quantity: int | None = None) -> int:
        """As TradingView sends it; the signal's number. A close without a quantity is in full."""
        size = {} if quantity is None else {"quantity": quantity}
        sent = body(action=action, ticker="MNQ1!", price=price, **size)
        status, answer = self.process.post(self.webhooks[recorder], sent)
        assert status == 200, answer
        return int(answer["signal_id"])

    def decided(self, signal: int, account: str, *verdicts: str) -> Row:
        """What became of a signal on an account, once that is known."""

        def found() -> Row | None:
            for row in self.told("decisions", "--signal", str(signal)):
                if row["account"] == account and row["verdict"] in (verdicts or ("done",)):
                    return dict(row)
            return None

        try:
            found_row: Row = until(found, "not decided")
        except AssertionError as error:
            raise AssertionError(self.told("decisions", "--signal", str(signal))) from error
        return found_row

    def net(self, account: str) -> int:
        """Signed contracts that the broker says."""
        return sum(row["net"] for row in self.rows("broker-positions", account=account))

    def working(self, account: str) -> set[tuple[str, str | None, int]]:
        """The working orders: what for, where, how many."""
        return {
            (row["purpose"], row["price"] or row["stop_price"], row["quantity"] - row["filled"])
            for row in self.rows("orders", account=account)
        }

    def healthy(self) -> None:
        """The doctor, who looks once a second, finds nothing."""
        try:
            _ = until(lambda: self.say("doctor").code == 0, "not healthy", 5)
        except AssertionError as error:
            raise AssertionError(self.say("doctor")) from error


def sums(fills: Sequence[Row]) -> int:
    """Signed contracts of executions."""
    return sum((1 if row["way"] == "Buy" else -1) * row["quantity"] for row in fills)
