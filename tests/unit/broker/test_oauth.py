"""Signing in through the browser: the code becomes tokens, or the broker's words."""

from __future__ import annotations

from datetime import timedelta

from justtrades_desktop.broker.answers import Rejected
from justtrades_desktop.broker.login import Session
from justtrades_desktop.broker.oauth import exchange, sign_in_address
from justtrades_desktop.broker.tokens import Tokens
from tests.unit.broker.scripted import CREDENTIALS, START, HandClock, MemoryStore, ScriptedHttp

BACK = "http://127.0.0.1:8731/back"


def test_the_address_to_open() -> None:
    assert sign_in_address("8", BACK) == (
        "https://trader.tradovate.com/oauth?response_type=code&client_id=8"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8731%2Fback"
    )


async def test_a_code_becomes_tokens_that_the_session_goes_on_with() -> None:
    clock = HandClock()
    http = ScriptedHttp(clock)
    session = Session(http, CREDENTIALS, MemoryStore(), device_id="mine", clock=clock.now)
    http.replies["auth/oauthtoken"] = (
        200,
        {"access_token": "browser-1", "token_type": "bearer", "expires_in": 4800},
    )
    tokens = await exchange(http, CREDENTIALS, "code-5", redirect_uri=BACK, now=START)
    assert isinstance(tokens, Tokens)
    session.adopt(tokens)
    assert (session.token(), session.market_token()) == ("browser-1", "browser-1")
    assert session.tokens.expires == START + timedelta(seconds=4800)
    assert session.tokens.device_id == "mine"
    assert "code-5" not in http.masks.plain("no code-5 in the log")


async def test_a_refused_code_is_told_in_the_broker_s_words() -> None:
    http = ScriptedHttp(HandClock())
    http.replies["auth/oauthtoken"] = (
        200,
        {"error": "invalid_grant", "error_description": "Code expired"},
    )
    answer = await exchange(http, CREDENTIALS, "code-5", redirect_uri=BACK, now=START)
    assert answer == Rejected("invalid_grant", "Code expired")
