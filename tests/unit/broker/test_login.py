"""The login: one token, renewed in time, replaced only by a token, never fetched twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from justtrades_desktop.broker.login import LOGIN, RENEW, NotReady, Ready, Session
from justtrades_desktop.broker.tokens import Tokens
from tests.unit.broker.scripted import CREDENTIALS, START, HandClock, MemoryStore, ScriptedHttp


class Desk:
    """A session with its broker by script."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.clock = HandClock()
        self.http = ScriptedHttp(self.clock)
        self.store = store or MemoryStore()
        self.told = asyncio.Event()
        self.session = self.opened()

    def opened(self) -> Session:
        """As after a (re)start of the program."""
        return Session(
            self.http,
            CREDENTIALS,
            self.store,
            clock=self.clock.now,
            wait=self._wait,
            changed=self._tell,
        )

    def _tell(self) -> None:
        self.told.set()

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        if not event.is_set():
            self.clock.seconds += seconds
        await asyncio.sleep(0)

    def answer(self, number: int = 1, *, minutes: float = 80, **more: Any) -> tuple[int, Any]:
        ends = self.clock.now() + timedelta(minutes=minutes)
        return 200, {
            "accessToken": f"access-{number}",
            "mdAccessToken": f"market-{number}",
            "expirationTime": ends.isoformat().replace("+00:00", "Z"),
            "userId": 42,
            "name": "trader",
            "userStatus": "Active",
            "hasLive": True,
            "passwordExpirationTime": "2026-12-01T15:00:00Z",
            **more,
        }

    async def log_in(self) -> None:
        self.http.replies[LOGIN] = self.answer()
        assert isinstance(await self.session.ensure(), Ready)
        self.http.asked.clear()

    async def run_until(self, done: Callable[[], bool]) -> None:
        service = asyncio.create_task(self.session.run())
        try:
            async with asyncio.timeout(10):
                while not done():
                    self.told.clear()
                    await self.told.wait()
        finally:
            service.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await service


async def test_a_login_sends_all_and_keeps_what_it_brought() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = desk.answer()
    ready = await desk.session.ensure()
    assert isinstance(ready, Ready)
    body = desk.http.asked[0].body
    assert body == {
        "name": "trader",
        "password": "hunter22",
        "appId": "JustTrades Desktop",
        "appVersion": "1.0",
        "deviceId": desk.session.tokens.device_id,
        "cid": "8",
        "sec": "f0e1-d2c3",
    }
    assert 0 < len(desk.session.tokens.device_id) <= 64
    assert (desk.session.token(), desk.session.market_token()) == ("access-1", "market-1")
    assert desk.session.tokens.expires == START + timedelta(minutes=80)
    assert desk.store.tokens == desk.session.tokens


async def test_b8_no_second_login_while_a_token_lives_nor_two_at_once() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = desk.answer()
    await asyncio.gather(*(desk.session.ensure() for _ in range(5)))
    await desk.session.ensure()
    assert desk.http.operations() == [LOGIN]


async def test_b8_a_restart_goes_on_with_the_token_and_the_device() -> None:
    desk = Desk()
    await desk.log_in()
    device = desk.session.tokens.device_id
    again = desk.opened()
    assert isinstance(await again.ensure(), Ready)
    assert desk.http.asked == []
    assert (again.token(), again.tokens.device_id) == ("access-1", device)


async def test_the_device_stays_after_log_off_and_for_another_user() -> None:
    desk = Desk()
    await desk.log_in()
    device = desk.session.tokens.device_id
    desk.session.forget()
    assert desk.session.token() is None
    assert desk.opened().tokens.device_id == device
    other = MemoryStore(Tokens(device_id="d", login="somebody", access="theirs-1"))
    session = Desk(other).session
    assert (session.token(), session.tokens.device_id) == (None, "d")


