"""What an answer of the broker means: accepted, refused, not handled, or unknown; never a guess.

Pure: works on what a REST call brought (status and text) and on status and ``d`` of a socket's
reply alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from justtrades_desktop.domain.broker import Outcome

LOCKOUT_SECONDS: Final = 3600.0
_DEFAULT_PENALTY: Final = 60.0  # where the broker names a penalty without its seconds
_LONGEST_WORDS: Final = 500
LIST: Final = "[]"
"""What a read expects whose answer is a list."""


class Kind(StrEnum):
    """What a call may do: a read can be asked again, an order never, a login only by its owner."""

    READ = "read"
    ORDER = "order"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker took it; ``body`` is its JSON, numbers exact."""

    body: Any = field(repr=False)  # a login's answer is one too
    status: int = 200


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused, with the broker's own word (``reason``, may be empty) and its own ``text``."""

    reason: str
    text: str
    status: int = 200

    @property
    def denied(self) -> bool:
        """Whether it was the token, a permission or the device."""
        return self.status == 401

    @property
    def malformed(self) -> bool:
        """Whether the request was wrong in itself: a fault of ours."""
        return self.status == 400 or self.reason == "violations"


@dataclass(frozen=True, slots=True)
class NotHandled:
    """Certainly not executed; may be asked again after ``seconds`` (None: nobody knows when).

    ``lockout``: every further request makes it last longer. ``ticket`` goes with the next try.
    """

    why: str
    seconds: float | None = None
    captcha: bool = False
    lockout: bool = False
    ticket: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """May have been executed or not: to be looked up, never to be sent again blindly."""

    why: str
    status: int | None = None


Answer = Accepted | Rejected | NotHandled | Unknown
Trouble = Rejected | NotHandled | Unknown
"""An answer that is not what was asked for; also for ``isinstance``."""


def parse(text: str) -> Any:
    """The JSON of an answer with exact numbers (NaN is None), or the text itself if it is none."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return text


def classify(
    status: int, body: Any, *, kind: Kind = Kind.READ, expect: str | None = None
) -> Answer:
    """What ``status`` and ``body`` (parsed JSON, or text) mean for a call of ``kind``.

    ``expect`` is the key without which a body says nothing (``orderId``), or :data:`LIST`.
    """
    if status in (423, 429):
        return _locked_out(status, body)
    if 200 <= status < 300:
        return _said_ok(status, body, kind, expect)
    if status < 500 and isinstance(body, Mapping) and "p-ticket" in body:
        return _penalty(body)
    if status in (400, 401, 404):
        return Rejected(str(status), words(body) or _STATUS_WORDS[status], status)
    if kind is not Kind.ORDER and status in (403, 405, 410, 422):
        return Rejected(str(status), words(body) or f"the broker answered {status}", status)
    known = _STATUS_WORDS.get(status, f"the broker answered {status}")
    return Unknown(f"{known}: {words(body)}" if words(body) else known, status)


def outcome(answer: Answer) -> Outcome:
    """``answer`` in one word."""
    match answer:
        case Accepted():
            return Outcome.ACCEPTED
        case Rejected():
            return Outcome.REJECTED
        case NotHandled():
            return Outcome.NOT_HANDLED
        case Unknown():
            return Outcome.UNKNOWN


def said(answer: Answer) -> str:
    """Why it was not accepted, the broker's own words first; empty where it was."""
    match answer:
        case Accepted():
            return ""
        case Rejected(reason, text, status):
            own = reason if reason not in ("", str(status)) else ""
            return f"{own}: {text}" if own and text and own != text else text or own or reason
        case NotHandled() | Unknown():
            return answer.why


def words(body: Any) -> str:
    """The broker's own words in ``body``, whatever it is; at most 500 letters."""
    if isinstance(body, Mapping):
        for key in ("failureText", "errorText", "error_description", "error", "failureReason"):
            if isinstance(text := body.get(key), str) and text.strip():
                return text.strip()[:_LONGEST_WORDS]
        if not body:
            return ""
    if isinstance(body, str):
        return " ".join(body.split())[:_LONGEST_WORDS]
    return "" if body is None else json.dumps(body, default=str)[:_LONGEST_WORDS]


