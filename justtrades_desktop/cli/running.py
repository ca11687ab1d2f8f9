"""Asking the process that runs: it alone holds the connections and everything that sends orders."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final

from justtrades_desktop.app.instance import read_card
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import ask
from justtrades_desktop.domain.errors import UserError

SECONDS: Final = 40.0  # a login may wait for a penalty of half a minute


class NobodyRuns(UserError):
    """There is no process to ask."""


class NoAnswer(UserError):
    """It was asked: what it makes of it, nobody knows any more."""


def ask_running(
    chosen: argparse.Namespace, command: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Have the running process carry out ``command``.

    Raises:
        NobodyRuns, NoAnswer, UserError: it did not, perhaps did, or could not.
    """
    folder = data_dir(chosen.data_dir)
    card = read_card(folder)
    nobody = NobodyRuns(
        f"No JustTrades is running on {folder}",
        "Start `justtrades` or `justtrades serve` first: it is what holds the connections.",
    )
    if card is None:
        raise nobody
    try:
        return ask(card, command, arguments, seconds=SECONDS)
    except (TimeoutError, ConnectionError) as error:
        if isinstance(error, ConnectionRefusedError):
            raise nobody from error
        raise NoAnswer(
            "No answer came: nobody knows whether it was done",
            "Look at `justtrades orders` and `justtrades broker-positions` before you repeat.",
        ) from error
    except OSError as error:
        raise nobody from error  # a card left behind by a process that was killed
