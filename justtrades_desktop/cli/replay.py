"""``replay``: recorded prices into the running JustTrades, and how that goes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from justtrades_desktop.app.instance import read_card
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import ask
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.errors import UserError


def run(chosen: argparse.Namespace) -> int:
    """Start a replay in the running process, or do to it what was asked."""
    verb, arguments = _asked(chosen)
    told = _ask(chosen, f"replay.{verb}", arguments)
    if verb == "start" and not chosen.json:
        sys.stderr.write(
            "justtrades: these prices move the P&L of every open position in their instruments; "
            "they are marked as replayed.\n"
        )
    emit(told, as_json=chosen.json)
    return 0


def _asked(chosen: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    speed = {"speed": chosen.speed} if chosen.speed is not None else {}
    if chosen.verb == "start":
        path = Path(chosen.file).expanduser().absolute()
        return "start", {"file": str(path), "paused": chosen.paused, **speed}
    return chosen.verb, {"count": chosen.count, **speed}


def _ask(chosen: argparse.Namespace, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
    folder = data_dir(chosen.data_dir)
    card = read_card(folder)
    nobody = UserError(
        f"No JustTrades is running on {folder}",
        "Start `justtrades` or `justtrades serve` first: it is its positions that prices move.",
    )
    if card is None:
        raise nobody
    try:
        return ask(card, command, arguments)
    except OSError as error:
        raise nobody from error  # a card left behind by a process that was killed
