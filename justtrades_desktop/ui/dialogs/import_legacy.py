"""Bringing an old history along: choose the file, see what it holds, import it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QWidget

from justtrades_desktop.app.legacy import Report, Tally, import_legacy
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.dialogs.form import FormDialog
from justtrades_desktop.ui.models.journal_row import cash, money_tone
from justtrades_desktop.ui.parts import plain_label, plain_text_box
from justtrades_desktop.ui.tasks import Tasks, ask
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views.facts import Fact, Facts
from justtrades_desktop.ui.wording import in_words

_LINES = 5
_HOME = "USD"


async def ask_for_old_file(parent: QWidget) -> Path | None:
    """Which file to import, None where the trader thinks better of it."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(parent, parent.tr("Import old history"), folder)
    dialog.setNameFilters(
        [
            parent.tr("Old history (*.db *.sqlite *.sqlite3 *.sql)"),
            parent.tr("All files (*)"),
        ]
    )
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    # Not the system's own: that one would run in a nested loop.
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    try:
        chosen = await ask(dialog) == QDialog.DialogCode.Accepted and dialog.selectedFiles()
        return Path(chosen[0]) if chosen else None
    finally:
        dialog.deleteLater()


class ImportDialog(FormDialog):
    """Shows what an import would bring before it brings it; ``imported`` is what it brought."""

    def __init__(
        self,
        desk: Desk,
        path: Path,
        tasks: Tasks,
        colours: Colours,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._desk = desk
        self._path = path
        self._importing = False
        self.imported: Report | None = None
        self.setWindowTitle(self.tr("Import old history"))
        self.do_button.setText(self.tr("Import"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.do_button.setEnabled(False)
        self.file = plain_label(path.name, wrap=True)
        self.facts = Facts(colours)
        self.unreadable_title = plain_label()
        self.unreadable = plain_text_box(
            self.tr("What cannot be read"), lines=_LINES, read_only=True
        )
        self.open_positions = QCheckBox()
        self.note = plain_label(wrap=True, colour=colours.muted)
        for part in (
            self.file,
            self.facts,
            self.unreadable_title,
            self.unreadable,
            self.open_positions,
            self.note,
        ):
            self.body.addWidget(part)
        self._hide_details()
        self.note.setText(self.tr("Reading the file. Nothing is changed yet."))
        looking = tasks.start(self._look(), name="look into old history")
        self.finished.connect(lambda _: looking.cancel())

    async def carry_out(self) -> bool:
        """Import, then stay and say what was brought."""
        self._importing = True
        try:
            self.imported = await self._import()
        finally:
            self._importing = False
        self.do_button.hide()
        self.close_button.setText(self.tr("Close"))
        self.close_button.setAccessibleName(self.close_button.text())
        self.close_button.setFocus()
        self._show(self.imported)
        return False

    def reject(self) -> None:
        """Not while it imports: nobody would see what came of it."""
        if not self._importing:
            super().reject()

    async def _import(self) -> Report:
        return await import_legacy(
            self._desk,
            self._path,
            dry_run=False,
            open_positions=self.open_positions.isVisible() and self.open_positions.isChecked(),
        )

    async def _look(self) -> None:
        """What the file would bring; with its positions, to know how many there are."""
        try:
            report = await import_legacy(self._desk, self._path, dry_run=True, open_positions=True)
        except (UserError, NotStored) as error:
            self.note.hide()
            self.say(in_words(error), self.colours.danger)
            return
        self._show(report)
        new = report.trades.imported + report.positions.imported + report.signals.imported
        self.do_button.setEnabled(bool(new or report.opened))
        self.do_button.setFocus()

    def _show(self, report: Report) -> None:
        self.facts.show_facts(self._facts(report))
        count = len(report.unreadable)
        self.unreadable_title.setText(self.tr("Left out: %1").replace("%1", f"{count:,}"))
        self.unreadable_title.setVisible(bool(count))
        self.unreadable.setVisible(bool(count))
        self.unreadable.setPlainText(
            "\n".join(
                f"{row.table} {row.id}: {shown.one_line(row.reason)}" for row in report.unreadable
            )
        )
        self.open_positions.setText(
            self.tr("&Open old positions here as well (%1)").replace("%1", str(report.opened))
        )
        self.open_positions.setVisible(report.dry_run and report.opened > 0)
        self.note.setText(self._said(report))
        self._fit()

    def _facts(self, report: Report) -> list[Fact]:
        return [
            Fact(self.tr("Recorders"), f"{report.recorders:,}"),
            Fact(self.tr("Trades"), self._tally(report.trades, report)),
            Fact(self.tr("Positions"), self._tally(report.positions, report)),
            Fact(self.tr("Signals"), self._tally(report.signals, report)),
            Fact(
                self.tr("Sum of P&L"),
                cash(report.pnl, _HOME),
                money_tone(report.pnl),
                self.tr("Of the file's closed trades, with the figures they came with"),
            ),
        ]

    def _tally(self, tally: Tally, report: Report) -> str:
        new = self.tr("new") if report.dry_run else self.tr("imported")
        parts = [
            self.tr("%1 in the file").replace("%1", f"{tally.found:,}"),
            f"{tally.imported:,} {new}",
        ]
        if tally.already_there:
            parts.append(self.tr("%1 known already").replace("%1", f"{tally.already_there:,}"))
        return ", ".join(parts)

    def _said(self, report: Report) -> str:
        if not report.dry_run:
            opened = self.tr(" Positions opened here: %1.").replace("%1", str(report.opened))
            return self.tr("Imported.") + (opened if report.opened else "")
        if not (report.trades.imported or report.positions.imported or report.signals.imported):
            return self.tr("Everything in this file is here already.")
        return self.tr(
            "Nothing is changed yet. Old trades keep their own figures; importing the same file "
            "again brings nothing twice."
        )

    def _hide_details(self) -> None:
        for part in (self.unreadable_title, self.unreadable, self.open_positions):
            part.hide()
