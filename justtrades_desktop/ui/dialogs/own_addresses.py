"""Base addresses of any server that speaks the broker's protocol, folded away at first."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget

from justtrades_desktop.domain.broker import Addresses
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui.dialogs.form import Rows
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours


class OwnAddresses(QWidget):
    """Three lines under a fold; folded away, the broker's own addresses count."""

    changed = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.fold = QToolButton()
        self.fold.setText(self.tr("&Own addresses"))
        self.fold.setAccessibleName(self.tr("Own addresses"))
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setMinimumHeight(CONTROL)
        self.fold.toggled.connect(self._on_fold)
        self.rest = _line("https://demo.example.com/v1")
        self.user = _line("wss://demo.example.com/v1/websocket")
        self.market = _line("wss://md.example.com/v1/websocket")
        rows = Rows(colours)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.add(self.tr("&Requests"), self.rest)
        rows.add(self.tr("Accoun&t socket"), self.user)
        rows.add(
            self.tr("&Data socket"),
            self.market,
            self.tr("For any server that speaks the protocol; Test says whether it does."),
        )
        self._inside = QWidget()
        self._inside.setLayout(rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.fold, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._inside)
        for line in (self.rest, self.user, self.market):
            line.textChanged.connect(self.changed)
        self._on_fold(False)

    def addresses(self) -> Addresses | None:
        """What is entered, None while folded away.

        Raises:
            UserError: one of them is missing or none that a password may be sent to.
        """
        if not self.fold.isChecked():
            return None
        return Addresses(
            rest=self._checked(self.rest, ("https", "http")),
            user=self._checked(self.user, ("wss", "ws")),
            market=self._checked(self.market, ("wss", "ws")),
        )

    def _checked(self, line: QLineEdit, schemes: tuple[str, str]) -> str:
        """The address without a slash at its end; ``schemes`` are the safe one and the open one."""
        address = line.text().strip().rstrip("/")
        name = line.accessibleName()
        try:
            parts = urlsplit(address)
            host = parts.hostname
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in schemes or not host:
            said = self.tr("“%1” under Own addresses is no address").replace("%1", name)
            hint = self.tr("It starts with %1:// and names a server.").replace("%1", schemes[0])
            raise UserError(said, hint)
        if parts.scheme != schemes[0] and not _is_here(host):
            said = self.tr("“%1” is not encrypted").replace("%1", name)
            hint = self.tr("Anyone on the way could read the password. Use %1://.")
            raise UserError(said, hint.replace("%1", schemes[0]))
        return address

    def _on_fold(self, opened: bool) -> None:
        self._inside.setVisible(opened)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.changed.emit()


def _line(example: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(example)
    return line


def _is_here(host: str) -> bool:
    """Whether ``host`` is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
