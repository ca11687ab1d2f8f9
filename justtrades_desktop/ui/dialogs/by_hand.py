"""Applying by hand what a person reads out of an alert that the program cannot read."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QWidget

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.signals import Action, Outcome, Reading
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.parts import plain_label, plain_text_box
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours

_LARGEST = 1_000_000
_LINES = 5
_WITHOUT_QUANTITY = (Action.CLOSE, Action.REVERSE)


class ByHandDialog(FormDialog):
    """Shows the alert as it came, and applies what the trader makes of it."""

    def __init__(
        self,
        desk: Desk,
        line: SignalLine,
        tasks: Tasks,
        colours: Colours,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._desk = desk
        self._line = line
        self._recorder = desk.book.recorders[line.recorder_id]
        self.setWindowTitle(self.tr("Apply by hand"))
        self.do_button.setText(self.tr("Apply"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.text = plain_text_box(self.tr("The alert as it came"), lines=_LINES, read_only=True)
        self.text.setPlainText(line.body)
        self._make_fields()
        self._lay_out()
        self._follow_action()
        self.action.setFocus()

    def _make_fields(self) -> None:
        self.action = QComboBox()
        for label, action in (
            (self.tr("Buy"), Action.BUY),
            (self.tr("Sell"), Action.SELL),
            (self.tr("Add to the position"), Action.ADD),
            (self.tr("Close the position"), Action.CLOSE),
            (self.tr("Reverse the position"), Action.REVERSE),
        ):
            self.action.addItem(label, action)
        if self._line.action is not None:
            at = self.action.findData(Action(self._line.action))
            self.action.setCurrentIndex(max(at, 0))
        self.action.currentIndexChanged.connect(self._follow_action)
        self.quantity = QSpinBox()
        self.quantity.setRange(1, _LARGEST)
        self.quantity.setValue(self._line.quantity or self._recorder.quantity or 1)
        self.symbol = QLineEdit(self._line.symbol or self._recorder.symbol or "")
        self.symbol.setMaxLength(40)
        self.symbol.setPlaceholderText(self.tr("for example MNQ1!"))
        self.symbol.editingFinished.connect(self._propose_price)
        self.price = QLineEdit()
        self.price.setMaxLength(24)
        self.price.setPlaceholderText(self.tr("last known price"))
        if self._line.price is not None:
            self.price.setText(f"{self._line.price:f}")

    def _lay_out(self) -> None:
        sentence = self.tr("Alert %1 to %2 was not applied: %3.")
        for mark, text in (
            ("%1", str(self._line.id)),
            ("%2", self._recorder.name),
            ("%3", self._line.reason or self._line.outcome),
        ):
            sentence = sentence.replace(mark, text)
        self.body.addWidget(plain_label(sentence, wrap=True))
        self.body.addWidget(self.text)
        rows = Rows(self.colours)
        rows.add(self.tr("&Action"), self.action)
        rows.add(self.tr("&Quantity"), self.quantity, self._multiplied())
        rows.add(self.tr("&Instrument"), self.symbol)
        rows.add(
            self.tr("&Price"),
            self.price,
            self.tr("Left empty, the last known price counts; without one, the next that comes."),
        )
        self.body.addLayout(rows)

    def _multiplied(self) -> str:
        multiplier = self._recorder.multiplier
        if multiplier == 1:
            return self.tr("In contracts.")
        return self.tr("In contracts, taken times %1 by the recorder's multiplier.").replace(
            "%1", str(multiplier)
        )

    def _follow_action(self) -> None:
        self.quantity.setEnabled(self.action.currentData() not in _WITHOUT_QUANTITY)

    def _propose_price(self) -> None:
        symbol = self._desk.book.instrument(self.symbol.text()).symbol
        price = self._desk.book.last_price(symbol)
        self.price.setPlaceholderText(
            self.tr("last known price") if price is None else f"{price:f}"
        )

    async def carry_out(self) -> bool:
        receipt = await self._desk.apply_by_hand(
            self._line.recorder_id, self._reading(), self._line.body
        )
        if receipt.outcome is Outcome.APPLIED:
            return True
        self.say(
            self.tr("Stored, but nothing changed: %1.").replace(
                "%1", receipt.reason or receipt.outcome.value
            ),
            self.colours.warning,
        )
        return False

    def _reading(self) -> Reading:
        symbol = self.symbol.text().strip()
        if not symbol:
            raise UserError(self.tr("The instrument is missing"), self.tr("Type it, as MNQ1!."))
        action = Action(self.action.currentData())
        return Reading(
            action=action,
            ticker=symbol,
            quantity=None if action in _WITHOUT_QUANTITY else self.quantity.value(),
            price=decimal_of(self.price.text(), self.tr("The price")),
        )


def decimal_of(text: str, name: str) -> Decimal | None:
    """A positive number as typed, None where nothing is.

    Raises:
        UserError: it is no positive number.
    """
    text = text.strip().replace(" ", "")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        raise UserError(f"{name}: {text!r} is not a positive number", "25600.25, with a point.")
    return number
