"""The command without a name: the window, or the listener alone where nothing can be shown."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from justtrades_desktop.app.instance import Card, Occupied, read_card
from justtrades_desktop.app.logs import start_logging
from justtrades_desktop.app.remote import ask
from justtrades_desktop.cli import serve
from justtrades_desktop.domain.errors import UserError

_WAIT_SECONDS: Final = 10.0
_PAUSE: Final = 0.1


def run(chosen: argparse.Namespace) -> int:
    """Open the window, or bring up the one that is open already."""
    if not _has_display():
        if chosen.demo:
            raise UserError("The demo is to be looked at, and there is no display", "")
        sys.stderr.write(
            "justtrades: there is no display, so it listens without a window. "
            "`justtrades serve` does so without this message.\n"
        )
        return serve.run(chosen)
    with ExitStack() as stack:
        if chosen.demo:
            from justtrades_desktop.app.demo import demo_folder

            # Never the real address: alerts meant for real positions would end up in the demo.
            chosen.data_dir = str(stack.enter_context(demo_folder()))
            chosen.port = getattr(chosen, "port", 0)
        return _open(chosen)


def _open(chosen: argparse.Namespace) -> int:
    config = serve.config_of(chosen)
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        if _brought_up(config.data_dir):
            return 0
        try:
            from justtrades_desktop.ui.run import run as show

            start_logging(config.data_dir)
            return show(config, demo=chosen.demo, announce=serve.announce)
        except Occupied:
            # It starts or ends just now, or is another command that is done at once.
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def _brought_up(data_dir: Path) -> bool:
    """Whether a running process was asked to show its window; says where it runs."""
    card = read_card(data_dir)
    if card is None:
        return False
    try:
        shown = ask(card, "show")
    except (OSError, UserError):
        return False  # a card left behind by a process that was killed
    if not shown.get("window"):
        raise UserError(
            f"JustTrades is already running on {data_dir} without a window "
            f"(process {card.pid}, {card.listening})",
            "End that one to open a window here, or give another --data-dir.",
        )
    _say_where(card, data_dir)
    return True


def _say_where(card: Card, data_dir: Path) -> None:
    told = {"listening": card.listening, "data_dir": str(data_dir), "already_running": card.pid}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stderr.write(
        f"justtrades: it runs already (process {card.pid}, {card.listening}) "
        "and was asked to show its window.\n"
    )


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
