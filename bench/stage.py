"""The program with its window, in this process, and an empty aiohttp handler beside it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from justtrades_desktop.app.serving import Config, Serving, serving

T = TypeVar("T")


def with_window(main: Callable[[Serving], Awaitable[T]], data_dir: Path | None = None) -> T:
    """Run ``main`` on Qt's loop with the listener on and the window visible."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from justtrades_desktop.ui import loop
    from justtrades_desktop.ui.application import application
    from justtrades_desktop.ui.shell import Shell

    app = application()

    async def show(folder: Path) -> T:
        async with serving(Config(data_dir=folder, port=0)) as running:
            shell = Shell(app, running, asyncio.Event(), tray_available=False)
            shell.window.resize(1400, 900)
            shell.show()
            try:
                return await main(running)
            finally:
                await shell.close()

    with tempfile.TemporaryDirectory(prefix="justtrades-bench-") as fresh:
        return loop.run(show(data_dir or Path(fresh)), app)


@asynccontextmanager
async def empty_handler() -> AsyncIterator[str]:
    """The address of an aiohttp application whose handler reads the body and answers 200."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_post("/webhook/{token}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/webhook/x"
    finally:
        await runner.cleanup()
