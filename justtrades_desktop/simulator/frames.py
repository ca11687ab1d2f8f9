"""The socket's frames: what clients send, and how answers, events and closing are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

OPEN: Final = "o"
HEARTBEAT: Final = "h"
CLIENT_HEARTBEAT: Final = "[]"


class Request(NamedTuple):
    """What a client asked on a socket; ``id`` is its own number, ``body`` as it was sent."""

    endpoint: str
    id: int
    query: Mapping[str, str]
    body: str


def request(text: str) -> Request | None:
    """Read ``endpoint\\nid\\nquery\\nbody``; None where that is not what it is."""
    parts = text.split("\n", 3)
    if len(parts) != 4 or not parts[0] or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return Request(parts[0], int(parts[1]), dict(parse_qsl(parts[2])), parts[3])


def messages(these: Iterable[Mapping[str, Any]]) -> str:
    """One data frame with all of them."""
    return "a" + to_json(list(these))


def closing(code: int, reason: str) -> str:
    """The frame before the end."""
    return "c" + to_json([code, reason])


def answer(id_: int, status: int, told: Any = None) -> dict[str, Any]:
    """The reply to request ``id_``; nothing told leaves ``d`` away."""
    reply = {"s": status, "i": id_}
    return reply if told is None else {**reply, "d": told}


def event(kind: str, told: Any) -> dict[str, Any]:
    """Something that nobody asked for: ``props``, ``md``, ``chart``, ``shutdown``."""
    return {"e": kind, "d": told}


def to_json(value: Any) -> str:
    """JSON without blanks; a Decimal becomes a number."""
    return json.dumps(value, separators=(",", ":"), default=_number)


def from_json(text: str | bytes) -> Any:
    """Read JSON with its fractions exact.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def stamp(at: datetime) -> str:
    """A time as the broker writes it: UTC, milliseconds, ``Z``."""
    whole = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return whole.removesuffix("+00:00") + "Z"


def _number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return int(value) if value == value.to_integral_value() else float(value)
