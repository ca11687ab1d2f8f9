"""The command line in this process, on an execution that a test made up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.execution_commands import carry_out
from justtrades_desktop.app.execution_door import Door
from justtrades_desktop.app.instance import Card
from justtrades_desktop.cli import running
from justtrades_desktop.cli.main import main
from justtrades_desktop.domain.broker import Brokerage, BrokerOrder, ResolvedContract
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.recorders import Recorder
from tests.fakes.brokerage import MNQ, contract

ORB = Recorder(id=1, name="ORB", token="t1")
CARD = Card(1, "", "", "")


class FakeSeen:
    """``orders`` are what the broker's events told, by number."""

    def __init__(self, *orders: BrokerOrder) -> None:
        self.orders = {order.id: order for order in orders}

    def order(self, key: AccountKey, order_id: int) -> BrokerOrder | None:
        return self.orders.get(order_id)

    def children(self, key: AccountKey, order_id: int) -> Sequence[BrokerOrder]:
        return [order for order in self.orders.values() if order.parent_id == order_id]

    async def contract(self, key: AccountKey, symbol: str) -> ResolvedContract:
        if symbol not in ("MNQ1!", "MNQZ6"):
            raise UserError(f"No contract for {symbol}: nobody knows it")
        return contract(symbol, "MNQZ6", MNQ)


def door_to(
    executions: Executions, brokers: Brokerage, *orders: BrokerOrder, recorders: Any = (ORB,)
) -> Door:
    return Door(executions, brokers, FakeSeen(*orders), recorders)


class CommandLine:
    """Runs commands; what they ask of the running program goes to ``door`` as JSON."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.door: Door | None = None
        self.err = ""
        self._capsys = capsys
        monkeypatch.setattr(running, "ask", self._ask)
        monkeypatch.setattr(running, "read_card", lambda _: CARD if self.door else None)

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was printed; ``err`` is what went to stderr."""
        try:
            code = main([*arguments, "--data-dir", str(self.folder)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, self.err = self._capsys.readouterr()
        return code, out

    def told(self, *arguments: str) -> Any:
        """What a command prints with ``--json``."""
        code, out = self.run(*arguments, "--json")
        assert code == 0, self.err
        return json.loads(out)

    def _ask(
        self, _card: Card, command: str, arguments: Mapping[str, Any], *, seconds: float
    ) -> Any:
        assert self.door is not None
        asked = json.loads(json.dumps(dict(arguments)))
        as_execution = command.replace("broker.", "execution.", 1)
        return json.loads(json.dumps(asyncio.run(carry_out(self.door, as_execution, asked))))
