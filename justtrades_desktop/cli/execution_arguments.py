"""The grammar of the commands about execution."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from justtrades_desktop.cli.broker_arguments import Made
from justtrades_desktop.domain.link_text import OFF, amount
from justtrades_desktop.domain.links import AccountLimits

CAP: Final = "cap_"
"""What stands before a cap's name in the namespace."""

_CAPS: Final = {
    "order": "contracts of one order",
    "position": "contracts held of one contract",
    "account": "contracts held in all",
    "minute": "orders that open or add in a minute",
    "day": "orders that open or add in a day",
    "repeat_seconds": "an identical entry within so many seconds waits",
    "daily_loss_at_broker": "the day's loss, in money, at which the broker itself flattens",
}
_MOST: Final = 2**31


def add_history(commands: Any, add: Made) -> None:
    """``decisions`` and ``executions``."""
    decisions = add(commands, "decisions", "decisions", "what each link made of each signal")
    decisions.add_argument("--signal", type=_count, metavar="ID", help="of one signal")
    executions = add(commands, "executions", "executions", "the fills, with slippage and delay")
    for listed in (decisions, executions):
        listed.add_argument("--limit", type=_count, default=50, metavar="N")


def add_execution(commands: Any, add: Made) -> None:
    """``parked``, ``doctor``, ``limits``, and the brakes."""
    parked = add(commands, "parked", "parked", "entries that wait for a person")
    verbs = _verbs(parked)
    for verb, function, help_ in (
        ("send", "send_parked", "send it after all"),
        ("dismiss", "dismiss_parked", "never send it"),
    ):
        add(verbs, verb, function, help_).add_argument("id", type=_count, metavar="ID")
    doctor = add(commands, "doctor", "doctor", "what is not as it should be; 1 where anything is")
    repair = add(_verbs(doctor), "repair", "repair", "carry out the one repair of a finding")
    repair.add_argument("id", metavar="ID")
    _limits(add(commands, "limits", "limits", "the caps of the accounts, and what is used of them"))
    _brakes(commands, add)


def _limits(limits: argparse.ArgumentParser) -> None:
    limits.add_argument(
        "of", nargs="?", metavar="ACCOUNT", help="NAME or CONNECTION/NAME; needed to set a cap"
    )
    for each in fields(AccountLimits):
        name = each.name
        limits.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"{CAP}{name}",
            type=_money if name == "daily_loss_at_broker" else _cap(name),
            default=argparse.SUPPRESS,
            metavar="MONEY" if name == "daily_loss_at_broker" else "N",
            help=_CAPS[name] + ("" if name == "repeat_seconds" else "; or off"),
        )


def _brakes(commands: Any, add: Made) -> None:
    arm = add(commands, "arm", "arm", "let a LIVE account take entries until the program ends")
    arm.add_argument("--type", dest="typed", metavar="NAME", help="the account's name, for scripts")
    disarm = add(commands, "disarm", "disarm", "send no more entries to a LIVE account")
    for named in (arm, disarm):
        named.add_argument("account", metavar="ACCOUNT", help="NAME or CONNECTION/NAME")
    add(commands, "pause", "pause", "stop entries everywhere, also after a restart")
    add(commands, "resume", "resume", "let entries through again")
    flatten = add(commands, "flatten", "flatten", "close everything, or what an account holds")
    flatten.add_argument("symbol", nargs="?", metavar="SYMBOL", help="one contract of one account")
    flatten.add_argument(
        "--all", action="store_true", help="pause entries, cancel all orders, close all, verify"
    )
    flatten.add_argument(
        "--account",
        action="append",
        metavar="ACCOUNT",
        help="only this one; with --all it may be given several times",
    )
    flatten.add_argument("--yes", action="store_true", help="with --all: do not ask")


def _verbs(parser: argparse.ArgumentParser) -> Any:
    return parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=type(parser))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) < _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _cap(name: str) -> Callable[[str], int | None]:
    def cap(text: str) -> int | None:
        if text.lower() in OFF:
            return 0 if name == "repeat_seconds" else None
        if text == "0":
            return 0
        return _count(text)

    return cap


def _money(text: str) -> str | None:
    """Kept as it was written: money is exact."""
    if text.lower() in OFF:
        return None
    try:
        return str(amount(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, or off") from error
