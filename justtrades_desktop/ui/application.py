"""Qt's application, made once, which hears when the desktop's session ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from justtrades_desktop import __version__
from justtrades_desktop.ui.icon import app_icon


class Application(QApplication):
    """Left to itself Qt would ask every window to close, and one that hides to the tray refuses.

    Then the session would wait for us, or kill us. All that was acknowledged is on disk: it may
    end without a question.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(arguments)
        self.on_quit: Callable[[], object] | None = None

    def event(self, event: QEvent) -> bool:
        """Hear the system's wish to end; nothing but the application's own events passes here."""
        if event.type() == QEvent.Type.Quit and self.on_quit is not None:
            self.on_quit()
            return True
        return super().event(event)


def application() -> QApplication:
    """Qt's application, made where there is none yet."""
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else Application(sys.argv[:1])
    app.setApplicationName("JustTrades")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("justtrades")
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(app_icon())
    return app


@contextmanager
def told_to_quit(app: QApplication, quitting: Callable[[], object]) -> Iterator[None]:
    """Have ``quitting`` called, while inside, when the system wants ``app`` to end."""
    if not isinstance(app, Application):  # a test's own
        yield
        return
    app.on_quit = quitting
    try:
        yield
    finally:
        app.on_quit = None
