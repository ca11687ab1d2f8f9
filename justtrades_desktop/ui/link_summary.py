"""The settings of a link in a line or two: what it does, and what is not as at the start."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from justtrades_desktop.domain.link_words import sentences
from justtrades_desktop.domain.links import DEFAULTS, LinkSettings

_ALWAYS: Final = ("initial", "own_exits")
_LONGEST: Final = 320


def in_a_sentence(settings: LinkSettings) -> str:
    """The sentences of size and exits, and of every setting that was changed."""
    said = sentences(settings)
    changed = (
        field.name
        for field in fields(settings)
        if field.name not in _ALWAYS
        and getattr(settings, field.name) != getattr(DEFAULTS, field.name)
    )
    text = " ".join(filter(None, (said.get(name, "") for name in (*_ALWAYS, *changed))))
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + "…"
