"""One call as REST and sockets share it: faults, limits and penalties around what it does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from justtrades_desktop.simulator.exchange import Denied, Exchange, Malformed, NotThere
from justtrades_desktop.simulator.faults import SOCKET_FAULTS, Fault, FaultKind, FaultPlan
from justtrades_desktop.simulator.limits import Clock, Penalties, Window
from justtrades_desktop.simulator.server_settings import ServerSettings
from justtrades_desktop.simulator.sessions import Session, Sessions

DENIED: Final = "Access is denied"
READS: Final = frozenset({"item", "items", "list", "find", "suggest", "deps", "ldeps"})
GETS: Final = frozenset({"auth/me", "auth/renewaccesstoken"})
OPEN_TO_ALL: Final = frozenset({"auth/accesstokenrequest", "auth/oauthtoken"})
_IDS: Final = ("orderId", "commandId", "ocoId", "orderStrategy")
_CHILD_IDS: Final = ("oso1Id", "oso2Id", "ocoId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody asks for; ``session`` is a login, or the status that its absence gets."""

    operation: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    session: Session | int = 401
    address: str = ""

    @property
    def user(self) -> str:
        """The caller's name, empty while unknown."""
        return "" if isinstance(self.session, int) else self.session.name

    @property
    def ticket(self) -> str | None:
        """The penalty ticket that came with it."""
        told = self.body.get("p-ticket") if isinstance(self.body, dict) else None
        ticket = told or self.query.get("p-ticket")
        return None if ticket is None else str(ticket)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status with JSON or, as a ``str``, plain text; ``lost`` never reaches the caller."""

    status: int
    told: Any = None
    lost: bool = False


Do = Callable[[Call, Session], Reply]


class Calls:
    """Answers calls. ``before`` is told of each; ``strike`` gets the faults of sockets."""

    def __init__(
        self,
        exchange: Exchange,
        sessions: Sessions,
        plan: FaultPlan,
        *,
        clock: Clock,
        chance: random.Random,
        settings: ServerSettings,
        before: Callable[[], None],
        strike: Callable[[Fault, str], None],
    ) -> None:
        self._exchange = exchange
        self._sessions = sessions
        self._plan = plan
        self._clock = clock
        self._chance = chance
        self._settings = settings
        self._before = before
        self._strike = strike
        self._penalties = Penalties(settings.penalties, clock=clock, chance=chance)
        self._users: dict[int, Window] = {}
        self._strangers: dict[str, Window] = {}

    async def answer(self, call: Call, do: Do | None = None) -> Reply:
        """What the caller gets; ``do`` replaces the usual way of carrying it out."""
        self._before()
        faults = self._plan.call(call.operation, call.user)
        for fault in faults:
            if fault.kind in SOCKET_FAULTS:
                self._strike(fault, call.user)
        reply = self._admitted(call, faults, do or self.do_usual)
        for fault in faults:
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(fault.lasts)
        return reply

    def _admitted(self, call: Call, faults: list[Fault], do: Do) -> Reply:
        window = self._window(call)
        if any(fault.kind is FaultKind.LIMIT for fault in faults):
            window.lock(next(f.lasts for f in faults if f.kind is FaultKind.LIMIT))
        if not window.admit():
            return Reply(429)
        spoilt = next((fault for fault in faults if _spoils(fault)), None)
        if spoilt is not None and not spoilt.carried_out:
            return self._spoilt(call, spoilt, None)
        reply = self._carried_out(call, do)
        return reply if spoilt is None else self._spoilt(call, spoilt, reply)

    def _carried_out(self, call: Call, do: Do) -> Reply:
        penalty = self._penalties.due(call.address, call.operation, call.ticket)
        if penalty is not None:
            return Reply(200, penalty)
        if call.operation in OPEN_TO_ALL:
            reply = self._log_in(call)
        elif isinstance(call.session, int):
            reply = Reply(call.session, DENIED if call.session == 401 else None)
        else:
            reply = _guarded(replace(call, body=_without_ticket(call.body)), call.session, do)
        if reply.status != 200 or (isinstance(reply.told, dict) and "errorText" in reply.told):
            self._penalties.failed(call.address, call.operation)
        return reply

    def _log_in(self, call: Call) -> Reply:
        if not isinstance(call.body, dict):
            return Reply(400, "A JSON object is expected")
        if call.operation == "auth/oauthtoken":
            return Reply(200, self._sessions.trade_code(call.body))
        return Reply(200, self._sessions.log_in(call.body))

    def do_usual(self, call: Call, session: Session) -> Reply:
        """What REST does, and what sockets do with what is not theirs alone."""
        if call.operation == "auth/me":
            return Reply(200, self._sessions.me(session))
        if call.operation == "auth/renewaccesstoken":
            return Reply(200, self._sessions.renew(session))
        if call.operation == "user/syncrequest":
            return Reply(200, self._exchange.sync(session.user_id))
        entity, _, how = call.operation.partition("/")
        if how in READS:
            return Reply(200, self._exchange.read(session.user_id, entity, how, call.query))
        return self._perform(call, session)

    def _perform(self, call: Call, session: Session) -> Reply:
        devices = self._settings.devices
        if devices is not None and session.device not in devices:
            return Reply(401, DENIED)
        if not isinstance(call.body, dict):
            return Reply(400, "A JSON object is expected")
        return Reply(200, self._exchange.perform(session.user_id, call.operation, call.body))

    def _spoilt(self, call: Call, fault: Fault, reply: Reply | None) -> Reply:
        """What is answered instead of ``reply``, None where the call was not carried out."""
        match fault.kind:
            case FaultKind.P_TICKET | FaultKind.CAPTCHA:
                captcha = fault.kind is FaultKind.CAPTCHA
                ticket = self._penalties.ticket(call.operation, fault.lasts, captcha=captcha)
                return Reply(200, ticket)
            case FaultKind.TOKEN_EXPIRED:
                self._sessions.expire(None if isinstance(call.session, int) else _user(call))
                return Reply(401, DENIED)
            case FaultKind.DENIED:
                return Reply(401, DENIED)
            case FaultKind.LOST_BEFORE | FaultKind.LOST_AFTER:
                return Reply(0, lost=True)
            case FaultKind.SERVER_ERROR:
                id_ = f"{self._chance.getrandbits(64):016x}"
                return Reply(500, f"Internal Server Error, error id: {id_}")
            case FaultKind.EMPTY:
                return Reply(200, {})
            case FaultKind.NO_ENTITLEMENT:
                return Reply(200, NO_ENTITLEMENT)
            case FaultKind.NO_ID | FaultKind.NO_CHILD_IDS | FaultKind.BIG_SYNC:
                return _changed(fault, reply)
            case FaultKind.NOT_FOUND | FaultKind.TIMEOUT | FaultKind.ALMOST_LOCKED:
                return Reply(int(fault.kind))
        return reply or Reply(200, {})

    def _window(self, call: Call) -> Window:
        if isinstance(call.session, int):
            limits, known = self._settings.anonymous_limits, self._strangers
            return known.setdefault(call.address, self._new(limits))
        if call.session.user_id not in self._users:
            self._users[call.session.user_id] = self._new(self._settings.user_limits)
        return self._users[call.session.user_id]

    def _new(self, limits: Any) -> Window:
        return Window(limits, lockout=self._settings.lockout, clock=self._clock)


NO_ENTITLEMENT: Final[Mapping[str, str]] = {
    "mode": "None",
    "errorCode": "UnknownSymbol",
    "errorText": "Symbol is inaccessible",
}


def _spoils(fault: Fault) -> bool:
    return fault.kind not in SOCKET_FAULTS | {FaultKind.SLOW, FaultKind.LIMIT}


def _user(call: Call) -> int | None:
    return None if isinstance(call.session, int) else call.session.user_id


def _guarded(call: Call, session: Session, do: Do) -> Reply:
    try:
        return do(call, session)
    except Denied:
        return Reply(401, DENIED)
    except NotThere as error:
        return Reply(404, str(error) or "Not found")
    except Malformed as error:
        return Reply(400, str(error) or "Malformed request")


def _without_ticket(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if not name.startswith("p-")}


def _changed(fault: Fault, reply: Reply | None) -> Reply:
    if reply is None or not isinstance(reply.told, dict):
        return reply or Reply(200, {})
    if fault.kind is FaultKind.BIG_SYNC:
        return Reply(reply.status, _padded(reply.told, fault.size))
    hidden = _IDS + _CHILD_IDS if fault.kind is FaultKind.NO_ID else _CHILD_IDS
    kept = {name: value for name, value in reply.told.items() if name not in hidden}
    if fault.kind is FaultKind.NO_ID:
        kept.setdefault("failureText", "")
    return Reply(reply.status, kept)


def _padded(sync: dict[str, Any], size: int) -> dict[str, Any]:
    """``sync`` with properties of a few kilobytes each until it has ``size`` bytes more."""
    each = 8_000
    more = [
        {
            "id": 1_000_000 + number,
            "name": f"padding{number}",
            "propertyType": "String",
            "enumOptions": "x" * each,
        }
        for number in range(size // each + 1)
    ]
    return {**sync, "properties": [*sync.get("properties", ()), *more]}
