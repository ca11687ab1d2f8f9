"""The market data socket: quotes, depth, volume by price, charts; merged for slow readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.simulator import frames
from justtrades_desktop.simulator.calls import NO_ENTITLEMENT, Call, Reply
from justtrades_desktop.simulator.charts import Chart, asked_of
from justtrades_desktop.simulator.exchange import Exchange, Malformed, NotThere
from justtrades_desktop.simulator.link import Link
from justtrades_desktop.simulator.sessions import Session
from justtrades_desktop.simulator.tape import Tape

_KINDS: Final = ("quote", "dom", "histogram")
_UNKNOWN: Final = {
    "mode": "None",
    "errorCode": "UnknownSymbol",
    "errorText": "Unknown symbol",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What all market sockets share; ``next_id`` numbers subscriptions."""

    exchange: Exchange
    tape: Tape
    clock: Callable[[], datetime]
    next_id: Callable[[], int]
    without: frozenset[str] = frozenset()


class MarketTalk:
    """One market socket and what it is subscribed to."""

    def __init__(self, link: Link, market: Market) -> None:
        self._link = link
        self._market = market
        self._subscribed: dict[tuple[str, int], int] = {}
        self._fresh: set[tuple[str, int]] = set()
        self._entries: dict[int, dict[str, Any]] = {}
        self._charts: dict[int, tuple[int, Chart]] = {}
        self._past: list[dict[str, Any]] = []
        link.gather = self.gather

    def operation(self, endpoint: str) -> str:
        """As it was sent: a capital makes it another path."""
        return endpoint.strip("/")

    def moved(self, contract_id: int) -> None:
        """A contract was traded."""
        keys = {(kind, contract_id) for kind in _KINDS} & self._subscribed.keys()
        self._fresh |= keys
        if keys or any(chart.contract_id == contract_id for _, chart in self._charts.values()):
            self._link.stir()

    def do(self, call: Call, session: Session) -> Reply:
        """Carry out an operation of the md socket."""
        if not isinstance(call.body, dict):
            raise Malformed("A JSON object is expected")
        name = call.operation.removeprefix("md/")
        for kind in _KINDS:
            if name == f"subscribe{kind}":
                return self._subscribe(kind, call.body, session)
            if name == f"unsubscribe{kind}":
                return self._unsubscribe(kind, call.body)
        if call.operation == "md/getchart":
            return self._chart(call.body, session)
        if call.operation == "md/cancelchart":
            return self._cancel_chart(call.body)
        raise NotThere("Not found")

    def gather(self) -> list[dict[str, Any]]:
        """The newest of everything that has changed."""
        fresh, self._fresh = sorted(self._fresh), set()
        told = [self._news(kind, contract_id) for kind, contract_id in fresh]
        charts, self._past = self._past, []
        for real_time, chart in self._charts.values():
            charts += chart.news(real_time)
        messages = [frames.event("md", news) for news in told if news is not None]
        return [*messages, *([frames.event("chart", {"charts": charts})] if charts else [])]

    def _subscribe(self, kind: str, body: Mapping[str, Any], session: Session) -> Reply:
        if session.name in self._market.without:
            return Reply(200, NO_ENTITLEMENT)
        contract_id = self._contract(body)
        if contract_id is None:
            return Reply(200, _UNKNOWN)
        key = (kind, contract_id)
        if key not in self._subscribed:
            self._subscribed[key] = self._market.next_id()
        if kind == "quote":
            self._entries.pop(contract_id, None)  # it begins with a whole one
        self._fresh.add(key)
        return Reply(200, {"mode": "RealTime", "subscriptionId": self._subscribed[key]})

    def _unsubscribe(self, kind: str, body: Mapping[str, Any]) -> Reply:
        contract_id = self._contract(body)
        if contract_id is None:
            return Reply(200, _UNKNOWN)
        self._subscribed.pop((kind, contract_id), None)
        self._fresh.discard((kind, contract_id))
        return Reply(200, {})

    def _contract(self, body: Mapping[str, Any]) -> int | None:
        symbol = body.get("symbol")
        if isinstance(symbol, bool) or not isinstance(symbol, int | str):
            raise Malformed("symbol is missing")
        try:
            return self._market.exchange.contract_id(symbol)
        except NotThere:
            pass
        try:  # an id may come as text
            return self._market.exchange.contract_id(int(symbol))
        except (NotThere, ValueError):
            return None

    def _news(self, kind: str, contract_id: int) -> dict[str, Any] | None:
        if kind == "dom":
            dom = self._market.exchange.dom(contract_id)
            return None if dom is None else {"doms": [dom]}
        if kind == "histogram":
            return self._histogram(contract_id)
        quote = self._market.exchange.quote(contract_id)
        if quote is None:
            return None
        before = self._entries.get(contract_id, {})
        entries = {name: e for name, e in quote["entries"].items() if before.get(name) != e}
        self._entries[contract_id] = dict(quote["entries"])
        return {"quotes": [{**quote, "entries": entries}]}

    def _histogram(self, contract_id: int) -> dict[str, Any] | None:
        traded = self._market.tape.traded(contract_id)
        if not traded:
            return None
        at, tick = self._market.clock(), self._tick(contract_id)
        base = next(iter(traded))
        items = {str(int((price - base) / tick)): size for price, size in traded.items()}
        told = {
            "contractId": contract_id,
            "timestamp": frames.stamp(at),
            "tradeDate": {"year": at.year, "month": at.month, "day": at.day},
            "base": base,
            "items": items,
            "refresh": True,
        }
        return {"histograms": [told]}

    def _tick(self, contract_id: int) -> Decimal:
        user_id = 0 if self._link.session is None else self._link.session.user_id

        def item(entity: str, id_: Any) -> Any:
            return self._market.exchange.read(user_id, entity, "item", {"id": str(id_)})

        maturity = item("contractmaturity", item("contract", contract_id)["contractMaturityId"])
        return Decimal(str(item("product", maturity["productId"])["tickSize"]))

    def _chart(self, body: Mapping[str, Any], session: Session) -> Reply:
        if session.name in self._market.without:
            return Reply(200, NO_ENTITLEMENT)
        contract_id = self._contract(body)
        if contract_id is None:
            return Reply(200, _UNKNOWN)
        try:
            asked = asked_of(body)
        except ValueError as error:
            raise Malformed(str(error)) from error
        if isinstance(asked, str):
            failed = {"errorCode": "OperationNotSupported", "errorText": asked}
            return Reply(200, {"mode": "None", **failed})
        tick = self._tick(contract_id)
        chart = Chart(asked, self._market.tape, contract_id=contract_id, tick=tick)
        historical, real_time = self._market.next_id(), self._market.next_id()
        self._charts[historical] = (real_time, chart)
        self._past += chart.past(historical)
        return Reply(200, {"historicalId": historical, "realtimeId": real_time})

    def _cancel_chart(self, body: Mapping[str, Any]) -> Reply:
        id_ = body.get("subscriptionId")
        for historical, (real_time, _) in list(self._charts.items()):
            if id_ in (historical, real_time):
                del self._charts[historical]
        return Reply(200, {})
