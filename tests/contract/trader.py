"""A trader who does right: acts once, and looks up what is in doubt instead of asking again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from justtrades_desktop.broker.answers import NotHandled, Trouble
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.broker.lookup import Absent, CannotTell, Found
from justtrades_desktop.broker.requests import (
    Action,
    CancelOrder,
    LiquidatePosition,
    OrderType,
    OtherLeg,
    PlaceOco,
    PlaceOrder,
    PlaceOso,
    Terms,
    changed,
)
from justtrades_desktop.broker.results import InDoubt, Placed, Refused
from justtrades_desktop.domain.broker import ResolvedContract
from tests.contract.both_sides import START_PRICE, SYMBOL, WATCHED, Both

ORDER_SECONDS: Final = 16.5
"""5 s until it must be out, 10 s for the answer, which the library rounds up to a whole second."""
READ_SECONDS: Final = 150.0
"""A minute until it must be out, 10 s for the answer; again as much where a login comes first."""
_SURE_AFTER: Final = 20.0  # nothing of ours is on its way for longer
_LOOKS: Final = 12

T = TypeVar("T")


class Trader:
    """Does things by chance; keeps what the client told of them."""

    def __init__(self, both: Both, chance: random.Random) -> None:
        self.both = both
        self.chance = chance
        self.placed: dict[str, int] = {}
        """Orders that the broker has, by our id: at once or by looking."""
        self.denied: dict[str, Refused | NotHandled] = {}
        self.absent: set[str] = set()
        self.doubtful: set[str] = set()
        """What could not be looked up, because that failed too."""
        self.sent: list[str] = []
        self.late: list[str] = []
        """What took longer than its deadline."""
        self.liquidations = 0
        self.done: list[str] = []
        self._price = START_PRICE

    # A day

    async def ready(self) -> None:
        """Wait for the account and the contract: without them nothing can be ordered."""
        both = self.both
        assert await both.until(lambda: bool(both.connection.state().accounts), 5_000), "no sync"
        while isinstance(await self._contract(), Unresolved):  # noqa: ASYNC110  (it is asked)
            await asyncio.sleep(5)

    async def round(self) -> None:
        """Every kind of order once, in an order by chance, the market moving meanwhile."""
        await self._limit()
        steps = [self._market, self._bracket, self._modify, self._cancel, self._pair, self._look]
        self.chance.shuffle(steps)
        if self.chance.random() < 0.2:  # two at once
            await asyncio.gather(steps.pop()(), steps.pop()())
        for step in steps:
            await self._move()
            await step()
        await self._move()
        await self._liquidate()

    async def settle(self) -> None:
        """Look up once more what could not be looked up."""
        for client_id in sorted(self.doubtful):
            await self._look_up(client_id)

    def trade(self, steps: int) -> Decimal:
        """Let the market move by ``steps`` ticks; the new price."""
        self._price += steps * Decimal("0.25")
        self.both.server.trade(SYMBOL, self._price)
        return self._price

    # Steps

    async def _move(self) -> None:
        for _ in range(self.chance.randint(0, 2)):
            self.trade(self.chance.randint(-24, 24))
            await asyncio.sleep(self.chance.choice((0, 0.01, 0.5)))

    async def _market(self) -> None:
        terms = Terms(order_type=OrderType.MARKET)
        await self._place(self._order(terms, quantity=self.chance.randint(1, 3)))

    async def _limit(self) -> None:
        terms = Terms(order_type=OrderType.LIMIT, price=self._price - self.chance.randint(1, 9))
        await self._place(self._order(terms))

    async def _bracket(self) -> None:
        limit = Terms(order_type=OrderType.LIMIT, price=self._price)
        entry = self._order(self.chance.choice((limit, Terms(order_type=OrderType.MARKET))))
        out = Action.SELL if entry.action is Action.BUY else Action.BUY
        sign = 1 if entry.action is Action.BUY else -1
        target = Terms(order_type=OrderType.LIMIT, price=self._price + sign * 5)
        stop = Terms(order_type=OrderType.STOP, stop_price=self._price - sign * 5)
        request = PlaceOso(
            order=entry,
            bracket1=OtherLeg(action=out, terms=target),
            bracket2=OtherLeg(action=out, terms=stop),
        )
        client_id = self._sent(entry)
        told = await self._order_call("bracket", self.both.connection.orders.place_oso(request))
        await self._heard(client_id, told)

    async def _pair(self) -> None:
        above = Terms(order_type=OrderType.LIMIT, price=self._price + 7)
        below = Terms(order_type=OrderType.STOP, stop_price=self._price - 7)
        order = replace(self._order(above), action=Action.SELL)
        request = PlaceOco(order=order, other=OtherLeg(action=Action.SELL, terms=below))
        client_id = self._sent(order)
        told = await self._order_call("pair", self.both.connection.orders.place_oco(request))
        await self._heard(client_id, told)

    async def _modify(self) -> None:
        for client_id, order_id in self.placed.items():
            order = self.both.connection.mirror.order(order_id)
            if order is None or not order.alive or order.kind != OrderType.LIMIT:
                continue
            versions = await self._read(self.both.connection.reads.versions_of(order_id, exit=True))
            if isinstance(versions, Trouble) or not versions:
                continue
            newest = max(versions, key=lambda version: version.id)
            price = (newest.price or self._price) - self.chance.randint(1, 3)
            change = changed(newest, is_automated=True, price=price)
            told = await self._order_call(
                f"modify {client_id}", self.both.connection.orders.modify(change)
            )
            self.done.append(f"modify {client_id}: {told}")
            return

    async def _cancel(self) -> None:
        ids = list(self.placed.values())
        if ids:
            request = CancelOrder(order_id=self.chance.choice(ids), is_automated=True)
            told = await self._order_call("cancel", self.both.connection.orders.cancel(request))
            self.done.append(f"cancel {request.order_id}: {told}")

    async def _liquidate(self) -> None:
        contract = await self._contract()
        if isinstance(contract, Unresolved):
            return
        request = LiquidatePosition(
            account_id=self.both.account.id, contract_id=contract.contract_id
        )
        self.liquidations += 1
        told = await self._order_call("liquidate", self.both.connection.orders.liquidate(request))
        self.done.append(f"liquidate: {told}")

    async def _look(self) -> None:
        reads = self.both.connection.reads
        await self._read(self.chance.choice((reads.positions, reads.fills, reads.cash_balances))())

    # Orders

    def _order(self, terms: Terms, quantity: int = 1) -> PlaceOrder:
        number = len(self.sent) + 1
        return PlaceOrder(
            account_id=self.both.account.id,
            account_name=self.both.account.name,
            symbol=SYMBOL,
            action=self.chance.choice((Action.BUY, Action.SELL)),
            quantity=quantity,
            terms=terms,
            is_automated=True,
            client_order_id=f"ours-{number}",
        )

    async def _place(self, request: PlaceOrder) -> None:
        client_id = self._sent(request)
        told = await self._order_call("place", self.both.connection.orders.place(request))
        await self._heard(client_id, told)

    def _sent(self, request: PlaceOrder) -> str:
        client_id = str(request.client_order_id)
        self.sent.append(client_id)
        return client_id

    async def _heard(self, client_id: str, told: Any) -> None:
        self.done.append(f"{client_id}: {told}")
        match told:
            case Placed(order_id=order_id):
                self.placed[client_id] = order_id
            case Refused() | NotHandled():
                self.denied[client_id] = told
            case InDoubt():
                await self._look_up(client_id)

    async def _look_up(self, client_id: str) -> None:
        self.doubtful.add(client_id)
        since = self.both.loop.time()
        for _ in range(_LOOKS):
            orders = self.both.connection.orders
            found = await self._read(orders.look_up(client_id, self.both.account.id), calls=4)
            self.done.append(f"look up {client_id}: {found}"[:200])
            match found:
                case Found(order=order):
                    self.placed[client_id] = order.id
                    return self.doubtful.discard(client_id)
                case Absent() if self.both.loop.time() - since >= _SURE_AFTER:
                    self.absent.add(client_id)
                    return self.doubtful.discard(client_id)
                case Absent() | CannotTell():
                    await asyncio.sleep(5)
        return None

    async def _contract(self) -> ResolvedContract | Unresolved:
        return await self._read(self.both.connection.contracts.resolve(WATCHED), calls=4)

    # Deadlines

    async def _order_call(self, what: str, call: Awaitable[T]) -> T:
        return await self._in_time(what, call, ORDER_SECONDS)

    async def _read(self, call: Awaitable[T], *, calls: int = 1) -> T:
        return await self._in_time("read", call, READ_SECONDS * calls)

    async def _in_time(self, what: str, call: Awaitable[T], seconds: float) -> T:
        began = self.both.loop.time()
        answer = await call
        took = self.both.loop.time() - began
        if took > seconds:
            self.late.append(f"{what} took {took:.1f} s of {seconds:g}")
        return answer
