"""A screen of our own: an X server without a monitor, a window manager and a tray on it."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.installed.machine import until

_SIZE: Final = "1600x1000x24"
_HEADER: Final = struct.Struct(">25I")  # of an X window dump
_COLOUR_BYTES: Final = 12
_MANAGED: Final = "get_num_desktops"  # which fails until a window manager has said so
_PLENTY: Final = 40
_MOMENT: Final = 0.4  # seconds


@dataclass(frozen=True, slots=True)
class Screen:
    """A running one; ``name`` is what DISPLAY is set to."""

    name: str
    server: subprocess.Popen[bytes]
    memory: Path  # what is on it, as the server keeps it

    def ask(self, *arguments: str) -> str:
        """What xdotool says; empty where it fails."""
        done = subprocess.run(
            ["xdotool", *arguments],
            capture_output=True,
            text=True,
            env=os.environ | {"DISPLAY": self.name},
            timeout=30,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def windows(self, process: int, title: str = "") -> list[str]:
        """The windows of a process that can be seen now."""
        shown = ["search", "--onlyvisible", "--all", "--pid", str(process)]
        return self.ask(*shown, "--name", title or ".").split()

    def window(self, process: int, title: str = "JustTrades") -> str:
        """The one window of a process, once it can be seen."""
        return until(lambda: self.windows(process, title), f"a window {title!r}")[0]

    def active(self) -> str:
        """The process whose window has the keyboard."""
        return self.ask("getactivewindow", "getwindowpid")

    def press(self, key: str) -> None:
        """Press a key, in whatever window has the keyboard.

        Not in a named one: where that goes away at the press, the key would stay down.
        """
        self.ask("key", key)

    def picture(self) -> QImage:
        """All that is on it now."""
        content = self.memory.read_bytes()
        header = _HEADER.unpack_from(content)
        size, width, height, stride, colours = (header[at] for at in (0, 4, 5, 12, 19))
        pixels = content[size + colours * _COLOUR_BYTES :]
        picture = QImage(pixels, width, height, stride, QImage.Format.Format_RGB32)
        return picture.copy()

    def drawn(self) -> QImage:
        """The picture, once there is something on it and it stays so for a moment."""
        seen, since = self.picture(), time.monotonic()

        def settled() -> bool:
            nonlocal seen, since
            now = self.picture()
            if now != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > _MOMENT and colours(seen) > _PLENTY

        until(settled, "something to see")
        return seen


def colours(picture: QImage) -> int:
    """How many colours there are: one where nothing is drawn."""
    pixels = picture.convertToFormat(QImage.Format.Format_RGB32).constBits()
    return len(np.unique(np.frombuffer(pixels, np.uint32)))


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A screen with a window manager and a tray, gone afterwards."""
    with ExitStack() as stack:
        shown = stack.enter_context(_bare_screen(folder))
        stack.enter_context(_beside(shown, folder, ["openbox", "--sm-disable"]))
        until(lambda: shown.ask(_MANAGED), "the window manager")
        stack.enter_context(_beside(shown, folder, ["trayer", "--edge", "top"]))
        until(lambda: shown.ask("search", "--class", "trayer"), "the tray")
        yield shown


@contextmanager
def _bare_screen(folder: Path) -> Iterator[Screen]:
    memory = folder / "screen"
    memory.mkdir()
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", _SIZE, "-nolisten", "tcp"]
    with (folder / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "-noreset", "-fbdir", str(memory)],
            pass_fds=[writing],
            stdout=log,
            stderr=log,
        )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            pytest.fail(f"no screen: {(folder / 'xvfb.log').read_text()}")
        yield Screen(f":{number}", server, memory / "Xvfb_screen0")
    finally:
        _end(server)


@contextmanager
def _beside(shown: Screen, folder: Path, command: Sequence[str]) -> Iterator[None]:
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "DISPLAY": shown.name},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
