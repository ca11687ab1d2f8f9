"""Alerts in JSON, read strictly where a lax reader would guess."""

from __future__ import annotations

import json
import re

from justtrades_desktop.listener.alerts.numbers import from_json, int_from_json
from justtrades_desktop.listener.alerts.placeholders import PLACEHOLDER, unfilled_reason
from justtrades_desktop.listener.alerts.refusal import Refused, shown

MAX_DEPTH = 16
# Strings come first and are possessive, so that nothing inside one is ever looked at and no
# text, however broken, is scanned twice.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z|\\\Z)'
_BRACKETS = re.compile(_STRING + r"|[\[\]{}]", re.DOTALL)
_COMMENTS = re.compile(_STRING + r"|//[^\r\n]*|/\*", re.DOTALL)
_TRAILING = re.compile(_STRING + r"|,(?=\s*+[}\]])", re.DOTALL)


def parse(text: str) -> object:
    """The value a JSON text holds; comments and trailing commas are allowed."""
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        value, end = _DECODER.raw_decode(text)
        # The text is stripped: what follows its value is for the whole decoder to refuse.
        return value if end == len(text) else _DECODER.decode(text)
    except json.JSONDecodeError as error:
        relaxed = _relaxed(text)
        if relaxed == text:
            raise _broken(text, error) from None
    try:
        return _DECODER.decode(relaxed)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from None


def _broken(text: str, error: json.JSONDecodeError) -> Refused:
    if PLACEHOLDER.search(text):
        return Refused(unfilled_reason(text))
    if "\u201c" in text or "\u201d" in text:
        return Refused("the JSON has curly quotes where it needs straight ones")
    return Refused(f"the JSON is broken at line {error.lineno}, column {error.colno}")


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found.group()
        depth += (mark in "{[") - (mark in "}]")
        if depth > MAX_DEPTH:
            raise Refused(f"the JSON is nested more than {MAX_DEPTH} levels deep")


def _relaxed(text: str) -> str:
    """The text without comments and trailing commas, which strict JSON does not allow."""
    if "//" in text or "/*" in text:
        text = _without_comments(text)
    return _TRAILING.sub(lambda found: "" if found.group() == "," else found.group(), text)


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    while found := _COMMENTS.search(text, at):
        kept.append(text[at : found.start()])
        at = found.end()
        if found.group() == "/*":
            end = text.find("*/", at)
            if end < 0:
                raise Refused("a comment in the JSON never ends")
            at = end + 2
        elif found.group()[0] == '"':
            kept.append(found.group())
    kept.append(text[at:])
    return "".join(kept)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Refused(f"{shown(twice)} appears twice")
    return found


def _constant(token: str) -> object:
    raise Refused(f"{token} is not a number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=from_json,
    parse_int=int_from_json,
    parse_constant=_constant,
    strict=False,
)
