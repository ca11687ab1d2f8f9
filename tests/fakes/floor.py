"""A simulated exchange with one trader, one account and a clock that a test turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.simulator.exchange import Event, Exchange, ExchangeSettings

# A Monday, 09:00 in Chicago: the session is open, and MNQZ6 is the front.
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class Floor:
    """Shorthand for the requests that tests make; ``events`` are all since the start."""

    def __init__(
        self, *, seed: int = 1, at: datetime = MONDAY, cash: int = 50_000, **settings: Any
    ) -> None:
        self.at = at
        self.settings = ExchangeSettings(**settings)
        self.exchange = Exchange(seed=seed, clock=lambda: self.at, settings=self.settings)
        self.user = self.exchange.add_user("trader", "secret", accounts={"SIM1": Decimal(cash)})
        self.account: int = self.all("account")[0]["id"]
        self.contract = self.exchange.contract_id("MNQZ6")
        self.events: list[Event] = []
        self.exchange.subscribe(self.events.append)

    def wait(self, **time: float) -> None:
        """Let time pass and the exchange notice it."""
        self.at += timedelta(**time)
        self.exchange.advance()

    def ticks(self, *prices: float) -> None:
        """Trades in MNQZ6."""
        for price in prices:
            self.exchange.tick("MNQZ6", price)

    def perform(self, operation: str, **body: Any) -> dict[str, Any]:
        answer = self.exchange.perform(self.user, operation, body)
        assert isinstance(answer, dict)
        return answer

    def place(self, action: str, quantity: int, kind: str = "Market", **more: Any) -> Any:
        """order/placeorder, or with brackets and another leg what these ask for."""
        operation = "order/placeorder"
        if "other" in more:
            operation = "order/placeoco"
        elif "bracket1" in more:
            operation = "order/placeoso"
        body = {
            "accountId": self.account,
            "accountSpec": "SIM1",
            "symbol": "MNQZ6",
            "action": action,
            "orderQty": quantity,
            "orderType": kind,
            "isAutomated": True,
        }
        return self.perform(operation, **body | more)

    def modify(self, order_id: int, quantity: int, kind: str, **more: Any) -> dict[str, Any]:
        body = {"orderId": order_id, "orderQty": quantity, "orderType": kind}
        return self.perform("order/modifyorder", **body | more)

    def cancel(self, order_id: int) -> dict[str, Any]:
        return self.perform("order/cancelorder", orderId=order_id)

    def all(self, kind: str) -> list[dict[str, Any]]:
        found = self.exchange.read(self.user, kind, "list", {})
        assert isinstance(found, list)
        return found

    def item(self, kind: str, number: int) -> dict[str, Any]:
        found = self.exchange.read(self.user, kind, "item", {"id": str(number)})
        assert isinstance(found, dict)
        return found

    def status(self, order_id: int) -> str:
        return str(self.item("order", order_id)["ordStatus"])

    def version(self, order_id: int) -> dict[str, Any]:
        """The newest version of an order."""
        return [each for each in self.all("orderVersion") if each["orderId"] == order_id][-1]

    def commands(self, order_id: int) -> list[dict[str, Any]]:
        return [each for each in self.all("command") if each["orderId"] == order_id]

    def fills(self, order_id: int | None = None) -> list[tuple[str, int, float]]:
        """Action, quantity and price of the fills of one order, or of all."""
        return [
            (each["action"], each["qty"], each["price"])
            for each in self.all("fill")
            if order_id in (None, each["orderId"])
        ]

    @property
    def net(self) -> int:
        """What is held in MNQZ6."""
        return sum(each["netPos"] for each in self.all("position"))

    @property
    def cash(self) -> float:
        return float(self.all("cashBalance")[0]["amount"])

    def snapshot(self) -> dict[str, Any]:
        return self.perform("cashbalance/getcashbalancesnapshot", accountId=self.account)
