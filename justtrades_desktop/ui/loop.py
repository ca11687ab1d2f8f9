"""Run asyncio on Qt's event loop: qasync's bridge, with its timers and its queue mended."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Qt, QThread, QTimer, Signal
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:

    class _QtLoop(asyncio.BaseEventLoop):
        """What we use of qasync, which has no types, and of asyncio behind its published face."""

        _closed: bool
        _debug: bool
        _ready: deque[asyncio.Handle]
        _stopping: bool
        _thread_id: int | None

        def __init__(self, app: QCoreApplication) -> None: ...
        def _before_run_forever(self) -> None: ...
        def _after_run_forever(self) -> None: ...
        def _check_callback(self, callback: object, method: str) -> None: ...
        def _check_closed(self) -> None: ...
        def _check_running(self) -> None: ...
        def _check_thread(self) -> None: ...
        def _set_coroutine_origin_tracking(self, enabled: bool) -> None: ...
        def _asyncgen_firstiter_hook(self, generator: Any) -> None: ...
        def _asyncgen_finalizer_hook(self, generator: Any) -> None: ...

else:
    from qasync import QEventLoop as _QtLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Qt counts milliseconds in 32 bits (24 days), and Windows keeps only shorter timers precise.
LONGEST_WAIT = 600.0
# How soon callbacks look again whether the task that holds them up has let go.
RETRY_MS = 10
# How long Ctrl-C may go unnoticed while nothing else happens.
INTERRUPT_CHECK_MS = 200

logger = logging.getLogger(__name__)


class _Wake(QObject):
    """Asks Qt for a turn, from any thread."""

    asked = Signal()


class _Timer(asyncio.TimerHandle):
    """A timer handle that knows its place in the queue."""

    __slots__ = ("number",)
    number: int


class _Timers:
    """All of a loop's timers behind one precise Qt timer, of which Windows grants few."""

    def __init__(self, due: Callable[[list[_Timer]], None]) -> None:
        self._due = due
        self._numbers = itertools.count()
        self._waiting: dict[int, _Timer] = {}
        # Numbers instead of handles, so that a cancelled handle is not kept by its place here.
        self._queue: list[tuple[float, int]] = []
        self._set_for = math.inf
        self._clock = QTimer()
        self._clock.setSingleShot(True)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._ring)

    def add(self, timer: _Timer) -> None:
        timer.number = next(self._numbers)
        self._waiting[timer.number] = timer
        heapq.heappush(self._queue, (timer.when(), timer.number))
        if timer.when() < self._set_for:
            self._set_clock(timer.when())

    def drop(self, timer: _Timer) -> None:
        if self._waiting.pop(timer.number, None) is None:
            return
        if not self._waiting:
            self.clear()
        elif len(self._queue) > 2 * len(self._waiting) + 100:
            self._queue = [place for place in self._queue if place[1] in self._waiting]
            heapq.heapify(self._queue)

    def clear(self) -> None:
        self._clock.stop()
        self._set_for = math.inf
        self._waiting.clear()
        self._queue.clear()

    def close(self) -> None:
        self.clear()
        self._clock.timeout.disconnect()

    def _set_clock(self, when: float) -> None:
        self._set_for = when
        wait = min(max(when - time.monotonic(), 0.0), LONGEST_WAIT)
        self._clock.start(math.ceil(wait * 1000))

    def _ring(self) -> None:
        # Qt may ring early, and does when the wait was capped: what is not due yet stays queued.
        self._set_for = math.inf
        due = list(self._take_due(time.monotonic()))
        if self._queue:
            self._set_clock(self._queue[0][0])
        if due:
            self._due(due)

    def _take_due(self, now: float) -> Iterator[_Timer]:
        while self._queue and (self._queue[0][0] <= now or self._queue[0][1] not in self._waiting):
            timer = self._waiting.pop(heapq.heappop(self._queue)[1], None)
            if timer is not None:
                yield timer


@dataclass(slots=True)
class _Watch:
    """A file descriptor under Qt's eyes, and what to run when it is ready."""

    notifier: QSocketNotifier
    handle: asyncio.Handle
    running: bool = False
    paused: bool = False

    def pause(self) -> None:
        # Readiness is a level: left on, an unread socket would spin the nested Qt loop.
        self.paused = True
        self.notifier.setEnabled(False)

    def resume(self) -> None:
        self.paused = False
        if not self.handle.cancelled():
            self.notifier.setEnabled(True)


def _let_go(_notifier: QSocketNotifier) -> None:
    """Hold a notifier for one turn more, since it may be emitting the signal that ended it."""


