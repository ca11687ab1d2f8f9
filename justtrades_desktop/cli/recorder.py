"""``recorder``: add, list, change; what is written goes through the running process."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import carry_out
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.exits import ExitRules
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader

_EXITS: Final = tuple(field.name for field in fields(ExitRules))


def add(chosen: argparse.Namespace) -> int:
    """Add a recorder and print its webhook."""
    made = _carry_out(chosen, "recorder.add", settings=_settings(chosen))
    emit({key: made[key] for key in ("id", "name", "token", "path")}, as_json=chosen.json)
    return 0


def list(chosen: argparse.Namespace) -> int:
    """List the recorders with their settings and webhooks."""
    path = path_in(data_dir(chosen.data_dir))
    recorders = Reader(path).recorders() if path.exists() else []
    rows = [_json(recorder) for recorder in recorders]
    if not chosen.json:
        rows = [{key: row[key] for key in row if key != "token"} for row in _readable(rows)]
    emit(rows, as_json=chosen.json)
    return 0


def set(chosen: argparse.Namespace) -> int:
    """Change the settings that were named."""
    settings = _settings(chosen)
    if "new_name" in chosen:
        settings["name"] = chosen.new_name
    return _changed(chosen, settings)


def rotate_token(chosen: argparse.Namespace) -> int:
    """Give a recorder a new webhook."""
    made = _carry_out(chosen, "recorder.rotate")
    emit({key: made[key] for key in ("id", "name", "token", "path")}, as_json=chosen.json)
    return 0


def enable(chosen: argparse.Namespace) -> int:
    """Take alerts again."""
    return _changed(chosen, {"enabled": True})


def disable(chosen: argparse.Namespace) -> int:
    """Store alerts, but let them change nothing."""
    return _changed(chosen, {"enabled": False})


def _changed(chosen: argparse.Namespace, settings: dict[str, Any]) -> int:
    made = _carry_out(chosen, "recorder.change", settings=settings)
    emit(made if chosen.json else _readable([made])[0], as_json=chosen.json)
    return 0


def _readable(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The rules as a person reads them: ``stop 20 ticks, session_end``."""
    return [
        {**row, "exits": ", ".join(map(_rule, row["exits"].items())) or None}
        if "exits" in row  # an older version that runs names none
        else row
        for row in rows
    ]


def _rule(said: tuple[str, object]) -> str:
    name, value = said
    return name if value is True else f"{name} {value}"


def _carry_out(chosen: argparse.Namespace, command: str, **arguments: Any) -> dict[str, Any]:
    return carry_out(data_dir(chosen.data_dir), command, {"name": chosen.name, **arguments})


def _settings(chosen: argparse.Namespace) -> dict[str, Any]:
    names = ("quantity", "multiplier", "symbol", "opposite", "follow_position")
    settings = {name: getattr(chosen, name) for name in names if name in chosen}
    if "follow_position" in settings:
        settings["follow_position"] = settings["follow_position"] == "on"
    exits = {name: getattr(chosen, name) for name in _EXITS if name in chosen}
    if "session_end" in exits:
        exits["session_end"] = exits["session_end"] == "on"
    if exits:
        settings["exits"] = exits
    return settings


def _json(recorder: Recorder) -> dict[str, Any]:
    from justtrades_desktop.app.commands import recorder_json

    return recorder_json(recorder)
