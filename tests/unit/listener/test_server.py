"""Every row of the listener's contract, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from justtrades_desktop.app.serving import Config, Serving, serving
from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.listener import server as server_module

BUY = '{"action":"buy","ticker":"MNQ1!","quantity":2,"price":"25600.25"}'


class Answer(NamedTuple):
    status: int
    json: dict[str, Any]
    headers: dict[str, str]


class Client:
    """Posts to the recorder's webhook."""

    def __init__(
        self, running: Serving, recorder: Recorder, session: aiohttp.ClientSession
    ) -> None:
        self.running = running
        self.recorder = recorder
        self.session = session
        self.path = f"/webhook/{recorder.token}"

    async def post(
        self, body: str | bytes = BUY, *, path: str | None = None, **options: Any
    ) -> Answer:
        return await self.ask("POST", path or self.path, data=body, **options)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        async with self.session.request(method, self.running.url + path, **options) as answer:
            text = await answer.text()
            return Answer(answer.status, json.loads(text or "{}"), dict(answer.headers))

    def raw(self) -> socket.socket:
        host, port = self.running.url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.setblocking(False)
        return connection


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    config = Config(data_dir=tmp_path, port=0, allowed_hosts=("hook.example.com",), brokers=False)
    async with serving(config) as running, aiohttp.ClientSession() as session:
        yield Client(running, await running.desk.add_recorder("ORB"), session)


async def test_a_readable_signal(client: Client) -> None:
    answer = await client.post()
    assert answer.status == 200
    assert answer.json == {"signal_id": 1, "outcome": "applied", "symbol": "MNQ1!", "position": 2}


async def test_one_that_changes_nothing(client: Client) -> None:
    answer = await client.post('{"action":"close","ticker":"MNQ1!"}')
    assert (answer.status, answer.json["outcome"], answer.json["signal_id"]) == (200, "ignored", 1)
    assert answer.json["reason"] == "there is no open position to close"


async def test_one_seen_before(client: Client) -> None:
    body = BUY.replace("{", '{"id":"7",')
    await client.post(body)
    answer = await client.post(body)
    assert (answer.status, answer.json["outcome"], answer.json["signal_id"]) == (
        200,
        "duplicate",
        1,
    )
    assert client.running.desk.signals_stored == 1


async def test_a_price(client: Client) -> None:
    answer = await client.post('{"ticker":"MNQ1!","price":"25601"}')
    assert answer == (200, {"outcome": "price", "symbol": "MNQ1!"}, answer.headers)
    assert client.running.desk.signals_stored == 0


async def test_l4_an_unreadable_body_is_stored_as_received(client: Client) -> None:
    """L3, L4: what cannot be read is kept and shown, and is no reason to be sent again."""
    body = '{"comment": "Take Profit "TP1""}'
    answer = await client.post(body)
    assert (answer.status, answer.json["outcome"], answer.json["signal_id"]) == (
        422,
        "unreadable",
        1,
    )
    assert answer.json["reason"]
    await client.running.desk.flush()
    (line,) = await client.running.desk.signals(limit=5)
    assert (line.body, line.reason) == (body, answer.json["reason"])


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe", b"[" * 60_000, b'{"a":' * 10_000, b'"\\ud800"']
)
async def test_hostile_bodies_are_unreadable_and_nothing_worse(client: Client, body: bytes) -> None:
    assert (await client.post(body)).status == 422


async def test_secrets_are_masked_before_anything_is_stored(client: Client, tmp_path: Path) -> None:
    """S2: secrets stood in alert bodies and logs."""
    await client.post(BUY.replace("{", '{"password":"hunter2-hunter2",'))
    await client.post("key=hunter2-hunter2; nonsense")
    await client.running.desk.flush()
    kept = await asyncio.to_thread(_all_bytes, tmp_path)
    assert b"hunter2" not in kept
    assert b"***" in kept


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_wrong_token_and_too_many_of_them(client: Client) -> None:
    wrong = [await client.post(path=f"/webhook/{'x' * number}") for number in range(12)]
    assert [answer.status for answer in wrong] == [404] * 10 + [429] * 2
    assert len({json.dumps(answer.json) for answer in wrong[:10]}) == 1
    assert (await client.post()).status == 200