async def test_the_service_renews_15_minutes_before_the_end_and_only_then() -> None:
    desk = Desk()
    await desk.log_in()
    renewed_at = []

    def renew(_: object) -> tuple[int, Any]:
        renewed_at.append(desk.clock.now())
        return desk.answer(2)

    desk.http.replies[RENEW] = renew
    await desk.run_until(lambda: desk.session.token() == "access-2")
    assert renewed_at == [START + timedelta(minutes=65)]
    assert desk.http.operations() == [RENEW]
    assert desk.session.tokens.expires == START + timedelta(minutes=145)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"errorText": "sorry"}),
        (200, {}),
        (200, {"accessToken": ""}),
        (200, {"accessToken": 7}),
        (200, {"accessToken": "new", "errorText": "but no"}),
        (500, "Internal Server Error, error id: 1"),
        (408, ""),
        (429, ""),
        (200, {"p-ticket": "T", "p-time": 15}),
        (200, "<html>"),
    ],
)
async def test_b4_a_token_is_replaced_only_by_a_token(answer: tuple[int, Any]) -> None:
    desk = Desk()
    await desk.log_in()
    desk.clock.seconds += 66 * 60
    desk.http.replies[RENEW] = answer
    before, writes = desk.session.tokens, len(desk.store.saved)
    assert await desk.session.renewed("access-1") is False
    assert desk.session.tokens == before
    assert desk.session.token() == "access-1"
    assert len(desk.store.saved) == writes
    assert desk.session.trouble
    assert LOGIN not in desk.http.operations()


async def test_a_renewal_that_failed_is_tried_again_before_the_end() -> None:
    desk = Desk()
    await desk.log_in()
    answers = [(500, "oops"), (200, {}), desk.answer(2, minutes=145)]
    minutes = []

    def renew(_: object) -> tuple[int, Any]:
        minutes.append((desk.clock.now() - START) / timedelta(minutes=1))
        return answers.pop(0)

    desk.http.replies[RENEW] = renew
    await desk.run_until(lambda: desk.session.token() == "access-2")
    assert minutes == [65, 66, 67]
    assert desk.session.trouble == ""


async def test_a_renewal_waits_as_long_as_the_broker_asks_for() -> None:
    desk = Desk()
    await desk.log_in()
    answers = [(200, {"p-ticket": "T", "p-time": 600}), desk.answer(2, minutes=145)]
    minutes = []

    def renew(_: object) -> tuple[int, Any]:
        minutes.append((desk.clock.now() - START) / timedelta(minutes=1))
        return answers.pop(0)

    desk.http.replies[RENEW] = renew
    await desk.run_until(lambda: desk.session.token() == "access-2")
    assert minutes == [65, 75]
    assert desk.http.operations() == [RENEW, RENEW]


async def test_401_at_the_renewal_is_a_login() -> None:
    desk = Desk()
    await desk.log_in()
    desk.clock.seconds += 70 * 60
    desk.http.replies |= {RENEW: (401, "Access is denied"), LOGIN: desk.answer(2)}
    assert await desk.session.renewed("access-1") is True
    assert desk.http.operations() == [RENEW, LOGIN]
    assert desk.session.token() == "access-2"


async def test_a_token_that_died_is_fetched_anew() -> None:
    desk = Desk()
    await desk.log_in()
    desk.clock.seconds += 81 * 60
    assert desk.session.token() is None
    desk.http.replies[LOGIN] = desk.answer(2)
    assert await desk.session.renewed(None) is True
    assert desk.http.operations() == [LOGIN]


async def test_denials_of_one_token_renew_it_once() -> None:
    desk = Desk()
    await desk.log_in()
    desk.clock.seconds += 10 * 60
    desk.http.replies[RENEW] = desk.answer(2)
    assert await asyncio.gather(*(desk.session.renewed("access-1") for _ in range(4))) == [True] * 4
    assert desk.http.operations() == [RENEW]


async def test_a_permission_that_is_missing_does_not_renew_for_ever() -> None:
    desk = Desk()
    await desk.log_in()
    desk.http.replies[RENEW] = [desk.answer(number) for number in range(2, 6)]
    for number in range(1, 4):
        assert await desk.session.renewed(f"access-{number}") is True
    assert await desk.session.renewed("access-4") is False
    assert desk.http.operations() == [RENEW] * 3
    desk.clock.seconds += 15 * 60
    assert await desk.session.renewed("access-4") is True


