"""What the command line does with brokers, by name and JSON, over the control port."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from justtrades_desktop.app.broker_rows import plain, row_of
from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.domain.broker import (
    Account,
    Addresses,
    BrokerState,
    Credentials,
    Environment,
    NewConnection,
)
from justtrades_desktop.domain.errors import UserError

Json = dict[str, Any]


async def carry_out(brokers: Brokers, command: str, arguments: Mapping[str, Any]) -> Json:
    """Carry out one of the commands ``broker.…``.

    Raises:
        UserError: it cannot be done; says why, in the broker's words where they are known.
    """
    verb = command.removeprefix("broker.")
    if verb in _SHOWN:
        return {"rows": _SHOWN[verb](brokers)}
    match verb:
        case "login":
            return await _log_in(brokers, arguments)
        case "connect":
            await brokers.connect(arguments["name"])
        case "disconnect":
            await brokers.disconnect(arguments["name"])
        case "logout":
            await brokers.remove(arguments["name"])
        case "unlock":
            await brokers.unlock(arguments["passphrase"])
        case _:
            raise UserError(f"There is no command {command!r}", "Is it another version?")
    return {"rows": _status(brokers)} if verb != "unlock" else {"unlocked": True}


# Showing


def _status(brokers: Brokers) -> list[Json]:
    return [
        {
            "name": state.name,
            "environment": state.environment.value,
            "user": state.user,
            "orders": state.orders.light.value,
            "market": state.market.light.value,
            "said": state.orders.said or state.market.said,
            "heard_at": plain(state.orders.progress_at),
            "used": state.budget.used,
            "left": state.budget.left,
            "reserved": state.budget.reserved,
            "locked_until": plain(state.budget.locked_until),
            "token_expires": plain(state.token_expires),
            "last_error": state.last_error,
        }
        for state in brokers.states()
    ]


def _accounts(brokers: Brokers) -> list[Json]:
    return [
        _beside(state) | {"environment": state.environment.value} | row_of(account)
        for state in brokers.states()
        for account in state.accounts
    ]


def _positions(brokers: Brokers) -> list[Json]:
    return [
        _beside(state) | {"account": _name_of(held.account_id, state.accounts)} | row_of(held)
        for state in brokers.states()
        for held in state.positions
    ]


def _orders(brokers: Brokers) -> list[Json]:
    return [
        _beside(state) | {"account": _name_of(order.account_id, state.accounts)} | row_of(order)
        for state in brokers.states()
        for order in state.working
    ]


def _beside(state: BrokerState) -> Json:
    """Whose row it is; with a link that is not up, it is as it was known last."""
    return {"connection": state.name, "link": state.orders.light.value}


_SHOWN: Final[Mapping[str, Callable[[Brokers], list[Json]]]] = {
    "status": _status,
    "accounts": _accounts,
    "positions": _positions,
    "orders": _orders,
}


def _name_of(account_id: int, accounts: Sequence[Account]) -> str:
    return next((a.name for a in accounts if a.id == account_id), str(account_id))


# Logging in


async def _log_in(brokers: Brokers, arguments: Mapping[str, Any]) -> Json:
    server = arguments.get("server")
    new = NewConnection(
        name=arguments["name"],
        environment=Environment(arguments["environment"]),
        credentials=Credentials(
            user=arguments["user"],
            password=arguments["password"],
            cid=arguments.get("cid", ""),
            secret=arguments.get("secret", ""),
        ),
        addresses=addresses_at(server) if server else None,
    )
    accounts = await brokers.test(new)
    await brokers.add(new)
    return {"name": new.name, "environment": new.environment.value, "accounts": ", ".join(accounts)}


def addresses_at(server: str) -> Addresses:
    """The addresses of a server of one's own; ``http://127.0.0.1:9000`` is all it takes.

    Raises:
        UserError: it is no address of a web server.
    """
    parts = urlsplit(server.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UserError(f"{server!r} is no address", "Something like http://127.0.0.1:9000.")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise UserError("A password never goes over the network in the open", "Take https.")
    base = f"{parts.netloc}{parts.path}"
    socket = "wss" if parts.scheme == "https" else "ws"
    return Addresses(
        rest=f"{parts.scheme}://{base}/v1",
        user=f"{socket}://{base}/v1/websocket",
        market=f"{socket}://{base}/md/v1/websocket",
    )
