"""Commands that write, by name and JSON: the same from here and over the control port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from justtrades_desktop.app.legacy import import_legacy
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import ExitRules, Level, level
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Opposite
from justtrades_desktop.trading.desk import Desk

Json = dict[str, Any]


def recorder_json(recorder: Recorder) -> Json:
    """A recorder as the command line prints it; it holds the token, so only its owner gets it."""
    return {
        "id": recorder.id,
        "name": recorder.name,
        "token": recorder.token,
        "path": f"/webhook/{recorder.token}",
        "enabled": recorder.enabled,
        "quantity": recorder.quantity,
        "multiplier": recorder.multiplier,
        "symbol": recorder.symbol,
        "opposite": recorder.opposite.value,
        "follow_position": recorder.follow_position,
        "exits": exits_json(recorder.exits),
    }


def exits_json(rules: ExitRules) -> Json:
    """The rules that are on, levels as text."""
    said = {field.name: getattr(rules, field.name) for field in fields(rules)}
    return {
        name: str(value) if isinstance(value, Level) else value
        for name, value in said.items()
        if value
    }


async def execute(desk: Desk, command: str, arguments: Mapping[str, Any]) -> Json:
    """Carry out ``command``.

    Raises:
        UserError: it cannot be done; says why.
        NotStored: the ledger cannot write now.
    """
    match command:
        case "flush":
            await desk.flush()
            return {}
        case "recorder.add":
            return recorder_json(await desk.add_recorder(arguments["name"], **_settings(arguments)))
        case "recorder.change":
            recorder = desk.recorder_named(arguments["name"])
            return recorder_json(await desk.change_recorder(recorder.id, **_settings(arguments)))
        case "recorder.rotate":
            return recorder_json(await desk.rotate_token(desk.recorder_named(arguments["name"]).id))
        case "legacy.import":
            report = await import_legacy(
                desk,
                Path(arguments["path"]),
                dry_run=arguments["dry_run"],
                open_positions=arguments["open_positions"],
            )
            return report.json()
        case _:
            raise UserError(
                f"There is no command {command!r}", "Is the running JustTrades another version?"
            )


def _settings(arguments: Mapping[str, Any]) -> Json:
    settings = dict(arguments.get("settings", {}))
    if "opposite" in settings:
        settings["opposite"] = Opposite(settings["opposite"])
    if "exits" in settings:
        settings["exits"] = {
            name: level(value) if isinstance(value, str) else value
            for name, value in settings["exits"].items()
        }
    return settings
