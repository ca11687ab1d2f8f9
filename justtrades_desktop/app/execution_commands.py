"""What the command line does with execution, by name and JSON, over the control port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from justtrades_desktop.app import link_commands as links
from justtrades_desktop.app import tickets
from justtrades_desktop.app.execution_door import Door
from justtrades_desktop.app.execution_rows import (
    brake_row,
    decision_row,
    finding_row,
    flattened_row,
    limits_row,
)
from justtrades_desktop.domain.broker import BrokerState, Light
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import AccountState
from justtrades_desktop.domain.link_values import limits_from_values, limits_to_values
from justtrades_desktop.domain.links import AccountKey

Json = dict[str, Any]


async def carry_out(door: Door, command: str, arguments: Mapping[str, Any]) -> Json:
    """Carry out one of the commands ``execution.…``.

    Raises:
        UserError: it cannot be done; says why.
    """
    verb = command.removeprefix("execution.")
    if verb in _SHOWN:
        return {"rows": _SHOWN[verb](door, arguments)}
    if verb in _DONE:
        return await _DONE[verb](door, arguments)
    raise UserError(f"There is no command {command!r}", "Is it another version?")


# Showing


def _parked(door: Door, _arguments: Mapping[str, Any]) -> list[Json]:
    names = door.link_names()
    return [decision_row(each, names) for each in door.executions.state().parked]


def _limits(door: Door, arguments: Mapping[str, Any]) -> list[Json]:
    named = arguments.get("account")
    wanted = None if named is None else door.account(named)
    states = door.executions.state().accounts
    return [limits_row(state) for state in states if wanted in (None, state.key)]


def _flattening(door: Door, _arguments: Mapping[str, Any]) -> list[Json]:
    return [flattened_row(each) for each in door.executions.state().flattening]


def _ahead(door: Door, arguments: Mapping[str, Any]) -> list[Json]:
    """What flatten all would cancel and close, as the broker told it last."""
    wanted = _keys(door, arguments)
    return [
        row
        for state in door.brokers.states()
        for account in state.accounts
        if wanted is None or AccountKey(state.name, account.name) in wanted
        for row in _ahead_in(state, account.id, account.name)
    ]


def _ahead_in(state: BrokerState, account_id: int, name: str) -> list[Json]:
    where: Json = {
        "account": f"{state.name}/{name}",
        "environment": state.environment.value,
        "is_up": state.orders.light is Light.UP,
    }
    orders = sum(order.account_id == account_id for order in state.working)
    cancelled = [_does("cancel", None, orders)] if orders else []
    closed = [
        _does("close", position.symbol, position.net)
        for position in state.positions
        if position.account_id == account_id
    ]
    return [where | row for row in (*cancelled, *closed)]


def _does(what: str, contract: str | None, quantity: int) -> Json:
    return {"does": what, "contract": contract, "quantity": quantity}


def _orders(door: Door, _arguments: Mapping[str, Any]) -> list[Json]:
    return tickets.orders(door)


_SHOWN: Final[Mapping[str, Callable[[Door, Mapping[str, Any]], list[Json]]]] = {
    "links": links.rows,
    "orders": _orders,
    "parked": _parked,
    "limits": _limits,
    "flattening": _flattening,
    "flatten.ahead": _ahead,
}


# Doing


async def _send_parked(door: Door, arguments: Mapping[str, Any]) -> Json:
    await door.executions.send_parked(int(arguments["id"]))
    return _after(door, int(arguments["id"]))


async def _dismiss_parked(door: Door, arguments: Mapping[str, Any]) -> Json:
    await door.executions.dismiss_parked(int(arguments["id"]))
    return _after(door, int(arguments["id"]))


def _after(door: Door, decision_id: int) -> Json:
    """How a decision stands now."""
    names = door.link_names()
    for decision in door.executions.state().decisions:
        if decision.id == decision_id:
            return decision_row(decision, names)
    return {"id": decision_id}


async def _doctor(door: Door, _arguments: Mapping[str, Any]) -> Json:
    state = door.executions.state()
    return {"ready": state.ready, "findings": [finding_row(each) for each in state.findings]}


async def _repair(door: Door, arguments: Mapping[str, Any]) -> Json:
    return {"id": arguments["id"], "said": await door.executions.repair(arguments["id"])}


async def _set_limits(door: Door, arguments: Mapping[str, Any]) -> Json:
    key = door.account(arguments["account"])
    caps = limits_to_values(_state_of(door, key).limits) | arguments["caps"]
    await door.executions.set_limits(key, limits_from_values(caps))
    return limits_row(_state_of(door, key))


async def _arm(door: Door, arguments: Mapping[str, Any]) -> Json:
    key = door.account(arguments["account"])
    await door.executions.arm(key, arguments["typed"])
    return _armed(door, key)


async def _disarm(door: Door, arguments: Mapping[str, Any]) -> Json:
    key = door.account(arguments["account"])
    await door.executions.disarm(key)
    return _armed(door, key)


def _armed(door: Door, key: AccountKey) -> Json:
    state = _state_of(door, key)
    return {"account": str(key), "environment": state.environment.value, "armed": state.armed}


def _state_of(door: Door, key: AccountKey) -> AccountState:
    for state in door.executions.state().accounts:
        if state.key == key:
            return state
    raise UserError(f"{key} is not known yet", "Its connection may still be coming up.")


async def _pause(door: Door, _arguments: Mapping[str, Any]) -> Json:
    await door.executions.pause()
    return _brakes(door)


async def _resume(door: Door, _arguments: Mapping[str, Any]) -> Json:
    await door.executions.resume()
    return _brakes(door)


async def _status(door: Door, _arguments: Mapping[str, Any]) -> Json:
    return _brakes(door)


def _brakes(door: Door) -> Json:
    state = door.executions.state()
    brakes = [brake_row(each) for each in state.brakes]
    return {"paused": state.paused, "ready": state.ready, "brakes": brakes}


async def _flatten_all(door: Door, arguments: Mapping[str, Any]) -> Json:
    await door.executions.flatten_all(_keys(door, arguments))
    return {"rows": _flattening(door, arguments)}


def _keys(door: Door, arguments: Mapping[str, Any]) -> Sequence[AccountKey] | None:
    """The accounts that are named; None means all."""
    named = arguments.get("accounts")
    return None if not named else [door.account(each) for each in named]


_DONE: Final[Mapping[str, Callable[[Door, Mapping[str, Any]], Awaitable[Json]]]] = {
    "link.add": links.add,
    "link.change": links.change,
    "link.remove": links.remove,
    "link.show": links.show,
    "link.try": links.try_out,
    "parked.send": _send_parked,
    "parked.dismiss": _dismiss_parked,
    "doctor": _doctor,
    "repair": _repair,
    "limits.set": _set_limits,
    "arm": _arm,
    "disarm": _disarm,
    "pause": _pause,
    "resume": _resume,
    "status": _status,
    "flatten.all": _flatten_all,
    "place": tickets.place,
    "modify": tickets.modify,
    "cancel": tickets.cancel,
    "flatten": tickets.flatten,
}

ORDERS: Final = frozenset(("orders", "place", "modify", "cancel", "flatten"))
"""What ``broker.…`` hands on to here where there is execution."""
