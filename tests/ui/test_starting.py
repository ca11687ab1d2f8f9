"""What a person sees of a start: the window or only its icon, and the dialog of one that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel

from justtrades_desktop.app.autostart import is_on
from justtrades_desktop.app.serving import Config
from justtrades_desktop.cli import window
from justtrades_desktop.cli.main import main
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui.display import package_of, why_no_window
from justtrades_desktop.ui.failed import Failed
from justtrades_desktop.ui.front import Front
from justtrades_desktop.ui.shell import Shell
from justtrades_desktop.ui.theme import apply_theme
from tests.ui.program import Program, perform


def _shell(*, tray: bool) -> tuple[Shell, list[str]]:
    shown: list[str] = []
    made = SimpleNamespace(tray=SimpleNamespace(present=tray), show=lambda: shown.append("shown"))
    return cast(Any, made), shown


@pytest.mark.parametrize(("in_tray", "tray", "times"), [(0, 1, 1), (1, 1, 0), (1, 0, 1)])
def test_it_starts_hidden_only_where_there_is_a_tray(in_tray: int, tray: int, times: int) -> None:
    shell, shown = _shell(tray=bool(tray))
    Front(in_tray=bool(in_tray)).stand(shell)
    assert len(shown) == times


def test_a_second_start_while_the_first_is_starting_shows_the_window() -> None:
    shell, shown = _shell(tray=True)
    front = Front(in_tray=True)
    assert front.show()
    front.stand(shell)
    assert shown == ["shown"]


def test_a_second_start_while_the_first_is_ending_is_to_try_again() -> None:
    front = Front(in_tray=False)
    front.end()
    with pytest.raises(UserError, match="just ending"):
        front.show()


def test_a_tray_is_not_waited_for_when_the_window_is_wanted(qapp: QApplication) -> None:
    front = Front(in_tray=True)
    front.show()
    asyncio.run(front.tray_there(asyncio.Event()))
    stopped = asyncio.Event()
    stopped.set()
    asyncio.run(Front(in_tray=True).tray_there(stopped))


def test_the_menu_starts_it_with_the_computer(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    async def play(program: Program) -> None:
        action: QAction = program.window.menus.autostart
        assert not action.isChecked()
        action.trigger()
        assert is_on()
        action.trigger()
        assert not is_on()
        (tmp_path / "config" / "autostart").rmdir()
        (tmp_path / "config").rmdir()
        (tmp_path / "config").write_text("a file")
        action.trigger()
        assert not action.isChecked()
        assert "cannot be changed" in program.window.top_bar.error_banner.text.text()

    perform(qapp, tmp_path / "data", play)


def test_the_end_of_the_session_puts_away_what_is_not_on_disk(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", price="25600")
        (tmp_path / "window.ini").unlink()
        program.shell.keep()
        assert "geometry" in (tmp_path / "window.ini").read_text()
        assert not program.stop.is_set()

    perform(qapp, tmp_path, play)


def test_why_it_did_not_start(
    qapp: QApplication, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    log = tmp_path / "logs" / "justtrades.log"
    for dark in (True, False):
        apply_theme(qapp, dark)
        dialog = Failed("The port 8787 is taken", "Give another --port.", log, had_started=False)
        dialog.show()
        said = [label.text() for label in dialog.findChildren(QLabel)]
        assert said[:2] == ["The port 8787 is taken", "Give another --port."]
        assert dialog.where.field.text() == str(log)
        dialog.copying.click()
        assert qapp.clipboard().text() == f"The port 8787 is taken\nGive another --port.\n{log}"
        pictures: Path | None = request.config.getoption("--pictures")
        if pictures is not None:
            dialog.grab().save(str(pictures / f"start-failed-{'dark' if dark else 'light'}.png"))
        dialog.closing.click()
        assert not dialog.isVisible()
        dialog.deleteLater()


def test_a_long_path_does_not_widen_the_dialog(qapp: QApplication) -> None:
    dialog = Failed("The folder " + "/a-long-name" * 40 + " is full", "", None, had_started=True)
    assert dialog.sizeHint().width() < 900
    dialog.deleteLater()


@pytest.mark.parametrize(
    ("had_started", "title"), [(False, "JustTrades did not start"), (True, "JustTrades has ended")]
)
def test_a_failure_says_whether_it_had_started(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    had_started: bool,
    title: str,
) -> None:
    titles: list[str] = []

    def show(config: Config, *, announce: Callable[[Any], None], **_: object) -> int:
        if had_started:
            announce(SimpleNamespace(config=config, url="http://127.0.0.1:8787"))
        raise UserError("The data folder is gone")

    def look() -> None:
        (dialog,) = (each for each in qapp.topLevelWidgets() if isinstance(each, Failed))
        titles.append(dialog.windowTitle())
        dialog.reject()

    monkeypatch.setattr("justtrades_desktop.ui.run.run", show)
    monkeypatch.setattr(window, "why_no_window", lambda: None)
    monkeypatch.setattr(window, "_UNSEEN", ())
    monkeypatch.setattr(window, "start_logging", lambda _: None)
    QTimer.singleShot(0, look)
    assert main(["--data-dir", str(tmp_path)]) == 1
    assert titles == [title]


# Before Qt is asked


def test_the_package_of_a_missing_library() -> None:
    assert package_of("libxcb-cursor.so.0") == "libxcb-cursor0"
    assert package_of("libxkbcommon-x11.so.0") == "libxkbcommon-x11-0"
    assert package_of("libEGL.so.1") == "libegl1"


def test_a_missing_library_is_named_with_its_package(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    from justtrades_desktop.ui import display

    def missing(path: str) -> object:
        raise OSError(f"libxcb-cursor.so.0: cannot open shared object file: {path}")

    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(display, "_x_answers", lambda: True)
    monkeypatch.setattr("ctypes.CDLL", missing)
    said = why_no_window()
    assert said is not None
    assert "libxcb-cursor.so.0" in said
    assert "sudo apt install libxcb-cursor0" in said


def test_a_platform_named_by_hand_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "vnc")
    monkeypatch.setenv("DISPLAY", ":7919")
    assert why_no_window() is None
