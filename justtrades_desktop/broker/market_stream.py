"""The socket of quotes: one subscription for each contract, for as long as anybody watches it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn

from justtrades_desktop.broker.answers import (
    Accepted,
    Answer,
    NotHandled,
    Rejected,
    Unknown,
    said,
)
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.broker.entrance import Entrance
from justtrades_desktop.broker.frames import Event
from justtrades_desktop.broker.login import wait_event
from justtrades_desktop.broker.quotes import Quotes
from justtrades_desktop.broker.socket import BrokerSocket
from justtrades_desktop.domain.broker import ResolvedContract

SUBSCRIBE: Final = "md/subscribequote"
UNSUBSCRIBE: Final = "md/unsubscribequote"
_TRY_AGAIN: Final = 60.0  # what may have failed for a passing reason; then later and later
_GIVE_UP: Final = 900.0  # what the broker does not know: asked again after this long
_LOOK_AGAIN: Final = 3600.0  # a front month may have rolled

OnPrice = Callable[[str, Decimal, datetime], object]
"""A trade: the symbol as it is watched, the price, and its time in UTC."""
Resolve = Callable[[str], Awaitable[ResolvedContract | Unresolved]]


class _Failure(NamedTuple):
    """Why something did not come, how often in a row, and when (of the loop) to ask again."""

    why: str
    times: int
    again_at: float


class MarketStream:
    """Prices of what is watched; what is watched outlives the socket.

    Symbols are looked up one by one beside the socket, each subscribed as soon as it is known. A
    failure is remembered, so that a change elsewhere never asks for it again.
    """

    def __init__(
        self,
        address: str,
        *,
        entrance: Entrance,
        resolve: Resolve,
        on_price: OnPrice,
        on_change: Callable[[], None],
    ) -> None:
        self.quotes = Quotes()
        self._address = address
        self._entrance = entrance
        self._resolve = resolve
        self._on_price = on_price
        self._on_change = on_change
        self._watched: Counter[str] = Counter()
        self._woken = asyncio.Event()
        self._to_look_up = asyncio.Event()
        self._contracts: dict[str, ResolvedContract] = {}
        self._looked_up_at: dict[str, float] = {}
        self._unresolved: dict[str, _Failure] = {}
        self._symbols: dict[int, tuple[str, ...]] = {}
        self._subscribed: dict[int, str] = {}
        self._refused: dict[int, _Failure] = {}

    # What a user does

    def watch(self, symbol: str) -> None:
        """Tell prices of ``symbol``, until as many :meth:`unwatch`."""
        self._watched[symbol] += 1
        if self._watched[symbol] == 1:
            self._wake()

    def unwatch(self, symbol: str) -> None:
        """One who watched does no more."""
        if self._watched[symbol] > 1:
            self._watched[symbol] -= 1
        elif self._watched.pop(symbol, 0):
            self._wake()

    def try_now(self) -> None:
        """A person wants it now: ask again for all that failed."""
        self._unresolved.clear()
        self._refused.clear()
        self._wake()

    def _wake(self) -> None:
        self._woken.set()
        self._to_look_up.set()

    @property
    def trouble(self) -> Mapping[str, str]:
        """Why symbols that are watched have no prices, in words and with what to do."""
        failures = {symbol: self._failure(symbol) for symbol in self._watched}
        return {symbol: failure.why for symbol, failure in failures.items() if failure is not None}

    @property
    def blind(self) -> bool:
        """Whether prices are wanted and none can come."""
        return bool(self._watched) and all(map(self._failure, self._watched))

    @property
    def settled(self) -> int:
        """For how many of :attr:`watched` it is known whether prices come."""
        return sum(map(self._is_settled, self._watched))

    @property
    def watched(self) -> int:
        """How many symbols are watched."""
        return len(self._watched)

    def _is_settled(self, symbol: str) -> bool:
        known = self._contracts.get(symbol)
        subscribed = known is not None and known.contract_id in self._subscribed
        return subscribed or self._failure(symbol) is not None

    def _failure(self, symbol: str) -> _Failure | None:
        known = self._contracts.get(symbol)
        if known is None:
            return self._unresolved.get(symbol)
        return self._refused.get(known.contract_id)

    # The link

    async def live(self, up: Callable[[BrokerSocket], None]) -> None:
        """Connect, subscribe to all that is watched, and stay.

        Raises:
            LinkDown: it is over.
        """
        session = self._entrance.session
        self.quotes = Quotes()  # what the last socket said grows old
        self._subscribed.clear()
        self._refused.clear()
        async with self._entrance.authorized(
            self._address, token=session.market_token, on_event=self._take
        ) as socket:
            up(socket)
            looking_up = asyncio.create_task(self._look_up())
            looking_up.add_done_callback(lambda _: self._woken.set())
            try:
                await self._keep_subscribed(socket, looking_up)
            finally:
                looking_up.cancel()
                await asyncio.gather(looking_up, return_exceptions=True)

    async def _keep_subscribed(
        self, socket: BrokerSocket, looking_up: asyncio.Task[NoReturn]
    ) -> NoReturn:
        while True:
            self._woken.clear()
            if looking_up.done():
                looking_up.result()  # a fault of ours belongs to whom the stream belongs
            pause = await self._match(socket)
            self._on_change()
            await socket.wait(self._woken, pause)

    # Which contracts

    async def _look_up(self) -> NoReturn:
        """Look up what is watched, one after the other, and again when its time has come."""
        while True:
            self._to_look_up.clear()
            now = asyncio.get_running_loop().time()
            symbol = min(self._watched, key=self._due_at, default=None)
            pause = _LOOK_AGAIN if symbol is None else self._due_at(symbol) - now
            if symbol is None or pause > 0:
                await wait_event(self._to_look_up, pause)
            else:
                self._learn(symbol, await self._resolve(symbol))

    def _due_at(self, symbol: str) -> float:
        """When (of the loop) to look ``symbol`` up; at once what never was."""
        if (failure := self._unresolved.get(symbol)) is not None:
            return failure.again_at
        known_at = self._looked_up_at.get(symbol)
        return 0.0 if known_at is None else known_at + _LOOK_AGAIN

    def _learn(self, symbol: str, found: ResolvedContract | Unresolved) -> None:
        if isinstance(found, Unresolved):
            why = f"no prices of {symbol} from the broker: {found.why}"
            failure = _failed(why, self._unresolved.get(symbol), passing=found.passing)
            self._unresolved[symbol] = failure
        else:
            self._unresolved.pop(symbol, None)
            self._contracts[symbol] = found
            self._looked_up_at[symbol] = asyncio.get_running_loop().time()
        self._woken.set()

    def _wanted(self) -> dict[int, str]:
        """The contracts of everything that is watched and known, by id."""
        for told in (self._contracts, self._looked_up_at):
            for symbol in [each for each in told if each not in self._watched]:
                del told[symbol]
        wanted = {each.contract_id: each.name for each in self._contracts.values()}
        self._symbols = {
            contract_id: tuple(
                symbol
                for symbol, contract in self._contracts.items()
                if contract.contract_id == contract_id
            )
            for contract_id in wanted
        }
        return wanted

    # Which subscriptions

    async def _match(self, socket: BrokerSocket) -> float:
        """Subscribe to what is wanted and not there, give up what is there and not wanted.

        Returns the seconds until there is more to ask.
        """
        wanted = self._wanted()
        for contract_id in [each for each in self._subscribed if each not in wanted]:
            name = self._subscribed.pop(contract_id)
            self.quotes.forget(contract_id)
            await self._entrance.asking.ask(socket, UNSUBSCRIBE, {"symbol": name})
        for contract_id, name in wanted.items():
            if contract_id in self._subscribed or self._refusal_left(contract_id) > 0:
                continue
            if (wait := await self._subscribe(socket, contract_id, name)) is not None:
                return wait
            self._on_change()
        left = (self._refusal_left(each) for each in wanted if each in self._refused)
        return min(left, default=_LOOK_AGAIN)

    def _refusal_left(self, contract_id: int) -> float:
        refusal = self._refused.get(contract_id)
        now = asyncio.get_running_loop().time()
        return 0.0 if refusal is None else max(0.0, refusal.again_at - now)

    async def _subscribe(self, socket: BrokerSocket, contract_id: int, name: str) -> float | None:
        """None once it is answered; else the seconds until the budget lets it be asked."""
        self._subscribed[contract_id] = name  # its quotes may come before the answer
        answer = await self._entrance.asking.ask(
            socket, SUBSCRIBE, {"symbol": name}, background=True
        )
        refusal = refused(name, answer)
        if not refusal:
            self._refused.pop(contract_id, None)
            return None
        del self._subscribed[contract_id]
        if isinstance(answer, NotHandled) and answer.seconds and not answer.lockout:
            return answer.seconds
        passing = isinstance(answer, NotHandled | Unknown) or (
            isinstance(answer, Rejected) and answer.denied
        )
        before = self._refused.get(contract_id)
        self._refused[contract_id] = _failed(refusal, before, passing=passing)
        return None

    def _take(self, event: Event) -> None:
        if event.kind != "md":
            return
        for quote in self.quotes.merge(event.data):
            if quote.contract_id not in self._subscribed:
                self.quotes.forget(quote.contract_id)
            elif quote.traded and quote.last is not None and quote.at is not None:
                for symbol in self._symbols.get(quote.contract_id, ()):
                    self._on_price(symbol, quote.last, quote.at)


def _failed(why: str, before: _Failure | None, *, passing: bool) -> _Failure:
    """What may pass is asked again after a minute, then later and later."""
    times = 0 if before is None else before.times + 1
    pause = min(_TRY_AGAIN * 2 ** min(times, 10), _GIVE_UP) if passing else _GIVE_UP
    return _Failure(why, times, asyncio.get_running_loop().time() + pause)


def refused(name: str, answer: Answer) -> str:
    """Why a subscription brings no live prices, with what to do; empty where it brings them."""
    if not isinstance(answer, Accepted):
        return _no_prices(name, said(answer))
    body: Any = answer.body if isinstance(answer.body, Mapping) else {}
    if word := body.get("errorText") or body.get("errorCode"):
        return _no_prices(name, str(word))
    if body.get("mode") == "None":
        return _no_prices(name, "no data (None)")
    if body.get("mode") == "Delayed":
        return (
            f"the broker sends only delayed prices of {name}, which are not used; "
            "prices from alerts still work"
        )
    return ""


_NO_RIGHT: Final = ("UnknownSymbol", "inaccessible", "NoServicePlan", "None")


def _no_prices(name: str, why: str) -> str:
    text = f"no prices of {name}: {why}. "
    if any(word in why for word in _NO_RIGHT):
        text += (
            "The login has probably no market data for it over the interface: "
            "subscribe to it at the broker. "
        )
    return text + "Prices from alerts still work"
