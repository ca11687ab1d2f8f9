"""A sender in a process of its own: keep-alive connections, each waiting for its answer."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from urllib.parse import urlsplit


async def send(url: str, connections: int, seconds: float, unique: str) -> dict[str, float]:
    """Post from ``connections`` at once for ``seconds``; requests/s and latencies in ms."""
    latencies: list[float] = []
    statuses: set[bytes] = set()
    ends = time.perf_counter() + seconds
    await asyncio.gather(
        *(_one(url, f"{unique}-{n}", ends, latencies, statuses) for n in range(connections))
    )
    if statuses - {b"200"}:
        raise RuntimeError(f"answers other than 200: {statuses}")
    latencies.sort()
    return {
        "requests": len(latencies),
        "rate": len(latencies) / seconds,
        "p50": 1000 * latencies[len(latencies) // 2],
        "p99": 1000 * latencies[int(len(latencies) * 0.99)],
        "worst": 1000 * latencies[-1],
    }


async def _one(
    url: str, name: str, ends: float, latencies: list[float], statuses: set[bytes]
) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    number = 0
    while time.perf_counter() < ends:
        number += 1
        side = "buy" if number % 2 else "sell"
        body = (
            f'{{"id":"{name}-{number}","action":"{side}","ticker":"MNQ1!",'
            f'"contracts":1,"price":"{25600 + number % 40 / 4}"}}'
        ).encode()
        started = time.perf_counter()
        status = await _exchange(reader, writer, parts.path, parts.netloc, body)
        latencies.append(time.perf_counter() - started)
        statuses.add(status)
    writer.close()


async def storm(urls: list[str], symbols: list[str], rate: int, seconds: float) -> dict[str, float]:
    """Post ``rate`` alerts a second to many recorders, over 16 connections; how many were sent."""
    chance = random.Random(2)
    begun = time.perf_counter()
    sent = 0
    gate = asyncio.Semaphore(16)
    connections: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    parts = urlsplit(urls[0])

    async def post(path: str, symbol: str, side: str) -> None:
        async with gate:
            if connections:
                reader, writer = connections.pop()
            else:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            body = f'{{"action":"{side}","ticker":"{symbol}","quantity":1,"price":"100"}}'
            await _exchange(reader, writer, path, parts.netloc, body.encode())
            connections.append((reader, writer))

    async with asyncio.TaskGroup() as group:
        while (now := time.perf_counter() - begun) < seconds:
            while sent < now * rate:
                sent += 1
                path = urlsplit(chance.choice(urls)).path
                side = "buy" if sent % 2 else "close"
                group.create_task(post(path, chance.choice(symbols), side))
            await asyncio.sleep(0.002)
    return {"requests": sent}


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, host: str, body: bytes
) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return answer.split(b" ")[1]


async def spawn(url: str, connections: int, seconds: float, unique: str) -> dict[str, float]:
    """Run :func:`send` in another process, as a real sender is."""
    return await _spawn("send", url, str(connections), str(seconds), unique)


async def spawn_storm(
    urls: list[str], symbols: tuple[str, ...], rate: int, seconds: float
) -> dict[str, float]:
    """Run :func:`storm` in another process."""
    return await _spawn("storm", ",".join(urls), ",".join(symbols), str(rate), str(seconds))


async def _spawn(*arguments: str) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load", *arguments), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the sender failed")
    measured: dict[str, float] = json.loads(out)
    return measured


def _main(what: str, *arguments: str) -> dict[str, float]:
    if what == "storm":
        urls, symbols, rate, seconds = arguments
        return asyncio.run(storm(urls.split(","), symbols.split(","), int(rate), float(seconds)))
    url, connections, seconds, unique = arguments
    return asyncio.run(send(url, int(connections), float(seconds), unique))


if __name__ == "__main__":
    print(json.dumps(_main(*sys.argv[1:])))
