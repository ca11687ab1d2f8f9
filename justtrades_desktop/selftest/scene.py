"""What the steps stand on: folders of their own, and the running program once its window stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from justtrades_desktop.app.serving import Serving
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.shell import Shell
from justtrades_desktop.ui.window import MainWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """``folder`` is thrown away at the end; ``pictures`` is where they stay, None for nowhere."""

    folder: Path
    pictures: Path | None = None

    @property
    def data_dir(self) -> Path:
        """The data folder of the program under test."""
        return self.folder / "data"

    def other(self, name: str) -> Path:
        """A new folder of a step's own."""
        made = self.folder / name
        made.mkdir()
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program while it runs, with its window."""

    scene: Scene
    running: Serving
    shell: Shell

    @property
    def desk(self) -> Desk:
        """The door to the core."""
        return self.running.desk

    @property
    def window(self) -> MainWindow:
        """The window."""
        return self.shell.window
