"""What can be asked of the broker without changing anything, as typed entities.

Every question is answered by what was asked for, or by the trouble that came instead; an answer
that holds one malformed entity is of no use as a whole, because what is missing would not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from justtrades_desktop.broker.answers import LIST, Accepted, Answer, Kind, Trouble, Unknown
from justtrades_desktop.broker.entities import (
    Account,
    AccountRiskStatus,
    CashBalance,
    CashSnapshot,
    Command,
    CommandReport,
    Contract,
    ContractMaturity,
    Currency,
    ExecutionReport,
    Fill,
    FillFee,
    FillPair,
    MarginSnapshot,
    Order,
    OrderStrategy,
    OrderStrategyLink,
    OrderVersion,
    Position,
    Product,
)
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.requests import RollContract
from justtrades_desktop.broker.wire import Wire

_MOST_IDS: Final = 100

Read = TypeVar("Read", bound=Wire)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(Wire):
    """Who the token belongs to."""

    user_id: int
    name: str = ""
    full_name: str = ""
    email: str = ""
    email_verified: bool | None = None
    is_trial: bool | None = None
    organization_name: str = ""


class Reads:
    """The questions; ``exit`` says that an exit waits for the answer, ``background``: nobody."""

    def __init__(self, http: Http, *, background: bool = False) -> None:
        self._http = http
        self._background = background

    def in_background(self) -> Reads:
        """The same questions where nobody waits: they leave most of the budget to others."""
        return Reads(self._http, background=True)

    async def me(self) -> Me | Trouble:
        """Whose token it is."""
        return await self._one(Me, "auth/me", expect="userId")

    # Accounts and money

    async def accounts(self) -> list[Account] | Trouble:
        """All accounts of the user."""
        return await self._all(Account, "account/list")

    async def cash_snapshot(self, account_id: int) -> CashSnapshot | Trouble:
        """The money of an account right now."""
        answer = await self._http.call(
            "POST",
            "cashbalance/getcashbalancesnapshot",
            body={"accountId": account_id},
            kind=Kind.READ,
            expect="totalCashValue",
        )
        if not isinstance(answer, Accepted):
            return answer
        return _read(CashSnapshot, answer.body)

    async def cash_balances(self) -> list[CashBalance] | Trouble:
        """Money by account and currency."""
        return await self._all(CashBalance, "cashbalance/list")

    async def margin_snapshots(self) -> list[MarginSnapshot] | Trouble:
        """Margins by account."""
        return await self._all(MarginSnapshot, "marginsnapshot/list")

    async def risk_statuses(self) -> list[AccountRiskStatus] | Trouble:
        """Which accounts may not open positions."""
        return await self._all(AccountRiskStatus, "accountriskstatus/list")

    # Positions, orders, fills

    async def positions(self, *, exit: bool = False) -> list[Position] | Trouble:
        """All positions, flat ones too."""
        return await self._all(Position, "position/list", exit=exit)

    async def orders(self, *, exit: bool = False) -> list[Order] | Trouble:
        """All orders that the broker still shows."""
        return await self._all(Order, "order/list", exit=exit)

    async def order(self, order_id: int, *, exit: bool = False) -> Order | Trouble:
        """One order."""
        return await self._item(Order, "order", order_id, exit=exit)

    async def order_versions(self, *, exit: bool = False) -> list[OrderVersion] | Trouble:
        """The versions of all orders."""
        return await self._all(OrderVersion, "orderversion/list", exit=exit)

    async def versions_of(
        self, order_id: int, *, exit: bool = False
    ) -> list[OrderVersion] | Trouble:
        """The versions of an order; the newest has the highest id."""
        return await self._deps(OrderVersion, "orderversion", order_id, exit=exit)

    async def fills(self) -> list[Fill] | Trouble:
        """All fills that the broker still shows."""
        return await self._all(Fill, "fill/list")

    async def fills_of(self, order_id: int, *, exit: bool = False) -> list[Fill] | Trouble:
        """The fills of an order."""
        return await self._deps(Fill, "fill", order_id, exit=exit)

    async def fill_pairs(self) -> list[FillPair] | Trouble:
        """Buys and sells that closed each other."""
        return await self._all(FillPair, "fillpair/list")

    async def fill_fees(self, fill_ids: Iterable[int]) -> list[FillFee] | Trouble:
        """What these fills cost."""
        return await self._items(FillFee, "fillfee", fill_ids)

    async def commands(self, *, exit: bool = False) -> list[Command] | Trouble:
        """All commands that the broker still shows."""
        return await self._all(Command, "command/list", exit=exit)

    async def commands_of(self, order_id: int, *, exit: bool = False) -> list[Command] | Trouble:
        """What was asked of an order."""
        return await self._deps(Command, "command", order_id, exit=exit)

    async def command_reports_of(self, command_id: int) -> list[CommandReport] | Trouble:
        """What became of a command."""
        return await self._deps(CommandReport, "commandreport", command_id)

    async def execution_reports_of(self, command_id: int) -> list[ExecutionReport] | Trouble:
        """What the exchange said to a command."""
        return await self._deps(ExecutionReport, "executionreport", command_id)

    async def strategies(self) -> list[OrderStrategy] | Trouble:
        """All order strategies."""
        return await self._all(OrderStrategy, "orderstrategy/list")

    async def strategy_links_of(self, strategy_id: int) -> list[OrderStrategyLink] | Trouble:
        """The orders of a strategy."""
        return await self._deps(OrderStrategyLink, "orderstrategylink", strategy_id)

    # Contracts

    async def contract(self, contract_id: int) -> Contract | Trouble:
        """A contract by its id."""
        return await self._item(Contract, "contract", contract_id)

    async def contracts(self, contract_ids: Iterable[int]) -> list[Contract] | Trouble:
        """Contracts by their ids."""
        return await self._items(Contract, "contract", contract_ids)

    async def contract_named(self, name: str) -> Contract | Trouble:
        """A contract by its name, ``MNQZ6``."""
        return await self._one(Contract, "contract/find", {"name": name})

    async def suggested(self, text: str, limit: int = 10) -> list[Contract] | Trouble:
        """Contracts whose names begin like ``text``, the front month first."""
        return await self._all(Contract, "contract/suggest", {"t": text, "l": str(limit)})

    async def rolled(self, request: RollContract) -> Contract | Trouble:
        """The contract after another one."""
        answer = await self._http.call(
            "POST",
            "contract/rollcontract",
            body=request.body(),
            kind=Kind.READ,
            expect="contract",
        )
        if not isinstance(answer, Accepted):
            return answer
        return _read(Contract, answer.body["contract"])

    async def maturity(self, maturity_id: int) -> ContractMaturity | Trouble:
        """When a contract ends."""
        return await self._item(ContractMaturity, "contractmaturity", maturity_id)

    async def product(self, product_id: int) -> Product | Trouble:
        """What a point is worth."""
        return await self._item(Product, "product", product_id)

    async def product_named(self, name: str) -> Product | Trouble:
        """A product by its root, ``MNQ``."""
        return await self._one(Product, "product/find", {"name": name})

    async def currency(self, currency_id: int) -> Currency | Trouble:
        """A currency."""
        return await self._item(Currency, "currency", currency_id)

    # How they are asked

    async def _one(
        self,
        kind: type[Read],
        operation: str,
        query: Mapping[str, str] | None = None,
        *,
        expect: str = "id",
        exit: bool = False,
    ) -> Read | Trouble:
        answer = await self._get(operation, query, expect, exit=exit)
        return _read(kind, answer.body) if isinstance(answer, Accepted) else answer

    async def _all(
        self,
        kind: type[Read],
        operation: str,
        query: Mapping[str, str] | None = None,
        *,
        exit: bool = False,
    ) -> list[Read] | Trouble:
        answer = await self._get(operation, query, LIST, exit=exit)
        return _read_all(kind, answer.body) if isinstance(answer, Accepted) else answer

    async def _get(
        self, operation: str, query: Mapping[str, str] | None, expect: str, *, exit: bool
    ) -> Answer:
        return await self._http.call(
            "GET",
            operation,
            query=query,
            expect=expect,
            exit=exit,
            background=self._background,
        )

    async def _item(
        self, kind: type[Read], entity: str, entity_id: int, *, exit: bool = False
    ) -> Read | Trouble:
        return await self._one(kind, f"{entity}/item", {"id": str(entity_id)}, exit=exit)

    async def _deps(
        self, kind: type[Read], entity: str, master_id: int, *, exit: bool = False
    ) -> list[Read] | Trouble:
        return await self._all(kind, f"{entity}/deps", {"masterid": str(master_id)}, exit=exit)

    async def _items(
        self, kind: type[Read], entity: str, ids: Iterable[int]
    ) -> list[Read] | Trouble:
        """As many as there are, in any order."""
        wanted, found = sorted(set(ids)), []
        for first in range(0, len(wanted), _MOST_IDS):
            some = ",".join(map(str, wanted[first : first + _MOST_IDS]))
            answer = await self._all(kind, f"{entity}/items", {"ids": some})
            if isinstance(answer, Trouble):
                return answer
            found += answer
        return found


def _read(kind: type[Read], body: Any) -> Read | Unknown:
    try:
        return kind.from_json(body)
    except ValueError as error:
        return Unknown(f"the broker's answer cannot be read: {error}")


def _read_all(kind: type[Read], body: Iterable[Any]) -> list[Read] | Unknown:
    try:
        return [kind.from_json(each) for each in body]
    except ValueError as error:
        return Unknown(f"the broker's answer cannot be read: {error}")
