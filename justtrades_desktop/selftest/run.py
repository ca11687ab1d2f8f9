"""The self test from its first step to its table."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from justtrades_desktop.app.serving import Config, Serving
from justtrades_desktop.selftest import (
    alerts,
    basics,
    bracket,
    journal,
    migration,
    panels,
    ticks,
    vault,
    window,
)
from justtrades_desktop.selftest.checking import Wrong, is_so
from justtrades_desktop.selftest.ending import ending
from justtrades_desktop.selftest.noticed import Noticed
from justtrades_desktop.selftest.report import Report
from justtrades_desktop.selftest.scene import Program, Scene
from justtrades_desktop.ui import run as ui
from justtrades_desktop.ui.display import why_no_window
from justtrades_desktop.ui.shell import Shell

OnT = TypeVar("OnT", Scene, Program)

_PLATFORM: Final = "QT_QPA_PLATFORM"
_SHOWN: Final = ("xcb", "wayland")
_OURS: Final = "JUSTTRADES_"
_STEP_SECONDS: Final = 240.0

_BEFORE: Final[dict[str, Callable[[Scene], Awaitable[str]]]] = {
    "program": basics.program,
    "resources": basics.shipped,
    "migration": migration.migration,
    "keyring": vault.keeping,
}
_INSIDE: Final[dict[str, Callable[[Program], Awaitable[str]]]] = {
    "window": window.stands,
    "alerts": alerts.alerts,
    "ticks": ticks.ticks,
    "bracket": bracket.bracket,
    "journal": journal.journal,
    "panels": panels.panels,
    "tray": window.tray,
}
_END: Final = "end"


def run(pictures: Path | None = None) -> tuple[Report, list[str]]:
    """All steps; the report, and what the log said of warnings and errors.

    Nothing outside a temporary folder is touched, but for ``pictures``, where they are kept, and
    an entry of the system's keyring that comes and goes.
    """
    report = Report([*_BEFORE, *_INSIDE, _END])
    with Noticed() as noticed, _own_environment(), _own_folder() as folder:
        scene = Scene(folder=folder, pictures=pictures)
        for play in _BEFORE.values():
            asyncio.run(report.take(partial(_in_time, play, scene)))
        if report.goes_on:
            _run_program(scene, noticed, report)
    return report, noticed.lines


def _run_program(scene: Scene, noticed: Noticed, report: Report) -> None:
    """The steps that need the program, and its end; what fails between two fails the next."""
    seen = ending(scene, noticed)
    try:
        _see_display()
        _with_window(scene, report)
        if report.goes_on:
            ran = report.next_step == _END
            is_so(ran, "that the program runs until this step is done", "that it was quit before")
            report.passed(seen())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this test is for
        report.failed(error)


def _with_window(scene: Scene, report: Report) -> None:
    announced: list[Serving] = []

    async def meanwhile(shell: Shell) -> None:
        program = Program(scene=scene, running=announced[0], shell=shell)
        for play in _INSIDE.values():
            await report.take(partial(_in_time, partial(_without_trouble, play), program))

    config = Config(data_dir=scene.data_dir, port=0)
    _ = ui.run(config, demo=False, announce=announced.append, meanwhile=meanwhile)


async def _without_trouble(play: Callable[[Program], Awaitable[str]], program: Program) -> str:
    """``play``, and that the window has reported no error of ours meanwhile."""
    said = await play(program)
    for banner in (program.window.top_bar.error_banner, program.window.top_bar.ledger_banner):
        is_so(banner.isHidden(), "that the window reports no trouble", banner.text.text())
    return said


async def _in_time(play: Callable[[OnT], Awaitable[str]], on: OnT) -> str:
    limit = asyncio.timeout(_STEP_SECONDS)
    try:
        async with limit:
            return await play(on)
    except TimeoutError:
        if not limit.expired():
            raise
        raise Wrong(f"it was not done within {_STEP_SECONDS:.0f} s") from None


def _see_display() -> None:
    """Where the platform that was asked for has no display, Qt would end the process."""
    asked = os.environ.pop(_PLATFORM)
    trouble = why_no_window() if asked.startswith(_SHOWN) else None
    os.environ[_PLATFORM] = asked
    is_so(trouble is None, f"a window on {asked}", f"{trouble}")


@contextmanager
def _own_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix="justtrades-selftest-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextmanager
def _own_environment() -> Iterator[None]:
    """No window on anybody's screen unless asked for, and none of the user's settings of ours."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(_OURS):
            del os.environ[name]
    os.environ.setdefault(_PLATFORM, "offscreen")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
