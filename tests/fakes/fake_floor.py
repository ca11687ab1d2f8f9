"""An in-memory ``Floor``: the real adapter over the real exchange, with no socket in between.

What the lanes see is what they get in earnest (names of states, suspended brackets, one cancels
other, refusals in the broker's words), and all of it at once: nothing waits but what a test asks
to wait. A market order fills at the last price, everything else at :meth:`FakeFloor.tick`::

    floor = fake_floor()                       # paper/SIM1, MNQZ6 at 25,000
    placed = await floor.place(intent, signal_id=None, fresh=5)
    floor.tick("25010")                        # targets, stops and pairs do what they do
    assert floor.net(floor.contract_id) == 0

What goes wrong is said before it happens::

    floor.next("place", Doubt("timed out"), arrives=True)    # it is there, the answer was lost
    floor.next("place", Doubt("timed out"), arrives=False)   # it never arrived ...
    floor.arrive_late()                                      # ... or does only now
    floor.next("place", NotSent("penalty", 15))              # so do Refused and NotSent
    floor.next("cancel", seconds=2)                          # a slow answer; the work is done first
    floor.next("confirmed_net", FAILS)                       # a look that fails (look_up, look_at)
    floor.hold("position")                                   # position events come late ...
    floor.release()                                          # ... now
    floor.go_down(); floor.come_up()                         # the link falls; a sync brings it back
    floor.go_away(); floor.come_up()                         # disconnected: everything is NotSent

``floor.sent`` are the calls that were made, ``true_net`` and ``true_working`` what the broker has
whatever was told. Several accounts of one broker share a :class:`FakeMarket`.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from justtrades_desktop.app.floor import AccountFloor
from justtrades_desktop.broker.answers import (
    Accepted,
    Kind,
    NotHandled,
    Rejected,
    Unknown,
    classify,
    parse,
)
from justtrades_desktop.broker.answers import Answer as HttpAnswer
from justtrades_desktop.broker.connection import Connection, Heard
from justtrades_desktop.broker.contracts import Contracts, Unresolved
from justtrades_desktop.broker.entities import Contract, Entity
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.mirror import Mirror
from justtrades_desktop.broker.orders import Orders
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.domain.broker import Environment, Light, LinkState, ResolvedContract
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Way
from justtrades_desktop.execution.ports import Answer, Doubt, NotSent, Placed, Refused
from justtrades_desktop.simulator.exchange import Denied, Event, Exchange, Malformed, NotThere
from justtrades_desktop.simulator.settings import ExchangeSettings

SYMBOL: Final = "MNQZ6"
MONDAY: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PRODUCTS: Final = (
    Product("MNQ", Decimal("0.25"), Decimal("0.5"), "USD", "CME"),
    Product("MES", Decimal("0.25"), Decimal("1.25"), "USD", "CME"),
)


class _Fails:
    """A look that fails."""


FAILS: Final = _Fails()
_OPERATIONS: Final = {
    "order/placeorder": "place",
    "order/placeoco": "place",
    "order/placeoso": "place",
    "order/modifyorder": "modify",
    "order/cancelorder": "cancel",
    "order/liquidateposition": "liquidate",
    "useraccountautoliq/create": "set_loss_at_broker",
    "useraccountautoliq/update": "set_loss_at_broker",
    "position/list": "confirmed_net",
    "command/list": "look_up",
    "order/item": "look_at",
}


class Sent(NamedTuple):
    """A call that was made: ``what`` by the name of the Floor's method, the rest as it was sent."""

    what: str
    operation: str
    body: Mapping[str, Any]
    signal_id: int | None = None
    fresh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    answer: Answer | _Fails | None
    arrives: bool
    seconds: float


class FakeMarket:
    """A broker in memory with its prices and its clock; ``settings`` are the exchange's own.

    ``max_fill=1`` makes fills partial, ``command_seconds=1`` lets changes and cancels be under way
    until :meth:`wait`.
    """

    def __init__(self, *, price: str | None = "25000", first_id: int = 1, **settings: Any) -> None:
        self.at = MONDAY
        rules: dict[str, Any] = {"products": PRODUCTS, "always_open": True} | settings
        self.exchange = Exchange(
            seed=1,
            clock=lambda: self.at,
            settings=ExchangeSettings(**rules),
            first_id=first_id,
        )
        self.contract_id = self.exchange.contract_id(SYMBOL)
        if price is not None:
            self.tick(price)

    def tick(self, *prices: float | str | Decimal, symbol: str = SYMBOL) -> None:
        """Trades, one after the other, a millisecond apart; orders fill by them."""
        for price in prices:
            self.at += timedelta(milliseconds=1)
            self.exchange.tick(symbol, price)

    def wait(self, **time: float) -> None:
        """Let time pass at the broker, by ``timedelta``'s words, and let it notice."""
        self.at += timedelta(**time)
        self.exchange.advance()


