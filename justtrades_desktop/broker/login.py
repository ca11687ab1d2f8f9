"""The login of one user: one token for all its links, renewed in time and never fetched twice.

Each login at the broker is a session, and one too many closes the oldest: while a token lives it
is renewed, also after a restart. A token is replaced only by a token.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from justtrades_desktop.broker.answers import Accepted, Answer, Kind, NotHandled, Rejected, said
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.tokens import LIFETIME, Tokens, TokenStore
from justtrades_desktop.broker.wire import NotAsAgreed, moment
from justtrades_desktop.domain.broker import Credentials
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.ports import Clock

LOGIN: Final = "auth/accesstokenrequest"
RENEW: Final = "auth/renewaccesstoken"
REFUSED_PAUSE: Final = timedelta(minutes=15)
"""After a refused login: five of them in an hour bring a penalty on the whole address."""
PASSWORD_WARNING: Final = timedelta(days=14)
_PATIENCE: Final = 60.0  # seconds that a login may wait out penalties
_YOUNG: Final = timedelta(minutes=5)
# A permission that is missing cannot be renewed, and an order that is over is denied like a token;
# but a token may die early all the same. The broker minds more than 15 renewals an hour.
_MOST_DENIALS: Final = 3
_DENIALS_WITHIN: Final = timedelta(minutes=15)
_AFTER_FAILURE_SECONDS: Final = 60.0
_LOOK_AGAIN: Final = 60.0  # seconds: a computer that slept has lost time
_CHANCES: Final = 2
_NEW: Final = timedelta(minutes=5)
_STATUS_WORDS: Final = {
    "Closed": "the broker has closed this user",
    "Initiated": "this user's registration is not finished",
    "TemporaryLocked": "the broker has locked this user for a while",
    "UnconfirmedEmail": "this user's e-mail address is not confirmed",
}

log = logging.getLogger(__name__)

Wait = Callable[[asyncio.Event, float], Awaitable[None]]
"""Return once the event is set, at the latest after these seconds."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Logged in."""

    tokens: Tokens


@dataclass(frozen=True, slots=True)
class NotReady:
    """Not logged in, and why; ``seconds`` until it makes sense to try again, None: anyone's guess.

    ``refused``: the broker said no; ``lockout``: each further try makes it last longer.
    """

    why: str
    seconds: float | None = None
    refused: bool = False
    lockout: bool = False