async def test_a_recorder_that_is_switched_off(client: Client) -> None:
    await client.running.desk.change_recorder(client.recorder.id, enabled=False)
    answer = await client.post()
    assert (answer.status, answer.json["outcome"], answer.json["signal_id"]) == (200, "ignored", 1)
    assert "switched off" in answer.json["reason"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large(client: Client, chunked: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    answer = await client.ask("POST", client.path, data=parts() if chunked else b" " * 70_000)
    assert answer.status == 413
    assert (await client.post(b" " * 65_000 + BUY.encode())).status == 200


async def test_a_body_that_does_not_end(client: Client) -> None:
    connection = client.raw()
    loop = asyncio.get_running_loop()
    head = f"POST {client.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{"
    await loop.sock_sendall(connection, head.encode())
    answer = await loop.sock_recv(connection, 4096)
    assert answer.startswith(b"HTTP/1.1 408 ")
    connection.close()


async def test_a_header_that_does_not_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justtrades_desktop.listener.connections.HEADER_SECONDS", 0.2)
    loop = asyncio.get_running_loop()
    silent, half = client.raw(), client.raw()
    await loop.sock_sendall(half, b"POST /webhook/x HTTP/1.1\r\nHost: loc")
    for connection in (silent, half):
        with pytest.raises((ConnectionResetError, AssertionError)):
            assert await loop.sock_recv(connection, 4096)
        connection.close()


async def test_more_than_sixty_four_connections_cost_only_the_idle(client: Client) -> None:
    crowd = [client.raw() for _ in range(80)]
    assert (await client.post()).status == 200
    for connection in crowd:
        connection.close()


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("PUT", 405), ("OPTIONS", 405)])
async def test_another_method(client: Client, method: str, status: int) -> None:
    answer = await client.ask(method, client.path)
    assert (answer.status, answer.headers["Allow"]) == (status, "POST")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Host": "evil.example.com"},
        {"Host": "127.0.0.1.evil.example.com:80"},
    ],
)
async def test_a_web_page_or_a_foreign_host(client: Client, headers: dict[str, str]) -> None:
    assert (await client.post(headers=headers)).status == 403
    assert (await client.ask("GET", "/health", headers=headers)).status == 403
    assert client.running.desk.signals_stored == 0


async def test_an_allowed_host(client: Client) -> None:
    assert (await client.post(headers={"Host": "hook.example.com"})).status == 200


async def test_l3_what_cannot_be_stored_is_to_be_sent_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> asyncio.Future[None]:
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        refused.set_exception(NotStored("the disk is full"))
        return refused

    monkeypatch.setattr(client.running.desk, "receive", refuse)
    answer = await client.post()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "the disk is full" in answer.json["error"]


