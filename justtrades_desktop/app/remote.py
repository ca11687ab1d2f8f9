"""Handing a command to the process that owns the data folder, or doing it here when none does."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from justtrades_desktop.app.instance import Card, Occupied, owning, read_card
from justtrades_desktop.domain.errors import NotStored, UserError

_SECONDS: Final = 10.0
_PAUSE: Final = 0.1

Json = dict[str, Any]


def ask(
    card: Card,
    command: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    seconds: float = _SECONDS,
) -> Json:
    """Have the running process carry out ``command``; wait for its answer ``seconds`` at most.

    Raises:
        UserError: it could not; says why.
        OSError: nobody answers there.
    """
    connection = http.client.HTTPConnection(urlsplit(card.control).netloc, timeout=seconds)
    try:
        connection.request(
            "POST",
            "/",
            json.dumps({"command": command, "arguments": dict(arguments or {})}),
            {"Authorization": f"Bearer {card.secret}"},
        )
        answer = connection.getresponse()
        told = json.loads(answer.read() or b"{}")
    except (http.client.HTTPException, ValueError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
    if "error" in told:
        raise UserError(told["error"]["title"], told["error"]["hint"])
    if "result" not in told:
        raise ConnectionError("the process that answers there is not the owner of this folder")
    result: Json = told["result"]
    return result


def carry_out(
    data_dir: Path, command: str, arguments: Mapping[str, Any], *, seconds: float = _SECONDS
) -> Json:
    """Carry out a command that writes, in the running process or, where none is, in this one.

    ``seconds`` is how long a running process may take for it.

    Raises:
        UserError: it could not be done; says why.
    """
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            with owning(data_dir):
                return asyncio.run(_here(data_dir, command, arguments))
        except Occupied as occupied:
            if occupied.card is not None:
                return _there(data_dir, occupied.card, command, arguments, seconds=seconds)
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)  # the owner is starting, or is another command that ends at once


def _there(
    data_dir: Path, card: Card, command: str, arguments: Mapping[str, Any], *, seconds: float
) -> Json:
    try:
        return ask(card, command, arguments, seconds=seconds)
    except OSError as error:
        raise UserError(
            f"JustTrades runs on {data_dir} (process {card.pid}) but does not answer",
            "Wait a moment, or end it and try again.",
        ) from error


def bring_up_to_date(data_dir: Path) -> None:
    """Have the running process, if any, put its newest marks into the ledger."""
    card = read_card(data_dir)
    if card is None:
        return
    try:
        ask(card, "flush")
    except (OSError, UserError):
        return  # what is on disk is what can be shown


async def _here(data_dir: Path, command: str, arguments: Mapping[str, Any]) -> Json:
    from justtrades_desktop.app.commands import execute
    from justtrades_desktop.app.wiring import open_core

    async with open_core(data_dir) as core:
        try:
            return await execute(core.desk, command, arguments)
        except NotStored as error:
            raise UserError(
                f"Not stored: {error}", "Make room or check the disk, then try again."
            ) from error
