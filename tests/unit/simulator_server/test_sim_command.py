"""``justtrades simulator`` as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from justtrades_desktop.cli.simulator import fault_of
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.simulator.faults import Counted, FaultKind

_COMMAND = [sys.executable, "-m", "justtrades_desktop", "simulator"]


@contextmanager
def running(*arguments: str) -> Iterator[dict[str, Any]]:
    """A simulator and what it says of itself; it must end well on SIGTERM."""
    command = [*_COMMAND, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, b"")


def ask(url: str, body: Any = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers), timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read())


def log_in(told: dict[str, Any]) -> str:
    body = {
        "name": told["user"],
        "password": told["password"],
        "cid": told["cid"],
        "sec": told["secret"],
    }
    return str(ask(f"{told['rest']}/auth/accesstokenrequest", body)["accessToken"])


def buy(told: dict[str, Any], token: str, symbol: str) -> Any:
    account = ask(f"{told['rest']}/account/list", token=token)[0]
    body = {
        "accountId": account["id"],
        "accountSpec": account["name"],
        "action": "Buy",
        "symbol": symbol,
        "orderQty": 1,
        "orderType": "Market",
        "isAutomated": True,
    }
    return ask(f"{told['rest']}/order/placeorder", body, token)


def front(told: dict[str, Any], token: str, root: str) -> str:
    return str(ask(f"{told['rest']}/contract/suggest?t={root}&l=1", token=token)[0]["name"])


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM is a kill on Windows")
def test_it_trades_and_goes_on_where_it_was(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    with running("--seed", "4", "--state", state) as told:
        token = log_in(told)
        for root in ("MNQ", "MES", "NQ", "ES", "MGC", "MCL"):
            assert "orderId" in buy(told, token, front(told, token, root))
        fills = ask(f"{told['rest']}/fill/list", token=token)
        assert len(fills) == 6
    with running("--seed", "4", "--state", state) as told:
        assert ask(f"{told['rest']}/fill/list", token=log_in(told)) == fills
        orders = ask(f"{told['control']}/orders")["paper"]
        assert [order["ordStatus"] for order in orders] == ["Filled"] * 6


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM is a kill on Windows")
def test_faults_and_scripts_from_the_command_line(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"at": 0, "fault": {"kind": "401", "nth": 7}}\n', encoding="utf-8")
    arguments = ["--fault", "no-id@1:order/placeorder", "--script", str(script), "--faults", "3"]
    with running(*arguments, "--user", "eve", "--password", "pw") as told:
        assert told["user"] == "eve"
        armed = ask(f"{told['control']}/faults")["armed"]
        assert {"kind": "401", "nth": 7} in armed
        assert {"kind": "no-id", "counted": "call", "match": "order/placeorder"} in armed
        assert len(armed) == 5


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM is a kill on Windows")
def test_fees_come_out_of_the_cash() -> None:
    with running("--fee", "1.25", "--slippage", "2") as told:
        token = log_in(told)
        assert "orderId" in buy(told, token, front(told, token, "MNQ"))
        account = ask(f"{told['rest']}/account/list", token=token)[0]["id"]
        balances = ask(f"{told['rest']}/cashBalance/deps?masterid={account}", token=token)
        assert balances[0]["amount"] == 49_998.75


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fee", "much"], "that is no amount"),
        (["--partial", "2"], "make no sense"),
        (["--most", "0"], "nothing would ever fill"),
        (["--fault", "nonsense"], "is no fault; there are p-ticket"),
        (["--script", "/no/such/file"], "cannot be read"),
        (["--port", "99999"], "is not a port"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str) -> None:
    ended = subprocess.run([*_COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert ended.returncode in (1, 2)
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_fault_in_a_word() -> None:
    fault = fault_of("lost-after@3:order/*")
    assert (fault.kind, fault.nth, fault.match) == (FaultKind.LOST_AFTER, 3, "order/*")
    assert fault_of("cut@5").counted is Counted.EVENT
    assert fault_of("429").kind is FaultKind.LIMIT
    with pytest.raises(UserError):
        fault_of("cut@0")
