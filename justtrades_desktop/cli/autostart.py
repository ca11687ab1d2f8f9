"""``autostart``: whether JustTrades starts with the computer."""

from __future__ import annotations

import argparse

from justtrades_desktop.app import autostart
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.cli.out import emit


def run(chosen: argparse.Namespace) -> int:
    """Switch it on or off, or only look; say how it is."""
    if chosen.switch != "status":
        autostart.switch(on=chosen.switch == "on", folder=data_dir(chosen.data_dir))
    starts = autostart.started()
    emit({"autostart": "off" if starts is None else "on", "starts": starts}, as_json=chosen.json)
    return 0
