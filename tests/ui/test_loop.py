"""The desktop's loop keeps asyncio's promises under Qt, also where a Qt loop is nested in it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import socket
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

import aiohttp
import pytest
from aiohttp import web
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from justtrades_desktop.ui.loop import DesktopLoop, run

T = TypeVar("T")
DAY = 24 * 3600


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[DesktopLoop]:
    loop = DesktopLoop(qapp)
    yield loop
    loop.close()


def nest(seconds: float) -> None:
    """Run a Qt loop of its own for a while, as a native dialog does."""
    inner = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), inner.quit)
    inner.exec()


def limited(coro: Coroutine[Any, Any, T], seconds: float = 20) -> Coroutine[Any, Any, T]:
    return asyncio.wait_for(coro, seconds)


class Kept:
    """Something that a callback holds."""

    def call(self) -> None: ...


class Events(QObject):
    """Counts the events with which Qt wakes a loop."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() in (QEvent.Type.Timer, QEvent.Type.MetaCall)
        return False


class TestTimers:
    def test_none_fires_early(self, loop: DesktopLoop) -> None:
        early: list[float] = []

        async def check(delay: float) -> None:
            when = loop.time() + delay
            fired = loop.create_future()
            loop.call_at(when, lambda: fired.set_result(loop.time() - when))
            late = await fired
            if late < 0:
                early.append(late)

        async def main() -> None:
            delays = [0.0007 + 0.0137 * n for n in range(100)]
            await asyncio.gather(*map(check, delays))

        loop.run_until_complete(main())
        assert early == []

    def test_fire_in_the_order_they_fall_due(self, loop: DesktopLoop) -> None:
        order: list[int] = []

        async def main() -> None:
            start = loop.time() + 0.02
            for n in (5, 3, 1, 4, 0, 2):
                loop.call_at(start + n * 0.0001, order.append, n)
            loop.call_at(start, order.append, -1)
            await asyncio.sleep(0.05)

        loop.run_until_complete(main())
        assert order == [0, -1, 1, 2, 3, 4, 5]

    def test_a_cancelled_one_is_let_go_at_once(self, loop: DesktopLoop) -> None:
        refs: list[weakref.ref[Kept]] = []
        variable = contextvars.ContextVar[Kept]("variable")

        def schedule_and_cancel() -> None:
            kept, context = Kept(), contextvars.copy_context()
            refs.append(weakref.ref(kept))
            context.run(variable.set, kept)
            loop.call_later(DAY, kept.call, context=context).cancel()

        for _ in range(200):
            schedule_and_cancel()
        gc.collect()
        assert [ref for ref in refs if ref() is not None] == []

    def test_cancelling_most_keeps_the_rest(self, loop: DesktopLoop) -> None:
        fired: list[int] = []

        async def main() -> None:
            handles = [loop.call_later(0.01, fired.append, n) for n in range(1000)]
            for n, handle in enumerate(handles):
                if n % 100:
                    handle.cancel()
                    handle.cancel()
            await asyncio.sleep(0.05)

        loop.run_until_complete(main())
        assert fired == list(range(0, 1000, 100))

    def test_may_wait_for_months(self, loop: DesktopLoop) -> None:
        fired: list[str] = []

        async def main() -> None:
            for wait in (30 * DAY, 365 * DAY, float("inf")):
                loop.call_later(wait, fired.append, "too early")
            await asyncio.sleep(0.05)

        loop.run_until_complete(main())
        assert fired == []

    def test_outlives_a_capped_wait(
        self, loop: DesktopLoop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("justtrades_desktop.ui.loop.LONGEST_WAIT", 0.01)

        async def main() -> float:
            start = loop.time()
            await asyncio.sleep(0.05)
            return loop.time() - start

        assert loop.run_until_complete(main()) >= 0.05


class TestNestedQtLoop:
    def test_inside_a_task_leaves_others_whole(self, loop: DesktopLoop) -> None:
        problems: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _loop, context: problems.append(context))

        async def tick() -> str:
            for _ in range(20):
                await asyncio.sleep(0.002)
            return "ticked"

        async def show() -> str:
            await asyncio.sleep(0.01)
            nest(0.05)
            await asyncio.sleep(0.01)
            return "answered"

        async def main() -> list[Any]:
            return await asyncio.gather(*(tick() for _ in range(10)), show())

        assert loop.run_until_complete(limited(main(), 5)) == ["ticked"] * 10 + ["answered"]
        assert problems == []

    def test_process_events_inside_a_task(self, loop: DesktopLoop, qapp: QApplication) -> None:
        async def pump() -> None:
            for _ in range(50):
                qapp.processEvents()
                await asyncio.sleep(0)

        async def main() -> None:
            await asyncio.gather(*(pump() for _ in range(5)))

        loop.run_until_complete(limited(main(), 5))

    def test_inside_a_task_leaves_sockets_whole(self, loop: DesktopLoop) -> None:
        async def main() -> bytes:
            left, right = socket.socketpair()
            with left, right:
                left.setblocking(False)
                reading = asyncio.ensure_future(loop.sock_recv(left, 100))
                await asyncio.sleep(0)
                right.send(b"filled")
                nest(0.05)
                assert not reading.done()
                return await reading

        assert loop.run_until_complete(limited(main(), 5)) == b"filled"

    def test_in_a_slot_lets_tasks_run(self, loop: DesktopLoop) -> None:
        inner = QEventLoop()

        async def main() -> bool:
            QTimer.singleShot(0, inner.exec)
            await asyncio.sleep(0.02)
            nested = inner.isRunning()
            inner.quit()
            return nested

        assert loop.run_until_complete(limited(main(), 5))

    def test_in_a_callback_lets_tasks_run(self, loop: DesktopLoop) -> None:
        order: list[str] = []
        inner = QEventLoop()

        async def main() -> None:
            loop.call_soon(inner.exec)
            loop.call_soon(order.append, "behind")
            await asyncio.sleep(0.02)
            assert inner.isRunning()
            assert order == ["behind"]
            inner.quit()

        loop.run_until_complete(limited(main(), 5))


