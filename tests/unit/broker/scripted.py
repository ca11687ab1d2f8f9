"""A broker that answers by script, a clock set by hand, and what is needed around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from justtrades_desktop.broker.answers import Answer, Kind, classify
from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.http import DEADLINE, Http
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.domain.broker import Addresses, AuditedCall, Credentials

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CREDENTIALS = Credentials(user="trader", password="hunter22", cid="8", secret="f0e1-d2c3")


class HandClock:
    """Time that passes when told so, or when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def budget(self, limits: Limits | None = None) -> Budget:
        return Budget(limits, clock=self.now, monotonic=self.monotonic)


class Trail:
    """Keeps what is recorded."""

    def __init__(self) -> None:
        self.calls: list[AuditedCall] = []

    def record(self, call: AuditedCall) -> None:
        self.calls.append(call)


class MemoryStore:
    """Tokens that outlive a session, and how often they were written."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self.saved: list[Tokens] = []

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saved.append(tokens)

    def clear(self) -> None:
        self.tokens = None


class Asked(NamedTuple):
    method: str
    operation: str
    body: Mapping[str, Any] | None
    query: Mapping[str, str] | None
    exit: bool
    background: bool = False


Reply = tuple[int, Any]
Script = Callable[[Asked], Reply]


class ScriptedHttp(Http):
    """Answers each call from ``replies`` by its operation: (status, body), or a function of it."""

    def __init__(self, clock: HandClock) -> None:
        nowhere = Addresses(rest="http://x", user="ws://x", market="ws://x")
        super().__init__(
            nowhere,
            clock.budget(),
            Trail(),
            "paper",
            clock=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )
        self.replies: dict[str, Reply | Script | list[Reply]] = {}
        self.asked: list[Asked] = []

    async def call(
        self,
        method: str,
        operation: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        expect: str | None = None,
        exit: bool = False,
        authorize: bool = True,
        deadline: float = DEADLINE,
        fresh: float | None = None,
        signal_id: int | None = None,
        client_order_id: str | None = None,
        background: bool = False,
    ) -> Answer:
        asked = Asked(method, operation, body, query, exit, background)
        self.asked.append(asked)
        reply = self.replies[operation]
        if isinstance(reply, list):
            reply = reply.pop(0)
        status, answer = reply(asked) if callable(reply) else reply
        kind = kind or (Kind.READ if method == "GET" else Kind.ORDER)
        return classify(status, answer, kind=kind, expect=expect)

    def operations(self) -> list[str]:
        return [each.operation for each in self.asked]
