"""A sender in a process of its own: keep-alive connections, each waiting for its answer."""

from __future__ import annotations

import asyncio
import json
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
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        started = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - started)
        statuses.add(answer.split(b" ")[1])
    writer.close()


async def spawn(url: str, connections: int, seconds: float, unique: str) -> dict[str, float]:
    """Run :func:`send` in another process, as a real sender is."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load", url, str(connections), str(seconds), unique),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the sender failed")
    measured: dict[str, float] = json.loads(out)
    return measured


if __name__ == "__main__":
    print(
        json.dumps(
            asyncio.run(send(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
        )
    )
