"""``flatten``: what is open is closed, and the report is followed until it is over."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from time import sleep
from typing import Any, Final

from justtrades_desktop.cli.asking import typed
from justtrades_desktop.cli.out import emit
from justtrades_desktop.cli.running import NoAnswer, NobodyRuns, ask_running
from justtrades_desktop.domain.errors import UserError

Json = dict[str, Any]
_PAUSE: Final = 0.25
_PATIENCE: Final = 5  # looks in a row that bring no answer


def flatten_one(chosen: argparse.Namespace) -> int:
    """Close what one account holds in a contract."""
    accounts = chosen.account or [None]
    if len(accounts) > 1:
        raise UserError("Which account?", "Only --all takes several.")
    named = {"symbol": chosen.symbol, "account": accounts[0]}
    emit(ask_running(chosen, "execution.flatten", named), as_json=chosen.json)
    return 0


def flatten_all(chosen: argparse.Namespace) -> int:
    """Close everything; 1 where an account is not verified flat in the end."""
    named = {"accounts": chosen.account}
    if not chosen.yes and not _is_meant(ask_running(chosen, "execution.flatten.ahead", named)):
        sys.stderr.write("justtrades: nothing was done.\n")
        return 1
    rows = _followed(chosen, ask_running(chosen, "execution.flatten.all", named)["rows"])
    if chosen.json:
        emit(rows, as_json=True)
    if not rows:
        raise UserError("No account is known", "Entries are paused; look at your broker.")
    return 0 if all(row["flat"] for row in rows) else 1


def _is_meant(told: Json) -> bool:
    for row in told["rows"]:
        sys.stderr.write(f"{_ahead_said(row)}\n")
    if not told["rows"]:
        sys.stderr.write("No account is known to hold anything or to have orders.\n")
    answer = typed(
        "Pause entries, cancel these orders and close these positions? Type yes: ",
        "--yes closes without asking.",
    )
    return answer.lower() == "yes"


def _ahead_said(row: Json) -> str:
    what = f"cancel {row['quantity']} working orders"
    if row["does"] == "close":
        side = "long" if row["quantity"] > 0 else "short"
        what = f"close {side} {abs(row['quantity'])} {row['contract'] or 'of a contract'}"
    old = "" if row["is_up"] else " (as known last: it is not connected)"
    return f"{row['environment'].upper()}  {row['account']}: {what}{old}"


def _followed(chosen: argparse.Namespace, rows: Sequence[Json]) -> Sequence[Json]:
    """The report, said as it changes, until it is over on every account."""
    said: dict[str, str] = {}
    while True:
        if not chosen.json:
            _say_news(rows, said)
        if all(row["over"] for row in rows):
            return rows
        sleep(_PAUSE)
        rows = _look(chosen)


def _say_news(rows: Sequence[Json], said: dict[str, str]) -> None:
    for row in rows:
        if said.get(row["account"]) != row["said"]:
            said[row["account"]] = row["said"]
            sys.stdout.write(f"{row['account']}: {row['said']}\n")
            sys.stdout.flush()


def _look(chosen: argparse.Namespace) -> Sequence[Json]:
    for _ in range(_PATIENCE):
        try:
            rows: Sequence[Json] = ask_running(chosen, "execution.flattening", {})["rows"]
        except NoAnswer:
            sleep(_PAUSE)
        except NobodyRuns as error:
            raise UserError(
                "JustTrades ended before everything was verified flat",
                "Start it again: it goes on where it was. Look at your broker meanwhile.",
            ) from error
        else:
            return rows
    raise UserError("JustTrades does not answer", "Flattening goes on; look at your broker.")
