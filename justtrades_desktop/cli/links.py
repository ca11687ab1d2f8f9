"""``links``: which strategy trades on which account, through the process that runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from justtrades_desktop.cli.decisions import decision_lines
from justtrades_desktop.cli.link_arguments import flag_of, settings_of
from justtrades_desktop.cli.out import emit
from justtrades_desktop.cli.running import ask_running


def list(chosen: argparse.Namespace) -> int:
    """Every link with the settings that are not as they come."""
    rows = ask_running(chosen, "execution.links", {})["rows"]
    if not chosen.json:
        rows = [_line(row) for row in rows]
    emit(rows, as_json=chosen.json)
    return 0


def add(chosen: argparse.Namespace) -> int:
    """Link a recorder to an account."""
    named = {"recorder": chosen.recorder, "account": chosen.account, "mode": chosen.mode}
    return _print(chosen, _ask(chosen, "add", named | {"settings": settings_of(chosen)}))


def change(chosen: argparse.Namespace) -> int:
    """Change what is named."""
    named = {"id": chosen.id, "mode": chosen.mode, "settings": settings_of(chosen)}
    return _print(chosen, _ask(chosen, "change", named))


def show(chosen: argparse.Namespace) -> int:
    """A link, what each setting does, and what contradicts what."""
    return _print(chosen, _ask(chosen, "show", {"id": chosen.id}))


def remove(chosen: argparse.Namespace) -> int:
    """Forget a link that holds nothing."""
    emit(_ask(chosen, "remove", {"id": chosen.id}), as_json=chosen.json)
    return 0


def try_out(chosen: argparse.Namespace) -> int:
    """What the last signals would have done under these settings."""
    told = _ask(chosen, "try", {"id": chosen.id, "settings": settings_of(chosen)})
    if chosen.json:
        emit(told, as_json=True)
    else:
        if told["lines"]:
            emit(decision_lines(told["lines"]), as_json=False)
        sys.stdout.write(f"{told['said']}\n")
    return 0


def _ask(chosen: argparse.Namespace, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return ask_running(chosen, f"execution.link.{verb}", arguments)


def _print(chosen: argparse.Namespace, told: dict[str, Any]) -> int:
    if chosen.json:
        emit(told, as_json=True)
        return 0
    emit({name: told[name] for name in ("id", "recorder", "account", "mode")}, as_json=False)
    sys.stdout.write("\n")
    emit(_explained(told), as_json=False)
    for contradiction in told["contradictions"]:
        sys.stdout.write(f"But: {contradiction}.\n")
    return 0


def _explained(told: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """Every setting with what it does."""
    return [
        {"setting": flag_of(name)[2:], "value": _said(value), "does": told["sentences"].get(name)}
        for name, value in told["settings"].items()
    ]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    settings = (f"{name} {_said(value)}" for name, value in row["settings"].items())
    shown = {name: row[name] for name in ("id", "recorder", "account", "mode")}
    return shown | {"settings": ", ".join(settings) or None}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " + ".join(map(str, value)) or "off"
    return "off" if value is None else str(value)
