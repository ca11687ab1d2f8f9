"""``parked``, ``doctor``, ``limits`` and the brakes, through the process that runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from justtrades_desktop.cli.asking import typed
from justtrades_desktop.cli.decisions import decision_lines
from justtrades_desktop.cli.execution_arguments import CAP
from justtrades_desktop.cli.out import emit
from justtrades_desktop.cli.running import ask_running
from justtrades_desktop.domain.errors import UserError

Json = dict[str, Any]


def parked(chosen: argparse.Namespace) -> int:
    """Entries that wait for a person."""
    rows = ask_running(chosen, "execution.parked", {})["rows"]
    emit(rows if chosen.json else decision_lines(rows), as_json=chosen.json)
    return 0


def send_parked(chosen: argparse.Namespace) -> int:
    """Send one after all."""
    return _print_decision(chosen, "parked.send")


def dismiss_parked(chosen: argparse.Namespace) -> int:
    """Never send it."""
    return _print_decision(chosen, "parked.dismiss")


def doctor(chosen: argparse.Namespace) -> int:
    """What is not as it should be; 1 where anything is, or where nobody knows yet."""
    told = ask_running(chosen, "execution.doctor", {})
    if chosen.json:
        emit(told, as_json=True)
    else:
        _say_findings(told)
    return 0 if told["ready"] and not told["findings"] else 1


def _say_findings(told: Mapping[str, Any]) -> None:
    if not told["ready"]:
        sys.stdout.write("It is still comparing what should be with what the brokers say.\n")
    for row in told["findings"]:
        what = " ".join(filter(None, (row["account"], row["contract"])))
        sys.stdout.write(f"{row['id']}  {row['trouble']}  {what}: {row['said']}\n")
        if row["repair_said"]:
            sys.stdout.write(f"    justtrades doctor repair {row['id']}: {row['repair_said']}\n")
    if told["ready"] and not told["findings"]:
        sys.stdout.write("Everything is as it should be.\n")


def repair(chosen: argparse.Namespace) -> int:
    """Carry out the one repair of a finding."""
    return _print(chosen, ask_running(chosen, "execution.repair", {"id": chosen.id}))


def limits(chosen: argparse.Namespace) -> int:
    """The caps, or changed ones."""
    caps = {
        name.removeprefix(CAP): value
        for name, value in vars(chosen).items()
        if name.startswith(CAP)
    }
    if not caps:
        rows = ask_running(chosen, "execution.limits", {"account": chosen.of})["rows"]
    elif chosen.of is None:
        raise UserError("Of which account?", "justtrades limits ACCOUNT --order 5")
    else:
        named = {"account": chosen.of, "caps": caps}
        rows = [ask_running(chosen, "execution.limits.set", named)]
    emit(rows if chosen.json else [_caps_line(row) for row in rows], as_json=chosen.json)
    return 0


def arm(chosen: argparse.Namespace) -> int:
    """Arm a LIVE account: its name is typed once more."""
    name = chosen.typed
    if name is None:
        name = typed(
            f"Signals will trade real money on {chosen.account} until JustTrades ends.\n"
            "Type the account's name to arm it: ",
            "--type NAME says it where there is no terminal.",
        )
    named = {"account": chosen.account, "typed": name}
    return _print(chosen, ask_running(chosen, "execution.arm", named))


def disarm(chosen: argparse.Namespace) -> int:
    """Send no more entries to a LIVE account."""
    return _print(chosen, ask_running(chosen, "execution.disarm", {"account": chosen.account}))


def pause(chosen: argparse.Namespace) -> int:
    """Stop entries everywhere."""
    return _print_brakes(chosen, ask_running(chosen, "execution.pause", {}))


def resume(chosen: argparse.Namespace) -> int:
    """Let entries through again."""
    return _print_brakes(chosen, ask_running(chosen, "execution.resume", {}))


def flatten(chosen: argparse.Namespace) -> int:
    """Close everything, or what an account holds in a contract."""
    from justtrades_desktop.cli.flatten import flatten_all, flatten_one

    if chosen.all == (chosen.symbol is not None):
        raise UserError(
            "What shall be closed?", "`flatten --all`, or `flatten SYMBOL --account ACCOUNT`."
        )
    return flatten_all(chosen) if chosen.all else flatten_one(chosen)


# For people


def _caps_line(row: Json) -> Json:
    caps = row["caps"]
    return {
        "account": row["account"],
        "environment": row["environment"],
        "armed": "yes" if row["armed"] else "no",
        "order": caps["order"],
        "position": caps["position"],
        "held": _of(row["held"], caps["account"]),
        "minute": _of(row["entries_minute"], caps["minute"]),
        "day": _of(row["entries_day"], caps["day"]),
        "repeat_seconds": caps["repeat_seconds"],
        "daily_loss_at_broker": _loss(row),
    }


def _of(used: int, cap: int | None) -> str:
    return f"{used} of {'any' if cap is None else cap}"


def _loss(row: Json) -> str | None:
    """What was asked for, and what the broker has."""
    wanted: str | None = row["caps"]["daily_loss_at_broker"]
    there: str | None = row["loss_at_broker"]
    if wanted == there:
        return there
    why = f": {row['loss_at_broker_said']}" if row["loss_at_broker_said"] else ""
    return f"{wanted or 'none'} wanted, the broker has {there or 'none'}{why}"


def _print_decision(chosen: argparse.Namespace, verb: str) -> int:
    return _print(chosen, ask_running(chosen, f"execution.{verb}", {"id": chosen.id}))


def _print_brakes(chosen: argparse.Namespace, told: Json) -> int:
    if chosen.json:
        return _print(chosen, told)
    sys.stdout.write("Entries are paused.\n" if told["paused"] else "Entries are not paused.\n")
    for brake in told["brakes"]:
        where = f"{brake['account']}: " if brake["account"] else ""
        sys.stdout.write(f"{where}{brake['said']}\n")
    return 0


def _print(chosen: argparse.Namespace, told: Json) -> int:
    emit(told, as_json=chosen.json)
    return 0
