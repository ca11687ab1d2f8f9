"""``serve``: the listener without a window, and without loading Qt."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from justtrades_desktop.app.logs import start_logging
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.serving import DEFAULT_HOST, DEFAULT_PORT, Config, Serving, serving


def config_of(chosen: argparse.Namespace) -> Config:
    """The configuration that the arguments ask for."""
    return Config(
        data_dir=data_dir(chosen.data_dir),
        host=getattr(chosen, "host", DEFAULT_HOST),
        port=getattr(chosen, "port", DEFAULT_PORT),
        allowed_hosts=tuple(getattr(chosen, "allow_host", ())),
    )


def announce(running: Serving) -> None:
    """The first line on stdout: where it listens and where the data lies."""
    told = {"listening": running.url, "data_dir": str(running.config.data_dir)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def run(chosen: argparse.Namespace) -> int:
    """Listen until SIGTERM or Ctrl-C."""
    config = config_of(chosen)
    start_logging(config.data_dir)
    asyncio.run(_serve(config))
    return 0


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C comes as KeyboardInterrupt
            break
    async with serving(config) as running:
        announce(running)
        await stop.wait()