class DesktopLoop(_QtLoop):
    """asyncio's loop, turned by Qt.

    Callbacks wait in one queue and a Qt event runs those that were in it when the turn began.
    While a task is current, which only a nested Qt loop inside it makes visible here, no other
    callback runs: asyncio could not enter a second task, and would lose the first one's wake-up.
    """

    # qasync's versions know no executor that coverage sees, no handler to get back, no generators.
    is_running = asyncio.BaseEventLoop.is_running
    run_until_complete = asyncio.BaseEventLoop.run_until_complete
    call_later = asyncio.BaseEventLoop.call_later
    run_in_executor = asyncio.BaseEventLoop.run_in_executor
    set_exception_handler = asyncio.BaseEventLoop.set_exception_handler
    default_exception_handler = asyncio.BaseEventLoop.default_exception_handler
    call_exception_handler = asyncio.BaseEventLoop.call_exception_handler
    get_debug = asyncio.BaseEventLoop.get_debug
    set_debug = asyncio.BaseEventLoop.set_debug

    def __init__(self, app: QCoreApplication) -> None:
        self._app = app
        self._on_quit: Callable[[], object] = self.stop
        self._fatal: BaseException | None = None
        self._readers: dict[int, _Watch] = {}
        self._writers: dict[int, _Watch] = {}
        self._timers = _Timers(self._add_due)
        self._set_up_turns()
        super().__init__(app)

    def _set_up_turns(self) -> None:
        # What comes from outside a turn is posted, so that no flood of input can starve it; what
        # a turn leaves for the next waits on a zero timer, so that it cannot starve Qt's own.
        self._in_turn = False
        self._posted = False
        # No thread may be in the middle of a post when close lets its sender go. It can be entered
        # again, because a signal handler may post while the code that it interrupts does.
        self._closing = threading.RLock()
        self._wake = _Wake()
        self._wake.asked.connect(lambda: self._posted_turn(), Qt.ConnectionType.QueuedConnection)
        self._post = self._wake.asked.emit
        self._following = False
        self._next_turn = QTimer()
        self._next_turn.setSingleShot(True)
        self._next_turn.timeout.connect(lambda: self._following_turn())

    # Running

    def run_forever(self) -> None:
        self._check_closed()
        self._check_running()
        if QThread.currentThread().loopLevel() > 0:
            problem = "Qt's event loop is already running"
            raise RuntimeError(problem)
        with self._entered():
            self._post_turn()
            self._turn_qt()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        hooks = sys.get_asyncgen_hooks()
        self._set_coroutine_origin_tracking(self._debug)
        self._before_run_forever()
        try:
            self._thread_id = threading.get_ident()
            sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
            asyncio._set_running_loop(self)
            yield
        finally:
            self._stopping = False
            self._thread_id = None
            asyncio._set_running_loop(None)
            self._after_run_forever()
            self._set_coroutine_origin_tracking(False)
            sys.set_asyncgen_hooks(*hooks)

    def _turn_qt(self) -> None:
        while True:
            self._app.exec()
            fatal, self._fatal = self._fatal, None
            if fatal is not None:
                raise fatal
            if self._stopping:
                return
            # Qt was told to quit under us. Once is enough: a second quit finds clean-up under way.
            quitting, self._on_quit = self._on_quit, lambda: None
            quitting()

    def on_quit(self, quitting: Callable[[], object]) -> None:
        """Say what to do when Qt quits while the loop runs, instead of stopping it."""
        self._on_quit = quitting

    def stop(self) -> None:
        self._stopping = True
        if not self._in_turn:
            self._post_turn()

    def close(self) -> None:
        if self.is_closed():
            return
        with self._closing:
            super().close()
        for watches in (self._readers, self._writers):
            for fd in list(watches):
                self._unwatch(watches, fd)
        self._timers.close()
        self._next_turn.stop()
        # Qt's connections hold the loop where Python's collector cannot see it.
        self._next_turn.timeout.disconnect()
        self._wake.asked.disconnect()

    # Turns

    def _posted_turn(self) -> None:
        self._posted = False
        self._take_turn()

    def _following_turn(self) -> None:
        self._following = False
        self._take_turn()

    def _take_turn(self) -> None:
        if not self._may_step():
            self._follow(RETRY_MS)
            return
        outer, self._in_turn = self._in_turn, True
        try:
            self._run_ready()
        finally:
            self._in_turn = outer
        if self._stopping:
            self._app.exit()

    def _run_ready(self) -> None:
        ready = self._ready
        for _ in range(len(ready)):
            if not ready or self._fatal is not None:  # a Qt loop nested in a callback ran the rest
                break
            self._run_handle(ready.popleft())

    def _may_step(self) -> bool:
        return self._thread_id is not None and asyncio.current_task(self) is None

    def _follow(self, delay_ms: int = 0) -> None:
        if self._thread_id is not None:
            self._following = True
            self._next_turn.start(delay_ms)

    def _run_handle(self, handle: asyncio.Handle) -> None:
        try:
            if self._debug:
                self._run_timed(handle)
            elif not handle._cancelled:
                handle._run()
        except (SystemExit, KeyboardInterrupt) as fatal:
            # PySide would print it, or end the process on the spot: run_forever raises it instead.
            self._fatal = fatal
            self._app.exit()

    def _run_timed(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        what = repr(handle)
        start = time.monotonic()
        handle._run()
        took = time.monotonic() - start
        if took >= self.slow_callback_duration:
            logger.warning("Executing %s took %.3f seconds", what, took)

    # Callbacks

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        if self._closed or self._debug:
            self._check_closed()
            self._check_thread()
            self._check_callback(callback, "call_soon")
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        self._ask_for_turn()
        return handle

    def call_soon_threadsafe(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        if self._debug:
            self._check_callback(callback, "call_soon_threadsafe")
        handle = asyncio.Handle(callback, args, self, context)
        with self._closing:
            self._check_closed()
            self._ready.append(handle)
            self._post_turn()
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, "call_at")
        timer = _Timer(when, callback, args, self, context)
        self._timers.add(timer)
        return timer

    def _ask_for_turn(self) -> None:
        if self._in_turn:
            if not self._following:
                self._following = True
                self._next_turn.start(0)
        else:
            self._post_turn()

    def _post_turn(self) -> None:
        # From any thread. The caller has queued first; a turn lowers the flag before it counts.
        if not self._posted:
            self._posted = True
            self._post()

    def set_default_executor(self, executor: Executor | None) -> None:
        # qasync would keep it where only its own run_in_executor looks.
        asyncio.BaseEventLoop.set_default_executor(self, cast(ThreadPoolExecutor, executor))

    def _add_callback(self, handle: asyncio.Handle) -> None:
        """Take a handle from a signal handler."""
        if not handle.cancelled():
            self._ready.append(handle)
            self._ask_for_turn()

    def _add_due(self, due: list[_Timer]) -> None:
        self._ready.extend(due)
        self._ask_for_turn()

    def _timer_handle_cancelled(self, handle: _Timer) -> None:
        self._timers.drop(handle)

    # File descriptors

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: Any) -> asyncio.Handle:
        return self._watch(self._readers, fd, asyncio.Handle(callback, args, self))

    def _remove_reader(self, fd: Any) -> bool:
        return self._unwatch(self._readers, fd)

    def _add_writer(self, fd: Any, callback: Callable[..., object], *args: Any) -> asyncio.Handle:
        return self._watch(self._writers, fd, asyncio.Handle(callback, args, self))

    def _remove_writer(self, fd: Any) -> bool:
        return self._unwatch(self._writers, fd)

    def _watch(self, watches: dict[int, _Watch], fd: Any, handle: asyncio.Handle) -> asyncio.Handle:
        self._check_closed()
        number = _number(fd)
        self._unwatch(watches, number)
        way = QSocketNotifier.Type.Read if watches is self._readers else QSocketNotifier.Type.Write
        notifier = QSocketNotifier(number, way)
        watches[number] = _Watch(notifier, handle)
        activated: Any = notifier.activated  # the stubs do not know that a signal has overloads
        activated["int"].connect(partial(self._on_ready, watches))
        return handle

    def _unwatch(self, watches: dict[int, _Watch], fd: Any) -> bool:
        watch = watches.pop(_number(fd), None)
        if watch is None:
            return False
        watch.handle.cancel()
        watch.notifier.setEnabled(False)
        if self.is_running():
            self.call_soon(_let_go, watch.notifier)
        return True

    def _on_ready(self, watches: dict[int, _Watch], fd: int) -> None:
        watch = watches.get(fd)
        if watch is None:
            return
        if watch.running:
            watch.pause()
        elif not self._may_step():
            watch.pause()
            self.call_soon(watch.resume)
        else:
            watch.running = True
            self._run_handle(watch.handle)
            watch.running = False
            if watch.paused:
                watch.resume()


def _number(fd: Any) -> int:
    return fd if isinstance(fd, int) else int(fd.fileno())


def run(main: Coroutine[Any, Any, T], app: QApplication) -> T:
    """Run a coroutine to its end on Qt's loop, then clean up as asyncio.run does.

    When Qt quits first, main is cancelled, so that its own clean-up still runs;
    `DesktopLoop.on_quit` lets it choose a gentler way.
    """
    with _interruptible(), asyncio.Runner(loop_factory=lambda: DesktopLoop(app)) as runner:
        loop = runner.get_loop()
        return runner.run(_cancelled_by_quit(main, loop))


async def _cancelled_by_quit(main: Coroutine[Any, Any, T], loop: object) -> T:
    task = asyncio.current_task()
    if isinstance(loop, DesktopLoop) and task is not None:
        loop.on_quit(task.cancel)
    return await main


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C through: Python heeds signals only between its own steps, and Qt sleeps in C."""
    check = QTimer()
    check.timeout.connect(lambda: None)
    check.start(INTERRUPT_CHECK_MS)
    try:
        yield
    finally:
        check.stop()
