"""The links panel: by strategy, which account follows it, in which mode, and by what settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.link_words import contradictions
from justtrades_desktop.domain.links import Link, LinkMode
from justtrades_desktop.domain.orders import Held
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import heading, paint, plain_label, rule
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.link_row import Linked, LinkRow


class LinksView(QWidget):
    """A part for each strategy; what is to be done goes out with an id."""

    add_wanted = Signal(int)  # the id of a recorder; of a link in the next three
    edit_wanted = Signal(int)
    remove_wanted = Signal(int)
    mode_wanted = Signal(int, LinkMode)
    accounts_wanted = Signal()
    new_recorder_wanted = Signal()

    def __init__(self, orders: OrderDesk, desk: Desk, colours: Colours) -> None:
        super().__init__()
        self.setObjectName("links")
        self._orders, self._desk = orders, desk
        self._colours = colours
        self.parts: dict[int, StrategyPart] = {}
        self._seen: object = None
        self._lay_out()
        orders.changed.connect(self.refresh)
        self.refresh()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self.refresh()

    def show_recorder(self, recorder_id: int) -> None:
        """Bring a strategy into sight."""
        part = self.parts.get(recorder_id)
        if part is not None:
            # Its place is known only once it has been laid out.
            QTimer.singleShot(0, part, lambda: self.area.ensureWidgetVisible(part))
            part.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Show what is known now."""
        seen = self._known()
        if seen == self._seen:
            return  # brokers tell of much that is nothing to a link
        self._seen = seen
        links: defaultdict[int, list[Link]] = defaultdict(list)
        for link in sorted(self._orders.state.links, key=lambda link: link.id):
            links[link.recorder_id].append(link)
        recorders = self._desk.recorders
        self._take_out({recorder.id for recorder in recorders})
        for at, recorder in enumerate(recorders):
            part = self.parts.get(recorder.id) or self._put_in(at, recorder)
            part.show_links(recorder, self._linked(links[recorder.id]), self._colours)
            part.add_button.setEnabled(self._orders.present)
        self._say(bool(recorders))

    def _known(self) -> object:
        """All that is shown here."""
        state = self._orders.state
        connected = tuple((s.name, s.environment) for s in self._orders.brokers.states)
        known = (tuple(state.links), tuple(state.held), tuple(state.accounts))
        return (*known, connected, tuple(self._desk.recorders), self._orders.present, self._colours)

    def _linked(self, links: Sequence[Link]) -> list[Linked]:
        return [self._one(link) for link in links]

    def _one(self, link: Link) -> Linked:
        account = self._orders.account(link.key)
        recorder = self._desk.book.recorders.get(link.recorder_id)
        held: Sequence[Held] = [h for h in self._orders.state.held if h.link_id == link.id]
        return Linked(
            link=link,
            strategy=self._orders.strategy(link.id),
            environment=self._orders.environment(link.key),
            armed=account is not None and account.armed,
            held=held,
            wrong=() if recorder is None else contradictions(link.settings, recorder),
        )

    def _put_in(self, at: int, recorder: Recorder) -> StrategyPart:
        part = self.parts[recorder.id] = StrategyPart(recorder.id, self._colours)
        part.add_wanted.connect(self.add_wanted)
        part.edit_wanted.connect(self.edit_wanted)
        part.remove_wanted.connect(self.remove_wanted)
        part.mode_wanted.connect(self.mode_wanted)
        self._column.insertWidget(at, part)
        return part

    def _take_out(self, present: set[int]) -> None:
        for recorder_id in [id_ for id_ in self.parts if id_ not in present]:
            part = self.parts.pop(recorder_id)
            part.hide()
            part.deleteLater()

    def _say(self, recorders: bool) -> None:
        paint(self.hint, self._colours.muted)
        accounts = bool(self._orders.state.accounts)
        self.connect_button.setVisible(recorders and not accounts)
        self.recorder_button.setVisible(not recorders)
        if not recorders:
            text = self.tr(
                "A link lets the signals of a strategy trade on an account. First it "
                "needs a strategy: name a recorder."
            )
        elif not self._orders.present or not accounts:
            text = self.tr(
                "A link lets the signals of a strategy trade on an account. No account "
                "is connected yet; without one, signals are recorded and send nothing."
            )
        else:
            text = self.tr(
                "Each strategy, and the accounts that follow it. Shadow decides and "
                "writes down every order without sending it; armed sends it."
            )
        self.hint.setText(text)

    def _lay_out(self) -> None:
        self.hint = plain_label(wrap=True)
        self.connect_button = QPushButton(self.tr("Show the accounts"))
        self.connect_button.clicked.connect(self.accounts_wanted)
        self.recorder_button = QPushButton(self.tr("New recorder…"))
        self.recorder_button.clicked.connect(self.new_recorder_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        top.setSpacing(2 * GRID)
        top.addWidget(self.hint, 1)
        for button in (self.connect_button, self.recorder_button):
            button.setMinimumHeight(CONTROL)
            button.setAccessibleName(button.text().replace("…", ""))
            button.setAutoDefault(False)
            top.addWidget(button)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(GRID, 0, GRID, GRID)
        self._column.setSpacing(GRID)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.tr("Links by strategy"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(rule())
        column.addWidget(self.area, 1)


class StrategyPart(QFrame):
    """One strategy with its links; rows stay the same while what they say changes."""

    add_wanted = Signal(int)
    edit_wanted = Signal(int)
    remove_wanted = Signal(int)
    mode_wanted = Signal(int, LinkMode)

    def __init__(self, recorder_id: int, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self.rows: dict[int, LinkRow] = {}
        self.name = heading("", points=2.0)
        self.none = plain_label(wrap=True, colour=colours.muted)
        self.add_button = QPushButton(self.tr("Add an account…"))
        self.add_button.setMinimumHeight(CONTROL)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(lambda: self.add_wanted.emit(recorder_id))
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.add_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID, GRID, GRID, 0)
        self._column.setSpacing(GRID // 2)
        self._column.addLayout(top)
        self._column.addWidget(self.none)

    def show_links(self, recorder: Recorder, linked: Sequence[Linked], colours: Colours) -> None:
        """Show a strategy as it is now."""
        self._colours = colours
        name = one_line(recorder.name)
        self.name.setText(name if recorder.enabled else self.tr("%1 (off)").replace("%1", name))
        self.add_button.setAccessibleName(self.tr("Add an account to %1").replace("%1", name))
        self.none.setText(self.tr("On no account: its signals are recorded and send nothing."))
        paint(self.none, colours.muted)
        self.none.setVisible(not linked)
        self._take_out({each.link.id: each for each in linked})
        for each in linked:
            row = self.rows.get(each.link.id) or self._put_in(each)
            row.show_linked(each, colours)

    def _put_in(self, linked: Linked) -> LinkRow:
        row = self.rows[linked.link.id] = LinkRow(linked, self._colours)
        row.setFrameShape(QFrame.Shape.StyledPanel)
        row.edit_wanted.connect(self.edit_wanted)
        row.remove_wanted.connect(self.remove_wanted)
        row.mode_wanted.connect(self.mode_wanted)
        self._column.addWidget(row)
        return row

    def _take_out(self, present: Mapping[int, Linked]) -> None:
        for link_id in [id_ for id_ in self.rows if id_ not in present]:
            row = self.rows.pop(link_id)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
