"""The form of a recorder: every setting with a sentence on what it does."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Opposite
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.dialogs.exits import ExitsForm
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours

_LARGEST = 1_000_000


class RecorderDialog(FormDialog):
    """Adds a recorder, or changes one; ``saved`` is what became of it."""

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        colours: Colours,
        recorder: Recorder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._desk = desk
        self._recorder = recorder
        self.saved: Recorder | None = None
        self.setWindowTitle(self.tr("Edit recorder") if recorder else self.tr("New recorder"))
        self.do_button.setText(self.tr("Save") if recorder else self.tr("Add recorder"))
        self.do_button.setAccessibleName(self.do_button.text())
        self._make_fields()
        self._lay_out()
        self._fill(recorder or Recorder(id=0, name="", token=""))
        self.name.setFocus()

    def _make_fields(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.name.setPlaceholderText(self.tr("for example: Trend MNQ"))
        self.quantity = QSpinBox()
        self.quantity.setRange(0, _LARGEST)
        self.multiplier = QSpinBox()
        self.multiplier.setRange(1, _LARGEST)
        self.multiplier.setPrefix("\N{MULTIPLICATION SIGN} ")
        self.symbol = QLineEdit()
        self.symbol.setMaxLength(40)
        self.symbol.setPlaceholderText(self.tr("none"))
        self.opposite = QComboBox()
        for label, opposite in (
            (self.tr("Net: reduce, the rest opens the other side"), Opposite.NET),
            (self.tr("Close: only close"), Opposite.CLOSE),
            (self.tr("Reverse: close and open the other side in full"), Opposite.REVERSE),
        ):
            self.opposite.addItem(label, opposite)
        self.follow = QCheckBox(self.tr("Follow the position that the alert states"))
        self.exits = ExitsForm(self.colours, self._tick_known)
        self.exits.resized.connect(self._fit)
        self.symbol.textChanged.connect(self.exits.tell)

    def _lay_out(self) -> None:
        rows = Rows(self.colours)
        rows.add(self.tr("&Name"), self.name, self.tr("The strategy, as you call it."))
        rows.add(
            self.tr("Default &quantity"),
            self.quantity,
            self.tr("Contracts of a buy or sell whose alert names none."),
        )
        rows.add(
            self.tr("&Multiplier"),
            self.multiplier,
            self.tr("Every quantity and stated position is taken times this."),
        )
        rows.add(
            self.tr("Default &instrument"),
            self.symbol,
            self.tr("Used when an alert names none, for example MNQ1!."),
        )
        rows.add(
            self.tr("&Opposite signal"),
            self.opposite,
            self.tr("What a buy does to a short position, and a sell to a long one."),
        )
        rows.add(
            self.tr("&Stated position"),
            self.follow,
            self.tr(
                "A strategy alert may say what it holds afterwards. Followed, a missed alert "
                "is made good by the next one."
            ),
        )
        self.body.addLayout(rows)
        self.body.addWidget(self.exits)

    def _fill(self, recorder: Recorder) -> None:
        self.name.setText(recorder.name)
        self.quantity.setValue(recorder.quantity)
        self.multiplier.setValue(recorder.multiplier)
        self.symbol.setText(recorder.symbol or "")
        self.opposite.setCurrentIndex(self.opposite.findData(recorder.opposite))
        self.follow.setChecked(recorder.follow_position)
        self.exits.fill(recorder.exits)

    def _tick_known(self) -> bool:
        """Whether the tick of the default instrument, or of what is held, is known."""
        symbol = self.symbol.text().strip()
        if symbol:
            return self._desk.book.instrument(symbol).product is not None
        held = (mark.position for mark in self._desk.book.live())
        own = self._recorder.id if self._recorder is not None else None
        return all(p.product is not None for p in held if p.recorder_id == own)

    async def carry_out(self) -> bool:
        settings = {
            "quantity": self.quantity.value(),
            "multiplier": self.multiplier.value(),
            "symbol": self.symbol.text().strip() or None,
            "opposite": Opposite(self.opposite.currentData()),
            "follow_position": self.follow.isChecked(),
            "exits": self.exits.rules,
        }
        name = self.name.text()
        if self._recorder is None:
            self.saved = await self._desk.add_recorder(name, **settings)
        else:
            self.saved = await self._desk.change_recorder(self._recorder.id, name=name, **settings)
        return True
