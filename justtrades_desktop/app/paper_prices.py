"""The program's own prices, from whatever feed, into the paper account's exchange."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Final

from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.exchange import Exchange, NotThere
from justtrades_desktop.trading.bus import Bus

_EVERY: Final = 0.05  # seconds
_QUIET_EVERY: Final = 5  # rounds: what nobody trades here needs a price now and then
_AT_ONCE: Final = 0.002  # seconds of work, then the loop has its turn
_ASK_AGAIN: Final = timedelta(minutes=15)  # what a continuous symbol stands for
_CONTINUOUS: Final = re.compile(r"([A-Z0-9]+?)([1-9])!")
_DONE: Final = frozenset(("Filled", "Canceled", "Rejected", "Expired", "Completed"))


class _Stretch:
    """The prices since the last round; of many only the ends and the extremes, in their order."""

    __slots__ = ("prices",)

    def __init__(self, price: Decimal) -> None:
        self.prices = [price]

    def take(self, price: Decimal) -> None:
        prices = self.prices
        prices.append(price)
        if len(prices) > 4:
            first, last = prices[0], prices[-1]
            low, high = min(prices), max(prices)
            between = [low, high] if prices.index(low) < prices.index(high) else [high, low]
            self.prices = [first, *between, last]


class PaperPrices:
    """Prices by the thousand a second are gathered: no stop is missed, and the loop stays free."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._waiting: dict[str, _Stretch] = {}
        self._contracts: dict[str, int | None] = {}
        self._asked = exchange.now
        self._orders: dict[int, int] = {}  # alive: order id to contract id
        self._held: set[int] = set()  # contract ids
        self._round = 0
        self._read()

    def follow(self, bus: Bus) -> Callable[[], None]:
        """Take every price from now on; the answer ends that."""
        ends = (
            bus.subscribe(PriceTicked, self._on_tick),
            # What waits was before the request: it is for the orders as they were until then.
            self._exchange.precede(self._catch_up),
        )

        def end() -> None:
            for each in ends:
                each()

        return end

    def hear(self, event: Event) -> None:
        """Something happened at the exchange."""
        entity = event.entity
        if event.entity_type == "order":
            if entity.get("ordStatus") in _DONE:
                self._orders.pop(entity["id"], None)
            elif entity.get("contractId") is not None:
                self._orders[entity["id"]] = entity["contractId"]
        elif event.entity_type == "position":
            if entity.get("netPos"):
                self._held.add(entity["contractId"])
            else:
                self._held.discard(entity["contractId"])

    def last(self, contract_id: int) -> Decimal | None:
        """The newest price, brought in or waiting; None before any."""
        for symbol, stretch in self._waiting.items():
            if self._contract(symbol) == contract_id:
                return stretch.prices[-1]
        return self._exchange.last(contract_id)

    async def run(self) -> None:
        """Bring the gathered prices in, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            begun = perf_counter()
            for _ in self._steps():
                if perf_counter() - begun > _AT_ONCE:
                    await asyncio.sleep(0)
                    begun = perf_counter()

    def bring(self) -> None:
        """One round, without a break."""
        for _ in self._steps():
            pass

    def _steps(self) -> Iterator[None]:
        """One round, symbol by symbol."""
        self._round += 1
        quiet_too = self._round % _QUIET_EVERY == 0
        self._ask_again()
        self._exchange.advance()
        traded = {*self._orders.values(), *self._held}
        for symbol in [*self._waiting]:
            self._bring(symbol, traded, quiet_too=quiet_too)
            yield

    def _catch_up(self) -> None:
        """All that waits, before anybody changes an order."""
        self._exchange.advance()
        for symbol in [*self._waiting]:
            self._bring(symbol, set(), quiet_too=True)

    def _bring(self, symbol: str, traded: set[int], *, quiet_too: bool) -> None:
        contract = self._contract(symbol)
        if symbol not in self._waiting or not (contract is None or contract in traded or quiet_too):
            return
        prices = self._waiting.pop(symbol).prices
        if contract is None:
            return
        if not self._exchange.concerned(contract, prices):
            prices = prices[-1:]
        for price in prices:
            self._exchange.tick(contract, price, advance=False)

    def _on_tick(self, ticked: PriceTicked) -> None:
        waiting = self._waiting.get(ticked.symbol)
        if waiting is None:
            self._waiting[ticked.symbol] = _Stretch(ticked.price)
        else:
            waiting.take(ticked.price)

    def _contract(self, symbol: str) -> int | None:
        """The contract that ``symbol`` is a price of."""
        if symbol not in self._contracts:
            self._contracts[symbol] = self._found(symbol)
        return self._contracts[symbol]

    def _ask_again(self) -> None:
        now = self._exchange.now
        if not timedelta() <= now - self._asked < _ASK_AGAIN:  # clocks are set back, too
            self._asked = now
            self._contracts.clear()

    def _found(self, symbol: str) -> int | None:
        continuous = _CONTINUOUS.fullmatch(symbol)
        try:
            if continuous is None:
                return self._exchange.contract_id(symbol)
            root, place = continuous[1], int(continuous[2])
            user = next(iter(self._exchange.users))
            rows = self._exchange.read(user, "contract", "suggest", {"t": root, "l": "10"})
        except NotThere:
            return None
        listed = rows if isinstance(rows, list) else [rows]
        same = [row for row in listed if re.fullmatch(rf"{root}[A-Z]\d", row["name"])]
        return int(same[place - 1]["id"]) if len(same) >= place else None

    def _read(self) -> None:
        """What an exchange that was kept holds already."""
        for user in self._exchange.users:
            sync = self._exchange.sync(user)
            for kind, entities in (("order", "orders"), ("position", "positions")):
                for entity in sync.get(entities, ()):
                    self.hear(Event((), kind, "Created", entity))
