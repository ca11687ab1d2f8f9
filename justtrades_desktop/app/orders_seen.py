"""How orders stand by the broker's events, for who typed one and waits for what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.domain.broker import BrokerOrder, ResolvedContract
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.links import AccountKey


class Seen(Protocol):
    """What is known of orders. All raise ``UserError`` where the connection is disconnected."""

    def order(self, key: AccountKey, order_id: int) -> BrokerOrder | None:
        """One order, finished or not."""

    def children(self, key: AccountKey, order_id: int) -> Sequence[BrokerOrder]:
        """The living orders that hang on another one, by id."""

    async def contract(self, key: AccountKey, symbol: str) -> ResolvedContract:
        """What a symbol is traded as now; raises ``UserError`` where it is nothing."""


class OrdersSeen:
    """The mirrors of the connections."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers

    def order(self, key: AccountKey, order_id: int) -> BrokerOrder | None:
        """One order, finished or not."""
        return self._brokers.connection(key.connection).mirror.order(order_id)

    def children(self, key: AccountKey, order_id: int) -> Sequence[BrokerOrder]:
        """The living orders that hang on another one, by id."""
        working = self._brokers.connection(key.connection).mirror.working()
        return [order for order in working if order.parent_id == order_id]

    async def contract(self, key: AccountKey, symbol: str) -> ResolvedContract:
        """What a symbol is traded as now.

        Raises:
            UserError: it is nothing, or the broker did not say.
        """
        found = await self._brokers.connection(key.connection).contracts.resolve(symbol)
        if isinstance(found, Unresolved):
            raise UserError(f"No contract for {symbol}: {found.why}")
        return found
