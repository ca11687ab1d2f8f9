"""The passphrase of the vault, where no keyring opens it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours


class PassphraseDialog(FormDialog):
    """Opens the vault; accepted once it is open."""

    def __init__(
        self, brokerage: Brokerage, tasks: Tasks, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._brokerage = brokerage
        self.setWindowTitle(self.tr("Open the vault"))
        self.do_button.setText(self.tr("Open"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.visible = QCheckBox(self.tr("&Show what I type"))
        self.visible.toggled.connect(self._on_visible)
        self.body.addWidget(
            plain_label(
                self.tr(
                    "Passwords and keys of brokers are kept encrypted. This computer has no "
                    "keyring that could open them, so a passphrase does. At the first time you "
                    "choose it; nobody can bring it back if it is forgotten."
                ),
                wrap=True,
            )
        )
        rows = Rows(colours)
        rows.add(self.tr("&Passphrase"), self.passphrase)
        self.body.addLayout(rows)
        self.body.addWidget(self.visible)
        self.finished.connect(lambda _: self.passphrase.clear())
        self.passphrase.textChanged.connect(self._on_text)
        self._on_text("")
        self.passphrase.setFocus()

    async def carry_out(self) -> bool:
        await self._brokerage.unlock(self.passphrase.text())
        return True

    def _on_text(self, text: str) -> None:
        self.do_button.setEnabled(bool(text))

    def _on_visible(self, visible: bool) -> None:
        echo = QLineEdit.EchoMode
        self.passphrase.setEchoMode(echo.Normal if visible else echo.Password)