class TestTurns:
    def test_call_soon_keeps_order_and_waits_for_the_next_turn(self, loop: DesktopLoop) -> None:
        order: list[str] = []

        def first() -> None:
            order.append("first")
            loop.call_soon(order.append, "next turn")

        loop.call_soon(first)
        loop.call_soon(order.append, "second")
        loop.call_soon(order.append, "cancelled").cancel()
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert order == ["first", "second"]
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert order == ["first", "second", "next turn"]

    def test_ready_callbacks_share_a_qt_event(self, loop: DesktopLoop, qapp: QApplication) -> None:
        async def main() -> int:
            events = Events()
            qapp.installEventFilter(events)
            done = loop.create_future()
            for _ in range(500):
                loop.call_soon(int)
                loop.call_soon_threadsafe(int)
            loop.call_soon(done.set_result, None)
            await done
            qapp.removeEventFilter(events)
            return events.count

        assert loop.run_until_complete(main()) < 20

    @pytest.mark.parametrize("interval", [0, 5])
    def test_busy_tasks_do_not_starve_qt(self, loop: DesktopLoop, interval: int) -> None:
        async def main() -> None:
            beats: list[int] = []
            timer = QTimer()
            timer.timeout.connect(lambda: beats.append(1))
            timer.start(interval)
            while len(beats) < 3:  # noqa: ASYNC110 - to be busy is the point
                await asyncio.sleep(0)

        loop.run_until_complete(limited(main(), 5))

    def test_busy_sockets_do_not_starve_tasks(self, loop: DesktopLoop) -> None:
        async def main() -> None:
            left, right = socket.socketpair()
            with left, right:
                right.send(b"never read")
                loop.add_reader(left, int)
                for _ in range(20):
                    await asyncio.sleep(0)
                assert loop.remove_reader(left)

        loop.run_until_complete(limited(main(), 5))

    def test_context_variables_are_kept(self, loop: DesktopLoop) -> None:
        account = contextvars.ContextVar[str]("account", default="none")
        seen: list[str] = []

        def look() -> None:
            seen.append(account.get())

        async def main() -> None:
            account.set("demo")
            other = contextvars.copy_context()
            other.run(account.set, "other")
            loop.call_soon(look)
            loop.call_soon_threadsafe(look)
            loop.call_later(0.001, look)
            loop.call_soon(look, context=other)
            loop.call_soon_threadsafe(look, context=other)
            await asyncio.sleep(0.01)
            seen.append(await asyncio.to_thread(account.get))

        loop.run_until_complete(main())
        assert seen == ["demo", "demo", "other", "other", "demo", "demo"]