_STATUS_WORDS: Final = {
    400: "the broker could not read the request",
    401: "Access is denied",
    404: "the broker does not know it",
    408: "the broker timed out, or the login has too many connections",
}


def _locked_out(status: int, body: Any) -> NotHandled:
    why = {
        423: "the broker warns that it is about to lock this user out (423)",
        429: "the broker's limit of calls is reached (429)",
    }[status]
    if text := words(body):
        why = f"{why}: {text}"
    return NotHandled(why, LOCKOUT_SECONDS, lockout=True)


def _said_ok(status: int, body: Any, kind: Kind, expect: str | None) -> Answer:
    if isinstance(body, Mapping):
        if "p-ticket" in body:
            return _penalty(body)
        refused = _refusal(body, status)
        if refused is not None:
            # An order that has a number and was refused all the same: only a look says which.
            if kind is Kind.ORDER and expect is not None and _has(body, expect):
                return Unknown(f"the broker named an order and refused it: {said(refused)}", status)
            return refused
    if expect is None:
        return _anything(status, body, kind)
    if _has(body, expect):
        return Accepted(body, status)
    return Unknown(_missing(body, expect), status)


def _anything(status: int, body: Any, kind: Kind) -> Answer:
    if isinstance(body, str) or (kind is not Kind.READ and not body):
        return Unknown(_missing(body, "JSON"), status)
    return Accepted(body, status)


def _has(body: Any, expect: str) -> bool:
    if expect == LIST:
        return isinstance(body, list)
    if not isinstance(body, Mapping):
        return False
    value = body.get(expect)
    if value == 0 and value is not False:
        return not expect.lower().endswith("id")  # no id is 0, but an amount may be
    return value is not None and value != "" and value is not False


def _missing(body: Any, expect: str) -> str:
    wanted = "a list" if expect == LIST else expect
    if body in ({}, "", None):
        return "the broker's answer was empty"
    return f"the broker's answer holds no {wanted}: {words(body)[:200]}"


def _refusal(body: Mapping[str, Any], status: int) -> Rejected | None:
    reason = _text(body, "failureReason")
    if reason == "Success":
        reason = ""
    elif reason or _text(body, "failureText"):
        return Rejected(reason, _text(body, "failureText") or _text(body, "errorText"), status)
    if text := _text(body, "errorText"):
        return Rejected(_text(body, "errorCode"), text, status)
    if violations := body.get("violations"):
        return Rejected("violations", _violations(violations), status)
    if error := _text(body, "error"):  # as OAuth says it
        return Rejected(error, _text(body, "error_description") or error, status)
    return None


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value.strip()[:_LONGEST_WORDS] if isinstance(value, str) else ""


def _violations(violations: Any) -> str:
    if not isinstance(violations, list):
        return words(violations)
    return "; ".join(_violation(each) for each in violations)[:_LONGEST_WORDS]


def _violation(each: Any) -> str:
    if not isinstance(each, Mapping):
        return words(each)
    # The value itself may be a secret.
    known = [str(each[key]) for key in ("constraint", "description") if each.get(key)]
    return ": ".join(known) or "a field is wrong"


def _penalty(body: Mapping[str, Any]) -> NotHandled:
    ticket = body.get("p-ticket")
    captcha = body.get("p-captcha") in (True, "true")
    if captcha:
        why = "the broker wants a captcha: log in on its own site, and wait an hour"
        return NotHandled(why, LOCKOUT_SECONDS, captcha=True, lockout=True)
    seconds = _seconds(body.get("p-time"))
    why = f"the broker asks for {seconds:g} s of patience"
    return NotHandled(why, seconds, ticket=str(ticket) if ticket else None)


def _seconds(value: Any) -> float:
    if isinstance(value, bool):
        return _DEFAULT_PENALTY
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_PENALTY
    return seconds if 0 <= seconds < LOCKOUT_SECONDS * 24 else _DEFAULT_PENALTY
