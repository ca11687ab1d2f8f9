"""One call to the REST side: what it asks, and what its breaking means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from justtrades_desktop.broker.answers import (
    Accepted,
    Answer,
    Kind,
    NotHandled,
    Unknown,
    classify,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with all that its tries need; ``fresh`` and ``deadline`` in seconds."""

    method: str
    operation: str
    body: Mapping[str, Any] | None
    query: Mapping[str, str] | None
    kind: Kind
    expect: str | None
    exit: bool
    background: bool
    authorize: bool
    deadline: float
    fresh: float
    signal_id: int | None
    client_order_id: str | None


def with_ticket(
    call: Call, ticket: str | None
) -> tuple[Mapping[str, Any] | None, Mapping[str, str] | None]:
    """Body and query of ``call``, with ``ticket`` where there is one."""
    if ticket is None:
        return call.body, call.query
    if call.method == "GET":
        return None, {**(call.query or {}), "p-ticket": ticket}
    return {**(call.body or {}), "p-ticket": ticket}, call.query


def broken(error: Exception, status: int | None, call: Call) -> Answer:
    """What a broken call means; what never left this machine was certainly not executed."""
    if status in (423, 429):  # that much was said before it broke
        return classify(status, "", kind=call.kind)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotHandled("no connection to the broker: nobody answers")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return NotHandled(f"no connection to the broker: {error}")
    if isinstance(error, TimeoutError):
        return Unknown(f"no answer within {call.deadline:g} s")
    return Unknown(f"the connection broke: {str(error) or type(error).__name__}")


def order_id(answer: Answer, body: Mapping[str, Any] | None) -> int | None:
    """The order that a call was about, as far as its answer or its ``body`` name one."""
    told = answer.body if isinstance(answer, Accepted) else None
    for holder in (told, body):
        if isinstance(holder, Mapping) and isinstance(found := holder.get("orderId"), int):
            return found
    return None
