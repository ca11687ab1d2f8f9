"""``serve``: the listener without a window, and without loading Qt."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys

from justtrades_desktop.app.ending import end_on_signals
from justtrades_desktop.app.instance import make_folder
from justtrades_desktop.app.logs import is_logging, log_in, start_logging
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.serving import DEFAULT_HOST, DEFAULT_PORT, Config, Serving, serving

log = logging.getLogger(__name__)


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
    folder = running.config.data_dir
    told = {"listening": running.url, "data_dir": str(folder)}
    try:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    except OSError as error:  # its reader is gone, or it goes into a file on a full disk
        log.info("nobody reads where it listens: %s", error)
    if not is_logging():
        log.warning("it goes on without a log: %s cannot be written", log_in(folder))


def run(chosen: argparse.Namespace) -> int:
    """Listen until SIGTERM, SIGHUP or Ctrl-C."""
    config = config_of(chosen)
    make_folder(config.data_dir)
    start_logging(config.data_dir)
    asyncio.run(_serve(config))
    return 0


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    end_on_signals(asyncio.get_running_loop(), stop.set)
    async with serving(config) as running:
        announce(running)
        await stop.wait()
