"""Links on the command line: listed, added, changed, explained, tried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from justtrades_desktop.app.execution_door import Door
from justtrades_desktop.app.execution_rows import decision_row, link_row
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.link_text import as_json, changed
from justtrades_desktop.domain.link_words import contradictions, refuse, sentences
from justtrades_desktop.domain.links import DEFAULTS, Link, LinkMode, LinkSettings

Json = dict[str, Any]


def rows(door: Door, _arguments: Mapping[str, Any]) -> list[Json]:
    """All links, with the settings that are not as they come."""
    return [_row(door, link) for link in door.executions.state().links]


async def add(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Link a recorder to an account; in shadow unless told otherwise."""
    link = await door.executions.add_link(
        door.recorder(arguments["recorder"]).id,
        door.account(arguments["account"]),
        _settings(DEFAULTS, arguments),
        mode=LinkMode(arguments.get("mode") or LinkMode.SHADOW),
    )
    return _shown(door, link)


async def change(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Change what is named."""
    link, mode = door.link(int(arguments["id"])), arguments.get("mode")
    settings = _settings(link.settings, arguments)
    if mode is None and settings == link.settings:
        raise UserError("Nothing would change", "Name a setting or --mode.")
    done = await door.executions.change_link(
        link.id,
        settings=settings if settings != link.settings else None,
        mode=None if mode is None else LinkMode(mode),
    )
    return _shown(door, done)


async def remove(door: Door, arguments: Mapping[str, Any]) -> Json:
    """Forget a link that holds nothing."""
    link = door.link(int(arguments["id"]))
    await door.executions.remove_link(link.id)
    return {"removed": link.id}


async def show(door: Door, arguments: Mapping[str, Any]) -> Json:
    """One link with everything its settings say."""
    return _shown(door, door.link(int(arguments["id"])))


async def try_out(door: Door, arguments: Mapping[str, Any]) -> Json:
    """What the last signals would have done under the settings as they would be."""
    link = door.link(int(arguments["id"]))
    settings = _settings(link.settings, arguments)
    dry = await door.executions.dry_run(link.id, link.recorder_id, settings)
    names = door.link_names()
    return {"said": dry.said, "lines": [decision_row(line, names) for line in dry.lines]}


def _settings(before: LinkSettings, arguments: Mapping[str, Any]) -> LinkSettings:
    try:
        settings = changed(before, arguments.get("settings") or {})
    except ValueError as error:
        text = str(error)
        raise UserError(text[:1].upper() + text[1:]) from error
    refuse(settings)
    return settings


def _row(door: Door, link: Link) -> Json:
    usual, chosen = as_json(DEFAULTS), as_json(link.settings)
    differs = {name: value for name, value in chosen.items() if value != usual[name]}
    return link_row(link, door.recorder_name(link.recorder_id)) | {"settings": differs}


def _shown(door: Door, link: Link) -> Json:
    mine = [recorder for recorder in door.recorders if recorder.id == link.recorder_id]
    return link_row(link, door.recorder_name(link.recorder_id)) | {
        "settings": as_json(link.settings),
        "sentences": dict(sentences(link.settings)),
        "contradictions": [said for each in mine for said in contradictions(link.settings, each)],
    }
