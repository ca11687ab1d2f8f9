"""Logins: tokens, how long they live, and which session goes when one too many comes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from justtrades_desktop.simulator.frames import stamp
from justtrades_desktop.simulator.limits import Clock
from justtrades_desktop.simulator.server_settings import ServerSettings

WRONG_PASSWORD = "Incorrect username or password. Please try again."  # noqa: S105  (what is said)
NOT_REGISTERED = "The app is not registered"


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One login. Its tokens end one by one; the session ends with its last token and socket."""

    id: int
    user_id: int
    name: str
    device: str = ""
    tokens: dict[str, datetime] = field(default_factory=dict, repr=False)
    market_tokens: dict[str, datetime] = field(default_factory=dict, repr=False)
    sockets: int = 0
    revoked: bool = False

    def alive(self, now: datetime) -> bool:
        """Whether it counts against the number of sessions."""
        unexpired = any(now < ends for ends in self.tokens.values())
        return not self.revoked and (self.sockets > 0 or unexpired)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who may log in: ``user_of`` a name and password, and ``names`` by id."""

    user_of: Callable[[str, str], int | None]
    names: Callable[[], Mapping[int, str]]


class Sessions:
    """All logins. ``evicted`` is told the session that a newer one pushed out."""

    def __init__(
        self,
        people: People,
        *,
        clock: Clock,
        chance: random.Random,
        settings: ServerSettings,
        evicted: Callable[[Session], None],
    ) -> None:
        self._people = people
        self._clock = clock
        self._chance = chance
        self._settings = settings
        self._evicted = evicted
        self._sessions: list[Session] = []
        self._by_token: dict[str, Session] = {}
        self._by_market_token: dict[str, Session] = {}
        self._codes: dict[str, int] = {}
        self._last_id = 0

    def log_in(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to auth/accesstokenrequest: tokens, or ``errorText``."""
        if not self._is_registered(body.get("cid"), body.get("sec")):
            return {"errorText": NOT_REGISTERED}
        name, password = body.get("name"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            return {"errorText": WRONG_PASSWORD}
        user_id = self._people.user_of(name, password)
        if user_id is None:
            return {"errorText": WRONG_PASSWORD}
        return self._issue(self._open(user_id, str(body.get("deviceId") or "")))

    def renew(self, session: Session) -> dict[str, Any]:
        """A new token for the same session; the older ones live on until they expire."""
        return self._issue(session)

    def me(self, session: Session) -> dict[str, Any]:
        """The answer to auth/me."""
        return {
            "userId": session.user_id,
            "name": session.name,
            "fullName": session.name,
            "email": f"{session.name}@simulator.invalid",
            "emailVerified": True,
            "isTrial": False,
            "organizationName": "",
        }

    def grant_code(self, name: str) -> str | None:
        """A code as the browser brings back from the login page; None for an unknown name."""
        ids = {known: id_ for id_, known in self._people.names().items()}
        if name not in ids:
            return None
        code = self._secret()
        self._codes[code] = ids[name]
        return code

    def trade_code(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to auth/oauthtoken; a code works once."""
        if body.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type", "Only authorization_code is supported")
        if not self._is_registered(body.get("client_id"), body.get("client_secret")):
            return _refused("invalid_client", NOT_REGISTERED)
        user_id = self._codes.pop(str(body.get("code")), None)
        if user_id is None:
            return _refused("invalid_grant", "The code is unknown or was used already")
        issued = self._issue(self._open(user_id, ""))
        seconds = int(self._settings.token_seconds)
        return {
            "access_token": issued["accessToken"],
            "token_type": "bearer",
            "expires_in": seconds,
        }

    def by_token(self, token: str | None) -> Session | int:
        """Whose access token it is, or the status that its holder gets."""
        session = self._by_token.get(token or "")
        if session is None:
            return 401
        if session.revoked:
            return self._settings.revoked_status
        return session if self._clock() < session.tokens[token or ""] else 401

    def by_market_token(self, token: str) -> Session | int:
        """The same for market data, where an access token does as well."""
        session = self._by_market_token.get(token)
        if session is None:
            return self.by_token(token)
        if session.revoked:
            return self._settings.revoked_status
        return session if self._clock() < session.market_tokens[token] else 401

    def alive(self, user_id: int) -> list[Session]:
        """The user's sessions, oldest first."""
        now = self._clock()
        return [s for s in self._sessions if s.user_id == user_id and s.alive(now)]

    def evict_oldest(self, user_id: int) -> Session | None:
        """Close the user's oldest session and revoke its tokens."""
        alive = self.alive(user_id)
        if not alive:
            return None
        alive[0].revoked = True
        self._evicted(alive[0])
        return alive[0]

    def expire(self, user_id: int | None) -> None:
        """End the user's tokens (None: everybody's) at once; open sockets stay."""
        now = self._clock()
        for session in self._sessions:
            if user_id in (None, session.user_id):
                session.tokens = dict.fromkeys(session.tokens, now)
                session.market_tokens = dict.fromkeys(session.market_tokens, now)

    def _open(self, user_id: int, device: str) -> Session:
        self._forget()
        self._last_id += 1
        name = self._people.names()[user_id]
        session = Session(id=self._last_id, user_id=user_id, name=name, device=device)
        self._sessions.append(session)
        return session

    def _forget(self) -> None:
        """Drop sessions that ended a day ago; till then their tokens are known as ended."""
        before = self._clock() - timedelta(days=1)
        for session in self._sessions[:]:
            if not session.sockets and all(ends < before for ends in session.tokens.values()):
                self._sessions.remove(session)
                for token in session.tokens:
                    del self._by_token[token]
                for token in session.market_tokens:
                    del self._by_market_token[token]

    def _issue(self, session: Session) -> dict[str, Any]:
        now = self._clock()
        ends = now + timedelta(seconds=self._settings.token_seconds)
        token, market_token = self._secret(), self._secret()
        session.tokens[token] = session.market_tokens[market_token] = ends
        self._by_token[token] = self._by_market_token[market_token] = session
        while len(self.alive(session.user_id)) > self._settings.most_sessions:
            self.evict_oldest(session.user_id)
        password_ends = now + timedelta(seconds=self._settings.password_seconds)
        return {
            "accessToken": token,
            "mdAccessToken": market_token,
            "expirationTime": stamp(ends),
            "passwordExpirationTime": stamp(password_ends),
            "userStatus": "Active",
            "userId": session.user_id,
            "name": session.name,
            "hasLive": False,
        }

    def _is_registered(self, cid: object, secret: object) -> bool:
        keys = self._settings.keys
        return not keys or (str(cid) in keys and keys[str(cid)] == str(secret))

    def _secret(self) -> str:
        return f"{self._chance.getrandbits(256):064x}"


def _refused(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description}
