"""The ways a system tells a program to end: SIGTERM, Ctrl-C, and the end of its terminal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator


def end_on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], object]) -> None:
    """Have ``stop`` called on ``loop`` when the system asks the program to end."""
    for number in _numbers():
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows: Ctrl-C comes as KeyboardInterrupt
            return


def _numbers() -> Iterator[signal.Signals]:
    yield signal.SIGTERM
    yield signal.SIGINT
    hang_up: signal.Signals | None = getattr(signal, "SIGHUP", None)
    # `nohup` has it ignored: then it is to outlive its terminal.
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        yield hang_up
