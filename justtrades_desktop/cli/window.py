"""The command without a name: the window, or the listener alone where nothing can be shown."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Final

from justtrades_desktop.app.instance import Card, Occupied, make_folder, read_card
from justtrades_desktop.app.logs import keep, start_logging
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import ask
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.cli import serve
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui.display import why_no_window

_WAIT_SECONDS: Final = 10.0
_PAUSE: Final = 0.1
_UNSEEN: Final = ("offscreen", "minimal")


def run(chosen: argparse.Namespace) -> int:
    """Open the window, or bring up the one that is open already."""
    trouble = why_no_window()
    if trouble is not None:
        return _run_without(chosen, trouble)
    chosen.had_started = False
    chosen.show_failure = partial(_show_failure, chosen)
    with ExitStack() as stack:
        if chosen.demo:
            from justtrades_desktop.app.demo import demo_folder

            # Never the real address: alerts meant for real positions would end up in the demo.
            chosen.data_dir = str(stack.enter_context(demo_folder()))
            chosen.port = getattr(chosen, "port", 0)
        return _open(chosen)


def _run_without(chosen: argparse.Namespace, trouble: str) -> int:
    """Listen all the same: an alert that nobody takes is lost, a window can be opened later."""
    if chosen.demo:
        raise UserError(f"The demo is to be looked at, and {trouble}")
    said = (
        f"{trouble}, so it listens without a window. "
        "`justtrades serve` does so without this message."
    )
    with suppress(OSError):  # on a full disk, or read by nobody any more
        sys.stderr.write(f"justtrades: {said}\n")
    config = serve.config_of(chosen)
    make_folder(config.data_dir)
    start_logging(config.data_dir)
    keep(config.data_dir, said, level=logging.WARNING)
    return serve.run(chosen)


def _show_failure(chosen: argparse.Namespace, title: str, hint: str, log: Path | None) -> None:
    """A dialog where the line on stderr is on no terminal: it was started from a desktop."""
    if sys.stderr.isatty() or os.environ.get("QT_QPA_PLATFORM") in _UNSEEN:
        return
    from justtrades_desktop.ui.failed import show_failed

    show_failed(
        title,
        hint,
        log=log,
        data_dir=data_dir(chosen.data_dir),
        had_started=chosen.had_started,
    )


def _open(chosen: argparse.Namespace) -> int:
    config = serve.config_of(chosen)
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        if _brought_up(config.data_dir):
            return 0
        try:
            make_folder(config.data_dir)
            start_logging(config.data_dir)
            from justtrades_desktop.ui.run import run as show

            announce = partial(_announce, chosen)
            return show(config, demo=chosen.demo, announce=announce, in_tray=chosen.in_tray)
        except Occupied:
            # It starts or ends just now, or is another command that is done at once.
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def _announce(chosen: argparse.Namespace, running: Serving) -> None:
    chosen.had_started = True
    serve.announce(running)


def _brought_up(folder: Path) -> bool:
    """Whether a running process was asked to show its window; says where it runs."""
    card = read_card(folder)
    if card is None:
        return False
    try:
        shown = ask(card, "show")
    except (OSError, UserError):
        return False  # a card left behind by a process that was killed
    if not shown.get("window"):
        raise UserError(
            f"JustTrades is already running on {folder} without a window "
            f"(process {card.pid}, {card.listening})",
            "End that one to open a window here, or give another --data-dir.",
        )
    _say_where(card, folder)
    return True


def _say_where(card: Card, folder: Path) -> None:
    told = {"listening": card.listening, "data_dir": str(folder), "already_running": card.pid}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stderr.write(
        f"justtrades: it runs already (process {card.pid}, {card.listening}) "
        "and was asked to show its window.\n"
    )
