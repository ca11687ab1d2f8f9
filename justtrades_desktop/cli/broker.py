"""``broker``, ``accounts``, ``orders``, ``broker-positions`` and ``order``: through the process
that runs, which alone holds the connections."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import Any, Final

from justtrades_desktop.cli.out import emit
from justtrades_desktop.cli.running import ask_running
from justtrades_desktop.domain.errors import UserError

PASSWORD: Final = "JUSTTRADES_PASSWORD"  # noqa: S105 - the name of a variable
SECRET: Final = "JUSTTRADES_SECRET"  # noqa: S105
PASSPHRASE: Final = "JUSTTRADES_PASSPHRASE"  # noqa: S105
_PRICES: Final = ("kind", "price", "stop_price", "trail", "time_in_force")


def accounts(chosen: argparse.Namespace) -> int:
    """Every account with its money."""
    return _show(chosen, "accounts")


def positions(chosen: argparse.Namespace) -> int:
    """What each account holds."""
    return _show(chosen, "positions")


def orders(chosen: argparse.Namespace) -> int:
    """The orders that are alive, and whose they are."""
    return _show(chosen, "orders")


def status(chosen: argparse.Namespace) -> int:
    """Every connection: light, budget, last error."""
    return _show(chosen, "status")


def login(chosen: argparse.Namespace) -> int:
    """Log in once, keep the credentials, stay connected."""
    arguments = {
        "name": chosen.name or chosen.environment,
        "environment": chosen.environment,
        "user": chosen.user,
        "password": _secret(PASSWORD, "Password: "),
        "cid": chosen.cid,
        "secret": _secret(SECRET, "Secret of the key: ") if chosen.cid else "",
        "server": chosen.server,
    }
    return _do(chosen, "login", arguments)


def connect(chosen: argparse.Namespace) -> int:
    """Connect again."""
    return _do(chosen, "connect", {"name": chosen.name})


def disconnect(chosen: argparse.Namespace) -> int:
    """Close the sockets of a connection."""
    return _do(chosen, "disconnect", {"name": chosen.name})


def logout(chosen: argparse.Namespace) -> int:
    """Forget a connection."""
    return _do(chosen, "logout", {"name": chosen.name})


def unlock(chosen: argparse.Namespace) -> int:
    """Open the vault."""
    return _do(chosen, "unlock", {"passphrase": _secret(PASSPHRASE, "Passphrase: ")})


def place(chosen: argparse.Namespace) -> int:
    """Place an order, with a bracket where target or stop loss are named."""
    arguments = {name: getattr(chosen, name) for name in ("action", "quantity", "symbol")}
    arguments |= {
        name: getattr(chosen, name) for name in ("account", "target", "stop_loss", "again")
    }
    return _do(chosen, "place", arguments | _prices(chosen))


def modify(chosen: argparse.Namespace) -> int:
    """Replace an order; what is not named stays."""
    names = ("id", "connection", "quantity", "price", "stop_price")
    return _do(chosen, "modify", {name: getattr(chosen, name) for name in names})


def cancel(chosen: argparse.Namespace) -> int:
    """Cancel an order."""
    return _do(chosen, "cancel", {"id": chosen.id, "connection": chosen.connection})


def flatten(chosen: argparse.Namespace) -> int:
    """Close what an account holds in a contract."""
    return _do(chosen, "flatten", {"symbol": chosen.symbol, "account": chosen.account})


def _prices(chosen: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in _PRICES}


def _show(chosen: argparse.Namespace, what: str) -> int:
    emit(_ask(chosen, what, {})["rows"], as_json=chosen.json)
    return 0


def _do(chosen: argparse.Namespace, what: str, arguments: dict[str, Any]) -> int:
    told = _ask(chosen, what, arguments)
    emit(told.get("rows", told), as_json=chosen.json)
    return 0


def _ask(chosen: argparse.Namespace, what: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return ask_running(chosen, f"broker.{what}", arguments)


def _secret(variable: str, question: str) -> str:
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UserError(
            "There is no terminal to ask for a secret", f"Put it into the variable {variable}."
        )
    return getpass.getpass(question)
