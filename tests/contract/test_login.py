"""Logging in at the simulator: section 2 of the wire contract, row by row."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from justtrades_desktop.broker.answers import Rejected, Trouble
from justtrades_desktop.broker.login import LOGIN, NotReady, Ready
from justtrades_desktop.broker.oauth import exchange
from justtrades_desktop.broker.results import Placed, Refused
from justtrades_desktop.domain.broker import Credentials, Light
from justtrades_desktop.simulator.fault_kinds import FaultKind
from tests.contract.broker_pair import USER, Pair, broker_pair, quick, until


async def test_a_login_brings_both_tokens_their_end_and_whose_they_are(pair: Pair) -> None:
    ready = await pair.client.session.ensure()

    assert isinstance(ready, Ready)
    tokens = ready.tokens
    assert tokens.access
    assert tokens.market
    assert tokens.access != tokens.market
    assert tokens.expires is not None
    assert abs(tokens.expires - pair.clock() - timedelta(minutes=80)) < timedelta(seconds=5)
    assert (tokens.user_id, tokens.name, tokens.user_status) == (pair.user_id, USER, "Active")
    assert tokens.has_live is False
    assert tokens.password_expires is not None
    assert pair.client.session.warnings() == []
    assert pair.client.store.tokens == tokens
    me = await pair.client.reads.me()
    assert not isinstance(me, Trouble)
    assert (me.user_id, me.name) == (pair.user_id, USER)


async def test_a_password_that_ends_soon_is_said() -> None:
    async with broker_pair(settings=quick(password_seconds=5 * 86_400.0)) as pair:
        await pair.client.session.ensure()
        assert "in 4 days" in pair.client.session.warnings()[0]


async def test_a_wrong_password_is_said_in_the_brokers_words_and_not_tried_again() -> None:
    async with broker_pair(password="wrong-password") as pair:
        refused = await pair.client.session.ensure()
        assert isinstance(refused, NotReady)
        assert refused.refused
        assert "password" in refused.why
        assert isinstance(await pair.client.session.ensure(), NotReady)
        assert pair.asked == 1
        assert "wrong-password" not in repr(pair.client.calls)


async def test_an_app_without_a_key_is_told_so() -> None:
    async with broker_pair(settings=quick(keys={"12": "key-secret"})) as pair:
        refused = await pair.client.session.ensure()
        assert isinstance(refused, NotReady)
        assert "not registered" in refused.why
        keyed = pair.another(cid="12", secret="key-secret")
        assert isinstance(await keyed.session.ensure(), Ready)
        assert "key-secret" not in repr(keyed.calls)


async def test_bad_credentials_as_401_are_refused_as_well(pair: Pair) -> None:
    pair.fault(FaultKind.DENIED, LOGIN)
    refused = await pair.client.session.ensure()
    assert isinstance(refused, NotReady)
    assert refused.refused
    assert "Access is denied" in refused.why


async def test_a_penalty_on_a_login_is_waited_out_and_its_ticket_sent_along(pair: Pair) -> None:
    pair.fault(FaultKind.P_TICKET, LOGIN, seconds=15)

    assert isinstance(await pair.client.session.ensure(), Ready)

    assert pair.clock.slept == [15]
    first, second = (each for each in pair.server.passed if each.operation == LOGIN)
    assert "p-ticket" not in first.sent
    assert "p-ticket" in second.sent
    assert first.sent.rstrip("}") in second.sent
    assert len(pair.server.sessions.alive(pair.user_id)) == 1


async def test_five_wrong_passwords_bring_a_penalty_that_is_obeyed() -> None:
    async with broker_pair(password="wrong") as pair:
        for _ in range(5):
            pair.client.session.try_again()
            await pair.client.session.ensure()
        assert pair.clock.slept == []
        pair.client.session.try_again()
        refused = await pair.client.session.ensure()
        assert pair.clock.slept == [15]
        assert isinstance(refused, NotReady)
        assert refused.refused


async def test_a_captcha_on_a_login_means_an_hour_without_a_call(pair: Pair) -> None:
    pair.fault(FaultKind.CAPTCHA, LOGIN)
    refused = await pair.client.session.ensure()
    assert isinstance(refused, NotReady)
    assert refused.lockout
    assert "captcha" in refused.why
    asked = pair.asked

    pair.clock.go(3590)
    assert isinstance(await pair.client.session.ensure(), NotReady)
    assert pair.asked == asked
    pair.clock.go(20)
    assert isinstance(await pair.client.session.ensure(), Ready)


async def test_the_token_is_renewed_15_minutes_before_its_end_in_the_same_session(
    pair: Pair,
) -> None:
    await pair.client.up()
    before = pair.client.session.tokens
    assert before.expires is not None

    pair.clock.go(64 * 60)
    await asyncio.sleep(0.05)
    assert pair.client.renewals == 0
    pair.clock.go(60)
    await until(lambda: pair.client.renewals == 1)
    await until(lambda: pair.client.session.tokens.access != before.access)

    after = pair.client.session.tokens
    assert after.expires is not None
    assert after.expires > before.expires
    assert after.market != before.market
    assert pair.client.store.tokens == after
    assert pair.client.logins == 1
    assert len(pair.server.sessions.alive(pair.user_id)) == 1
    assert pair.client.lights == (Light.UP, Light.UP)
    assert len(pair.client.made("authorize")) == 2, "open sockets stay as they are"


async def test_a_token_that_died_unnoticed_is_a_401_a_failed_renewal_and_one_login(
    pair: Pair,
) -> None:
    await pair.client.session.ensure()
    pair.clock.go(600)
    pair.server.sessions.expire(pair.user_id)

    accounts = await asyncio.gather(*(pair.client.reads.accounts() for _ in range(5)))

    assert all(not isinstance(each, Trouble) for each in accounts)
    assert (pair.client.logins, pair.client.renewals) == (2, 1)


async def test_open_sockets_outlive_their_token_and_new_ones_get_another(pair: Pair) -> None:
    await pair.client.up()
    pair.clock.go(600)
    pair.server.sessions.expire(pair.user_id)
    await asyncio.sleep(0.2)
    assert pair.client.lights == (Light.UP, Light.UP)
    assert pair.client.logins == 1

    pair.fault(FaultKind.CUT)
    await pair.client.again()
    assert pair.client.logins == 2


async def test_there_is_never_a_second_login_while_a_token_lives(pair: Pair) -> None:
    await asyncio.gather(*(pair.client.session.ensure() for _ in range(10)))
    await pair.client.up()
    for _ in range(2):
        pair.fault(FaultKind.CUT)
        await pair.client.again()

    assert pair.client.logins == 1
    assert pair.client.renewals == 0
    assert len(pair.server.sessions.alive(pair.user_id)) == 1


async def test_a_restart_goes_on_with_the_token_it_kept(pair: Pair) -> None:
    await pair.client.up()
    await pair.client.stop()

    later = pair.another(store=pair.client.store)
    await later.up()

    assert (later.logins, later.renewals) == (0, 0)
    assert later.session.tokens.access == pair.client.session.tokens.access
    assert len(pair.server.sessions.alive(pair.user_id)) == 1
    assert later.state.accounts


async def test_a_device_that_was_never_approved_gets_its_orders_denied() -> None:
    settings = quick(devices=frozenset({"another-machine"}))
    async with broker_pair(settings=settings) as pair:
        await pair.client.session.ensure()
        done = await pair.client.orders.place(pair.order())
        assert done == Refused("", "Access is denied", denied=True)
        assert len(pair.client.made("order/placeorder")) == 1
        approved = pair.another(device="another-machine")
        await approved.session.ensure()
        assert isinstance(await approved.orders.place(pair.order()), Placed)


@pytest.fixture
async def by_browser(pair: Pair) -> str:
    """A code as the browser brings it back."""
    code = pair.server.sessions.grant_code(USER)
    assert code is not None
    return code


async def test_a_code_from_the_browser_is_a_login_without_a_password(
    pair: Pair, by_browser: str
) -> None:
    key = Credentials(user=USER, password="", cid="1", secret="of-the-app")
    client = pair.client
    tokens = await exchange(
        client.http, key, by_browser, redirect_uri="http://127.0.0.1:1/back", now=pair.clock()
    )
    assert not isinstance(tokens, Trouble)
    assert tokens.expires is not None
    client.session.adopt(tokens)
    accounts = await client.reads.accounts()

    assert not isinstance(accounts, Trouble)
    assert client.session.market_token() == tokens.access
    assert client.logins == 0
    assert by_browser not in repr(client.calls)
    assert tokens.access not in repr(client.calls)


async def test_a_code_that_was_used_is_refused_in_the_brokers_words(
    pair: Pair, by_browser: str
) -> None:
    key = Credentials(user=USER, password="", cid="1", secret="of-the-app")
    http, now = pair.client.http, pair.clock()
    first = await exchange(http, key, by_browser, redirect_uri="http://x.invalid", now=now)
    assert not isinstance(first, Trouble)
    again = await exchange(http, key, by_browser, redirect_uri="http://x.invalid", now=now)
    assert isinstance(again, Rejected)
    assert again.reason == "invalid_grant"
    assert "used already" in again.text
