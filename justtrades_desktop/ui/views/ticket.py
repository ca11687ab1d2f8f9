"""The ticket: an order by hand, on an account whose money nobody can mistake."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import AccountState, Preview, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Way
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.broker_words import environment_colour, environment_word
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.order_commands import Came, OrderCommands
from justtrades_desktop.ui.parts import paint
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views.ticket_bracket import Basis
from justtrades_desktop.ui.views.ticket_filled import Filled
from justtrades_desktop.ui.views.ticket_form import TicketForm

_PAUSE_MS: Final = 200  # after the last edit, before the preview is asked for


class TicketView(QWidget):
    """Two big buttons; before one of them sends, what is at stake has been said."""

    arm_wanted = Signal(object)  # AccountKey
    connect_wanted = Signal()

    def __init__(
        self,
        orders: OrderDesk,
        commands: OrderCommands,
        bridge: Bridge,
        tasks: Tasks,
        colours: Colours,
    ) -> None:
        super().__init__()
        self.setObjectName("ticket")
        self._orders = orders
        self._commands = commands
        self._tasks = tasks
        self._colours = colours
        self._sending = False
        self._mode_shown: tuple[str, Colours] | None = None
        self._asked = 0
        self._allowed: tuple[object, ...] = ()
        self._preview: Preview | None = None
        self._came: Came | None = None
        self.form = TicketForm(self, colours)
        self._filled = Filled(self.form, orders)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask_preview)
        self._connect_form()
        orders.changed.connect(self._on_changed)
        bridge.prices_moved.connect(self._on_prices)
        self.set_colours(colours)
        self._on_changed()

    # For the window

    @property
    def account(self) -> AccountState | None:
        """The chosen account, None where there is none."""
        return self._filled.account

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self.form.set_colours(colours)
        self._show_mode()
        self._show_all()
        self._say(self._came)

    def show_account(self, key: AccountKey) -> None:
        """Choose an account, where it is listed."""
        at = self.form.account.findData(key)
        if at >= 0:
            self.form.account.setCurrentIndex(at)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._allowed = ()  # what was said before is old
        self._on_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()

    # What is shown

    def _on_changed(self) -> None:
        self.form.list_accounts([self._item(a) for a in self._orders.state.accounts])
        self.form.pages.setCurrentIndex(0 if self._orders.state.accounts else 1)
        self._list_contracts()
        self._show_mode()
        self._show_all()
        state = self._orders.state
        allowed = (self.account, state.paused, tuple(state.brakes), state.ready)
        if allowed != self._allowed and not self._pause.isActive():
            self._allowed = allowed  # a preview may say something else now
            self._ask_soon()

    def _item(self, account: AccountState) -> tuple[str, AccountKey]:
        mode = environment_word(account.environment)
        names = (shown.one_line(account.key.account), mode, shown.one_line(account.key.connection))
        return " · ".join(dict.fromkeys(names)), account.key

    def _list_contracts(self) -> None:
        account = self.account
        if account is not None:
            names = [c.name for c in self._orders.contracts(account.key.connection)]
            self.form.list_contracts(sorted(names))

    def _show_mode(self) -> None:
        account = self.account
        if account is None:
            return
        ground = environment_colour(account.environment, self._colours)
        said = self._mode_said(account.environment)
        if (said, self._colours) != self._mode_shown:  # a style sheet is dear
            self._mode_shown = (said, self._colours)
            self.form.set_mode(said, ground, self._colours)

    def _mode_said(self, environment: Environment) -> str:
        more = {
            Environment.PAPER: self.tr("play money, filled here"),
            Environment.DEMO: self.tr("play money at the broker"),
            Environment.LIVE: self.tr("REAL MONEY"),
        }[environment]
        return f"{environment_word(environment)} – {more}"

    def _show_all(self) -> None:
        for name, field in self.form.prices.items():
            needed = name in self._filled.needed
            field.set_shown(needed)
            empty = not field.field.text().strip()
            said = "" if empty or not needed else self._filled.field_trouble(field)
            field.show_trouble(said, self._colours)
        self._show_price()
        self._show_buttons()

    def _show_price(self) -> None:
        account, product = self.account, self._filled.product
        self.form.bracket.set_basis(
            Basis(self._filled.reference(), product, self.form.quantity.value())
        )
        if account is None:
            return
        last = self._orders.price(account.key.connection, self._filled.symbol)
        price = shown.price(last.price, product)
        said = self.tr("Last %1").replace("%1", price)
        self.form.last.setText(f"{said} ({last.age})" if last.age else said)
        paint(self.form.last, self._colours.muted if last.age else self._colours.text)

    def _show_buttons(self) -> None:
        account = self.account
        barred = self._barred(account)
        self.form.note.setText(barred)
        self.form.note.setVisible(bool(barred))
        unarmed = account is not None and not account.armed
        self.form.arm.setVisible(unarmed)
        if account is None:
            return
        name = shown.one_line(account.key.account)
        self.form.arm.setText(self.tr("Arm %1…").replace("%1", name.replace("&", "&&")))
        self.form.arm.setAccessibleName(self.tr("Arm %1").replace("%1", name))
        mode = environment_word(account.environment)
        quantity, contract = self.form.quantity.value(), shown.one_line(self._filled.contract)
        for way, button in self.form.buttons.items():
            text = f"{words.way_word(way)} {quantity} {contract or shown.UNKNOWN}"
            text = self.tr("%1 on %2").replace("%1", text).replace("%2", mode)
            button.setText(text.replace("&", "&&"))
            button.setAccessibleName(text)
            button.setEnabled(not barred and not self._sending)

    def _barred(self, account: AccountState | None) -> str:
        """Why nothing at all can be sent to the account, empty where it can."""
        if account is None:
            return ""
        if not account.armed:
            said = self.tr(
                "%1 trades real money and is not armed: no order can be sent to it. To arm it, "
                "press the button and type the account's name; it lasts until JustTrades ends."
            )
            return said.replace("%1", shown.one_line(account.key.account))
        if not self._orders.state.ready:
            return self.tr("Still comparing what the brokers hold. Orders go out after that.")
        return ""

    # What happens

    def _connect_form(self) -> None:
        form = self.form
        form.account.currentIndexChanged.connect(self._on_account)
        form.contract.activated.connect(self._on_edited)
        line = form.contract.lineEdit()
        if line is not None:
            line.textEdited.connect(self._show_all)  # the buttons never name another contract
            line.editingFinished.connect(self._on_edited)
        form.quantity.valueChanged.connect(self._on_edited)
        form.kind.currentIndexChanged.connect(self._on_edited)
        form.until.currentIndexChanged.connect(self._on_edited)
        for field in form.prices.values():
            field.field.textEdited.connect(self._on_edited)
        form.bracket.edited.connect(self._on_edited)
        form.buttons[Way.BUY].clicked.connect(lambda: self._press(Way.BUY))
        form.buttons[Way.SELL].clicked.connect(lambda: self._press(Way.SELL))
        form.arm.clicked.connect(self._want_arming)
        form.connect_button.clicked.connect(self.connect_wanted)

    def _on_account(self) -> None:
        self._say(None)
        self._list_contracts()
        self._show_mode()
        self._on_edited()

    def _on_edited(self) -> None:
        self._preview = None
        self._show_all()
        self._show_stakes()
        self._ask_soon()

    def _on_prices(self) -> None:
        if not self.isVisible():
            return
        self._show_price()
        if self.form.bracket.moves_with_price and not self._pause.isActive():
            self._ask_soon()

    def _want_arming(self) -> None:
        account = self.account
        if account is not None:
            self.arm_wanted.emit(account.key)

    def _ask_soon(self) -> None:
        if self.isVisible() and self.account is not None:
            self._pause.start()

    def _ask_preview(self) -> None:
        ticket = self._filled.ticket(self.form.bracket.way)
        self._asked += 1
        if ticket is not None and self._orders.present:
            _ = self._tasks.start(self._look(ticket, self._asked), name="preview")

    async def _look(self, ticket: Ticket, asked: int) -> None:
        preview = await self._commands.preview(ticket)
        if asked == self._asked:  # else it is about fields that were edited since
            self._preview = preview
            self._show_stakes()

    def _show_stakes(self) -> None:
        preview = self._preview
        refused = "" if preview is None else shown.several_lines(preview.refused)
        said = "" if preview is None else refused or words.stakes(preview)
        self.form.stakes.setText(said)
        self.form.stakes.setVisible(bool(said))
        paint(self.form.stakes, self._colours.warning if refused else self._colours.text)

    def _press(self, way: Way) -> None:
        if self._sending or self._barred(self.account):
            return
        ticket = self._filled.ticket(way)
        if ticket is None:
            for name in self._filled.needed:
                field = self.form.prices[name]
                field.show_trouble(self._filled.field_trouble(field), self._colours)
            said = self.tr("Nothing was sent. %1").replace("%1", self._filled.troubles(way))
            self._say(Came(said, good=False))
            return
        self._sending = True
        _ = self._tasks.start(self._send(ticket), name="send order")

    async def _send(self, ticket: Ticket) -> None:
        self._say(None)
        self._show_buttons()
        try:
            came = await self._commands.place(ticket)
        finally:
            self._sending = False
            self._show_buttons()
        self._say(came or Came(self.tr("Nothing was sent.")))

    def _say(self, came: Came | None) -> None:
        self._came = came
        result = self.form.result
        result.setText("" if came is None else shown.several_lines(came.said))
        result.setVisible(came is not None and bool(came.said))
        good = came is None or came.good
        paint(result, self._colours.text if good else self._colours.danger)
