"""Alerts sent as an HTML form, ``key=value&key=value``."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from justtrades_desktop.listener.alerts.refusal import Refused, shown

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.\[\]-]{0,63}")


def parse(text: str) -> dict[str, object] | None:
    """The fields in order, None when the text has another form."""
    found: dict[str, object] = {}
    for chunk in text.split("&"):
        key, equals, value = chunk.partition("=")
        key = unquote_plus(key)
        if not chunk:
            continue
        if not equals or not _KEY.fullmatch(key):
            return None
        if key in found:
            raise Refused(f"{shown(key)} appears twice")
        found[key] = unquote_plus(value).strip()
    return found
