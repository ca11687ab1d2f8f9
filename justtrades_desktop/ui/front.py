"""What a second start finds: a window to bring up, one that is about to stand, or one that ends."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtWidgets import QSystemTrayIcon

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui.shell import Shell

_TRAY_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.25


class Front:
    """Follows the window from before it is there until it is gone."""

    def __init__(self, *, in_tray: bool) -> None:
        """``in_tray`` starts hidden where there is a tray, unless somebody asks for the window."""
        self._in_tray = in_tray
        self._shell: Shell | None = None
        self._is_ending = False

    def show(self) -> bool:
        """Bring the window to the front, now or as soon as it stands.

        Raises:
            UserError: it ends just now; a start after that opens a new one.
        """
        if self._is_ending:
            raise UserError("JustTrades is just ending", "Start it again in a moment.")
        self._in_tray = False
        if self._shell is not None:
            self._shell.show()
        return True

    async def tray_there(self, stop: asyncio.Event) -> None:
        """Give a tray some seconds: at a login it may start after the programs that want it."""
        ends = asyncio.get_running_loop().time() + _TRAY_SECONDS
        while self._in_tray and not stop.is_set():
            if QSystemTrayIcon.isSystemTrayAvailable() or asyncio.get_running_loop().time() > ends:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def stand(self, shell: Shell) -> None:
        """The window is there."""
        self._shell = shell
        if not (self._in_tray and shell.tray.present):
            shell.show()

    def end(self) -> None:
        """The window goes."""
        self._is_ending = True
        self._shell = None
