"""Alerts as ``key=value;`` text, on one line or on many."""

from __future__ import annotations

import re

from justtrades_desktop.listener.alerts.refusal import Refused, shown

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_. -]{0,63}")
_BETWEEN = re.compile(r"[;\r\n]+")


def parse(text: str) -> list[tuple[str, object]] | None:
    """The fields in order, None when the text has another form."""
    if "=" not in text:
        return None
    found: dict[str, object] = {}
    for chunk in _BETWEEN.split(text):
        if not chunk.strip():
            continue
        key, equals, value = chunk.partition("=")
        key = key.strip()
        if not equals or not _KEY.fullmatch(key):
            return None
        if key in found:
            raise Refused(f"{shown(key)} appears twice")
        found[key] = value.strip()
    return list(found.items())