class TestErrors:
    @pytest.mark.parametrize("schedule", ["call_soon", "call_soon_threadsafe", "call_later"])
    def test_reach_the_handler_and_the_loop_goes_on(self, loop: DesktopLoop, schedule: str) -> None:
        problems: list[BaseException] = []
        loop.set_exception_handler(lambda _loop, context: problems.append(context["exception"]))
        problem = ValueError("bad tick")

        def fail() -> None:
            raise problem

        async def main() -> str:
            delay = (0.001,) if schedule == "call_later" else ()
            getattr(loop, schedule)(*delay, fail)
            await asyncio.sleep(0.01)
            return "went on"

        assert loop.run_until_complete(main()) == "went on"
        assert problems == [problem]
        assert loop.get_exception_handler() is not None

    def test_in_a_reader_reach_the_handler(self, loop: DesktopLoop) -> None:
        problems: list[BaseException] = []
        loop.set_exception_handler(lambda _loop, context: problems.append(context["exception"]))

        async def main() -> None:
            left, right = socket.socketpair()
            with left, right:

                def fail() -> None:
                    loop.remove_reader(left)
                    raise ValueError(left.recv(10))

                loop.add_reader(left, fail)
                right.send(b"x")
                await asyncio.sleep(0.02)

        loop.run_until_complete(main())
        assert [type(problem) for problem in problems] == [ValueError]

    @pytest.mark.parametrize("ending", [SystemExit, KeyboardInterrupt])
    def test_that_end_the_program_leave_the_loop(
        self, loop: DesktopLoop, ending: type[BaseException]
    ) -> None:
        def end() -> None:
            raise ending

        loop.call_soon(end)
        with pytest.raises(ending):
            loop.run_forever()
        assert loop.run_until_complete(asyncio.sleep(0, "usable")) == "usable"

    def test_debug_mode_reports_slow_callbacks(
        self, loop: DesktopLoop, caplog: pytest.LogCaptureFixture
    ) -> None:
        loop.set_debug(True)
        loop.slow_callback_duration = 0.01

        async def main() -> None:
            time.sleep(0.02)  # noqa: ASYNC251 - the fault that debug mode shows

        loop.run_until_complete(main())
        assert "took" in caplog.text

    def test_debug_mode_refuses_another_thread(self, loop: DesktopLoop) -> None:
        loop.set_debug(True)

        async def main() -> None:
            with pytest.raises(RuntimeError, match="thread"):
                await asyncio.to_thread(lambda: loop.call_soon(int))

        loop.run_until_complete(main())

    def test_closed_loop_refuses_work(self, qapp: QApplication) -> None:
        loop = DesktopLoop(qapp)
        loop.close()
        loop.close()
        with pytest.raises(RuntimeError, match="closed"):
            loop.call_soon(int)
        with pytest.raises(RuntimeError, match="closed"):
            loop.call_soon_threadsafe(int)


