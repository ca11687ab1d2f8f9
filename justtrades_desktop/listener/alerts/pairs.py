"""Alerts as ``key=value;`` text, on one line or on many."""

from __future__ import annotations

import re

from justtrades_desktop.listener.alerts.refusal import Refused, shown

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_. -]{0,63}")


def parse(text: str) -> dict[str, object] | None:
    """The fields in order, None when the text has another form."""
    if "=" not in text:
        return None
    found: dict[str, object] = {}
    for chunk in text.replace("\n", ";").replace("\r", ";").split(";"):
        key, equals, value = chunk.partition("=")
        key = key.strip()
        if not (key or equals):
            continue
        if not (equals and _KEY.fullmatch(key)):
            return None
        if key in found:
            raise Refused(f"{shown(key)} appears twice")
        found[key] = value.strip()
    return found
