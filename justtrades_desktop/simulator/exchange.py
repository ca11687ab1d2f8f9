"""The simulated exchange and broker behind one door: requests in, answers and events out."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from justtrades_desktop.simulator import (
    auto_liq,
    changing,
    marks,
    money,
    opening,
    passing,
    placing,
    reading,
    starting,
    state,
    trading,
)
from justtrades_desktop.simulator.drafts import flag, text, whole
from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import as_json, exact, iso
from justtrades_desktop.simulator.refusals import Denied, Malformed, NotThere, Refused, Violated
from justtrades_desktop.simulator.settings import ExchangeSettings
from justtrades_desktop.simulator.world import World

__all__ = ["Denied", "Event", "Exchange", "ExchangeSettings", "Malformed", "NotThere"]


def _snapshot(pit: Pit, user_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    account_id = whole(body, "accountId")
    if pit.books.visible("account", account_id, user_id) is None:
        return {"errorText": "Access is denied"}
    answer: dict[str, Any] = as_json(money.snapshot(pit, account_id))
    return answer


def _roll(pit: Pit, user_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    name = text(body, "name")
    if name is None:
        raise Malformed("name is missing")
    return reading.roll(
        pit, name, forward=flag(body, "forward"), if_expired=flag(body, "ifExpired")
    )


_POSTS: Final[Mapping[str, Callable[[Pit, int, Mapping[str, Any]], dict[str, Any]]]] = {
    "order/placeorder": placing.place,
    "order/placeoco": placing.place_oco,
    "order/placeoso": placing.place_oso,
    "order/modifyorder": changing.modify,
    "order/cancelorder": changing.cancel,
    "order/liquidateposition": placing.liquidate,
    "order/liquidatepositions": placing.liquidate_all,
    "orderstrategy/startorderstrategy": starting.start,
    "orderstrategy/interruptorderstrategy": starting.interrupt,
    "useraccountautoliq/create": auto_liq.create,
    "useraccountautoliq/update": auto_liq.update,
    "cashbalance/getcashbalancesnapshot": _snapshot,
    "contract/rollcontract": _roll,
}


class Exchange:
    """One broker with its users, accounts, contracts, orders and prices.

    Nothing here waits or knows the time but through ``clock`` (aware, UTC). Same seed, same calls
    and same clock make the same answers and events. All that goes out is ready for JSON.
    """

    def __init__(
        self,
        *,
        seed: int,
        clock: Callable[[], datetime],
        settings: ExchangeSettings,
        first_id: int = 1,
    ) -> None:
        """Ids count from ``first_id``: a market that begins anew must not tell old ones again."""
        # Chance of a play market, to be repeated exactly: no cryptography.
        self._dice = Random(seed)  # noqa: S311
        self._pit = Pit(
            World(last_id=first_id - 1), settings=settings, clock=clock, dice=self._dice
        )
        self._watchers: list[Callable[[int], None]] = []
        self._before: list[Callable[[], None]] = []
        opening.open_exchange(self._pit)

    # Users

    @property
    def users(self) -> Mapping[int, str]:
        """Names by id."""
        return {each["id"]: each["name"] for each in self._pit.books.of("user")}

    def add_user(self, name: str, password: str, *, accounts: Mapping[str, Decimal]) -> int:
        """A user with accounts (name: cash); returns the user's id.

        Raises:
            ValueError: the name of the user or of an account is taken.
        """
        taken = {each["name"] for kind in ("user", "account") for each in self._pit.books.of(kind)}
        if taken & {name, *accounts}:
            raise ValueError(f"taken: {', '.join(sorted(taken & {name, *accounts}))}")
        user_id = opening.add_user(self._pit, name, password)
        for account, cash in accounts.items():
            opening.add_account(self._pit, user_id, account, cash)
        return user_id

    def user_of(self, name: str, password: str) -> int | None:
        """Whose name and password these are; None where they are nobody's."""
        for user_id, known in self.users.items():
            if known == name:
                return user_id if opening.knows(self._pit, user_id, password) else None
        return None

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Tell ``listener`` every change as it happens; the answer ends that.

        The listener must not call back into the exchange.
        """
        return self._pit.books.subscribe(listener)

    # Requests

    def perform(
        self, user_id: int, operation: str, body: Mapping[str, Any]
    ) -> dict[str, Any] | list[Any]:
        """Carry out a POST such as ``order/placeorder``; a refusal is an answer, no exception.

        Numbers in ``body`` may be int, float or Decimal.

        Raises:
            Denied: 401.
            NotThere: 404, no such operation or entity.
            Malformed: 400, a field missing or of the wrong type.
        """
        handle = _POSTS.get(operation.lower())
        if handle is None:
            raise NotThere(operation)
        for each in tuple(self._before):
            each()
        self.advance()
        try:
            return handle(self._pit, user_id, body)
        except Refused as refused:
            return {"failureReason": refused.reason, "failureText": refused.text}
        except Violated as violated:
            return {
                "violations": [
                    {
                        "constraint": violated.constraint,
                        "value": str(violated.value),
                        "description": violated.description,
                    }
                ]
            }

    def precede(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` before each request is carried out; the answer ends that.

        It may bring prices: those were before the request.
        """
        self._before.append(listener)
        return lambda: self._before.remove(listener)

    def read(
        self, user_id: int, entity: str, how: str, params: Mapping[str, str]
    ) -> dict[str, Any] | list[dict[str, Any]]:
        """``entity``/``how`` by GET: item, items, list, find, suggest, deps, ldeps.

        Raises:
            NotThere: 404, as for a foreign entity.
            Malformed: 400.
        """
        return reading.read(self._pit, user_id, entity, how, params)

    def sync(self, user_id: int) -> dict[str, Any]:
        """The answer to user/syncrequest: every section, some empty."""
        return reading.sync(self._pit, user_id)

    # Prices

    def contract_id(self, symbol: str | int) -> int:
        """The id of a contract by name (``MNQZ6``) or by id, checked.

        Raises:
            NotThere: no such contract.
        """
        if isinstance(symbol, str):
            found = self._pit.contract(symbol)
        else:
            found = symbol if symbol in self._pit.world.entities["contract"] else None
        if found is None:
            raise NotThere(f"contract {symbol}")
        return found

    def tick(
        self,
        contract: str | int,
        price: Decimal | float | str,
        size: int | None = None,
        *,
        advance: bool = True,
    ) -> None:
        """A trade at ``price`` (set to the nearest tick): moves the quote and fills orders.

        Whoever brings many at once may :meth:`advance` himself, once for all of them.
        """
        if advance:
            self.advance()
        contract_id = self.contract_id(contract)
        marks.trade(self._pit, contract_id, exact(price), 1 if size is None else size)
        trading.on_print(self._pit, contract_id, size)
        auto_liq.enforce(self._pit)
        for watcher in tuple(self._watchers):
            watcher(contract_id)

    def concerned(self, contract_id: int, prices: Sequence[Decimal]) -> bool:
        """Whether an order may feel trades at ``prices``; if not, the last one alone will do."""
        return trading.concerned(self._pit, contract_id, prices)

    def last(self, contract_id: int) -> Decimal | None:
        """The last trade's price; None before any."""
        mark = self._pit.world.marks.get(contract_id)
        return None if mark is None else mark.last

    def quote(self, contract_id: int) -> dict[str, Any] | None:
        """``{timestamp, contractId, entries}`` as market data shows it; None before any trade."""
        return marks.quote(self._pit, contract_id)

    def dom(self, contract_id: int) -> dict[str, Any] | None:
        """``{contractId, timestamp, bids, offers}``, best first; None before any trade."""
        return marks.dom(self._pit, contract_id)

    def watch(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Tell ``listener`` the contract id after every tick; the answer ends that."""
        self._watchers.append(listener)
        return lambda: self._watchers.remove(listener)

    # Time

    @property
    def now(self) -> datetime:
        """What its clock says, aware."""
        return self._pit.now()

    def advance(self) -> None:
        """Do what the clock has made due; call it often, it costs little when nothing is.

        Commands under way, activation times, GTD expiry, the close of a session (Day orders), the
        next trade date, expired contracts, a user's daily flattening.
        """
        passing.advance(self._pit)

    # Faults that only the exchange itself can have

    def set_admin_action(self, account_id: int, action: str) -> None:
        """The account's ``accountRiskStatus.adminAction``; other than Normal refuses entries."""
        self._pit.books.update("accountRiskStatus", account_id, adminAction=action)

    def set_flatten(self, account_id: int, at: datetime | None) -> None:
        """The account's ``userAccountAutoLiq.flattenTimestamp``: everything closed daily then."""
        self._pit.books.update(
            "userAccountAutoLiq", account_id, flattenTimestamp=iso(at) if at else None
        )

    def lock_limits(self, account_id: int) -> None:
        """The account's ``userAccountAutoLiq.changesLocked``: its limits stay as they are."""
        self._pit.books.update("userAccountAutoLiq", account_id, changesLocked=True)

    def drop_limits(self, account_id: int) -> None:
        """The account has no ``userAccountAutoLiq`` any more, as one has that never set any."""
        self._pit.books.drop("userAccountAutoLiq", "id", {account_id})

    def set_readonly(self, account_id: int) -> None:
        """The account may be looked at only."""
        self._pit.books.update("account", account_id, readonly=True)

    # State

    def state(self) -> dict[str, Any]:
        """Everything as JSON values, for :meth:`restore`."""
        return state.saved(self._pit.world, self._dice)

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        """What :meth:`state` is now; the long part of the work, in any thread, is in the call."""
        copy = pickle.dumps((self._pit.world, self._dice), pickle.HIGHEST_PROTOCOL)
        return lambda: state.saved(*pickle.loads(copy))  # noqa: S301 - our own, a line above

    @classmethod
    def restore(
        cls,
        saved: Mapping[str, Any],
        *,
        clock: Callable[[], datetime],
        settings: ExchangeSettings,
    ) -> Exchange:
        """The exchange as it was at :meth:`state`.

        Raises:
            ValueError: ``saved`` is not one.
        """
        exchange = cls.__new__(cls)
        world, exchange._dice = state.loaded(saved)
        exchange._pit = Pit(world, settings=settings, clock=clock, dice=exchange._dice)
        exchange._watchers = []
        exchange._before = []
        return exchange
