"""The accounts panel: what the brokers say, connection by connection; it changes nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.delegates import ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.models import broker_columns, broker_rows
from justtrades_desktop.ui.models.broker_table import BrokerTable
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.account_actions import AccountActions
from justtrades_desktop.ui.views.connection_card import ConnectionCard
from justtrades_desktop.ui.views.drift_line import DriftLine
from justtrades_desktop.ui.views.live_table import LiveTable

_SECOND_MS: Final = 1000  # how often ages grow and lockouts count down
_ACCOUNTS: Final = (15, 13, 10, 10, 11, 11, 9, 9, 15, 9)
_HELD: Final = (16, 14, 10, 6, 11, 10)
_ORDERS: Final = (14, 12, 7, 5, 8, 7, 9, 9, 4, 12, 7, 6, 6, 8)
_DRIFTS: Final = (16, 14, 9, 9, 9, 9, 60)


class AccountsView(QWidget):
    """A header for each connection, and tables of all accounts together."""

    new_wanted = Signal()
    unlock_wanted = Signal()
    connect_wanted = Signal(str)  # the name of a connection, as in the next two
    disconnect_wanted = Signal(str)
    remove_wanted = Signal(str)
    arm_wanted = Signal(AccountKey)
    disarm_wanted = Signal(AccountKey)
    limits_wanted = Signal(AccountKey)

    def __init__(
        self,
        brokers: Brokers,
        bridge: Bridge,
        colours: Colours,
        orders: OrderDesk | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("accounts")
        self._brokers = brokers
        self._orders = orders
        self._colours = colours
        self._delegate = ToneDelegate(colours, self)
        self.cards: dict[str, ConnectionCard] = {}
        self._make_models()
        self._make_tables(bridge)
        self._make_buttons()
        self.drift_line = DriftLine(brokers, colours, leads_on=False)
        self.pages = QStackedWidget()
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self.refresh)
        brokers.changed.connect(self.refresh)
        if orders is not None:
            orders.changed.connect(self._show_actions)
        self.set_colours(colours)

    # For the window

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self._delegate.set_colours(colours)
        for table in self.tables:
            colour_table(table, colours)
        for card in self.cards.values():
            card.set_colours(colours)
        self.drift_line.set_colours(colours)
        paint(self.shut, colours.muted)
        self.refresh()

    def refresh(self) -> None:
        """Show what the window was told last, as old as it is now."""
        states, now = self._brokers.states, self._brokers.now()
        brokerage = self._brokers.brokerage
        shut = brokerage is not None and brokerage.is_locked
        for part in (self.shut, self.unlock_button):
            part.setVisible(shut)
        self._show_cards()
        self.accounts.show(broker_rows.account_rows(states, now))
        self.held.show(broker_rows.held_rows(states, now))
        self.orders.show(broker_rows.order_rows(states, now))
        self.drifts.show(broker_rows.drift_rows(self._brokers.drifts, states, now))
        self._count()
        self.new_button.setVisible(bool(states))
        self.pages.setCurrentIndex(0 if states else 1)
        self._show_actions()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    # What happens

    def _show_cards(self) -> None:
        states, now = self._brokers.states, self._brokers.now()
        names = [state.name for state in states]
        for name in [name for name in self.cards if name not in names]:
            card = self.cards.pop(name)
            card.hide()
            card.deleteLater()
        for at, state in enumerate(states):
            card = self.cards.get(state.name) or self._add_card(state.name)
            card.show_state(state, now)
            if self._column.indexOf(card) != at:
                self._column.insertWidget(at, card)
        self._headers.updateGeometry()

    @property
    def chosen(self) -> AccountKey | None:
        """The account that the buttons below the table act on: the first until one is chosen."""
        rows = self.accounts.rows
        at = max(0, self.accounts_table.currentIndex().row())
        return AccountKey(rows[at].told.connection, rows[at].account.name) if rows else None

    def _show_actions(self) -> None:
        key = self.chosen
        account = None if self._orders is None or key is None else self._orders.account(key)
        self.of_account.show_account(account, self._colours)

    def _add_card(self, name: str) -> ConnectionCard:
        state = next(state for state in self._brokers.states if state.name == name)
        card = self.cards[name] = ConnectionCard(state, self._colours)
        card.connect_wanted.connect(self.connect_wanted)
        card.disconnect_wanted.connect(self.disconnect_wanted)
        card.remove_wanted.connect(self.remove_wanted)
        return card

    def _count(self) -> None:
        counted: Sequence[tuple[str, BrokerTable[Any]]] = (
            (self.tr("Positions {}"), self.held),
            (self.tr("Working orders {}"), self.orders),
            (self.tr("Differences {}"), self.drifts),
        )
        for at, (words, model) in enumerate(counted):
            text = words.format(model.rowCount())
            if self.below.tabText(at) != text:
                self.below.setTabText(at, text)

    # Building

    def _make_models(self) -> None:
        self.accounts = BrokerTable(broker_columns.account_columns(), self)
        self.held = BrokerTable(broker_columns.held_columns(), self)
        self.orders = BrokerTable(broker_columns.order_columns(), self)
        self.drifts = BrokerTable(broker_columns.drift_columns(), self)

    def _make_tables(self, bridge: Bridge) -> None:
        self.accounts_table = self._table(bridge, self.accounts, _ACCOUNTS, self.tr("Accounts"))
        self.held_table = self._table(bridge, self.held, _HELD, self.tr("Broker positions"))
        self.orders_table = self._table(bridge, self.orders, _ORDERS, self.tr("Working orders"))
        self.drifts_table = self._table(
            bridge, self.drifts, _DRIFTS, self.tr("Differences between signals and broker")
        )
        self.of_account = AccountActions()
        self.of_account.arm_wanted.connect(self.arm_wanted)
        self.of_account.disarm_wanted.connect(self.disarm_wanted)
        self.of_account.limits_wanted.connect(self.limits_wanted)
        self.accounts_table.selectionModel().currentChanged.connect(self._show_actions)
        self.tables = (self.accounts_table, self.held_table, self.orders_table, self.drifts_table)
        self.below = QTabWidget()
        self.below.setDocumentMode(True)
        self.below.setAccessibleName(self.tr("Positions, orders and differences"))
        for table in self.tables[1:]:
            self.below.addTab(table, "")

    def _table(
        self, bridge: Bridge, model: BrokerTable[Any], widths: Sequence[int], name: str
    ) -> QTableView:
        table = LiveTable(bridge)
        table.setAccessibleName(name)
        table.setModel(model)
        table.setItemDelegate(self._delegate)
        set_up_table(table, widths)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        return table

    def _make_buttons(self) -> None:
        self.shut = plain_label(
            self.tr("Brokers connected in an earlier start wait for the passphrase of the vault.")
        )
        self.unlock_button = _button(self.tr("Open the vault…"))
        self.unlock_button.clicked.connect(self.unlock_wanted)
        self.new_button = _button(self.tr("Connect Tradovate…"))
        self.empty_button = _button(self.tr("Connect Tradovate…"))
        for button in (self.new_button, self.empty_button):
            button.clicked.connect(self.new_wanted)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        bar.setSpacing(GRID)
        bar.addWidget(self.shut)
        bar.addWidget(self.unlock_button)
        bar.addStretch(1)
        self.pages.addWidget(self._filled())
        self.pages.addWidget(self._empty())
        bar.addWidget(self.new_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)

    def _filled(self) -> QWidget:
        page = QWidget()
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._headers = _Headers(inside)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.accounts_table, 1)
        column.addWidget(self.of_account)
        split.addWidget(upper)
        split.addWidget(self.below)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._headers)
        layout.addWidget(self.drift_line)
        layout.addWidget(split, 1)
        return page

    def _empty(self) -> QWidget:
        page = QWidget()
        text = plain_label(
            self.tr(
                "No broker is connected. Connect a Tradovate account to see its money, its "
                "positions and its orders beside your signals. Connecting places no order."
            ),
            wrap=True,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(page)
        layout.setSpacing(2 * GRID)
        layout.addStretch()
        layout.addWidget(text)
        layout.addWidget(self.empty_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return page


class _Headers(QScrollArea):
    """As tall as its headers where there is room, else it scrolls."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(8 * GRID)
        self._inside = inside
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text.replace("…", ""))
    button.setMinimumHeight(CONTROL)
    button.setAutoDefault(False)
    return button
