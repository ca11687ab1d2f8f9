"""Looking up what became of an order whose answer was lost: by our own id, never by guessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from justtrades_desktop.broker.answers import Trouble, said
from justtrades_desktop.broker.entities import Command, Order, OrderVersion
from justtrades_desktop.broker.reads import Reads

_NEW: Final = "New"


@dataclass(frozen=True, slots=True)
class Found:
    """The order of our id, the command that carried it, and the newest version if there is one."""

    order: Order
    command: Command | None
    version: OrderVersion | None


@dataclass(frozen=True, slots=True)
class Absent:
    """The broker knows no order of our id at this moment; one sent just now may still arrive."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The look-up itself failed."""

    why: str


async def look_up(
    reads: Reads, client_order_id: str, account_id: int
) -> Found | Absent | CannotTell:
    """What became of the order of our id: by its command, else by the text on its version.

    Absent is true for now only: wait longer than an order may be under way before believing it.
    """
    commands = await reads.commands(exit=True)
    if isinstance(commands, Trouble):
        return CannotTell(said(commands))
    for command in commands:
        if command.client_order_id == client_order_id and command.command_type == _NEW:
            found = await _found(reads, command.order_id, account_id, command)
            if found is not None:
                return found
    versions = await reads.order_versions(exit=True)
    if isinstance(versions, Trouble):
        return CannotTell(said(versions))
    for order_id in dict.fromkeys(
        version.order_id for version in versions if version.text == client_order_id
    ):
        found = await _found(reads, order_id, account_id, None)
        if found is not None:
            return found
    return Absent()


async def _found(
    reads: Reads, order_id: int, account_id: int, command: Command | None
) -> Found | CannotTell | None:
    """The order, None if it is another account's."""
    order = await reads.order(order_id, exit=True)
    if isinstance(order, Trouble):
        return CannotTell(f"order {order_id} cannot be read: {said(order)}")
    if order.account_id != account_id:
        return None
    versions = await reads.versions_of(order_id, exit=True)
    newest = None
    if not isinstance(versions, Trouble) and versions:
        newest = max(versions, key=lambda version: version.id)
    return Found(order, command, newest)