class FakeFloor(AccountFloor):
    """One account of a :class:`FakeMarket`; see the module."""

    def __init__(
        self,
        market: FakeMarket | None = None,
        key: AccountKey | None = None,
        *,
        environment: Environment = Environment.PAPER,
        cash: int = 50_000,
        **settings: Any,
    ) -> None:
        key = key or AccountKey("paper", "SIM1")
        self.market = market or FakeMarket(**settings)
        self.exchange = self.market.exchange
        self.user_id = self.exchange.add_user(
            str(key), "secret", accounts={key.account: Decimal(cash)}
        )
        rows = self.rows("account")
        self.contract_id = self.market.contract_id
        self.sent: list[Sent] = []
        self.no_market = ""
        """Why there are no prices; empty where there are."""
        self.loses_legs = False
        """Whether answers leave out the ids of legs."""
        self.events_late = False
        """Whether the events of a call come after its answer, not before."""
        self._endings: defaultdict[str, deque[_Ending]] = defaultdict(deque)
        self._late: frozenset[str] | None = frozenset()
        self._waiting: list[Event] = []
        self._collected: list[Event] | None = None
        self._lost: list[Callable[[], HttpAnswer]] = []
        self._true_working: list[Any] | None = None
        self._down = True
        super().__init__(key, environment, int(rows[0]["id"]))
        self._wire = _FakeConnection(self)
        self.exchange.subscribe(self._changed)
        self.exchange.subscribe(self._happened)
        self.come_up()

    # The market

    def tick(self, *prices: float | str | Decimal, symbol: str = SYMBOL) -> None:
        """Trades, one after the other; orders fill by them."""
        self.market.tick(*prices, symbol=symbol)

    def by_hand(
        self, way: Way, quantity: int, kind: str = "Market", *, symbol: str = SYMBOL, **more: Any
    ) -> int:
        """An order of somebody else in this account, ``more`` in the broker's spelling; its id."""
        body = {
            "accountId": self.account_id,
            "accountSpec": self.key.account,
            "symbol": symbol,
            "action": str(way),
            "orderQty": quantity,
            "orderType": kind,
        }
        answer = self.exchange.perform(self.user_id, "order/placeorder", body | more)
        return int(cast("dict[str, Any]", answer)["orderId"])

    def cancelled_by_broker(self, order_id: int) -> None:
        """Somebody else cancels an order."""
        self.exchange.perform(self.user_id, "order/cancelorder", {"orderId": order_id})

    def take_back(self, fill_id: int) -> None:
        """The broker takes a fill back; the position is told by it on its own, or not at all."""
        row = next(row for row in self.rows("fill") if row["id"] == fill_id)
        self._happened(Event((), "fill", "Updated", {**row, "active": False}))

    def restrict(self, action: str = "LiquidateOnlyModeImmediately") -> None:
        """Entries are refused from now on; ``Normal`` ends that."""
        self.exchange.set_admin_action(self.account_id, action)

    # The truth, whatever was told

    def rows(self, entity: str) -> list[Any]:
        """What the broker itself holds, in its own spelling."""
        return cast("list[Any]", self.exchange.read(self.user_id, entity, "list", {}))

    def true_net(self, contract_id: int | None = None) -> int:
        """Signed contracts at the broker."""
        wanted = self.contract_id if contract_id is None else contract_id
        return sum(row["netPos"] for row in self.rows("position") if row["contractId"] == wanted)

    def true_working(self) -> list[Any]:
        """Living orders at the broker, each with what its newest version says; not to be changed.

        Asked for at every step of a schedule: read anew only after something happened.
        """
        if self._true_working is None:
            self._true_working = self._read_working()
        return self._true_working

    def _changed(self, _: Event) -> None:
        self._true_working = None

    def _read_working(self) -> list[Any]:
        versions = {row["orderId"]: row for row in self.rows("orderVersion")}
        over = ("Canceled", "Completed", "Expired", "Filled", "Rejected")
        return [
            {**versions[row["id"]], **row}
            for row in self.rows("order")
            if row["ordStatus"] not in over
        ]

    def made(self, what: str) -> list[Sent]:
        """The calls of one of the Floor's methods."""
        return [each for each in self.sent if each.what == what]

    # What goes wrong

    def next(
        self,
        what: str,
        answer: Answer | _Fails | None = None,
        *,
        arrives: bool | None = None,
        seconds: float = 0.0,
        times: int = 1,
    ) -> None:
        """How the next ``times`` calls of ``what`` end, whatever ended before in the queue.

        ``answer`` None is the true one. What ``arrives`` is carried out before ``seconds`` pass;
        of a ``Doubt`` it has to be said, what was refused or not sent never arrives.
        """
        if what not in _OPERATIONS.values():
            raise ValueError(f"no call is named {what}")
        if isinstance(answer, Doubt) and arrives is None:
            raise ValueError("does it arrive?")
        if arrives is None:
            arrives = not isinstance(answer, Refused | NotSent | _Fails)
        ending = _Ending(answer=answer, arrives=arrives, seconds=seconds)
        self._endings[what].extend([ending] * times)

    def forget_endings(self, what: str) -> None:
        """From now on these calls end as they truly do."""
        self._endings[what].clear()

    def arrive_late(self) -> None:
        """What was in doubt and did not arrive does so now."""
        lost, self._lost = self._lost, []
        for do in lost:
            do()

    def hold(self, *kinds: str) -> None:
        """Let events of these kinds come late (``position``, ``order``, ``fill``); none: all."""
        self._late = None if not kinds else (self._late or frozenset()) | frozenset(kinds)

    def release(self) -> None:
        """Tell what was held back, in its order, and hold back no more."""
        self._late = frozenset()
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._tell(event)

    def go_down(self) -> None:
        """The link to orders falls: calls still go, but nothing is told."""
        self._down = True
        self._waiting.clear()
        self.wake()

    def go_away(self) -> None:
        """The connection is taken off: nothing is told, and every call is not sent."""
        self._down = True
        self._waiting.clear()
        self.attach(None)

    def come_up(self) -> None:
        """Up again, after a sync."""
        self._down = False
        self._wire.sync()
        self.attach(cast("Connection", self._wire))

    # Inside

    @property
    def down(self) -> bool:
        """Whether nothing is told now."""
        return self._down

    def _happened(self, event: Event) -> None:
        if self._down or (event.user_ids and self.user_id not in event.user_ids):
            return
        if self._collected is not None:
            self._collected.append(event)
        elif self._late is None or event.entity_type in self._late:
            self._waiting.append(event)
        else:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        data = {
            "entityType": event.entity_type,
            "eventType": event.event_type,
            "entity": event.entity,
        }
        if not self._down and self._wire.mirror.take(data):
            self.wake()

    async def call(self, sent: Sent, do: Callable[[], HttpAnswer]) -> HttpAnswer:
        """Carry a call out as it was said to end."""
        self.sent.append(sent)
        await asyncio.sleep(0)
        endings = self._endings[sent.what]
        if not endings:
            return self._carried_out(do)
        ending = endings.popleft()
        true = self._carried_out(do) if ending.arrives else None
        if isinstance(ending.answer, Doubt) and not ending.arrives:
            self._lost.append(do)
        if ending.seconds:
            await asyncio.sleep(ending.seconds)
        return _as_http(ending.answer, true)

    def _carried_out(self, do: Callable[[], HttpAnswer]) -> HttpAnswer:
        if not self.events_late:
            return do()
        late: list[Event] = []
        self._collected = late
        answer = do()
        self._collected = None
        asyncio.get_running_loop().call_soon(self._tell_late, late)
        return answer

    def _tell_late(self, late: list[Event]) -> None:
        for event in late:
            self._happened(event)


