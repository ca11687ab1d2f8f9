"""The dialog of a program that failed where nobody sees a terminal: why, and where the log lies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from justtrades_desktop.ui.application import application
from justtrades_desktop.ui.memory import Look, Memory
from justtrades_desktop.ui.parts import CopyButton, CopyLine, heading, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, apply_theme, system_is_dark

_WIDTH: Final = 72 * GRID


class Failed(QDialog):
    """Says what the line on stderr says, to be read, copied and closed."""

    def __init__(self, title: str, hint: str, log: Path | None, *, had_started: bool) -> None:
        super().__init__()
        self.setWindowTitle(
            self.tr("JustTrades has ended") if had_started else self.tr("JustTrades did not start")
        )
        self.setMinimumWidth(_WIDTH)
        self.copying = CopyButton(self.tr("Copy all"), self.tr("Copy all that is said here"))
        self.copying.set_text_to_copy(_as_text(title, hint, log))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        top = heading(_breakable(title), points=2.0)
        top.setWordWrap(True)
        column.addWidget(top)
        if hint:
            column.addWidget(plain_label(_breakable(hint), wrap=True))
        if log is not None:
            column.addLayout(self._log_line(log))
        column.addStretch(1)
        column.addWidget(self._buttons())

    def _log_line(self, log: Path) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(GRID // 2)
        lines.addWidget(plain_label(self.tr("The log has the details:")))
        self.where = CopyLine(self.tr("the log's place"))
        self.where.set_text(str(log))
        lines.addWidget(self.where)
        return lines

    def _buttons(self) -> QWidget:
        buttons = QDialogButtonBox()
        buttons.addButton(self.copying, QDialogButtonBox.ButtonRole.ActionRole)
        self.closing = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        self.closing.setMinimumHeight(CONTROL)
        self.closing.setAccessibleName(self.tr("Close"))
        self.closing.setDefault(True)
        buttons.rejected.connect(self.reject)
        return buttons


def show_failed(
    title: str, hint: str, *, log: Path | None, data_dir: Path, had_started: bool
) -> None:
    """Show the dialog until it is closed, in the theme that ``data_dir`` remembers.

    To be called with no loop running, neither Qt's nor asyncio's: it runs Qt's own.
    """
    app = application()
    look = Memory(data_dir).look
    apply_theme(app, system_is_dark(app) if look is Look.SYSTEM else look is Look.DARK)
    dialog = Failed(title, hint, log, had_started=had_started)
    dialog.finished.connect(app.exit)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    app.exec()


def _as_text(title: str, hint: str, log: Path | None) -> str:
    return "\n".join(filter(None, (title, hint, "" if log is None else str(log))))


def _breakable(text: str) -> str:
    """May also break inside a long path."""
    return re.sub(r"([/\\])", "\\1\u200b", text)
