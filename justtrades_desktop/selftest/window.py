"""The window stands, is shown, wears its theme, and is told of a tray where there is one."""

from __future__ import annotations

import asyncio

from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.post import answer_seconds
from justtrades_desktop.selftest.checking import is_so, same, until
from justtrades_desktop.selftest.scene import Program
from justtrades_desktop.ui.loop import DesktopLoop
from justtrades_desktop.ui.notices import Notice


async def stands(program: Program) -> str:
    """It is there, on the loop it should be on, and the listener answers."""
    window = program.window
    is_so(isinstance(asyncio.get_running_loop(), DesktopLoop), "our loop on Qt's", "another loop")
    await until(window.isVisible, "the window to be shown")
    is_so(not window.windowIcon().isNull(), "an icon of the window", "none")
    ground = QApplication.palette().color(QPalette.ColorRole.Window).name()
    same("the theme's ground", ground, window.theme.colours.surface.name())
    same("the page of a first start", window.pages.currentWidget(), window.welcome)
    await answer_seconds(program.running.url)
    return f"shown on {QGuiApplication.platformName()}, themed, and the listener answers"


async def tray(program: Program) -> str:
    """The icon is shown and takes a notification, where the desktop has a place for it."""
    icon = program.shell.tray
    if not icon.present:
        return "no tray here"
    await until(icon.icon.isVisible, "the icon in the tray")
    is_so(not icon.icon.icon().isNull(), "a picture of the icon", "none")
    is_so("listening" in icon.tooltip(), "a tooltip that says where it listens", icon.tooltip())
    icon.tell(Notice("JustTrades tests itself", "Nothing needs to be done."))
    return "icon shown, a notification sent"
