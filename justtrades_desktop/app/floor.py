"""One account of one connection as execution sees it: what it is told, asks and does there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

from justtrades_desktop.app import floor_loss, floor_requests
from justtrades_desktop.app.floor_answers import answer_of, answer_to_a_change
from justtrades_desktop.broker.answers import Trouble
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.broker.entities import Fill as WireFill
from justtrades_desktop.broker.entities import OrderVersion
from justtrades_desktop.broker.lookup import CannotTell, Found
from justtrades_desktop.broker.requests import CancelOrder, LiquidatePosition, PlaceOco, PlaceOso
from justtrades_desktop.domain.broker import (
    Account,
    BrokerOrder,
    BrokerPosition,
    Environment,
    Light,
    ResolvedContract,
)
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Way
from justtrades_desktop.execution.ports import Answer, Fill, Gone, NotSent, Refused, Unclear


class AccountFloor:
    """A ``Floor``. It outlives its connection: :meth:`attach` gives it the next one.

    While there is none, what was told last still stands, ``is_up`` is False, and every call says
    that nothing was sent.
    """

    def __init__(self, key: AccountKey, environment: Environment, account_id: int) -> None:
        self._key = key
        self._environment = environment
        self._account_id = account_id
        self._connection: Connection | None = None
        self._last: Connection | None = None
        self._woken: list[Callable[[], None]] = []
        self._fills: list[Fill] = []
        self._fills_mark: object = None
        self._held: Sequence[BrokerPosition] = ()
        self._held_mark: object = None

    # Its connection

    def attach(self, connection: Connection | None, account_id: int | None = None) -> None:
        """Go on over ``connection``, or without one."""
        self._connection = connection
        self._last = connection or self._last
        self._account_id = self._account_id if account_id is None else account_id
        if connection is not None:
            self._environment = connection.environment
        self.wake()

    def wake(self) -> None:
        """Tell everyone who listens that something is new."""
        for woken in tuple(self._woken):
            woken()

    def listen(self, woken: Callable[[], None]) -> Callable[[], None]:
        """Call ``woken`` at each change of what is told; the result ends that."""
        self._woken.append(woken)

        def leave() -> None:
            if woken in self._woken:
                self._woken.remove(woken)

        return leave

    # How it is

    @property
    def key(self) -> AccountKey:
        """Connection and account by name."""
        return self._key

    @property
    def environment(self) -> Environment:
        """Whose money it is."""
        return self._environment

    @property
    def account_id(self) -> int:
        """The account's id at the broker."""
        return self._account_id

    @property
    def account(self) -> Account | None:
        """The account with its money; None while the broker has not told of it."""
        if self._last is None:
            return None
        return self._last.mirror.account(self._account_id, self._last.price_of)

    @property
    def is_up(self) -> bool:
        """Whether its state is being told live now, and was synced since the link came up."""
        return self._connection is not None and self._connection.is_live

    @property
    def market_said(self) -> str:
        """Why there is no market data, empty where there is."""
        if self._connection is None:
            return f"{self._key.connection} is disconnected"
        link = self._connection.market_link
        if link.light is Light.UP:
            return ""
        return link.said or f"the link to market data is {link.light}"

    # What is told

    def positions(self) -> Sequence[BrokerPosition]:
        """What the account holds, flat ones left out."""
        if self._last is None:
            return ()
        mark = self._last.mirror, self._last.mirror.version, self._account_id
        if mark != self._held_mark:  # asked for thrice for each order, between two events
            self._held, self._held_mark = self._last.mirror.positions(self._account_id), mark
        return self._held

    def net(self, contract_id: int) -> int:
        """Signed contracts by the position that the broker told last."""
        return sum(each.net for each in self.positions() if each.contract_id == contract_id)

    def average(self, contract_id: int) -> Decimal | None:
        """The broker's average price of what is open."""
        held = (each for each in self.positions() if each.contract_id == contract_id)
        return next((each.price for each in held), None)

    def working(self, contract_id: int | None = None) -> Sequence[BrokerOrder]:
        """Living orders of this account, in one contract or all."""
        if self._last is None:
            return ()
        return self._last.mirror.working_of(self._account_id, contract_id)

    def order(self, order_id: int) -> BrokerOrder | None:
        """One of its orders, living or not."""
        return None if self._last is None else self._mine(self._last.mirror.order(order_id))

    def order_of(self, client_id: str) -> BrokerOrder | None:
        """The order that we call so, by its command or by the text on it."""
        return None if self._last is None else self._mine(self._last.mirror.order_of(client_id))

    def children(self, order_id: int) -> Sequence[BrokerOrder]:
        """The orders that hang on another one, living or not."""
        return () if self._last is None else self._last.mirror.hanging(order_id)

    def fills(self, order_id: int) -> Sequence[Fill]:
        """The fills of an order, by id."""
        if self._last is None:
            return ()
        return tuple(map(_fill, self._last.mirror.fills(order_id)))

    def all_fills(self) -> Sequence[Fill]:
        """All fills of this account that the broker tells of, in the order they came."""
        if self._last is not None:
            mark, told = self._last.mirror.fills_of(self._account_id)
            if mark is not self._fills_mark:
                self._fills, self._fills_mark = [], mark
            self._fills += map(_fill, told[len(self._fills) :])
        return tuple(self._fills)

    def price(self, contract_id: int) -> Decimal | None:
        """The last trade that its own market data told, if that is live."""
        return None if self._connection is None else self._connection.price_of(contract_id)

    # What is asked

    async def resolve(self, symbol: str) -> ResolvedContract | str:
        """The contract a symbol is traded as now; a text says why there is none."""
        if self._connection is None:
            return self._gone
        found = await self._connection.resolve(symbol)
        return found.why if isinstance(found, Unresolved) else found

    async def confirmed_net(self, contract_id: int) -> int | None:
        """The position by a fresh look, None where that failed."""
        if self._connection is None:
            return None
        told = await self._connection.reads.positions(exit=True)
        if isinstance(told, Trouble):
            return None
        mine = (each for each in told if each.account_id == self._account_id)
        return sum(each.net_pos for each in mine if each.contract_id == contract_id)

    async def look_up(self, client_id: str) -> int | Gone | Unclear:
        """The order's id by a complete look at commands and versions."""
        connection = self._connection
        if connection is None:
            return Unclear(self._gone)
        match await connection.orders.look_up(client_id, self._account_id):
            case Found(order=order, command=command, version=version):
                found = (each for each in (command, version, order) if each is not None)
                connection.learnt(self._account_id, *found)
                return order.id
            case CannotTell(why=why):
                return Unclear(why)
        return Gone()

    async def look_at(self, order_id: int) -> BrokerOrder | None:
        """An order by a fresh look, None where that failed."""
        connection = self._connection
        if connection is None:
            return None
        reads = connection.reads
        order, versions, fills, commands = await asyncio.gather(
            reads.order(order_id, exit=True),
            reads.versions_of(order_id, exit=True),
            reads.fills_of(order_id, exit=True),
            reads.commands_of(order_id, exit=True),
        )
        if (
            isinstance(order, Trouble)
            or isinstance(versions, Trouble)
            or isinstance(fills, Trouble)
            or isinstance(commands, Trouble)
            or order.account_id != self._account_id
        ):
            return None
        connection.learnt(self._account_id, *commands, *versions, *fills, order)
        return self._mine(connection.mirror.order(order_id))

    # What is done; each is sent at most once

    async def place(self, intent: Intent, *, signal_id: int | None, fresh: float) -> Answer:
        """A new order: with legs an OSO, with ``oco`` a pair."""
        connection = self._connection
        if connection is None:
            return NotSent(self._gone)
        if intent.purpose.opens and not connection.is_live:
            return NotSent(f"the link to orders is {connection.orders_link.light}")
        try:
            request = floor_requests.new_order(intent, self._account_id)
        except ValueError as error:
            return Refused(str(error))
        orders = connection.orders
        if isinstance(request, PlaceOso):
            return answer_of(await orders.place_oso(request, signal_id=signal_id, fresh=fresh))
        leaves = not intent.purpose.opens
        if isinstance(request, PlaceOco):
            return answer_of(
                await orders.place_oco(request, exit=leaves, signal_id=signal_id, fresh=fresh)
            )
        return answer_of(await orders.place(request, exit=leaves, signal_id=signal_id, fresh=fresh))

    async def modify(
        self, intent: Intent, order: BrokerOrder, *, signal_id: int | None, fresh: float
    ) -> Answer:
        """``order`` with the intent's quantity and prices; all else stays as it is."""
        connection, until = self._connection, _now() + fresh
        if connection is None:
            return NotSent(self._gone)
        version = await self._version(connection, order.id)
        if isinstance(version, NotSent):
            return version
        try:
            request = floor_requests.change(intent, version)
        except ValueError as error:
            return Refused(str(error))
        if (left := until - _now()) <= 0:
            return NotSent("the broker was too slow to say how the order stands")
        leaves = not intent.purpose.opens
        return answer_to_a_change(
            await connection.orders.modify(request, exit=leaves, signal_id=signal_id, fresh=left)
        )

    async def cancel(self, intent: Intent, *, signal_id: int | None, fresh: float) -> Answer:
        """An end to the order ``intent.target_id``."""
        if self._connection is None:
            return NotSent(self._gone)
        if intent.target_id is None:
            return Refused("a cancel must name its order")
        request = CancelOrder(
            order_id=intent.target_id,
            is_automated=intent.is_automated,
            client_order_id=intent.client_id,
        )
        orders = self._connection.orders
        return answer_to_a_change(await orders.cancel(request, signal_id=signal_id, fresh=fresh))

    async def liquidate(self, contract_id: int) -> Answer:
        """Flat in a contract, all its orders cancelled; cannot overshoot."""
        if self._connection is None:
            return NotSent(self._gone)
        request = LiquidatePosition(account_id=self._account_id, contract_id=contract_id)
        return answer_of(await self._connection.orders.liquidate(request))

    # The broker's own brake

    def loss_at_broker(self) -> tuple[Decimal | None, str]:
        """Its daily loss limit, and why it cannot be set (empty where it can)."""
        if self._connection is None:
            return None, self._gone
        return floor_loss.told(self._connection, self._account_id)

    async def set_loss_at_broker(self, loss: Decimal | None) -> str:
        """Set it; why that was refused, empty where it worked."""
        if self._connection is None:
            return self._gone
        return await floor_loss.put(self._connection, self._account_id, loss)

    # How

    @property
    def _gone(self) -> str:
        return f"{self._key.connection} is disconnected"

    def _mine(self, order: BrokerOrder | None) -> BrokerOrder | None:
        return None if order is None or order.account_id != self._account_id else order

    async def _version(self, connection: Connection, order_id: int) -> OrderVersion | NotSent:
        """What the order asks for now; told by events, else asked for."""
        known = connection.mirror.version_of(order_id) if connection.is_live else None
        if known is not None and known.time_in_force is not None:
            return known
        versions = await connection.reads.versions_of(order_id, exit=True)
        if isinstance(versions, Trouble) or not versions:
            return NotSent("the broker does not say how the order stands")
        connection.learnt(self._account_id, *versions)
        return connection.mirror.version_of(order_id) or max(versions, key=lambda each: each.id)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _fill(told: WireFill) -> Fill:
    return Fill(
        id=told.id,
        order_id=told.order_id,
        contract_id=told.contract_id,
        quantity=told.qty,
        signed=told.qty if told.action == Way.BUY else -told.qty,
        price=told.price,
        at=told.timestamp.timestamp() if told.timestamp is not None else 0.0,
    )