async def test_our_own_bug_is_no_reason_to_lose_an_alert(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: bytes, __: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(server_module, "read", fail)
    answer = await client.post()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "a request failed" in caplog.text


async def test_a_compressed_body_is_not_unpacked(client: Client) -> None:
    answer = await client.post(gzip.compress(BUY.encode()), headers={"Content-Encoding": "gzip"})
    assert answer.status == 422


async def test_health_tells_how_it_is_and_no_secret(client: Client) -> None:
    await client.post()
    answer = await client.ask("GET", "/health")
    assert answer.status == 200
    assert answer.json["signals_stored"] == 1
    assert {"version", "uptime_seconds", "last_signal_age_seconds", "loop_lag_ms"} <= set(
        answer.json
    )
    assert answer.json["database_latency_ms"] > 0
    assert client.recorder.token not in json.dumps(answer.json)
    assert client.recorder.name not in json.dumps(answer.json)


async def test_thirty_alerts_in_one_second_lose_nothing_and_keep_their_order(
    client: Client,
) -> None:
    answers = await asyncio.gather(
        *(client.post(BUY.replace("2,", f"{number},")) for number in range(1, 31))
    )
    assert sorted(answer.json["signal_id"] for answer in answers) == list(range(1, 31))
    assert max(answer.json["position"] for answer in answers) == sum(range(1, 31))


async def test_a_secret_is_kept_nowhere_even_where_it_does_not_belong(
    client: Client, tmp_path: Path
) -> None:
    for body in (
        "action=buy,password=hunter2,ticker=MNQ",
        "action=buy;ticker=MNQ1! passphrase=hunter2",
        "action=buy;ticker=MNQ1!;time=2026-01-01 secret=hunter2",
    ):
        answer = await client.post(body)
        assert "hunter2" not in json.dumps(answer.json).lower()
    await client.running.desk.flush()
    assert b"hunter2" not in (await asyncio.to_thread(_all_bytes, tmp_path)).lower()


async def test_a_line_that_is_no_http_does_not_bring_the_token_into_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    connection = client.raw()
    loop = asyncio.get_running_loop()
    line = f"POST {client.path} HTTP/9.9\r\nHost: localhost\r\n\r\n"
    await loop.sock_sendall(connection, line.encode())
    answer = await loop.sock_recv(connection, 4096)
    assert answer.split(b"\r\n")[0].endswith(b" 400 Bad Request")
    connection.close()
    assert client.recorder.token.encode() not in answer
    assert client.recorder.token not in caplog.text


async def test_a_recorder_switched_off_while_the_body_comes_is_off(client: Client) -> None:
    connection = client.raw()
    loop = asyncio.get_running_loop()
    head = f"POST {client.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BUY)}\r\n\r\n"
    await loop.sock_sendall(connection, head.encode() + BUY[:10].encode())
    await asyncio.sleep(0.1)
    await client.running.desk.change_recorder(client.recorder.id, enabled=False)
    await loop.sock_sendall(connection, BUY[10:].encode())
    assert b"switched off" in await loop.sock_recv(connection, 4096)
    connection.close()


async def test_half_a_character_anywhere_does_no_harm(client: Client) -> None:
    for body in (
        '{"action":"buy","ticker":"\\ud800"}',
        '"ORB: buy, Price = 1, Ticker = MNQ1!, Period = 5, Action = long, Amount =\\ud800 3"',
        '{"action":"\\udc00","ticker":"MNQ1!"}',
        '{"action":"buy","ticker":"MNQ1!","id":"\\ud83d"}',
    ):
        assert (await client.post(body)).status == 422
    connection = client.raw()
    loop = asyncio.get_running_loop()
    head = f"POST {client.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BUY)}\r\n"
    request = head.encode() + b"Content-Type: \xff\xfe\r\n\r\n" + BUY.encode()
    await loop.sock_sendall(connection, request)
    assert b" 200 " in await loop.sock_recv(connection, 4096)
    connection.close()


async def test_a_token_is_compared_whatever_its_characters(client: Client) -> None:
    for token in ("%00", "%F0%9F%98%80", "..%2f..", "a" * 5_000):
        assert (await client.post(path=f"/webhook/{token}")).status == 404


async def test_s2_neither_body_nor_address_of_an_alert_stands_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every level, for what is read, what is not, and what our own bug met."""
    caplog.set_level(0)
    good = BUY.replace("{", '{"password":"hunter2-hunter2",')
    assert (await client.post(good)).status == 200
    assert (await client.post("key=hunter2-hunter2; nonsense")).status == 422

    def fail(_: bytes, __: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(server_module, "read", fail)
    assert (await client.post(good)).status == 503
    await client.running.desk.flush()
    ours = "\n".join(
        f"{line.getMessage()} {line.exc_text or ''}"
        for line in caplog.records
        if line.name.startswith("justtrades")
    )
    assert "a request failed" in ours
    assert "hunter2" not in ours
    assert client.recorder.token not in ours


async def test_l2_a_blocked_loop_is_measured_told_and_stops_entries_in_the_running_program(
    tmp_path: Path,
) -> None:
    """Both meters run where production runs: one that nobody starts says that all is well."""
    async with serving(Config(data_dir=tmp_path, port=0)) as running:
        assert running.brokers is not None
        executions = await running.brokers.executions()
        await asyncio.sleep(0.3)  # the meters beat
        time.sleep(0.6)  # noqa: ASYNC251 - one coroutine stands in the way of all
        await asyncio.sleep(0.3)
        assert running.health.pulse.worst > 0.25
        assert running.health.report()["loop_lag_ms"] > 250
        said = [brake.said for brake in executions.state().brakes]
        assert any("ms late" in each for each in said)
