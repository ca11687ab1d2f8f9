"""Replaying a file of prices: which one, how fast, how far, and what that does to positions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.app.feeds import Feeds
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.market.replay import Progress, Replay, State
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.tasks import Tasks, ask
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.wording import in_words

_WIDTH: Final = 70 * GRID
_MOVING_MS: Final = 250
_WHOLE: Final = 1000  # steps of the bar
_SPEEDS: Final = (1.0, 2.0, 10.0, 60.0, 600.0, None)


class ReplayDialog(QDialog):
    """Stands beside the window and decides nothing: the replay goes on while it is closed."""

    broke_off = Signal(str)  # why, once for each replay

    def __init__(
        self, feeds: Feeds, tasks: Tasks, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Replay prices"))
        self.setMinimumWidth(_WIDTH)
        self._feeds = feeds
        self._tasks = tasks
        self._colours = colours
        self._complaint = ""
        self._told_of: Replay | None = None
        self._make_fields()
        self._lay_out()
        self._moving = QTimer(self)
        self._moving.setInterval(_MOVING_MS)
        self._moving.timeout.connect(self.refresh)
        self.set_colours(colours)

    def _make_fields(self) -> None:
        self.warning = plain_label(
            self.tr(
                "Replayed prices count as prices of now. They move the P&L, drawdown and run-up "
                "of every open position in their instruments, real ones too, can take them out by "
                "their exits, and stay in the ledger. They are marked “replay” in the table."
            ),
            wrap=True,
        )
        self.file = QLineEdit()
        self.file.setPlaceholderText(self.tr("CSV or JSON lines with time, symbol and price"))
        self.file.setAccessibleName(self.tr("File of prices"))
        self.file.setMinimumHeight(CONTROL)
        self.choose_button = self._button(self.tr("&Choose file…"), self._choose)
        self.speed = QComboBox()
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setMinimumHeight(CONTROL)
        for speed in _SPEEDS:
            self.speed.addItem(_speed_name(speed), speed)
        self.play_button = self._button(self.tr("&Play"), self._play)
        self.step_button = self._button(self.tr("&Next price"), self._step)
        self.stop_button = self._button(self.tr("&Stop"), self._stop)
        self.bar = QProgressBar()
        self.bar.setRange(0, _WHOLE)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the replay is"))
        self.said = plain_label(wrap=True)
        self.problem = plain_label(wrap=True)
        self.problem.setAccessibleName(self.tr("What went wrong"))
        self.file.textChanged.connect(self.refresh)
        self.speed.activated.connect(self._change_speed)

    def _button(self, text: str, do: object) -> QPushButton:
        button = QPushButton(text)
        button.setMinimumHeight(CONTROL)
        button.setAccessibleName(text.replace("&", "").replace("…", ""))
        button.setAutoDefault(False)
        button.clicked.connect(do)
        return button

    def _lay_out(self) -> None:
        files, controls = QHBoxLayout(), QHBoxLayout()
        for row in (files, controls):
            row.setSpacing(GRID)
        files.addWidget(self.file, 1)
        files.addWidget(self.choose_button)
        for widget in (self.play_button, self.step_button, self.stop_button):
            controls.addWidget(widget)
        controls.addStretch(1)
        controls.addWidget(self.speed)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self.warning)
        column.addLayout(files)
        column.addLayout(controls)
        column.addWidget(self.bar)
        column.addWidget(self.said)
        column.addWidget(self.problem)
        column.addStretch(1)

    # For the window

    def bring_up(self) -> None:
        """Show it in front."""
        self.show()
        self.raise_()
        self.activateWindow()

    def look(self) -> None:
        """See whether a replay broke off; to be called now and then, open or closed."""
        replay = self._feeds.replay
        if replay is not None and replay is not self._told_of:
            progress = replay.progress
            if progress.state is State.FAILED:
                self._told_of = replay
                said = self.tr("The replay of %1 broke off: %2").replace("%1", progress.path.name)
                self.broke_off.emit(said.replace("%2", progress.trouble or ""))

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        paint(self.warning, colours.warning)
        paint(self.said, colours.muted)
        paint(self.problem, colours.danger)
        self.refresh()

    def refresh(self) -> None:
        """Show how the replay stands."""
        replay = self._under_way()
        progress = self._feeds.replay.progress if self._feeds.replay else None
        state = progress.state if progress else None
        self.play_button.setText(
            {State.PLAYING: self.tr("&Pause"), State.PAUSED: self.tr("&Go on")}.get(
                state or State.DONE, self.tr("&Play")
            )
        )
        may_start = replay is not None or bool(self.file.text().strip())
        self.play_button.setEnabled(may_start)
        self.step_button.setEnabled(may_start)
        self.stop_button.setEnabled(replay is not None)
        for widget in (self.file, self.choose_button):
            widget.setEnabled(replay is None)
        self.bar.setValue(round(_WHOLE * progress.part) if progress else 0)
        self.said.setText(_in_words(progress) if progress else self.tr("Nothing is replayed."))
        trouble = progress.trouble if progress and progress.trouble else ""
        self.problem.setText(self._complaint or trouble)
        self.problem.setVisible(bool(self._complaint or trouble))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._moving.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._moving.stop()

    # What its buttons do

    def _choose(self) -> None:
        _ = self._tasks.start(self._ask_file(), name="choose prices")

    async def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("A file of prices"))
        # Where only an existing file is taken, Qt complains in a nested loop about a missing one.
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setNameFilters(
            [self.tr("Prices (*.csv *.txt *.jsonl *.ndjson *.json)"), self.tr("All files (*)")]
        )
        try:
            if await ask(dialog) == QDialog.DialogCode.Accepted.value:
                self.file.setText(dialog.selectedFiles()[0])
        finally:
            dialog.deleteLater()

    def _play(self) -> None:
        replay = self._under_way()
        if replay is None:
            self._start(paused=False)
        elif replay.progress.state is State.PLAYING:
            replay.pause()
        else:
            replay.play()
        self.refresh()

    def _step(self) -> None:
        replay = self._under_way() or self._start(paused=True)
        if replay is not None:
            replay.step()
        self.refresh()

    def _stop(self) -> None:
        replay = self._under_way()
        if replay is not None:
            replay.stop()
        self.refresh()

    def _change_speed(self) -> None:
        replay = self._under_way()
        if replay is not None:
            replay.set_speed(self.speed.currentData())
        self.refresh()

    def _start(self, *, paused: bool) -> Replay | None:
        self._complaint = ""
        path = Path(self.file.text().strip()).expanduser()
        try:
            return self._feeds.start_replay(path, speed=self.speed.currentData(), paused=paused)
        except UserError as error:
            self._complaint = in_words(error)
            return None

    def _under_way(self) -> Replay | None:
        replay = self._feeds.replay
        return None if replay is None or replay.over else replay


def _in_words(progress: Progress) -> str:
    state = {
        State.PLAYING: shown.tr("Playing, {}").format(_speed_name(progress.speed).lower()),
        State.PAUSED: shown.tr("Paused"),
        State.DONE: shown.tr("Played to the end"),
        State.STOPPED: shown.tr("Stopped"),
        State.FAILED: shown.tr("Broken off"),
    }[progress.state]
    words = [state, progress.path.name]
    if progress.file_time is not None:
        words.append(shown.tr("line {:,}").format(progress.line))
        words.append(shown.tr("{:,} prices").format(progress.ticks))
        words.append(shown.tr("in the file it is {}").format(shown.moment(progress.file_time)))
    return " · ".join(words)


def _speed_name(speed: float | None) -> str:
    if speed is None:
        return shown.tr("As fast as possible")
    return shown.tr("Real time") if speed == 1 else shown.tr("{:g} × real time").format(speed)