class TestAsyncio:
    def test_timeout(self, loop: DesktopLoop) -> None:
        async def main() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(DAY)

        loop.run_until_complete(main())

    def test_task_group_cancels_siblings(self, loop: DesktopLoop) -> None:
        cancelled: list[bool] = []

        async def wait() -> None:
            try:
                await asyncio.sleep(DAY)
            finally:
                cancelled.append(True)

        async def fail() -> None:
            await asyncio.sleep(0.01)
            raise ValueError

        async def main() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(wait())
                group.create_task(fail())

        with pytest.raises(ExceptionGroup):
            loop.run_until_complete(main())
        assert cancelled == [True]

    def test_default_executor_uses_python_threads(self, loop: DesktopLoop) -> None:
        async def main() -> list[threading.Thread]:
            return await asyncio.gather(
                *(asyncio.to_thread(threading.current_thread) for _ in range(5))
            )

        threads = loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_default_executor())
        assert not any(isinstance(thread, threading._DummyThread) for thread in threads)
        assert not any(thread.is_alive() for thread in threads)

    def test_threads_wake_the_loop(self, loop: DesktopLoop) -> None:
        total = 0

        def add() -> None:
            nonlocal total
            total += 1

        def shout() -> None:
            for _ in range(1000):
                loop.call_soon_threadsafe(add)

        async def main() -> None:
            await asyncio.gather(*(asyncio.to_thread(shout) for _ in range(4)))
            await asyncio.sleep(0)

        loop.run_until_complete(limited(main()))
        assert total == 4000

    def test_idle_loop_wakes_for_a_thread(self, loop: DesktopLoop) -> None:
        async def main() -> None:
            woken = asyncio.Event()
            thread = threading.Timer(0.02, loop.call_soon_threadsafe, [woken.set])
            thread.start()
            await woken.wait()
            thread.join()

        loop.run_until_complete(limited(main(), 5))

    @pytest.mark.skipif(os.name == "nt", reason="asyncio has no signal handlers on Windows")
    def test_signal_handler(self, loop: DesktopLoop) -> None:
        async def main() -> None:
            told = asyncio.Event()
            loop.add_signal_handler(signal.SIGTERM, told.set)
            os.kill(os.getpid(), signal.SIGTERM)
            await told.wait()
            assert loop.remove_signal_handler(signal.SIGTERM)

        loop.run_until_complete(limited(main(), 5))

    def test_http_server_and_client(self, loop: DesktopLoop) -> None:
        async def acknowledge(request: web.Request) -> web.Response:
            return web.Response(text=await request.text())

        async def main() -> list[str]:
            app = web.Application()
            app.router.add_post("/", acknowledge)
            runner = web.AppRunner(app)
            await runner.setup()
            with socket.create_server(("127.0.0.1", 0)) as listening:
                await web.SockSite(runner, listening).start()
                url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
                try:
                    async with aiohttp.ClientSession() as client:
                        return await asyncio.gather(*(post(client, url, n) for n in range(200)))
                finally:
                    await runner.cleanup()

        async def post(client: aiohttp.ClientSession, url: str, number: int) -> str:
            async with client.post(url, data=str(number)) as answer:
                return await answer.text()

        answers = loop.run_until_complete(limited(main()))
        assert answers == [str(n) for n in range(200)]

    def test_nothing_stays_after_close(self, qapp: QApplication) -> None:
        loop = DesktopLoop(qapp)
        kept = Kept()
        loop.call_later(DAY, kept.call)
        loop.call_soon(kept.call)
        loop.run_until_complete(asyncio.sleep(0.001))
        loop.call_later(DAY, kept.call)
        loop.close()
        refs: list[weakref.ref[Any]] = [weakref.ref(loop), weakref.ref(kept)]
        del loop, kept
        gc.collect()
        assert [ref() for ref in refs] == [None, None]

    def test_refuses_to_start_inside_qts_loop(self, loop: DesktopLoop) -> None:
        refused: list[BaseException] = []

        def start() -> None:
            try:
                loop.run_forever()
            except RuntimeError as error:
                refused.append(error)

        QTimer.singleShot(0, start)
        nest(0.02)
        assert len(refused) == 1


class TestRun:
    def test_returns_and_raises(self, qapp: QApplication) -> None:
        async def fail() -> None:
            raise LookupError

        assert run(asyncio.sleep(0.001, "done"), qapp) == "done"
        with pytest.raises(LookupError):
            run(fail(), qapp)

    def test_cleans_up_after_main(self, qapp: QApplication) -> None:
        events: list[str] = []

        async def numbers() -> AsyncGenerator[int, None]:
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                events.append("generator closed")

        async def linger() -> None:
            try:
                await asyncio.sleep(DAY)
            finally:
                asyncio.get_running_loop()
                events.append("task cancelled")

        kept: list[object] = []

        async def main() -> None:
            generator = numbers()
            kept.extend([generator, asyncio.create_task(linger())])
            await anext(generator)

        run(main(), qapp)
        assert events == ["task cancelled", "generator closed"]

    def test_quitting_qt_lets_main_clean_up(self, qapp: QApplication) -> None:
        events: list[str] = []

        async def main() -> None:
            QTimer.singleShot(5, qapp.quit)
            try:
                await asyncio.sleep(DAY)
            finally:
                qapp.quit()
                await asyncio.sleep(0.02)
                events.append("cleaned up")

        with pytest.raises(asyncio.CancelledError):
            run(main(), qapp)
        assert events == ["cleaned up"]

    def test_main_may_choose_how_to_quit(self, qapp: QApplication) -> None:
        async def main() -> str:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, DesktopLoop)
            stop = asyncio.Event()
            loop.on_quit(stop.set)
            QTimer.singleShot(0, qapp.quit)
            await stop.wait()
            return "gently"

        assert run(limited(main(), 5), qapp) == "gently"

    @pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to the whole console")
    def test_ctrl_c_cancels_main(self, qapp: QApplication) -> None:
        events: list[str] = []

        def interrupt() -> None:
            os.kill(os.getpid(), signal.SIGINT)

        async def main() -> None:
            threading.Timer(0.05, interrupt).start()
            try:
                await asyncio.sleep(DAY)
            finally:
                events.append("cleaned up")

        with pytest.raises(KeyboardInterrupt):
            run(main(), qapp)
        assert events == ["cleaned up"]