def fake_floor(**settings: Any) -> FakeFloor:
    """One account of a market of its own; ``settings`` are those of the exchange."""
    return FakeFloor(FakeMarket(**settings))


class _FakeConnection:
    """As much of a ``Connection`` as a floor needs."""

    def __init__(self, floor: FakeFloor) -> None:
        self._floor = floor
        self.name = floor.key.connection
        self.environment = floor.environment
        self.mirror = Mirror()
        http = cast("Http", _FakeHttp(floor))
        self.reads = Reads(http)
        self.orders = Orders(http, self.reads)
        self.contracts = Contracts(self.reads, clock=lambda: floor.market.at)

    def sync(self) -> None:
        """Believe what the exchange says now."""
        exchange, user_id = self._floor.exchange, self._floor.user_id
        self.mirror.replace(_wired(exchange.sync(user_id)))
        names = (f"{root.root}Z6" for root in PRODUCTS)
        for name in names:
            found = exchange.read(user_id, "contract", "find", {"name": name})
            self.mirror.add(Contract.from_json(_wired(found)))

    @property
    def is_live(self) -> bool:
        return not self._floor.down

    @property
    def orders_link(self) -> LinkState:
        return LinkState(light=Light.TROUBLE if self._floor.down else Light.UP)

    @property
    def market_link(self) -> LinkState:
        said = self._floor.no_market
        return LinkState(light=Light.TROUBLE if said else Light.UP, said=said)

    def price_of(self, contract_id: int) -> Decimal | None:
        quote = self._floor.exchange.quote(contract_id)
        if quote is None or self._floor.no_market:
            return None
        return Decimal(str(quote["entries"]["Trade"]["price"]))

    async def resolve(self, symbol: str) -> ResolvedContract | Unresolved:
        return await self.contracts.resolve(symbol)

    def learnt(self, _account_id: int, *found: Entity) -> None:
        self.mirror.see(*found)
        self._floor.wake()

    def listen(self, _heard: Heard) -> Callable[[], None]:
        return lambda: None


