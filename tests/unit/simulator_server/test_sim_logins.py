"""Logins at the simulator: answers, lifetime, sessions, limits."""

from __future__ import annotations

from datetime import UTC, datetime

from justtrades_desktop.simulator.server_settings import Limit, ServerSettings
from tests.unit.simulator_server.wire import simulator


async def test_a_login_brings_both_tokens_and_when_they_end() -> None:
    async with simulator() as stage:
        told = await stage.login()
        assert set(told) == {
            "accessToken",
            "mdAccessToken",
            "expirationTime",
            "passwordExpirationTime",
            "userStatus",
            "userId",
            "name",
            "hasLive",
        }
        assert told["accessToken"] != told["mdAccessToken"]
        assert told["userId"] == stage.user_id
        ends = datetime.fromisoformat(told["expirationTime"]).astimezone(UTC)
        assert (ends - stage.clock()).total_seconds() == 80 * 60


async def test_wrong_words_are_refused_with_200_and_a_text() -> None:
    async with simulator(settings=ServerSettings(keys={"1": "secret"})) as stage:
        registered = {"cid": 1, "sec": "secret"}
        assert "password" in (await stage.login(password="no", **registered))["errorText"]
        assert (await stage.login())["errorText"] == "The app is not registered"
        assert (await stage.login(cid="1", sec="no"))["errorText"] == "The app is not registered"
        assert "accessToken" in await stage.login(**registered)


async def test_without_a_token_nothing_is_told() -> None:
    async with simulator() as stage:
        assert await stage.get("account/list") == (401, "Access is denied")
        assert await stage.get("account/list", "made up") == (401, "Access is denied")
        status, told = await stage.get("auth/me", await stage.token())
        assert (status, told["name"], told["userId"]) == (200, "ada", stage.user_id)


async def test_a_token_ends_by_the_clock_and_a_renewed_one_lives_on() -> None:
    async with simulator() as stage:
        first = await stage.login()
        stage.clock.go(65 * 60)
        status, second = await stage.get("auth/renewaccesstoken", first["accessToken"])
        assert status == 200
        assert second["accessToken"] != first["accessToken"]
        assert second["expirationTime"] > first["expirationTime"]
        stage.clock.go(15 * 60)
        assert (await stage.get("account/list", first["accessToken"]))[0] == 401
        assert (await stage.get("auth/renewaccesstoken", first["accessToken"]))[0] == 401
        assert (await stage.get("account/list", second["accessToken"]))[0] == 200


async def test_an_open_socket_survives_its_token_and_a_new_one_needs_another() -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.socket(token)
        stage.clock.go(81 * 60)
        assert (await wire.ask("account/list"))["s"] == 200
        late = await stage.connect()
        assert await late.frame() == "o"
        assert await late.ask("authorize", token) == {"s": 401, "i": 1, "d": "Access is denied"}


async def test_the_third_login_closes_the_oldest_and_revokes_its_token() -> None:
    async with simulator() as stage:
        first = await stage.login()
        oldest = await stage.synced(first["accessToken"])
        oldest_prices = await stage.socket(first["mdAccessToken"], market=True)
        second = await stage.login()
        younger = await stage.synced(second["accessToken"])
        third = await stage.login()
        for wire in (oldest, oldest_prices):
            frames = await wire.end()
            assert '"reasonCode":"ConnectionQuotaReached"' in frames[0]
            assert frames[-1] == 'c[1000,"ConnectionQuotaReached"]'
        assert (await stage.get("account/list", first["accessToken"]))[0] == 408
        assert (await stage.get("auth/renewaccesstoken", first["accessToken"]))[0] == 408
        assert (await younger.ask("account/list"))["s"] == 200
        assert (await stage.get("account/list", third["accessToken"]))[0] == 200


async def test_renewing_is_no_new_session() -> None:
    async with simulator() as stage:
        token = await stage.token()
        other = await stage.token()
        for _ in range(5):
            token = (await stage.get("auth/renewaccesstoken", token))[1]["accessToken"]
        assert (await stage.get("account/list", other))[0] == 200


async def test_a_session_that_has_ended_makes_room() -> None:
    async with simulator() as stage:
        await stage.token()
        stage.clock.go(81 * 60)
        second, third = await stage.token(), await stage.token()
        for token in (second, third):
            assert (await stage.get("account/list", token))[0] == 200


async def test_what_ended_long_ago_is_forgotten() -> None:
    async with simulator() as stage:
        first = await stage.token()
        await stage.token()
        await stage.token()
        assert (await stage.get("account/list", first))[0] == 408
        stage.clock.go(26 * 3600)
        token = await stage.token()
        assert (await stage.get("account/list", first))[0] == 401
        assert (await stage.get("account/list", token))[0] == 200


async def test_the_sixth_wrong_password_costs_a_wait_that_a_ticket_ends() -> None:
    async with simulator() as stage:
        for _ in range(5):
            assert "errorText" in await stage.login(password="no")
        told = await stage.login()
        assert (told["p-time"], told["p-captcha"]) == (15, False)
        early = await stage.login(**{"p-ticket": told["p-ticket"]})
        assert early["p-time"] == 15
        assert early["p-ticket"] != told["p-ticket"]
        stage.clock.go(15)
        assert "accessToken" in await stage.login(**{"p-ticket": early["p-ticket"]})
        stage.clock.go(3600)
        assert "accessToken" in await stage.login()


async def test_too_many_requests_lock_a_user_out_and_each_more_starts_the_hour_again() -> None:
    limits = (Limit(count=3, seconds=60),)
    async with simulator(
        settings=ServerSettings(user_limits=limits, token_seconds=20_000)
    ) as stage:
        token = await stage.token()
        wire = await stage.socket(token)
        for _ in range(3):
            assert (await stage.get("account/list", token))[0] == 200
        assert await stage.get("account/list", token) == (429, "")
        assert await wire.ask("account/list") == {"s": 429, "i": 2}
        stage.clock.go(3599)
        assert (await stage.get("account/list", token))[0] == 429
        stage.clock.go(3599)
        assert (await stage.get("account/list", token))[0] == 429
        stage.clock.go(3600)
        assert (await stage.get("account/list", token))[0] == 200


async def test_strangers_have_limits_of_their_own() -> None:
    limits = (Limit(count=2, seconds=1),)
    async with simulator(settings=ServerSettings(anonymous_limits=limits)) as stage:
        token = await stage.token()
        assert (await stage.get("account/list"))[0] == 401
        assert (await stage.get("account/list"))[0] == 429
        assert (await stage.get("account/list", token))[0] == 200


async def test_a_code_from_the_browser_becomes_a_token_once() -> None:
    async with simulator() as stage:
        code = (await stage.control("POST", "code", {"name": "ada"}))[1]["code"]
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": "x"}
        status, told = await stage.post("auth/oauthtoken", body)
        assert (status, told["token_type"], told["expires_in"]) == (200, "bearer", 4800)
        assert (await stage.get("account/list", told["access_token"]))[0] == 200
        await stage.socket(told["access_token"], market=True)
        assert (await stage.post("auth/oauthtoken", body))[1]["error"] == "invalid_grant"


async def test_an_unapproved_device_may_look_but_not_trade() -> None:
    async with simulator(settings=ServerSettings(devices=frozenset({"known"}))) as stage:
        token = await stage.token()
        assert (await stage.get("account/list", token))[0] == 200
        assert await stage.place(token) == (401, "Access is denied")
        known = (await stage.login(deviceId="known"))["accessToken"]
        assert "orderId" in (await stage.place(known))[1]
