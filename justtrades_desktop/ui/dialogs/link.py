"""The form of a link: one strategy on one account, and what the settings make of its signals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import AccountState, Executions
from justtrades_desktop.domain.link_words import contradictions, refuse, sentences
from justtrades_desktop.domain.links import Link, LinkMode, LinkSettings
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ui.broker_words import environment_word
from justtrades_desktop.ui.dialogs.dry_run import DryRunTable
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.dialogs.link_form import LinkForm
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.wording import in_words

_ALL: Final = 100  # of the room goes to the pages and the table
_SIZE: Final = QSize(120 * GRID, 88 * GRID)


class LinkDialog(FormDialog):
    """Adds a link in shadow, or changes the settings of one; ``saved`` is what became of it.

    ``accounts`` are those that a new link may have.
    """

    def __init__(
        self,
        executions: Executions,
        recorder: Recorder,
        accounts: Sequence[AccountState],
        tasks: Tasks,
        colours: Colours,
        *,
        link: Link | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._executions = executions
        self._recorder = recorder
        self._accounts = tuple(accounts)
        self._link = link
        self._asking: asyncio.Task[None] | None = None
        self.saved: Link | None = None
        name = one_line(recorder.name)
        title = self.tr("New link of “%1”") if link is None else self.tr("Link of “%1”")
        self.setWindowTitle(title.replace("%1", name))
        self.do_button.setText(self.tr("Add in shadow") if link is None else self.tr("Save"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.account = QComboBox()
        for account in self._accounts:
            word = environment_word(account.environment)
            self.account.addItem(f"{word}  {one_line(str(account.key))}")
        self.form = LinkForm(colours)
        self.warning = plain_label(wrap=True, colour=colours.warning)
        self.warning.setAccessibleName(self.tr("What contradicts itself"))
        self.dry = DryRunTable(colours)
        self._lay_out()
        self.form.changed.connect(self._on_changed)
        self.dry.wanted.connect(self._ask)
        if link is not None:
            self.form.fill(link.settings)
        self._on_changed()
        outer = self.layout()
        if isinstance(outer, QVBoxLayout):
            outer.setStretchFactor(self.body, _ALL)
        self.resize(_SIZE)  # its hint would be what a page needs at least

    async def carry_out(self) -> bool:
        """Add the link, or change its settings."""
        settings = self.form.settings
        refuse(settings)
        if self._link is not None:
            self.saved = await self._executions.change_link(self._link.id, settings=settings)
            return True
        if self.account.currentIndex() < 0:
            raise UserError(self.tr("There is no account left for it"), "")
        key = self._accounts[self.account.currentIndex()].key
        self.saved = await self._executions.add_link(
            self._recorder.id, key, settings, mode=LinkMode.SHADOW
        )
        return True

    def done(self, result: int) -> None:
        """Nobody waits for an answer any more."""
        if self._asking is not None:
            self._asking.cancel()
        super().done(result)

    def _fit(self) -> None:
        """The pages scroll: it keeps its size."""

    # What happens

    def _on_changed(self) -> None:
        try:
            settings = self.form.settings
            refuse(settings)
        except UserError as error:
            self._warn([f"{error.title}. {error.hint}".strip()])
        else:
            self.form.tell(sentences(settings))
            self._warn(contradictions(settings, self._recorder))
        self.dry.outdate()

    def _warn(self, lines: Sequence[str]) -> None:
        self.warning.setText("\n".join(f"\N{BULLET} {line}" for line in lines))
        self.warning.setVisible(bool(lines))

    def _ask(self) -> None:
        if self._asking is None:
            self._asking = self._tasks.start(self._dry_run(), name="dry run of a link")

    async def _dry_run(self) -> None:
        self.dry.set_busy(True)
        try:
            settings: LinkSettings = self.form.settings
            link_id = None if self._link is None else self._link.id
            run = await self._executions.dry_run(link_id, self._recorder.id, settings)
            if settings == self.form.settings:
                self.dry.show_run(run)
            else:
                self.dry.outdate()
        except (UserError, NotStored) as error:
            self.dry.refuse(in_words(error))
        finally:
            self._asking = None
            self.dry.set_busy(False)

    # Building

    def _lay_out(self) -> None:
        self.body.addWidget(plain_label(self._introduction(), wrap=True))
        if self._link is None:
            rows = Rows(self.colours)
            rows.add(self.tr("&Account"), self.account, self._shadow())
            self.body.addLayout(rows)
        self.body.addWidget(self.form, 1)
        self.body.addWidget(self.warning)
        self.body.addWidget(self.dry)

    def _introduction(self) -> str:
        name = one_line(self._recorder.name)
        if self._link is None:
            return self.tr("The signals of “%1” on an account.").replace("%1", name)
        said = self.tr(
            "The signals of “%1” on %2. What is open keeps its exits until its next change."
        )
        return said.replace("%1", name).replace("%2", one_line(str(self._link.key)))

    def _shadow(self) -> str:
        return self.tr(
            "It starts in shadow: every signal is decided and written down as if it traded, and "
            "no order is sent. Arm it in the list once you have seen what it would do."
        )