class _FakeHttp:
    """REST without HTTP."""

    def __init__(self, floor: FakeFloor) -> None:
        self._floor = floor

    async def call(
        self,
        method: str,
        operation: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        expect: str | None = None,
        signal_id: int | None = None,
        fresh: float | None = None,
        **_more: Any,
    ) -> HttpAnswer:
        operation = operation.lower()
        what = _OPERATIONS.get(operation, operation)
        sent = Sent(what, operation, dict(body or query or {}), signal_id, fresh)
        kind = Kind.READ if method == "GET" else Kind.ORDER

        def do() -> HttpAnswer:
            status, answer = self._performed(method, operation, body or {}, query or {})
            return classify(status, _wired(answer), kind=kind, expect=expect)

        return await self._floor.call(sent, do)

    def _performed(
        self, method: str, operation: str, body: Mapping[str, Any], query: Mapping[str, str]
    ) -> tuple[int, Any]:
        exchange, user_id = self._floor.exchange, self._floor.user_id
        try:
            if method == "GET":
                entity, _, how = operation.partition("/")
                return 200, exchange.read(user_id, entity, how, query)
            answer = exchange.perform(user_id, operation, body)
        except Denied:
            return 401, "Access is denied"
        except NotThere as there_is_none:
            return 404, f"there is no {there_is_none}"
        except Malformed as malformed:
            return 400, str(malformed)
        if self._floor.loses_legs and isinstance(answer, dict):
            answer = {key: value for key, value in answer.items() if not key.startswith("oso")}
        return 200, answer


def _wired(answer: Any) -> Any:
    """As it comes off the wire, numbers exact."""
    return parse(json.dumps(answer)) if not isinstance(answer, str) else answer


def _as_http(answer: Answer | _Fails | None, true: HttpAnswer | None) -> HttpAnswer:
    match answer:
        case Doubt(why=why):
            return Unknown(why)
        case NotSent(why=why, seconds=seconds):
            return NotHandled(why, seconds)
        case Refused(said=said, denied=denied):
            return Rejected("", said, 401 if denied else 200)
        case Placed(order_id=order_id, oco_id=oco_id, leg_ids=legs):
            ids = {f"oso{number}Id": each for number, each in enumerate(legs, start=1)}
            return Accepted({"orderId": order_id, "ocoId": oco_id} | ids)
        case _Fails():
            return Unknown("the look failed")
    return true if true is not None else Accepted({"commandId": 1, "orderId": 1})


def stops_and_targets(orders: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Contracts in living stops and in living limits, of what ``true_working`` says."""
    stops = sum(each["orderQty"] for each in orders if "Stop" in each["orderType"])
    return stops, sum(each["orderQty"] for each in orders if each["orderType"] == "Limit")
