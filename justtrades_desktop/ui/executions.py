"""What the window knows of execution, beside the brokers: who trades where, and under what name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.broker import BrokerState, Environment, ResolvedContract
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import AccountState, Executions, ExecutionState
from justtrades_desktop.domain.feeds import stale_after
from justtrades_desktop.domain.links import AccountKey, Link
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.brokers import Brokers


class Priced(NamedTuple):
    """The last price of a contract; ``age`` says how old it is where that is too old."""

    price: Decimal | None = None
    age: str = ""


NO_PRICE = Priced()


class OrderDesk(QObject):
    """Execution as it was told last. Without one everything here stays empty.

    ``changed`` comes after each change of execution or of a broker, gathered by the bridge.
    """

    changed = Signal()

    def __init__(
        self,
        executions: Executions | None,
        brokers: Brokers,
        desk: Desk,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.executions = executions
        self.brokers = brokers
        self.state = ExecutionState()
        self._desk = desk
        self._products: dict[tuple[str, str], Product | None] = {}
        bridge.execution_changed.connect(self._read)
        bridge.recorders_changed.connect(self.changed)  # a strategy may have another name
        bridge.products_changed.connect(self._on_products)
        brokers.changed.connect(self._on_brokers)
        self._read()

    def come(self, executions: Executions) -> None:
        """The brokers are loaded: orders can be sent from now on."""
        self.executions = executions
        self._read()

    @property
    def present(self) -> bool:
        """Whether anything can be sent at all."""
        return self.executions is not None

    def now(self) -> datetime:
        """The core's clock."""
        return self._desk.clock()

    # Who

    def account(self, key: AccountKey) -> AccountState | None:
        """An account as execution sees it, None where it does not."""
        return next((account for account in self.state.accounts if account.key == key), None)

    def environment(self, key: AccountKey) -> Environment | None:
        """Whose money it is, None where nobody knows the account."""
        account = self.account(key)
        if account is not None:
            return account.environment
        broker = self.broker(key.connection)
        return None if broker is None else broker.environment

    def broker(self, connection: str) -> BrokerState | None:
        """A connection as it was told last."""
        return next((state for state in self.brokers.states if state.name == connection), None)

    def link(self, link_id: int | None) -> Link | None:
        """A link by its id, None where it is gone."""
        return next((link for link in self.state.links if link.id == link_id), None)

    def strategy(self, link_id: int | None) -> str:
        """The name of a link's recorder; the link's number where it is gone, empty for None."""
        if link_id is None:
            return ""
        link = self.link(link_id)
        recorder = None if link is None else self._desk.book.recorders.get(link.recorder_id)
        if recorder is None:
            return shown.tr("link {}").format(link_id)
        return shown.one_line(recorder.name)

    # What

    def contracts(self, connection: str) -> Iterator[ResolvedContract]:
        """Every contract that a connection has resolved, each once."""
        broker = self.broker(connection)
        known = {} if broker is None else broker.contracts
        yield from {contract.name: contract for contract in known.values()}.values()

    def product(self, connection: str, symbol: str) -> Product | None:
        """Tick size and value of a contract or symbol: the broker's own, else our table's."""
        asked = connection, symbol
        if asked not in self._products:
            self._products[asked] = self._product(connection, symbol)
        return self._products[asked]

    def contract_name(self, connection: str, symbol: str) -> str:
        """What a symbol is traded as there; the symbol itself where that is not known."""
        named = next(self._named(connection, symbol), None)
        return symbol if named is None else named.name

    def price(self, connection: str, symbol: str) -> Priced:
        """The last price of a contract or symbol, from whichever of its names has the newest."""
        names = {symbol, self._desk.book.instrument(symbol).symbol}
        names.update(contract.symbol for contract in self._named(connection, symbol))
        names.update(contract.name for contract in self._named(connection, symbol))
        prices = self._desk.book.prices
        newest = max((prices[n] for n in names if n in prices), key=lambda p: p.at, default=None)
        if newest is None:
            return NO_PRICE
        seconds = (self.now() - newest.at).total_seconds()
        old = seconds > stale_after(newest.source)
        return Priced(newest.price, shown.age(seconds) if old else "")

    def _product(self, connection: str, symbol: str) -> Product | None:
        for contract in self._named(connection, symbol):
            if contract.tick_size and contract.tick_value:
                size, value = contract.tick_size, contract.tick_value
                return Product(contract.name, size, value, contract.currency)
        return self._desk.book.instrument(symbol).product

    def _named(self, connection: str, symbol: str) -> Iterator[ResolvedContract]:
        broker = self.broker(connection)
        known = {} if broker is None else broker.contracts
        name = known[symbol].name if symbol in known else symbol
        yield from (contract for contract in known.values() if contract.name == name)

    def _on_products(self, _: object) -> None:
        self._products.clear()

    def _on_brokers(self) -> None:
        self._products.clear()
        self.changed.emit()

    def look(self) -> None:
        """Read anew what nobody tells: a brake that time alone puts on or takes off."""
        if self.executions is not None and self.executions.state().brakes != self.state.brakes:
            self._read()

    def _read(self) -> None:
        if self.executions is not None:
            self.state = self.executions.state()
            if self.brokers.take(self.state):
                return  # they have told it
        self.changed.emit()
