"""The grammar of the commands that speak with a broker."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from justtrades_desktop.domain.broker import Environment

_TIMES = ("Day", "GTC", "GTD", "IOC", "FOK")
_KINDS = ("market", "limit", "stop", "stoplimit", "trailingstop")
Made = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Add a command: the group it is in, its name, the function that runs it, its help."""


def add_broker(commands: Any, add: Made, group: Callable[[str, str], Any]) -> None:
    """``accounts``, ``orders``, ``broker-positions``, ``broker …`` and ``order …``."""
    add(commands, "accounts", "accounts", "the accounts of every connection")
    add(commands, "broker-positions", "positions", "what the accounts hold, as the broker says")
    add(commands, "orders", "orders", "the working orders of every account, and whose they are")
    broker = group("broker", "connections to a broker")
    login = add(broker, "login", "login", "connect, and keep the credentials in the vault")
    _login(login)
    add(broker, "status", "status", "how every connection is")
    for verb, help_ in (
        ("connect", "connect again"),
        ("disconnect", "close the sockets; credentials stay"),
        ("logout", "log off and forget credentials and tokens"),
    ):
        add(broker, verb, verb, help_).add_argument("name", metavar="NAME")
    add(broker, "unlock", "unlock", "open the vault with its passphrase")
    _order(group("order", "orders by hand; on LIVE accounts once they are armed"), add)


def _login(login: argparse.ArgumentParser) -> None:
    login.description = (
        "The password is asked for, or read from JUSTTRADES_PASSWORD; the key's secret likewise "
        "from JUSTTRADES_SECRET. Neither is ever an argument: other processes could read it."
    )
    login.add_argument("--name", metavar="NAME", help="how to call it here (the environment)")
    login.add_argument(
        "--environment",
        choices=[Environment.DEMO.value, Environment.LIVE.value],
        default=Environment.DEMO.value,
    )
    login.add_argument("--user", metavar="USER", required=True)
    login.add_argument("--cid", metavar="ID", default="", help="the id of the API key")
    login.add_argument(
        "--server", metavar="URL", help="a server of one's own that speaks the same protocol"
    )


def _order(order: Any, add: Made) -> None:
    place = add(order, "place", "place", "buy or sell; with --target or --stop-loss a bracket")
    place.add_argument("action", choices=("buy", "sell"))
    place.add_argument("quantity", type=_size, metavar="N")
    place.add_argument("symbol", metavar="SYMBOL", help="MNQ1! or MNQZ6")
    _account(place)
    _prices(place)
    place.add_argument("--target", type=_price, metavar="PRICE", help="take profit there")
    place.add_argument("--stop-loss", type=_price, metavar="PRICE", help="stop there")
    place.add_argument("--again", action="store_true", help="a repeat of the last one is meant")
    modify = add(order, "modify", "modify", "change an order's size or prices")
    modify.add_argument("--quantity", type=_size, metavar="N")
    modify.add_argument("--price", type=_price, metavar="PRICE")
    modify.add_argument("--stop-price", type=_price, metavar="PRICE")
    for named in (modify, add(order, "cancel", "cancel", "cancel an order")):
        named.add_argument("id", type=int, metavar="ID")
        named.add_argument("--connection", metavar="NAME", help="needed where two have that ID")
    flatten = add(order, "flatten", "flatten", "close a position and cancel its contract's orders")
    flatten.add_argument("symbol", metavar="SYMBOL")
    _account(flatten)


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--account",
        metavar="NAME",
        help="NAME or CONNECTION/NAME, where there are several",
    )


def _prices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", dest="kind", choices=_KINDS)
    parser.add_argument("--price", type=_price, metavar="PRICE")
    parser.add_argument("--stop-price", type=_price, metavar="PRICE")
    parser.add_argument(
        "--trail", type=_price, metavar="POINTS", help="distance of a trailing stop"
    )
    parser.add_argument("--time-in-force", choices=_TIMES)


def _size(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _price(text: str) -> str:
    """Kept as it was written: a price is exact."""
    try:
        Decimal(text)
    except InvalidOperation as error:
        raise ValueError from error
    return text
