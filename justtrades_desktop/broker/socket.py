"""One socket to the broker: one reader, a heartbeat by timer, and every wait with a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, NamedTuple, NoReturn

import aiohttp

from justtrades_desktop.broker.frames import (
    HEARTBEAT,
    Closing,
    Event,
    Frame,
    Malformed,
    Messages,
    Opened,
    Reply,
    read_frame,
    request,
)
from justtrades_desktop.broker.parting import (
    LinkDown,
    NoAnswer,
    TurnedAway,
    broken,
    closed,
    shut_down,
)
from justtrades_desktop.domain.ports import Clock

log = logging.getLogger(__name__)

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes. The library's own limit is 4 MiB, and the first answer of a busy account is larger."""
_LONG: Final = 200_000  # letters; what is longer is read on a thread
_TURN: Final = 50  # frames; then everyone else has a turn
_MOST_MALFORMED: Final = 20
_BROKEN: Final = (aiohttp.ClientError, OSError)
_OVER: Final = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The seconds a socket goes by."""

    beat: float = 2.5
    silence: float = 10.0
    """Nothing at all for this long, not even a heartbeat: the other side is gone."""
    connect: float = 10.0
    answer: float = 10.0
    sync: float = 60.0
    goodbye: float = 1.0


class _Waiting(NamedTuple):
    answer: asyncio.Future[Reply | LinkDown]
    seconds: float
    on_answer: Callable[[], None]


class BrokerSocket:
    """A connected socket; made by :func:`connected`, of no use after its block."""

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        *,
        timing: Timing,
        on_event: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.timing = timing
        self.malformed: list[Malformed] = []
        self._ws = ws
        self._on_event = on_event
        self._clock = clock
        self._now = loop.time
        self._progress = loop.time()
        self._ids = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._ready: asyncio.Future[None] = loop.create_future()
        self._over: asyncio.Future[BaseException] = loop.create_future()

    @property
    def progress_at(self) -> datetime:
        """When anything last came."""
        return self._clock() - timedelta(seconds=self._now() - self._progress)

    async def opened(self) -> None:
        """Wait until the server lets us speak.

        Raises:
            LinkDown: it does not.
        """
        seconds = self.timing.connect
        await asyncio.wait(
            (self._ready, self._over), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        self._check()
        if not self._ready.done():
            raise NoAnswer(f"the broker did not greet within {seconds:g} s")

    async def call(
        self,
        endpoint: str,
        *,
        query: str = "",
        body: str | Mapping[str, Any] = "",
        within: float | None = None,
        on_answer: Callable[[], None] = lambda: None,
    ) -> Reply:
        """Ask and wait for the answer, at most ``within`` seconds.

        ``on_answer`` is called the moment it comes, before any event that comes after it.

        Raises:
            NoAnswer: none came in time.
            LinkDown: the socket ended.
        """
        self._check()
        request_id = next(self._ids)
        seconds = self.timing.answer if within is None else within
        waiting = _Waiting(asyncio.get_running_loop().create_future(), seconds, on_answer)
        self._waiting[request_id] = waiting
        try:
            async with asyncio.timeout(seconds):
                await self._send(request(endpoint, request_id, query=query, body=body))
                answer = await waiting.answer
        except TimeoutError:
            raise NoAnswer(f"no answer to {endpoint} within {seconds:g} s") from None
        finally:
            self._waiting.pop(request_id, None)
        if isinstance(answer, LinkDown):
            raise answer
        return answer

    async def ended(self) -> NoReturn:
        """Wait for the end.

        Raises:
            LinkDown: always, with the reason.
        """
        raise await asyncio.shield(self._over)

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Wait until ``woken`` is set, at most ``seconds``.

        Raises:
            LinkDown: the socket ended meanwhile.
        """
        waking = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait(
                (waking, self._over), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waking.cancel()
        self._check()

    def end(self, why: BaseException) -> None:
        """Of no more use; the first reason counts, and who waits for an answer is told it."""
        if self._over.done():
            return
        self._over.set_result(why)
        down = why if isinstance(why, LinkDown) else LinkDown("a fault of the program")
        for waiting in self._waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_result(down)

    # The tasks

    async def read(self) -> None:
        """Take what comes, until the end; nobody else reads."""
        while not self._over.done():
            for _ in range(_TURN):
                try:
                    message = await self._ws.receive()
                except _BROKEN as error:
                    return self.end(broken(error))
                self._progress = self._now()
                await self._take(message)
                if self._over.done():
                    return None
            # What is in the buffer is read without a pause: under a flood nobody else would run.
            await asyncio.sleep(0)
        return None

    async def beat(self) -> None:
        """Say that we are alive, by the clock, however much comes in."""
        due = self._now()
        while True:
            due = max(due + self.timing.beat, self._now())
            await asyncio.sleep(due - self._now())
            try:
                async with asyncio.timeout(self.timing.silence):
                    await self._send(HEARTBEAT)
            except TimeoutError:
                return self.end(LinkDown("nothing can be sent, the link is dead"))
            except LinkDown as down:
                return self.end(down)

    async def watch(self) -> None:
        """End the socket once nothing came too long; a flag would call it connected for ever."""
        grace = min(0.5, self.timing.silence / 10)
        while (left := self._patience()) > 0:
            await asyncio.sleep(min(left, self.timing.silence))
            if self._patience() <= 0:
                # Perhaps it was we who stood still: let what waits at the door be read.
                await asyncio.sleep(grace)
        silent = self._now() - self._progress
        self.end(LinkDown(f"nothing came for {silent:.1f} s, the link is dead"))

    def _patience(self) -> float:
        """Seconds until silence means death.

        A long answer is one message: nothing else comes while it travels, nor while it is read.
        """
        waiting = max((each.seconds for each in self._waiting.values()), default=0.0)
        allowed = max(self.timing.silence, waiting)
        return self._progress + allowed - self._now()

    # What came

    async def _take(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.TEXT and len(message.data) > _LONG:
            # Half a second for ten megabytes: nobody else has to wait for that.
            self._take_frame(await asyncio.to_thread(read_frame, message.data, beside=True))
            self._progress = self._now()
        elif message.type is aiohttp.WSMsgType.TEXT:
            self._take_frame(read_frame(message.data))
        elif message.type is aiohttp.WSMsgType.ERROR:
            self.end(broken(message.data))
        elif message.type in _OVER:
            self.end(closed(self._ws.close_code, str(message.extra or "")))

    def _take_frame(self, frame: Frame) -> None:
        match frame:
            case Opened():
                if not self._ready.done():
                    self._ready.set_result(None)
            case Messages(items):
                for item in items:
                    self._take_item(item)
            case Closing(code, reason):
                self.end(closed(code, reason))
            case Malformed() as malformed:
                self._not_understood(malformed)

    def _take_item(self, item: Reply | Event | Malformed) -> None:
        match item:
            case Reply():
                waiting = self._waiting.get(item.id)
                if waiting is not None and not waiting.answer.done():
                    waiting.on_answer()
                    waiting.answer.set_result(item)
            case Event("shutdown", data):
                self.end(shut_down(data))
            case Event():
                self._on_event(item)
            case Malformed():
                self._not_understood(item)

    def _not_understood(self, malformed: Malformed) -> None:
        if len(self.malformed) < _MOST_MALFORMED:
            self.malformed.append(malformed)
            log.warning("the broker sent what nobody understands: %s", malformed.why)

    # What goes out

    async def _send(self, text: str) -> None:
        try:
            await self._ws.send_str(text)
        except _BROKEN as error:
            self._check()
            raise broken(error) from None

    def _check(self) -> None:
        if self._over.done():
            raise self._over.result()


@asynccontextmanager
async def connected(
    web: aiohttp.ClientSession,
    address: str,
    *,
    on_event: Callable[[Event], None],
    clock: Clock,
    timing: Timing,
) -> AsyncIterator[BrokerSocket]:
    """Connect to ``address`` for the length of the block; afterwards no task and no socket is left.

    Raises:
        LinkDown: nobody answers there.
    """
    ws = await _connect(web, address, timing)
    socket = BrokerSocket(ws, timing=timing, on_event=on_event, clock=clock)
    tasks = [asyncio.create_task(work()) for work in (socket.read, socket.beat, socket.watch)]

    def stopped(task: asyncio.Task[None]) -> None:
        # A fault of ours belongs to whom the socket belongs.
        if not task.cancelled() and (error := task.exception()) is not None:
            socket.end(error)

    for task in tasks:
        task.add_done_callback(stopped)
    try:
        yield socket
    finally:
        socket.end(LinkDown("closed by us"))
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await _close(ws, timing.goodbye)


async def _connect(
    web: aiohttp.ClientSession, address: str, timing: Timing
) -> aiohttp.ClientWebSocketResponse:
    try:
        async with asyncio.timeout(timing.connect):
            return await web.ws_connect(
                address,
                max_msg_size=LARGEST_MESSAGE,
                heartbeat=None,  # the broker has heartbeats of its own
                timeout=aiohttp.ClientWSTimeout(ws_close=timing.goodbye),
            )
    except TimeoutError:
        raise LinkDown(f"no connection within {timing.connect:g} s") from None
    except aiohttp.WSServerHandshakeError as error:
        raise TurnedAway(error.status) from None
    except _BROKEN as error:
        raise LinkDown(f"no connection: {str(error) or type(error).__name__}") from None


async def _close(ws: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await ws.close()
    except (TimeoutError, *_BROKEN):
        return  # the library has cut it off in any case
