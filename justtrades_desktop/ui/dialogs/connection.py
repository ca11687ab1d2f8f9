"""A new connection to a broker: entered, tested, and only then kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialogButtonBox, QLineEdit, QWidget

from justtrades_desktop.domain.broker import (
    Brokerage,
    Credentials,
    Environment,
    NewConnection,
)
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.dialogs.own_addresses import OwnAddresses
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import paint
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.wording import in_words

_LONGEST = 200


class ConnectionDialog(FormDialog):
    """Logs in once to try; ``saved`` is the connection that was kept.

    Only what was tested can be saved: whatever is changed afterwards has to be tested again.
    """

    def __init__(
        self, brokerage: Brokerage, tasks: Tasks, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._brokerage = brokerage
        self._tested: NewConnection | None = None
        self._testing: asyncio.Task[None] | None = None
        self._saving = False
        self.saved: NewConnection | None = None
        self.setWindowTitle(self.tr("Connect Tradovate"))
        self.do_button.setText(self.tr("Save"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.test_button = self.buttons.addButton(
            self.tr("Test"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.test_button.setAccessibleName(self.tr("Test"))
        self.test_button.setMinimumHeight(CONTROL)
        self.test_button.clicked.connect(self._start_test)
        self._make_fields()
        self._lay_out()
        self._connect()
        self._on_environment()
        self.environment.setFocus()

    def entered(self) -> NewConnection:
        """What stands in the fields.

        Raises:
            UserError: something is missing, or an address is none.
        """
        required = (self.name, self.user, self.password)
        for line in required:
            if not line.text().strip():
                missing = self.tr("“%1” is empty").replace("%1", line.accessibleName())
                raise UserError(missing)
        return NewConnection(
            name=self.name.text().strip(),
            environment=Environment(self.environment.currentData()),
            credentials=Credentials(
                user=self.user.text().strip(),
                password=self.password.text(),
                cid=self.cid.text().strip(),
                secret=self.secret.text().strip(),
            ),
            addresses=self.own.addresses(),
        )

    async def carry_out(self) -> bool:
        """Keep what was tested."""
        entered = self.entered()
        if entered != self._tested:
            return False
        self._set_saving(True)
        try:
            await self._brokerage.add(entered)
        finally:
            self._set_saving(False)
        self.saved = entered
        return True

    def reject(self) -> None:
        """Not while it saves: nobody would know whether it was kept."""
        if not self._saving:
            super().reject()

    def done(self, result: int) -> None:
        """Leave no secret behind in a field."""
        if self._testing is not None:
            self._testing.cancel()
        self._tested = None
        for line in (self.password, self.secret):
            line.clear()
        super().done(result)

    async def _attempt(self) -> None:
        await super()._attempt()
        self._show_buttons()

    # Testing

    def _start_test(self) -> None:
        if self._testing is None:
            self._testing = self._tasks.start(self._test(), name="test a connection")

    async def _test(self) -> None:
        try:
            entered = self.entered()
            self._tested = None
            self.say(self.tr("Logging in…"), self.colours.muted)
            self._show_buttons()
            accounts = await self._brokerage.test(entered)
        except (UserError, NotStored) as error:
            self.say(in_words(error), self.colours.danger)
        else:
            self._on_tested(entered, accounts)
        finally:
            self._testing = None
            self._show_buttons()

    def _on_tested(self, entered: NewConnection, accounts: Sequence[str]) -> None:
        if not self._is_entered(entered):
            self.say(
                self.tr("It was changed during the test. Test it again."), self.colours.warning
            )
            return
        self._tested = entered
        names = ", ".join(map(one_line, accounts)) or self.tr("none")
        said = self.tr("It works. Accounts: %1. Save keeps it and connects.").replace("%1", names)
        self.say(said, self.colours.good)

    def _is_entered(self, tested: NewConnection) -> bool:
        try:
            return self.entered() == tested
        except UserError:
            return False

    # What happens

    def _on_changed(self) -> None:
        if self._tested is not None and not self._is_entered(self._tested):
            self._tested = None
            self.say(self.tr("Changed since the test. Test it again."), self.colours.muted)
        self._show_buttons()

    def _on_environment(self) -> None:
        live = self._is_live
        self.real_money.setVisible(live)
        self.real_money.setChecked(False)
        known = [text for _, text in self._names()]
        if self.name.text() in ("", *known):
            self.name.setText(dict(self._names())[Environment(self.environment.currentData())])
        self._on_changed()
        self._fit()

    def _show_buttons(self) -> None:
        agreed = self.real_money.isChecked() or not self._is_live
        idle = self._testing is None and not self._saving
        self.test_button.setEnabled(agreed and idle)
        self.do_button.setEnabled(agreed and idle and self._tested is not None)
        # Return does what comes next.
        self.do_button.setDefault(self._tested is not None)
        self.test_button.setDefault(self._tested is None)

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        for part in self._fields:
            part.setEnabled(not saving)
        self._show_buttons()

    @property
    def _is_live(self) -> bool:
        return Environment(self.environment.currentData()) is Environment.LIVE

    def _names(self) -> list[tuple[Environment, str]]:
        return [
            (Environment.DEMO, self.tr("Tradovate demo")),
            (Environment.LIVE, self.tr("Tradovate live")),
        ]

    # Building

    def _make_fields(self) -> None:
        self.environment = QComboBox()
        self.environment.addItem(self.tr("Demo: simulated money"), Environment.DEMO)
        self.environment.addItem(self.tr("Live: real money"), Environment.LIVE)
        self.real_money = QCheckBox(
            self.tr("&This is real money. I want to connect a LIVE account.")
        )
        paint(self.real_money, self.colours.danger)
        self.name, self.user, self.password, self.cid, self.secret = (QLineEdit() for _ in range(5))
        for line in (self.name, self.user, self.password, self.cid, self.secret):
            line.setMaxLength(_LONGEST)
        for line in (self.password, self.secret):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setInputMethodHints(
                Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
            )
        self.own = OwnAddresses(self.colours)
        self._fields: tuple[QWidget, ...] = (
            *(self.environment, self.real_money, self.name, self.user, self.password),
            *(self.cid, self.secret, self.own),
        )

    def _lay_out(self) -> None:
        rows = Rows(self.colours)
        rows.add(self.tr("&Environment"), self.environment)
        rows.addWidget(self.real_money, rows.rowCount(), 1)
        rows.setRowMinimumHeight(rows.rowCount(), GRID)
        rows.add(self.tr("&Name"), self.name, self.tr("What you call this connection here."))
        rows.add(self.tr("&User"), self.user)
        rows.add(self.tr("&Password"), self.password)
        rows.add(
            self.tr("Key &id"),
            self.cid,
            self.tr("The cid of the API key, from the broker's settings under API access."),
        )
        rows.add(
            self.tr("Key &secret"),
            self.secret,
            self.tr("Passwords and secrets are kept encrypted and are never written to a log."),
        )
        self.body.addLayout(rows)
        self.body.addWidget(self.own)

    def _connect(self) -> None:
        self.environment.currentIndexChanged.connect(self._on_environment)
        self.real_money.toggled.connect(self._on_changed)
        for line in (self.name, self.user, self.password, self.cid, self.secret):
            line.textChanged.connect(self._on_changed)
        self.own.changed.connect(self._on_own)

    def _on_own(self) -> None:
        self._on_changed()
        self._fit()
