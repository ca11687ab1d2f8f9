"""The main window: it composes the panels and leads from one page to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QWidget

from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.ui.addresses import webhook
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.broker_commands import BrokerCommands
from justtrades_desktop.ui.broker_words import mode_said
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.plots import PositionCharts
from justtrades_desktop.ui.charts.times import Zones
from justtrades_desktop.ui.commands import Commands
from justtrades_desktop.ui.decisions import Decisions
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.icon import picture
from justtrades_desktop.ui.layout import Layout
from justtrades_desktop.ui.link_commands import LinkCommands
from justtrades_desktop.ui.memory import Look, Memory
from justtrades_desktop.ui.menus import Menus
from justtrades_desktop.ui.mode import Mode, mode_of
from justtrades_desktop.ui.mode_edge import ModeEdge
from justtrades_desktop.ui.order_panels import OrderPanels
from justtrades_desktop.ui.safety_commands import SafetyCommands
from justtrades_desktop.ui.status import StatusBar
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Theme
from justtrades_desktop.ui.top_bar import TopBar
from justtrades_desktop.ui.views.accounts import AccountsView
from justtrades_desktop.ui.views.analysis import AnalysisView
from justtrades_desktop.ui.views.connect import ConnectPage
from justtrades_desktop.ui.views.journal import JournalView
from justtrades_desktop.ui.views.links import LinksView
from justtrades_desktop.ui.views.positions import PositionsView
from justtrades_desktop.ui.views.recorders import RecordersView
from justtrades_desktop.ui.views.replay import ReplayDialog
from justtrades_desktop.ui.views.signals import SignalsView
from justtrades_desktop.ui.views.welcome import Welcome

_TOTAL_MS: Final = 1000
_ICON: Final = 72


class MainWindow(QMainWindow):
    """Holds no trading state of its own."""

    quit_wanted = Signal()
    hidden = Signal()
    look_chosen = Signal(Look)

    def __init__(
        self,
        running: Serving,
        bridge: Bridge,
        tasks: Tasks,
        theme: Theme,
        memory: Memory,
        *,
        demo: bool = False,
        brokerage: Brokerage | None = None,
        executions: Executions | None = None,
    ) -> None:
        super().__init__()
        self._desk = running.desk
        self._bridge = bridge
        self.brokers = Brokers(brokerage, running.desk, bridge, self)
        self.order_desk = OrderDesk(executions, self.brokers, running.desk, bridge, self)
        self.theme = theme
        self.hides_to_tray = False
        self.setWindowTitle(self.tr("JustTrades – demo data") if demo else self.tr("JustTrades"))
        self.setDockNestingEnabled(True)
        self.decisions = Decisions(
            running, tasks, self, colours=lambda: self.theme.colours, complain=self.report
        )
        self.commands = Commands(self, running.desk, tasks, self.decisions)
        self.broker_commands = (
            None if brokerage is None else BrokerCommands(self, brokerage, tasks, self.decisions)
        )
        self.link_commands = LinkCommands(
            self, self.order_desk, running.desk, tasks, self.decisions
        )
        self.safety = SafetyCommands(self, self.order_desk, tasks, self.decisions)
        self.mode_edge = ModeEdge(self, theme.colours)
        # Made in reading order: the keyboard walks through them so.
        self.top_bar = TopBar(self._desk, running.url, theme.colours, demo=demo)
        self.setMenuWidget(self.top_bar)
        self.connect_page = ConnectPage(running.url, bridge, memory, theme.colours)
        self.zones = Zones(memory.zone, self)
        self.zones.changed.connect(memory.keep_zone)
        self.chart_setting = ChartSetting(tasks, self.zones)
        self._make_recorders()
        self._make_pages(tasks)
        self._make_charts()
        self._make_orders(tasks, memory)
        self.status = StatusBar(running, theme.colours, self.brokers)
        self.setStatusBar(self.status)
        self.replay = ReplayDialog(running.feeds, tasks, theme.colours, self)
        self._connect_panels()
        self._connect_bridge()
        self.menus = Menus(self)
        self.pages.setCurrentWidget(self.work)
        self.layout_of_docks = Layout(
            self, memory, self.recorders_dock, self.charts_dock, self.order_panels.docks
        )
        self.show_page(self.work if self._desk.recorders else self.welcome)

    # Composition

    def _make_pages(self, tasks: Tasks) -> None:
        desk, colours = self._desk, self.theme.colours
        self.welcome = Welcome(picture(_ICON), colours)
        self.positions = PositionsView(desk, self._bridge, tasks, colours, brokers=self.brokers)
        self.journal = JournalView(desk, self._bridge, colours, self.chart_setting)
        self.analysis = AnalysisView(desk, self._bridge, colours, self.chart_setting)
        self.signals = SignalsView(desk, self._bridge, tasks, colours, orders=self.order_desk)
        self.work = QTabWidget()
        self.work.setDocumentMode(True)
        self.work.setAccessibleName(self.tr("Positions, journal and signals"))
        self.work.addTab(self.positions, self.tr("Positions"))
        self.work.addTab(self.journal, self.tr("Journal"))
        self.work.addTab(self.analysis, self.tr("Analysis"))
        self.work.addTab(self.signals, self.tr("Signals"))
        self._make_accounts()
        self._make_links()
        self.pages = QStackedWidget()
        for page in (self.welcome, self.connect_page, self.work):
            self.pages.addWidget(page)
        self.setCentralWidget(self.pages)

    def _make_accounts(self) -> None:
        """A panel only where this start has brokers."""
        self.accounts: AccountsView | None = None
        if self.broker_commands is None:
            return
        commands = self.broker_commands
        self.accounts = AccountsView(
            self.brokers, self._bridge, self.theme.colours, self.order_desk
        )
        self.accounts.arm_wanted.connect(self.safety.arm)
        self.accounts.disarm_wanted.connect(self.safety.disarm)
        self.accounts.limits_wanted.connect(self.safety.limits)
        self.accounts.new_wanted.connect(commands.add)
        self.accounts.unlock_wanted.connect(commands.unlock)
        self.accounts.connect_wanted.connect(commands.connect_again)
        self.accounts.disconnect_wanted.connect(commands.disconnect_for_now)
        self.accounts.remove_wanted.connect(commands.remove)
        self.positions.accounts_wanted.connect(self.show_accounts)
        self.work.addTab(self.accounts, self.tr("Accounts"))

    def _make_links(self) -> None:
        """A panel only where something can be linked with."""
        commands = self.link_commands
        self.links = LinksView(self.order_desk, self._desk, self.theme.colours)
        self.links.add_wanted.connect(commands.add)
        self.links.edit_wanted.connect(commands.edit)
        self.links.remove_wanted.connect(commands.remove)
        self.links.mode_wanted.connect(commands.set_mode)
        self.links.accounts_wanted.connect(self.show_accounts)
        self.links.new_recorder_wanted.connect(self.commands.new_recorder)
        self.recorders.accounts_wanted.connect(self.show_links)
        self.order_desk.changed.connect(self._show_mode)
        self.work.addTab(self.links, self.tr("Links"))
        self._show_mode()

    def _make_recorders(self) -> None:
        self.recorders = RecordersView(
            self._desk, self._bridge, self.theme.colours, self.webhook_address
        )
        self.recorders_dock = self._dock("recorders", self.tr("Recorders"), self.recorders)

    def _make_orders(self, tasks: Tasks, memory: Memory) -> None:
        """Panels only where something can be traded with."""
        self.order_panels = OrderPanels(self, self.order_desk, self._bridge, tasks, memory)
        at = self.work.indexOf(self.signals) + 1
        self.work.insertTab(at, self.order_panels.orders, self.tr("Orders"))
        self.work.setTabVisible(at, self.order_panels.present)

    def _make_charts(self) -> None:
        self.charts = PositionCharts(
            self._desk, self._bridge, self.theme.colours, self.chart_setting
        )
        self.charts_dock = self._dock("charts", self.tr("Charts"), self.charts)

    def _dock(self, name: str, title: str, content: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)  # saveState goes by it
        dock.setWidget(content)
        return dock

    def _connect_panels(self) -> None:
        commands = self.commands
        self.positions.position_selected.connect(self.charts.show_position)
        self.positions.selection_cleared.connect(self.charts.show_all)
        self.positions.tick_value_wanted.connect(commands.ask_tick_value)
        self.positions.connect_alerts_wanted.connect(commands.connect_alerts)
        self.journal.import_wanted.connect(commands.import_history)
        self.journal.trouble.connect(self.report)
        self.journal.model.arranged.connect(self._analyse)
        self.analysis.trade_clicked.connect(self._open_trade)
        self.analysis.day_clicked.connect(self._list_day)
        self.analysis.all_wanted.connect(self._list_all)
        self.signals.apply_by_hand_wanted.connect(commands.apply_by_hand)
        self.recorders.new_wanted.connect(commands.new_recorder)
        self.recorders.edit_wanted.connect(commands.edit)
        self.recorders.test_wanted.connect(commands.try_alert)
        self.recorders.connect_wanted.connect(self.show_connection)
        self.recorders.switch_wanted.connect(commands.switch)
        self.recorders.rotate_wanted.connect(commands.rotate)
        self.welcome.demo_wanted.connect(commands.start_demo)
        self.welcome.recorder_named.connect(commands.add_first)
        self.connect_page.done_wanted.connect(self.show_work)
        self.connect_page.test_wanted.connect(commands.try_alert)
        self.connect_page.address_changed.connect(self.recorders.refresh)

    def _connect_bridge(self) -> None:
        self._bridge.ledger_failed.connect(self._ledger_failed)
        self._bridge.ledger_recovered.connect(self._ledger_recovered)
        self._bridge.recorders_changed.connect(self._recorders_changed)
        self._bridge.told.connect(self.top_bar.refresh)
        self.top_bar.pause_wanted.connect(self.safety.pause_or_resume)
        self.top_bar.flatten_button.flatten_wanted.connect(self.safety.flatten)
        self._ageing = QTimer(self)  # the age of a price grows without any event
        self._ageing.setInterval(_TOTAL_MS)
        self._ageing.timeout.connect(self.brokers.look)
        self._ageing.timeout.connect(self.order_desk.look)
        self._ageing.timeout.connect(self.top_bar.refresh)
        self._ageing.timeout.connect(self.replay.look)
        self.replay.broke_off.connect(self.report)
        self._ageing.start()

    # Pages

    def show_page(self, page: QWidget) -> None:
        """Show one of the three pages; the greeting stands alone, the charts only by the tables."""
        working = self.pages.currentWidget() is self.work
        if working and page is not self.work:
            self.layout_of_docks.put_aside()
        self.pages.setCurrentWidget(page)
        if page is self.work:
            if not working:
                self.layout_of_docks.bring_back()
            self.layout_of_docks.settle()
        else:
            self.order_panels.keep_away()
            self.charts_dock.hide()
            self.recorders_dock.setVisible(page is self.connect_page)
        if not self.order_panels.present:
            self.order_panels.keep_away()  # an earlier start may have had brokers
        if page is self.welcome:
            self.welcome.greet()
        self.top_bar.set_quiet(page is self.welcome)

    def show_work(self) -> None:
        """Show positions and signals."""
        self.show_page(self.work)

    def show_accounts(self) -> None:
        """Show what the brokers say."""
        if self.accounts is not None:
            self.show_page(self.work)
            self.work.setCurrentWidget(self.accounts)

    def refresh_accounts(self) -> None:
        """The vault may be open now."""
        if self.accounts is not None:
            self.accounts.refresh()

    def show_links(self, recorder_id: int) -> None:
        """Show which accounts follow a strategy."""
        self.show_page(self.work)
        self.work.setTabVisible(self.work.indexOf(self.links), True)
        self.work.setCurrentWidget(self.links)
        self.links.show_recorder(recorder_id)

    def _show_mode(self) -> None:
        state, present = self.order_desk.state, self.order_desk.present
        mode = mode_of(state) if present else Mode()
        said = (mode.said, mode.environment) if present else mode_said(self.brokers.states)
        self.top_bar.show_mode(*said)
        self.top_bar.show_execution(state, mode, present=present)
        self.mode_edge.show(mode, self.theme.colours)
        linkable = present or self.brokers.present
        self.work.setTabVisible(self.work.indexOf(self.links), linkable)
        self.recorders.accounts_button.setVisible(linkable)

    def show_connection(self, recorder_id: int) -> None:
        """Show how TradingView reaches one recorder."""
        self.connect_page.show_recorder(self._desk.book.recorders[recorder_id])
        self.show_page(self.connect_page)

    def webhook_address(self, recorder: Recorder) -> str:
        """The address a trader gives to TradingView."""
        return webhook(self.connect_page.base, recorder)

    # From the analysis into the journal and back

    def _analyse(self) -> None:
        if self.journal.model.is_loaded:
            listed = self.journal.model.rows
            self.analysis.show_trades(listed.trades, listed.rows)

    def _open_trade(self, origin: str, trade_id: int) -> None:
        self.work.setCurrentWidget(self.journal)
        self.journal.open_trade(Origin(origin), trade_id)

    def _list_all(self) -> None:
        self.journal.filter.ask_for(Wanted())

    def _list_day(self, day: date) -> None:
        self.work.setCurrentWidget(self.journal)
        wanted = self.journal.filter.wanted()
        self.journal.filter.ask_for(replace(wanted, first_day=day, last_day=day))
        self.journal.show_list()

    def _recorders_changed(self) -> None:
        # A first recorder may come from the command line as well.
        if self._desk.recorders and self.pages.currentWidget() is self.welcome:
            self.show_work()

    # Trouble

    def report(self, text: str) -> None:
        """Show something that went wrong, until it is dismissed."""
        self.top_bar.error_banner.say(text)

    def _ledger_failed(self, reason: str) -> None:
        self.top_bar.ledger_banner.say(
            self.tr(
                "The ledger cannot write: %1. Alerts are answered 503 and change no position; "
                "TradingView tries again for some 15 seconds. Make room or check the disk: it "
                "goes on by itself."
            ).replace("%1", reason)
        )
        self.top_bar.set_trouble(True)

    def _ledger_recovered(self) -> None:
        self.top_bar.ledger_banner.say("")
        self.top_bar.set_trouble(False)

    # Looks and layout

    def set_theme(self, theme: Theme) -> None:
        """Follow a change of the theme."""
        self.theme = theme
        accounts = [] if self.accounts is None else [self.accounts.set_colours]
        follow: list[Callable[[Any], None]] = [
            *accounts,
            self.links.set_colours,
            self.order_panels.set_colours,
            self.welcome.set_colours,
            self.connect_page.set_colours,
            self.positions.set_colours,
            self.journal.set_colours,
            self.analysis.set_colours,
            self.signals.set_colours,
            self.charts.set_colours,
            self.recorders.set_colours,
            self.top_bar.set_colours,
            self.status.set_colours,
            self.replay.set_colours,
        ]
        for set_colours in follow:
            set_colours(theme.colours)
        self._show_mode()

    def reset_layout(self) -> None:
        """Put every panel back to where it was at the first start."""
        self.show_work()
        self.layout_of_docks.reset()

    def keep_layout(self) -> None:
        """Remember where everything is."""
        self.layout_of_docks.keep(beside_tables=self.pages.currentWidget() is self.work)

    def bring_up(self) -> None:
        """Show the window in front of others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Its edge is the mode's."""
        super().paintEvent(event)
        self.mode_edge.draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Docks take sizes only once they are laid out."""
        super().showEvent(event)
        if self.pages.currentWidget() is self.work:
            self.layout_of_docks.settle()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing hides to the tray; where there is none, it quits."""
        event.ignore()
        if self.hides_to_tray:
            self.keep_layout()
            self.hide()
            self.hidden.emit()
        else:
            self.commands.quit()
