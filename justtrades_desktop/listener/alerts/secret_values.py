"""Where the value of a secret field ends, in whole and in broken texts alike.

Every doubt is settled towards hiding more: a stored alert that lost a comma is still an alert,
a secret that was stored is out.
"""

from __future__ import annotations

import re

_OPEN, _SHUT = r"\"'\u201c\u2018", r"\"'\u201d\u2019"
_NEXT_KEY = rf"[{_OPEN}]?[A-Za-z_][\w .\-]{{0,63}}[{_SHUT}]?\s*+[:=]"
_AFTER_STRING = re.compile(r"\s*+(?:[,}\]\"'\\]|\Z|//|/\*)|[ \t]*+[\r\n]")
_AFTER_PLAIN_STRING = re.compile(r"\s*+(?:[,}\]]|\Z|//|/\*)|[ \t]*+[\r\n]")
_LITERAL = re.compile(r"(?:[\d.eE+-]++|true|false|null)(?=\s*+(?:[,}\]]|\Z|//|/\*))")
_BRACKETS = re.compile(r"[\[\]{}\"]")
_STOPS = re.compile(r"(?:[;\s]|\\[nrt])++|[,}\]\"&]")
_KEY_OR_END = re.compile(rf"(?:{_NEXT_KEY}|\Z)")
_AFTER_COMMA = re.compile(rf"\s*+(?:[{_OPEN}}}\]]|{_NEXT_KEY}|\Z|//|/\*)")
_AFTER_BRACKET = re.compile(r"\s*+(?:[,}\]\"'\\]|\Z)")
_NEXT_IN_FORM = re.compile(r"[^&=\s]{1,64}=|\Z")


def string_end(text: str, start: int, quote: str, depth: int) -> int:
    """The end of a quoted value, before its closing quote.

    ``depth`` is the number of backslashes before the opening quote: JSON inside a JSON string
    has one, and each level inside that twice as many and one more.
    """
    after = _AFTER_STRING if depth else _AFTER_PLAIN_STRING
    at = text.find(quote, start)
    while at >= 0:
        slashes = _slashes(text, at, start)
        if slashes < depth:
            return at - slashes
        if slashes % (2 * depth + 2) == depth and after.match(text, at + 1):
            return at - depth
        at = text.find(quote, at + 1)
    return len(text)


def bracket_end(text: str, start: int, depth: int) -> int:
    """The end of an object or a list that is the value, behind its closing bracket."""
    level, inside = 0, False
    for found in _BRACKETS.finditer(text, start):
        mark, at = found.group(), found.start()
        if mark == '"':
            slashes = _slashes(text, at, start)
            if slashes < depth:
                return at - slashes
            inside ^= slashes % (2 * depth + 2) == depth
        elif not inside:
            level += 1 if mark in "[{" else -1
            if not level:
                return at + 1
    return len(text)


def literal_end(text: str, start: int) -> int | None:
    """The end of a JSON number, true, false or null; None for anything else."""
    found = _LITERAL.match(text, start)
    return found.end() if found else None


def bare_end(text: str, start: int, *, within_json: bool, colon: bool, form: bool) -> int:
    """The end of a value without quotes: where the next field plainly begins, or the text ends."""
    for found in _STOPS.finditer(text, start):
        mark, end = found.group(), found.end()
        if _is_stop(text, mark, end, within_json=within_json, colon=colon, form=form):
            return found.start()
    return len(text)


def _is_stop(text: str, mark: str, end: int, *, within_json: bool, colon: bool, form: bool) -> bool:
    if mark == "&":
        return form and _NEXT_IN_FORM.match(text, end) is not None
    if mark == '"':
        even = _slashes(text, end - 1, 0) % 2 == 0
        return within_json and even and _AFTER_PLAIN_STRING.match(text, end) is not None
    if mark == ",":
        return colon and _AFTER_COMMA.match(text, end) is not None
    if mark in "}]":
        return colon and _AFTER_BRACKET.match(text, end) is not None
    line_over = "\n" in mark or "\r" in mark or (within_json and "\\n" in mark)
    if colon and line_over:
        return True
    return (line_over or ";" in mark or end == len(text)) and _ends_field(text, end, within_json)


def _ends_field(text: str, end: int, within_json: bool) -> bool:
    return _KEY_OR_END.match(text, end) is not None or (within_json and text[end : end + 1] == '"')


def _slashes(text: str, at: int, start: int) -> int:
    first = at
    while first > start and text[first - 1] == "\\":
        first -= 1
    return at - first