async def wait_event(event: asyncio.Event, seconds: float) -> None:
    """Real time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


class Session:
    """Keeps the token; gives itself to ``http`` as its bearer."""

    def __init__(
        self,
        http: Http,
        credentials: Credentials,
        store: TokenStore,
        *,
        device_id: str = "",
        clock: Clock = lambda: datetime.now(UTC),
        wait: Wait = wait_event,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """``device_id`` empty: the stored one, else a new one. ``changed`` hears of new tokens."""
        self.trouble = ""
        """Why the last login or renewal failed, in the broker's words; empty after one that did."""
        self.login = 0
        """Which login it is by now: a renewal belongs to the one that it renews."""
        self._timeouts = 0
        self._http = http
        self._credentials = credentials
        self._store = store
        self._clock = clock
        self._wait = wait
        self._changed = changed
        self._lock = asyncio.Lock()
        self._arrived = asyncio.Event()
        self._doubted = asyncio.Event()
        self._doubtful: str | None = None
        self._dead = ""
        self._refused_until: datetime | None = None
        self._renew_not_before: datetime | None = None
        self._denials: list[datetime] = []
        http.masks.learn(credentials.password, credentials.secret)
        self._tokens = self._stored(device_id)
        http.bearer = self

    # What others see

    @property
    def tokens(self) -> Tokens:
        """As they are; never print ``access`` and ``market``."""
        return self._tokens

    def token(self) -> str | None:
        """The access token, while it lives."""
        return self._tokens.access if self._lives() else None

    def market_token(self) -> str | None:
        """The token for quotes, while it lives."""
        return (self._tokens.market or self._tokens.access) if self._lives() else None

    def warnings(self) -> list[str]:
        """What the trader should know about this user, in sentences."""
        tokens, found = self._tokens, []
        if tokens.user_status not in ("", "Active"):
            said_status = _STATUS_WORDS.get(tokens.user_status, f"status {tokens.user_status}")
            found.append(f"{tokens.login}: {said_status}.")
        if (ends := tokens.password_expires) is not None:
            left = ends - self._clock()
            if left <= timedelta(0):
                found.append(f"The broker's password of {tokens.login} has expired.")
            elif left <= PASSWORD_WARNING:
                found.append(
                    f"The broker's password of {tokens.login} expires on {ends:%Y-%m-%d}, "
                    f"in {left.days} days."
                )
        return found

    # Getting a token

    async def ensure(self) -> Ready | NotReady:
        """Have a token that lives: the one there is, else by a login; never two logins at once."""
        async with self._lock:
            if self._lives():
                return Ready(self._tokens)
            return await self._log_in()

    async def renewed(self, stale: str | None) -> bool:
        """Get another token than ``stale``, which was denied; whether there is one now."""
        async with self._lock:
            if self._lives():
                if self._tokens.access != stale:
                    return True  # someone was faster
                if not self._may_renew_again():
                    return False  # new tokens are denied too: it is for another reason
                return isinstance(await self._renew(), Ready)
            return isinstance(await self._log_in(), Ready)

    async def wait_token(self, seconds: float) -> str | None:
        """The token; waits for one at most ``seconds``, without asking for it itself."""
        try:
            async with asyncio.timeout(seconds):
                while (token := self.token()) is None:
                    await self._arrived.wait()
                return token
        except TimeoutError:
            return None

    def doubt(self, stale: str | None) -> None:
        """``stale`` (None: there was none) was denied: :meth:`run` looks after it now."""
        self._doubtful = stale
        self._doubted.set()

    def evicted(self, login: int, why: str, *, seconds: float) -> None:
        """The broker closed ``login`` for another one's sake: no new one for ``seconds``.

        Its token is dead, whatever its end says; taking the place back at once would only be
        answered in kind.
        """
        if login == self.login:
            self._dead, self.trouble = self._tokens.access, why
            self._refused_until = self._clock() + timedelta(seconds=seconds)

    def timed_out(self, login: int) -> None:
        """``login`` got 408 or 5xx in place of a welcome: once by chance, twice it was closed.

        A token that is new is not doubted: a broker in trouble must not be flooded with logins.
        """
        if login == self.login:
            self._timeouts += 1
            issued = self._tokens.issued
            is_new = issued is not None and self._clock() - issued < _NEW
            if self._timeouts >= _CHANCES and not is_new:
                self._dead = self._tokens.access

    def try_again(self) -> None:
        """A person changed something: a refused login may be tried at once."""
        self._refused_until = None

    def adopt(self, tokens: Tokens) -> None:
        """Go on with tokens that came another way: of a sign-in in the browser."""
        self._keep(replace(tokens, device_id=self._tokens.device_id))

    def forget(self) -> None:
        """Log off: drop the token, keep the device."""
        self._keep(Tokens(device_id=self._tokens.device_id))

    async def run(self) -> None:
        """Renew the token in time, for ever; a service."""
        while True:
            await self._wait(self._doubted, self._until_due())
            if self._doubted.is_set():
                self._doubted.clear()
                await self.renewed(self._doubtful)
            elif self._until_due() <= 0:
                await self._renew_in_time()

    async def _renew_in_time(self) -> None:
        async with self._lock:
            if self._lives() and self._until_due() <= 0:
                await self._renew()

    def _until_due(self) -> float:
        due = self._tokens.renew_at()
        if due is None or not self._lives():
            return _LOOK_AGAIN
        if self._renew_not_before is not None:
            due = max(due, self._renew_not_before)
        return min(max((due - self._clock()).total_seconds(), 0.0), _LOOK_AGAIN)

    # The calls; whoever makes one holds the lock

    async def _log_in(self) -> Ready | NotReady:
        now = self._clock()
        if self._refused_until is not None and now < self._refused_until:
            return NotReady(self.trouble, (self._refused_until - now).total_seconds(), refused=True)
        answer = await self._http.call(
            "POST",
            LOGIN,
            body=self._request(),
            kind=Kind.LOGIN,
            expect="accessToken",
            exit=True,  # without it no exit goes out
            authorize=False,
            fresh=_PATIENCE,
        )
        if isinstance(answer, Rejected):
            self._refused_until = self._clock() + REFUSED_PAUSE
        ready = self._outcome(answer)
        self.login += isinstance(ready, Ready)
        return ready

    async def _renew(self) -> Ready | NotReady:
        answer = await self._http.call(
            "GET", RENEW, kind=Kind.LOGIN, expect="accessToken", exit=True, fresh=_PATIENCE
        )
        if isinstance(answer, Rejected) and answer.denied:
            self._dead = self._tokens.access
            return await self._log_in()
        ready = self._outcome(answer)
        if isinstance(ready, NotReady):
            # A renewal that was refused is no refused login: there are minutes left to try again.
            wanted = 0.0 if ready.refused else ready.seconds or 0.0
            pause = max(wanted, _AFTER_FAILURE_SECONDS)
            self._renew_not_before = self._clock() + timedelta(seconds=pause)
        return ready

    def _outcome(self, answer: Answer) -> Ready | NotReady:
        why = said(answer)
        if isinstance(answer, Accepted):
            try:
                self._keep(self._read(answer.body))
            except ValueError as error:
                why = f"the broker's token cannot be read: {error}"
            else:
                self.trouble, self._refused_until, self._renew_not_before = "", None, None
                return Ready(self._tokens)
        self.trouble = why
        self._changed()
        if isinstance(answer, NotHandled):
            return NotReady(why, answer.seconds, lockout=answer.lockout)
        refused = isinstance(answer, Rejected)
        return NotReady(why, REFUSED_PAUSE.total_seconds() if refused else None, refused=refused)

    def _request(self) -> dict[str, Any]:
        entered = self._credentials
        body = {
            "name": entered.user,
            "password": entered.password,
            "appId": entered.app_id,
            "appVersion": entered.app_version,
            "deviceId": self._tokens.device_id,
        }
        if entered.cid:
            body["cid"] = entered.cid
        if entered.secret:
            body["sec"] = entered.secret
        return body

    def _read(self, body: Mapping[str, Any]) -> Tokens:
        """The tokens in an answer.

        Raises:
            ValueError: it is no token after all.
        """
        access, market = body["accessToken"], body.get("mdAccessToken")
        if not isinstance(access, str):
            raise NotAsAgreed("accessToken is no text")
        now, old = self._clock(), self._tokens
        expires = _time(body, "expirationTime") or now + LIFETIME
        if expires <= now:
            # The broker would not hand out a dead one: it is this computer's clock that is wrong.
            log.warning("the broker's token expires in the past: is the computer's clock right?")
            expires = now + LIFETIME
        user_id = body.get("userId")
        has_live = body.get("hasLive")
        return Tokens(
            device_id=old.device_id,
            login=self._credentials.user,
            access=access,
            market=market if isinstance(market, str) else "",
            issued=now,
            expires=expires,
            user_id=user_id if isinstance(user_id, int) else old.user_id,
            name=str(body.get("name") or old.name),
            user_status=str(body.get("userStatus") or old.user_status),
            has_live=has_live if isinstance(has_live, bool) else old.has_live,
            password_expires=_time(body, "passwordExpirationTime") or old.password_expires,
        )

    # Keeping

    def _lives(self) -> bool:
        return self._tokens.live(self._clock()) and self._tokens.access != self._dead

    def _young(self) -> bool:
        issued = self._tokens.issued
        return issued is not None and self._clock() - issued < _YOUNG

    def _may_renew_again(self) -> bool:
        """Whether a denial may cost another renewal; notes it if so."""
        now = self._clock()
        self._denials = [at for at in self._denials if now - at < _DENIALS_WITHIN]
        if len(self._denials) >= _MOST_DENIALS:
            return False
        self._denials.append(now)
        return True

    def _stored(self, device_id: str) -> Tokens:
        try:
            found = self._store.load()
        except (OSError, UserError) as error:
            log.warning("the stored login cannot be read: %s", error)
            found = None
        if found is None:
            found = Tokens(device_id=device_id or uuid.uuid4().hex)
            self._save(found)
        if device_id and device_id != found.device_id:
            found = replace(found, device_id=device_id)
        if found.login not in ("", self._credentials.user):
            found = Tokens(device_id=found.device_id)
        self._http.masks.learn(found.access, found.market)
        return found

    def _keep(self, tokens: Tokens) -> None:
        self._http.masks.learn(tokens.access, tokens.market)
        self._tokens, self._timeouts = tokens, 0
        self._save(tokens)
        if tokens.access:
            # Everyone who waits for this token; later ones wait for the next.
            self._arrived.set()
            self._arrived = asyncio.Event()
        self._changed()

    def _save(self, tokens: Tokens) -> None:
        try:
            self._store.save(tokens)
        except (OSError, UserError) as error:
            # Until the next restart it is good all the same.
            log.warning("the login cannot be kept: %s", error)


def _time(body: Mapping[str, Any], key: str) -> datetime | None:
    try:
        return moment(body.get(key))
    except ValueError:
        return None
