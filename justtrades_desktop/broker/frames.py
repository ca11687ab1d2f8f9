"""The socket's framing: one text frame to what it says, one request to the text that asks it.

Numbers come out exactly: whole ones as int, all others as Decimal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

HEARTBEAT: Final = "[]"
"""What a client sends to be known alive."""

_SHOWN: Final = 200


class Opened(NamedTuple):
    """The server is ready: authorize now."""


class Heartbeat(NamedTuple):
    """The server is alive and has nothing to say."""


class Reply(NamedTuple):
    """The answer to request ``id``; ``data`` None where there was none."""

    status: int
    id: int
    data: Any = None


class Event(NamedTuple):
    """Something happened: ``kind`` is props, md, chart, clock, shutdown or unknown to us."""

    kind: str
    data: Any = None


class Malformed(NamedTuple):
    """Not understood: ``why``, and the beginning of the ``text``."""

    why: str
    text: str


class Messages(NamedTuple):
    """What one frame carries, in order."""

    items: tuple[Reply | Event | Malformed, ...]


class Closing(NamedTuple):
    """The server closes the socket; a bare frame says neither code nor reason."""

    code: int | None = None
    reason: str = ""


Frame = Opened | Heartbeat | Messages | Closing | Malformed


def read_frame(text: str, *, beside: bool = False) -> Frame:
    """What ``text`` says; whatever it is, it never raises.

    ``beside`` is for a thread of its own: then the other threads run in between.
    """
    match text[:1]:
        case "a":
            return _messages(text, beside)
        case "o" if len(text) == 1:
            return Opened()
        case "h" if len(text) == 1:
            return Heartbeat()
        case "c":
            return _closing(text)
        case "":
            return Malformed("an empty frame", "")
    return _malformed("an unknown kind of frame", text)


def request(
    endpoint: str, request_id: int, *, query: str = "", body: str | Mapping[str, Any] = ""
) -> str:
    """The text of one request: four parts, exactly three line ends.

    A mapping goes out as JSON on one line; a Decimal in it keeps all its digits.

    Raises:
        ValueError: a part would break the frame.
    """
    content = body if isinstance(body, str) else json_text(body)
    parts = (endpoint, str(request_id), query, content)
    if any("\n" in part for part in parts):
        raise ValueError(f"a line end inside a request to {endpoint}")
    return "\n".join(parts)


def json_text(value: Any) -> str:
    """``value`` as JSON on one line, its Decimals digit by digit, which ``json`` cannot do.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value has no place in JSON.
    """
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is no number to send")
            return f"{value:f}"
        case Mapping():
            parts = (f"{json.dumps(str(key))}:{json_text(item)}" for key, item in value.items())
            return "{" + ",".join(parts) + "}"
        case list() | tuple():
            return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value, allow_nan=False)


def _messages(text: str, beside: bool) -> Messages | Malformed:
    try:
        items = _read_json(text[1:], _same if beside else None)
    except (ValueError, RecursionError) as error:
        return _malformed(f"no JSON: {str(error) or type(error).__name__}", text)
    if not isinstance(items, list):
        return _malformed("no list of messages", text)
    return Messages(tuple(_message(item) for item in items))


def _message(item: Any) -> Reply | Event | Malformed:
    match item:
        case {"i": int(request_id), "s": int(status)}:
            return Reply(status, request_id, item.get("d"))
        case {"e": str(kind)}:
            return Event(kind, item.get("d"))
    return _malformed("neither a reply nor an event", repr(item))


def _closing(text: str) -> Closing | Malformed:
    if len(text) == 1:
        return Closing()
    try:
        parts = _read_json(text[1:])
    except (ValueError, RecursionError) as error:
        return _malformed(f"no JSON: {str(error) or type(error).__name__}", text)
    match parts:
        case []:
            return Closing()
        case [int(code)]:
            return Closing(code)
        case [int(code), reason, *_]:
            return Closing(code, str(reason or ""))
    return _malformed("no code and reason", text)


def _read_json(text: str, each_object: Callable[[Any], Any] | None = None) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_hook=each_object)


def _same(found: Any) -> Any:
    """Nothing done, but in Python: only there may another thread take over, never inside C."""
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _malformed(why: str, text: str) -> Malformed:
    return Malformed(why, text[:_SHOWN])
