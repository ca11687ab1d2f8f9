"""Starting with the computer: one entry where the system looks for what to start at a login.

Off unless the trader wants it. Linux is tested; the registry of Windows and the agent of macOS
were written from their documentation and have not been run on those systems.
"""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.domain.errors import UserError

IN_TRAY: Final = "--in-tray"
_NAME: Final = "justtrades"
_AGENT: Final = "desktop.justtrades"
_RUN_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"


class Entry(Protocol):
    """The place that a system looks at."""

    def read(self) -> str | None:
        """What stands there, None where nothing does or the system passes it over."""

    def write(self, words: Sequence[str]) -> None:
        """Have ``words``, a program and its arguments, started at every login."""

    def remove(self) -> None:
        """Have nothing started."""


def is_on() -> bool:
    """Whether JustTrades starts with the computer."""
    try:
        return entry().read() is not None
    except (OSError, RuntimeError):  # not to be read, or no home folder
        return False


def started() -> str | None:
    """The command line that is started, as the system keeps it; None where it is off."""
    return entry().read()


def switch(*, on: bool, folder: Path | None = None) -> None:
    """Start with the computer from now on, or no longer.

    ``folder`` is the data folder, named in the entry only where it is not the usual one.

    Raises:
        UserError: the system's place for it cannot be written.
    """
    try:
        if on:
            entry().write(command(folder))
        else:
            entry().remove()
    except OSError as error:
        raise UserError(
            f"Starting with the computer cannot be changed: {error.strerror or error}",
            f"Check {error.filename}." if error.filename else "",
        ) from error


def command(folder: Path | None = None) -> list[str]:
    """This program and its arguments, as a login has to start it."""
    words = [*_program(), IN_TRAY]
    if folder is not None and folder != data_dir(None):
        words += ["--data-dir", str(folder)]
    return words


def _program() -> list[str]:
    if getattr(sys, "frozen", False):
        windowed = Path(sys.executable).with_name("justtradesw.exe")  # Windows: without a console
        return [str(windowed) if windowed.exists() else sys.executable]
    script = Path(sys.executable).with_name("justtrades.exe" if os.name == "nt" else "justtrades")
    if script.exists():  # found from any folder, as `-m` is not
        return [str(script)]
    return [sys.executable, "-m", "justtrades_desktop"]


def entry() -> Entry:
    """The one of this system."""
    if sys.platform == "win32":
        return RunKey()
    return LaunchAgent() if sys.platform == "darwin" else DesktopEntry()


class DesktopEntry:
    """A file in the autostart folder of every Linux desktop."""

    def __init__(self) -> None:
        given = os.environ.get("XDG_CONFIG_HOME", "")
        config = Path(given) if Path(given).is_absolute() else Path.home() / ".config"
        self.path = config / "autostart" / f"{_NAME}.desktop"

    def read(self) -> str | None:
        """The ``Exec`` line as it stands."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="surrogateescape")
            lines = text.splitlines()
        except FileNotFoundError:
            return None
        # Desktops switch an entry off by either of these, instead of removing it.
        if {"Hidden=true", "X-GNOME-Autostart-enabled=false"} & set(lines):
            return None
        return next((line[5:] for line in lines if line.startswith("Exec=")), None)

    def write(self, words: Sequence[str]) -> None:
        """Replace the file whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(_desktop_entry(words), encoding="utf-8", errors="surrogateescape")
        fresh.replace(self.path)

    def remove(self) -> None:
        """Nothing is left."""
        self.path.unlink(missing_ok=True)


def _desktop_entry(words: Sequence[str]) -> str:
    return "\n".join(
        (
            "[Desktop Entry]",
            "Type=Application",
            "Name=JustTrades",
            "Comment=Receives TradingView alerts",
            f"Exec={' '.join(map(_exec_word, words))}",
            f"TryExec={_escaped(words[0])}",  # a program that was removed is not started
            f"Icon={_NAME}",
            "Terminal=false",
            "",
        )
    )


def _exec_word(word: str) -> str:
    """A word of an ``Exec`` line: quoted, then escaped again as every string of the file is."""
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, f"\\{special}")
    return f'"{_escaped(word).replace("%", "%%")}"'


def _escaped(text: str) -> str:
    """As a string of the file."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")


class LaunchAgent:
    """A property list in the user's LaunchAgents. Not run on macOS yet."""

    def __init__(self) -> None:
        self.path = Path.home() / "Library" / "LaunchAgents" / f"{_AGENT}.plist"

    def read(self) -> str | None:
        """Its program and arguments."""
        try:
            kept = plistlib.loads(self.path.read_bytes())
        except (FileNotFoundError, plistlib.InvalidFileException):
            return None
        return " ".join(kept.get("ProgramArguments", ())) or None

    def write(self, words: Sequence[str]) -> None:
        """Heard of at the next login."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"Label": _AGENT, "ProgramArguments": list(words), "RunAtLoad": True}
        self.path.write_bytes(plistlib.dumps(kept))

    def remove(self) -> None:
        """Nothing is left."""
        self.path.unlink(missing_ok=True)


class RunKey:
    """A value below the user's Run key. Not run on Windows yet."""

    def read(self) -> str | None:
        """The value."""
        if sys.platform != "win32":
            return None
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
                return str(winreg.QueryValueEx(key, _NAME)[0])
        except FileNotFoundError:
            return None

    def write(self, words: Sequence[str]) -> None:
        """Quoted as Windows takes a command line apart."""
        if sys.platform != "win32":
            return
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
            line = subprocess.list2cmdline(words)
            winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, line)

    def remove(self) -> None:
        """Nothing is left."""
        if sys.platform != "win32" or self.read() is None:
            return
        import winreg

        key = winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY, 0, winreg.KEY_SET_VALUE)
        with key:
            winreg.DeleteValue(key, _NAME)
