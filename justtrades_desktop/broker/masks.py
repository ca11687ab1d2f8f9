"""Hiding what is secret before a call is written down: by the field's name, and by its value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

MASK: Final = "***"
LONGEST_TEXT: Final = 8_000
"""Letters of a request or an answer that are kept."""
_SECRET: Final = frozenset(
    (
        "password",
        "sec",
        "secret",
        "clientsecret",
        "accesstoken",
        "mdaccesstoken",
        "token",
        "refreshtoken",
        "idtoken",
        "pticket",
        "authorization",
        "code",
    )
)
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_BEARER: Final = re.compile(r"(?i)\bbearer\s+[\w.\-~+/=]+")
# In text that is no JSON, or JSON cut off: "accessToken":"..., sec=...
_PAIR: Final = re.compile(
    r"(?i)(?<![a-z])((?:md)?access_?token|password|client_?secret|sec|p-ticket|authorization|token)"
    r"(\\?[\"']?\s*[:=]\s*\\?[\"']?)([^\s\"'\\,;&}]+)"
)
_SHORTEST_VALUE: Final = 4  # shorter ones would hide innocent letters everywhere


class Masks:
    """Hides secret fields, and every value it was told, wherever it stands."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        self.learn(*values)

    def __repr__(self) -> str:
        return f"Masks({len(self._values)} values)"

    def learn(self, *values: str | None) -> None:
        """Hide these values too, from now on."""
        self._values.update(
            value for value in values if value is not None and len(value) >= _SHORTEST_VALUE
        )

    def text(self, value: Any) -> str:
        """``value`` (JSON or text) as a text without secrets, cut where it is very long."""
        if isinstance(value, str):
            return self.plain(value)
        if value is None:
            return ""
        shown = json.dumps(masked(_shortened(value)), default=_number, ensure_ascii=False)
        return _cut(self._without_values(shown))

    def plain(self, text: str) -> str:
        """A text in words without secrets."""
        text = _BEARER.sub(f"Bearer {MASK}", text[: 4 * LONGEST_TEXT])
        text = _PAIR.sub(lambda found: f"{found[1]}{found[2]}{MASK}", text)
        return _cut(self._without_values(text))

    def _without_values(self, text: str) -> str:
        for value in sorted(self._values, key=len, reverse=True):
            if value in text:
                text = text.replace(value, MASK)
            written = json.dumps(value)[1:-1]  # as it stands inside JSON
            if written != value:
                text = text.replace(written, MASK)
        return text


def masked(value: Any) -> Any:
    """JSON with the values of secret fields replaced, at any depth."""
    if isinstance(value, Mapping):
        return {
            str(key): MASK if is_secret(str(key)) and item is not None else masked(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value


def is_secret(name: str) -> bool:
    """Whether a field of this name is hidden, however it is spelled."""
    return _NOT_LETTERS.sub("", name.lower()) in _SECRET


def _shortened(value: Any) -> Any:
    """Long lists are cut before they are written out: a sync has ten million letters."""
    if isinstance(value, list) and len(value) > 100:
        return [*value[:100], f"... {len(value) - 100} more"]
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    return value


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]} ... ({len(text):,} letters)"
