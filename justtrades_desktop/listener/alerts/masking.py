"""An alert's text with the values of its secret fields hidden, for storing and for the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote_plus, unquote_plus

from justtrades_desktop.listener.alerts.secret_names import HINTS, is_secret
from justtrades_desktop.listener.alerts.secret_values import (
    bare_end,
    bracket_end,
    literal_end,
    string_end,
)

_MASK = "***"
_HINT = re.compile("|".join(HINTS), re.IGNORECASE)
_REST = re.compile(r"[\w.\-]*+")
# A key may hide its letters: JSON escapes them, a form encodes them.
_CODED_RUN = re.compile(r"(?:[\w.\-]|\\{1,8}u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})++")
_CODED = re.compile(r"\\{1,8}u([0-9A-Fa-f]{4})")
_GAP = r"(?:\s|/\*(?:[^*]|\*(?!/)){0,200}+\*/|//[^\r\n]{0,200}+[\r\n])*+"
_QUOTE = r"\\{0,15}[\"'\u201c\u201d\u2018\u2019]|\\{1,8}u00(?:22|27)"
_SEPARATOR = re.compile(
    rf"(?P<rest>[ \]]?(?:[\w.\- ]{{1,64}}+\]?)?)(?P<quote>{_QUOTE})?{_GAP}(?P<sep>[:=]){_GAP}"
)
_OPENING = re.compile(r"(?P<slashes>\\{0,15})(?P<quote>[\"'])")
_LINE_START = re.compile(r"(?:^|[\r\n{,;])\s*+\Z")
_FORM_VALUE = re.compile(r"(?<==)[^&;=\s\"{}]*%[0-9A-Fa-f]{2}[^&\s\"{}]*")


class _Value(NamedTuple):
    start: int
    end: int
    mask: str


# What is left of broken JSON around a mask can look like a secret again.
_PASSES = 8


def masked(body: bytes) -> str:
    """The text of an alert without its secrets; all else stays as it was sent.

    Bytes that are no UTF-8 stand as \\xNN. Masking a masked text changes nothing.
    """
    text = body.decode("utf-8", "backslashreplace")
    if not _suspicious(text):
        return text
    for _ in range(_PASSES):
        before, text = text, _hidden(text, 2)
        if text == before:
            break
    return text


def _suspicious(text: str) -> bool:
    lower = text.lower()
    return "\\u" in text or "%" in text or any(hint in lower for hint in HINTS)


def _hidden(text: str, deeper: int) -> str:
    if "%" in text and deeper:
        text = _FORM_VALUE.sub(lambda found: _inside_form(found.group(), deeper - 1), text)
    kept: list[str] = []
    done = 0
    for value in _secrets(text):
        kept += (text[done : value.start], value.mask)
        done = value.end
    kept.append(text[done:])
    return "".join(kept)


def _inside_form(coded: str, deeper: int) -> str:
    """A form's value can be a whole alert, with secrets of its own."""
    plain = unquote_plus(coded)
    hidden = _hidden(plain, deeper) if _suspicious(plain) else plain
    return coded if hidden == plain else quote_plus(hidden, safe="*")


def _secrets(text: str) -> Iterator[_Value]:
    within_json = text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", '"', "/")
    form = not within_json and ";" not in text
    names = _coded_names if "\\u" in text or "%" in text else _names
    done = 0
    for start, end, name in names(text):
        # A name inside a value that is hidden already is no field.
        found = _SEPARATOR.match(text, end) if start >= done else None
        if found and _is_key(text, start, name, found):
            value = _value(text, found, within_json, form)
            done = max(done, value.end)
            if value.end > value.start:
                yield value


def _names(text: str) -> Iterator[tuple[int, int, str]]:
    """Every run of letters that could be a secret's name: where it stands, and the run."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters grow when lowered: nothing stands where it stood
        yield from _coded_names(text)
        return
    end = 0
    for at in sorted(_places(lower)):
        if at < end:
            continue
        start = at
        while start > end and (text[start - 1].isalnum() or text[start - 1] in "_.-"):
            start -= 1
        rest = _REST.match(text, at)
        end = rest.end() if rest else at
        yield start, end, text[start:end]


def _places(lower: str) -> Iterator[int]:
    for hint in HINTS:
        at = lower.find(hint)
        while at >= 0:
            yield at
            at = lower.find(hint, at + 1)


def _coded_names(text: str) -> Iterator[tuple[int, int, str]]:
    """The same where the letters themselves can be coded."""
    for run in _CODED_RUN.finditer(text):
        name = _decoded(run.group())
        if _HINT.search(name):
            yield run.start(), run.end(), name


def _decoded(run: str) -> str:
    run = _CODED.sub(lambda found: chr(int(found.group(1), 16)), run)
    return unquote_plus(run, errors="replace")


def _is_key(text: str, start: int, name: str, found: re.Match[str]) -> bool:
    if not (is_secret(name + found["rest"]) or (is_secret(name) and not found["rest"].strip(" ]"))):
        return False
    if found["quote"] or found["sep"] == "=":
        return True
    # "Golden Key: order buy ..." is a strategy's name, not a secret.
    return _LINE_START.search(text, max(0, start - 64), start) is not None


def _value(text: str, found: re.Match[str], within_json: bool, form: bool) -> _Value:
    start, colon, mark = found.end(), found["sep"] == ":", found["quote"] or ""
    opening = _OPENING.match(text, start) if colon or mark else None
    if opening:
        depth = len(opening["slashes"])
        end = string_end(text, opening.end(), opening["quote"], depth)
        return _Value(opening.end(), max(end, opening.end()), _MASK)
    quoted = f"{mark}{_MASK}{mark}" if mark[-1:] in ("'", '"') else _MASK
    if text[start : start + 1] in ("{", "["):
        return _Value(start, bracket_end(text, start, max(len(mark) - 1, 0)), quoted)
    literal = literal_end(text, start) if colon else None
    if literal:
        return _Value(start, literal, quoted)
    end = bare_end(text, start, within_json=within_json, colon=colon, form=form)
    return _Value(start, end, _MASK)
