"""What a panel of orders stands on in a test: brokers and execution that are what a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QWidget

from justtrades_desktop.domain.broker import BrokerOrder, BrokerState, Environment
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.dialogs.confirm_order import ConfirmOrder
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.order_commands import OrderCommands
from tests.fakes.brokerage import FakeBrokerage, account, holding, up
from tests.fakes.executions import DEMO, LIVE, PAPER, FakeExecutions, account_state
from tests.ui.stage import Stage


@dataclass
class OrderBench:
    """``answer`` is what a person presses; ``questions`` are what was asked, with their looks."""

    stage: Stage
    fake: FakeExecutions
    brokerage: FakeBrokerage
    desk: OrderDesk
    commands: OrderCommands
    memory: Memory
    answer: bool = True
    not_again: bool = False
    questions: list[ConfirmOrder] = field(default_factory=list)

    def tell(self, **changes: Any) -> None:
        """Execution says something new, and the window hears it."""
        self.fake.tell(**changes)
        self.stage.bridge.tell()

    def tell_broker(self, state: BrokerState) -> None:
        """A broker says something new, and the window hears it."""
        self.brokerage.tell(state)
        self.stage.bridge.tell()

    async def ask(self, dialog: QDialog) -> bool:
        """A person reads the question and presses a button."""
        assert isinstance(dialog, ConfirmOrder)
        self.questions.append(dialog)
        self.stage.widgets.append(dialog)
        dialog.not_again.setChecked(self.not_again)
        (dialog.accept if self.answer else dialog.reject)()
        return self.answer


def order_bench(stage: Stage, folder: Path, *states: BrokerState, **state: Any) -> OrderBench:
    """PAPER1, DEMO1 and LIVE1 (not armed), unless told otherwise."""
    accounts = [account_state(key) for key in (PAPER, DEMO, LIVE)]
    fake = FakeExecutions(**{"accounts": accounts, **state})
    brokerage = FakeBrokerage(*(states or all_three()))
    fake.bus = brokerage.bus = stage.desk.bus
    brokers = Brokers(brokerage, stage.desk, stage.bridge)
    desk = OrderDesk(fake, brokers, stage.desk, stage.bridge)
    memory = Memory(folder)
    window = QWidget()
    stage.widgets.append(window)
    bench: list[OrderBench] = []

    async def ask(dialog: QDialog) -> bool:
        return await bench[0].ask(dialog)

    commands = OrderCommands(desk, memory, ask=ask, colours=lambda: stage.colours, parent=window)
    bench.append(OrderBench(stage, fake, brokerage, desk, commands, memory))
    return bench[0]


def all_three(net: int = 0) -> Sequence[BrokerState]:
    """A connection of each environment, each with an account of its own."""
    keys = ((PAPER, Environment.PAPER), (DEMO, Environment.DEMO), (LIVE, Environment.LIVE))
    return [
        replace(holding(up(key.connection, environment), net), accounts=(account(1, key.account),))
        for key, environment in keys
    ]


def with_orders(key: AccountKey, *working: BrokerOrder, net: int = 0) -> BrokerState:
    """The connection of ``key`` with these working orders."""
    state = next(state for state in all_three(net) if state.name == key.connection)
    return replace(state, working=working)


def checked_by_qt(model: QAbstractItemModel, parent: QWidget) -> None:
    """Qt itself looks that the model says what it does."""
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    QAbstractItemModelTester(model, fatal, parent)


def rows(model: QAbstractItemModel) -> list[list[str]]:
    """All cells as they are shown."""
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def price(text: str) -> Decimal:
    return Decimal(text)
