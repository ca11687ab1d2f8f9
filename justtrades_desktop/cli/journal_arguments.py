"""The grammar of ``trades``, ``stats`` and ``export``."""

from __future__ import annotations

import argparse
import math
from datetime import date

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.wanted import Result

EXPORTS = ("journal", "signals", "entries", "paths", "alerts")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Options that choose trades."""
    filters = parser.add_argument_group("which trades", "all that are given must hold")
    filters.add_argument("--strategy", metavar="NAME")
    filters.add_argument("--symbol", metavar="S")
    filters.add_argument("--side", type=_side, metavar="SIDE", help="long or short")
    filters.add_argument(
        "--from",
        dest="first_day",
        type=_day,
        metavar="DAY",
        help="closed on this session day (2026-11-20) or later",
    )
    filters.add_argument(
        "--to", dest="last_day", type=_day, metavar="DAY", help="closed on this day or earlier"
    )
    filters.add_argument("--result", type=Result, choices=list(Result))
    filters.add_argument("--tag", metavar="TAG")
    filters.add_argument(
        "--text",
        default="",
        metavar="TEXT",
        help="in strategy, symbol, notes, tags or exit reason",
    )
    filters.add_argument("--origin", type=Origin, choices=list(Origin))


def add_stats(parser: argparse.ArgumentParser) -> None:
    """What ``stats`` takes besides."""
    parser.add_argument(
        "--capital",
        type=_amount,
        metavar="N",
        help="the account before the first trade, for the drawdown in percent",
    )
    parser.add_argument(
        "--currency", type=str.upper, metavar="C", help="where trades are in several"
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    """What ``export`` takes besides."""
    parser.add_argument("what", choices=EXPORTS, metavar="WHAT", help=", ".join(EXPORTS))
    parser.add_argument("file", metavar="FILE", help="a new file, or - for standard output")
    parser.add_argument(
        "--format", choices=("csv", "json"), help="(json for a name that ends so, else csv)"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def _side(text: str) -> Side:
    try:
        return Side(text.upper())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither long nor short") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-11-20") from error


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not 0 < amount < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of more than 0")
    return amount
