"""A test alert: written by hand, sent over HTTP to our own webhook, applied like any other."""

from __future__ import annotations

import json

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QWidget

from justtrades_desktop.app.post import send_alert
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.addresses import TRIAL_ID, trial_id, trial_message, webhook
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.parts import plain_label, plain_text_box
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.wording import held_in_words

_FALLBACK = "MNQ1!"
_LINES = 8

translate = QCoreApplication.translate


class TrialDialog(FormDialog):
    """Sends an editable alert to a recorder and shows the listener's answer."""

    def __init__(
        self,
        desk: Desk,
        url: str,
        tasks: Tasks,
        colours: Colours,
        recorder: Recorder,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._desk = desk
        self._url = url
        self.setWindowTitle(self.tr("Test alert"))
        self.do_button.setText(self.tr("Send alert"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.close_button.setText(self.tr("Close"))
        self.close_button.setAccessibleName(self.close_button.text())
        self.recorder = QComboBox()
        for each in desk.recorders:
            self.recorder.addItem(each.name, each.id)
        self.recorder.setCurrentIndex(self.recorder.findData(recorder.id))
        self.recorder.currentIndexChanged.connect(self._propose)
        self.text = plain_text_box(self.tr("Alert message"), lines=_LINES, read_only=False)
        self._lay_out()
        self._propose()

    def _lay_out(self) -> None:
        self.body.addWidget(
            plain_label(
                self.tr(
                    "It goes to the webhook like an alert from TradingView, is stored and applied "
                    "like any other: it changes the recorder's position."
                ),
                wrap=True,
            )
        )
        rows = Rows(self.colours)
        rows.add(self.tr("&Recorder"), self.recorder)
        self.hint = rows.add(self.tr("&Message"), self.text)
        self.body.addLayout(rows)

    def _propose(self) -> None:
        recorder = self._chosen()
        symbol = recorder.symbol or self._held(recorder) or _FALLBACK
        price = self._desk.book.last_price(symbol)
        self.text.setPlainText(trial_message(symbol, price))
        self.hint.setText(
            self.tr("A buy of 1 at the last known price. Change what you like.")
            if price is not None
            else self.tr(
                "A buy of 1. No price is known yet: without one, the position's entry waits for "
                'the first price. Add "price": to give one.'
            )
        )
        self.hint.show()

    async def carry_out(self) -> bool:
        recorder = self._chosen()
        text = self.text.toPlainText()
        status, body = await send_alert(webhook(self._url, recorder), text)
        told = answer_in_words(status, body)
        self.say(told, self.colours.good if status == 200 else self.colours.danger)
        self._renew(text)
        return False

    def _renew(self, text: str) -> None:
        """Give the next one an id of its own: the same again would count as a repeat."""
        try:
            fields = json.loads(text)
        except ValueError:
            return
        if isinstance(fields, dict) and str(fields.get("id", "")).startswith(TRIAL_ID):
            fields["id"] = trial_id()
            self.text.setPlainText(json.dumps(fields, indent=2))

    def _chosen(self) -> Recorder:
        return self._desk.book.recorders[self.recorder.currentData()]

    def _held(self, recorder: Recorder) -> str | None:
        held = (p.symbol for p in self._desk.open_positions() if p.recorder_id == recorder.id)
        return next(held, None)


def answer_in_words(status: int, body: str) -> str:
    """The listener's answer as a sentence, with its status."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return translate("Answer", "Answer %1: %2").replace("%1", str(status)).replace("%2", body)
    reason = told.get("reason") or told.get("error")
    words = _outcome_words().get(
        str(told.get("outcome")), translate("Answer", "Refused, nothing was stored")
    )
    because = f": {reason}" if reason else ""
    ending = ""
    if told.get("outcome") == Outcome.APPLIED and "position" in told:
        held = held_in_words(int(told["position"]))
        ending = " " + translate("Answer", "%1 is now %2.").replace(
            "%1", str(told.get("symbol"))
        ).replace("%2", held)
    return f"{words}{because}.{ending}"


def _outcome_words() -> dict[str, str]:
    return {
        Outcome.APPLIED: translate("Answer", "Applied"),
        Outcome.IGNORED: translate("Answer", "Stored, but it changes nothing"),
        Outcome.DUPLICATE: translate("Answer", "A repeat of an alert that is stored already"),
        Outcome.UNREADABLE: translate("Answer", "Stored, but it cannot be read"),
        Outcome.PRICE: translate("Answer", "Taken as a price"),
    }