async def test_an_order_s_denial_wakes_the_service() -> None:
    desk = Desk()
    await desk.log_in()
    desk.clock.seconds += 10 * 60
    desk.http.replies[RENEW] = desk.answer(2)
    desk.session.doubt("access-1")
    await desk.run_until(lambda: desk.session.token() == "access-2")
    assert desk.clock.now() < START + timedelta(minutes=13)


async def test_e15_a_refusal_is_told_in_the_broker_s_words_and_not_repeated_soon() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = (200, {"errorText": "Incorrect username or password"})
    assert await desk.session.ensure() == NotReady(
        "Incorrect username or password", 900.0, refused=True
    )
    again = await desk.session.ensure()
    assert isinstance(again, NotReady)
    assert again.why == "Incorrect username or password"
    assert len(desk.http.asked) == 1
    desk.http.replies[LOGIN] = desk.answer()
    desk.session.try_again()
    assert isinstance(await desk.session.ensure(), Ready)
    assert desk.session.trouble == ""


async def test_bad_credentials_may_be_a_401_too() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = (401, "Access is denied")
    refused = await desk.session.ensure()
    assert isinstance(refused, NotReady)
    assert refused.refused


async def test_a_captcha_is_told_with_its_hour() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = (200, {"p-ticket": "T", "p-time": 15, "p-captcha": True})
    refused = await desk.session.ensure()
    assert isinstance(refused, NotReady)
    assert (refused.seconds, refused.lockout) == (3600.0, True)


async def test_quotes_take_the_access_token_where_there_is_no_other() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = desk.answer(mdAccessToken=None)
    await desk.session.ensure()
    assert desk.session.market_token() == "access-1"


async def test_a_clock_that_runs_ahead_does_not_log_in_for_ever() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = desk.answer(minutes=-30)
    assert isinstance(await desk.session.ensure(), Ready)
    assert isinstance(await desk.session.ensure(), Ready)
    assert len(desk.http.asked) == 1


async def test_what_the_trader_should_know() -> None:
    desk = Desk()
    desk.http.replies[LOGIN] = desk.answer(userStatus="TemporaryLocked")
    await desk.session.ensure()
    assert desk.session.warnings() == [
        "trader: the broker has locked this user for a while.",
        "The broker's password of trader expires on 2026-12-01, in 11 days.",
    ]
    desk.clock.seconds += 12 * 86400
    assert desk.session.warnings()[1] == "The broker's password of trader has expired."


async def test_who_waits_for_a_token_gets_it_when_it_comes() -> None:
    desk = Desk()
    assert await desk.session.wait_token(0.0) is None
    desk.http.replies[LOGIN] = desk.answer()
    waiting = asyncio.create_task(desk.session.wait_token(5.0))
    await asyncio.sleep(0)
    await desk.session.ensure()
    assert await waiting == "access-1"


async def test_a_store_that_fails_costs_no_login() -> None:
    class Broken(MemoryStore):
        def save(self, tokens: Tokens) -> None:
            raise OSError("disk full")

    desk = Desk(Broken())
    desk.http.replies[LOGIN] = desk.answer()
    assert isinstance(await desk.session.ensure(), Ready)


async def test_no_secret_in_any_repr(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    await desk.log_in()
    shown = repr((desk.session, desk.session.tokens, await desk.session.ensure(), CREDENTIALS))
    for secret in ("access-1", "market-1", "hunter22", "f0e1-d2c3"):
        assert secret not in shown + caplog.text


def test_tokens_survive_their_storage() -> None:
    tokens = Tokens(device_id="d", access="a", issued=START, expires=START, user_id=3)
    assert Tokens.from_json(tokens.to_json()) == tokens
    with pytest.raises(ValueError, match="no tokens"):
        Tokens.from_json({"access": "a"})
    with pytest.raises(ValueError, match="isoformat"):
        Tokens.from_json({"device_id": "d", "expires": "never"})
