"""What every part of the exchange works with: the books, the rules, the time and the dice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.simulator.listing import packaged
from justtrades_desktop.simulator.orders import LiveOrder
from justtrades_desktop.simulator.prices import iso, moment, trade_date
from justtrades_desktop.simulator.settings import ExchangeSettings
from justtrades_desktop.simulator.world import Books, World


class Arrived(NamedTuple):
    """An order has begun to work: the market as it stands may fill it at once."""

    order_id: int


class Filled(NamedTuple):
    """An order has filled ``quantity`` at ``price``."""

    order_id: int
    quantity: int
    price: Decimal


class Ended(NamedTuple):
    """An order is finished, however."""

    order_id: int


class Pit:
    """The place where orders meet; ``consequences`` are what has happened and is not settled yet.

    What follows from a fill or an end (the other leg, the children) is queued and settled one after
    the other, so that no step starts within another.
    """

    def __init__(
        self,
        world: World,
        *,
        settings: ExchangeSettings,
        clock: Callable[[], datetime],
        dice: Random,
    ) -> None:
        self.books = Books(world)
        self.world = world
        self.settings = settings
        self.dice = dice
        self.consequences: deque[Arrived | Filled | Ended] = deque()
        self.kept = 0  # finished orders that were left when last too many were forgotten
        self._clock = clock
        listed = packaged() if settings.products is None else settings.products
        self.products = {product.root: product for product in listed}
        self._by_contract: dict[int, Product] = {}
        self._by_name: dict[str, int] = {}

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock()

    def stamp(self) -> str:
        """The time as the wire has it."""
        return iso(self.now())

    def day(self) -> date:
        """The trade date."""
        return self.settings.calendar.session_day(self.now())

    def trade_date(self) -> dict[str, int]:
        """The trade date as the wire has it."""
        return trade_date(self.day())

    def is_open(self) -> bool:
        """Whether orders are matched now."""
        if self.settings.always_open:
            return True
        at = self.now()
        session = self.settings.calendar.session(self.settings.calendar.session_day(at))
        return session is not None and session.open <= at < session.close

    def product(self, contract_id: int) -> Product:
        """The product of a contract."""
        known = self._by_contract.get(contract_id)
        if known is None:
            contract = self.books.get("contract", contract_id)
            maturity = self.books.get("contractMaturity", contract["contractMaturityId"])
            known = self.products[self.books.get("product", maturity["productId"])["name"]]
            self._by_contract[contract_id] = known
        return known

    def contract(self, name: str) -> int | None:
        """The id of a contract by its exact name."""
        known = self._by_name.get(name)
        if known is None:
            self._by_name = {each["name"]: each["id"] for each in self.books.of("contract")}
            known = self._by_name.get(name)
        return known

    def expired(self, contract_id: int) -> bool:
        """Whether a contract trades no more."""
        maturity_id = self.books.get("contract", contract_id)["contractMaturityId"]
        ends = moment(self.books.get("contractMaturity", maturity_id)["expirationDate"])
        return self.now() >= ends

    def point_value(self, contract_id: int) -> Decimal:
        """Dollars per point and contract."""
        product = self.product(contract_id)
        own = product.tick_value / product.tick_size
        return own * self.settings.rates.get(product.currency, Decimal(1))

    def order(self, order_id: int) -> LiveOrder:
        """The order, alive or finished."""
        return self.world.orders[order_id]

    def net(self, account_id: int, contract_id: int) -> int:
        """What an account holds, signed."""
        position = self.world.positions.get(f"{account_id}:{contract_id}")
        return self.books.get("position", position)["netPos"] if position is not None else 0

    def owner(self, account_id: int) -> int:
        """The user of an account."""
        return int(self.books.get("account", account_id)["userId"])
