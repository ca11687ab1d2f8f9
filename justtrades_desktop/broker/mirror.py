"""What the broker holds, mirrored: its entities joined into accounts, positions and orders.

Nothing is inferred: a position says nothing of fills, and what was not said is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.broker import entities as wire
from justtrades_desktop.broker.fill_index import FillsByAccount
from justtrades_desktop.broker.replica import Replica
from justtrades_desktop.domain.broker import Account, BrokerOrder, BrokerPosition

_REFUSED: Final = frozenset(("RiskRejected", "ExecutionRejected"))
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

PriceOf = Callable[[int], Decimal | None]
"""The last price of a contract by its id, None where it is unknown or old."""


class Mirror:
    """The state of one login, as of the last sync and all events since.

    ``version`` grows with every change, ``synced`` is whether there ever was a sync.
    """

    def __init__(self, on_malformed: Callable[[str], None] = lambda _: None) -> None:
        """``on_malformed`` is told what cannot be read, in words; it is left out."""
        self.version = 0
        self.synced = False
        self._on_malformed = on_malformed
        self._replica = Replica(on_malformed)
        self._fills = FillsByAccount(self._replica)

    # What comes

    def replace(self, answer: Any) -> None:
        """Forget everything and believe ``answer``, the body of a sync."""
        for _ in self.replacing(answer):
            pass

    def replacing(self, answer: Any) -> Iterator[None]:
        """The same in slices of a few milliseconds; until the last one the old state stands."""
        fresh = Replica(self._on_malformed)
        yield from fresh.fill(answer)
        fills = FillsByAccount(fresh)
        yield from fills.reading()
        self._replica, self._fills = fresh, fills
        self.synced = True
        self.version += 1

    def take(self, data: Any, *, early: bool = False) -> bool:
        """Work in the data of a ``props`` event, one entity or several; whether it was news.

        An ``early`` one came on the same socket before the answer to the sync.
        """
        match data:
            case {"entityType": str(entity_type), "eventType": str(event_type), "entity": entity}:
                rows = entity if isinstance(entity, list) else [entity]
                news = [
                    self._replica.take(entity_type, event_type, row, early=early) for row in rows
                ]
                self.version += any(news)
                return any(news)
        return False

    def account_of(self, data: Any) -> int | None:
        """The account that an event's data are about; None where it concerns all."""
        match data:
            case {"entityType": str(entity_type), "entity": dict(entity)}:
                return self._replica.account_of(entity_type, entity)
        return None

    # What there is

    def accounts(self, price_of: PriceOf = lambda _: None) -> tuple[Account, ...]:
        """All accounts; open P&L only where every open position has a price."""
        return tuple(
            self._account(account, price_of) for account in self._replica.every(wire.Account)
        )

    def account(self, account_id: int, price_of: PriceOf = lambda _: None) -> Account | None:
        """One account; None where it is not known."""
        account = self._replica.get(wire.Account, account_id)
        return None if account is None else self._account(account, price_of)

    def account_names(self) -> dict[int, str]:
        """All accounts by id."""
        return {each.id: each.name for each in self._replica.every(wire.Account)}

    def auto_liq(self, account_id: int) -> wire.UserAccountAutoLiq | None:
        """The limits that were set at the broker; None where it told of none."""
        return self._replica.get(wire.UserAccountAutoLiq, account_id)

    def positions(self, account_id: int | None = None) -> tuple[BrokerPosition, ...]:
        """All positions that are not flat, or those of one account."""
        return tuple(
            BrokerPosition(
                account_id=each.account_id,
                contract_id=each.contract_id,
                symbol=self.symbol(each.contract_id),
                net=each.net_pos,
                price=each.net_price,
                at=each.timestamp or _LONG_AGO,
            )
            for each in self._replica.every(wire.Position)
            if each.net_pos and account_id in (None, each.account_id)
        )

    def working(self) -> tuple[BrokerOrder, ...]:
        """All orders that can still fill, by id; Suspended and Unknown ones too."""
        return tuple(self._order(self._replica.live[each]) for each in sorted(self._replica.live))

    def working_of(
        self, account_id: int, contract_id: int | None = None
    ) -> tuple[BrokerOrder, ...]:
        """Those of one account, in one contract or all."""
        return tuple(
            self._order(order)
            for _, order in sorted(self._replica.live.items())
            if order.account_id == account_id and contract_id in (None, order.contract_id)
        )

    def hanging(self, order_id: int) -> tuple[BrokerOrder, ...]:
        """The orders that hang on another one, living or not, by id."""
        return tuple(map(self._order, self._replica.hanging(order_id)))

    def version_of(self, order_id: int) -> wire.OrderVersion | None:
        """What an order asks for now, but for changes that the broker refused."""
        return self._version(order_id, self._replica.children(wire.Command, order_id))

    def order(self, order_id: int) -> BrokerOrder | None:
        """One order, finished or not; None where it is not known."""
        order = self._replica.get(wire.Order, order_id)
        return None if order is None else self._order(order)

    def order_of(self, client_order_id: str) -> BrokerOrder | None:
        """The order that we call ``client_order_id``; None where no command names it."""
        order_id = self._replica.order_ids.get(client_order_id)
        return None if order_id is None else self.order(order_id)

    def fills(self, order_id: int) -> tuple[wire.Fill, ...]:
        """The fills of an order that still stand, by id."""
        children = self._replica.children(wire.Fill, order_id)
        return tuple(fill for fill in children if fill.active)

    def fills_of(self, account_id: int) -> tuple[object, list[wire.Fill]]:
        """The fills of an account that still stand, in the order they came.

        The list only grows for as long as the mark before it stays the same; it is not a copy.
        """
        return self._fills.of(account_id)

    def orphans(self) -> tuple[wire.Entity, ...]:
        """What waits for its order or command."""
        return tuple(self._replica.orphans())

    def symbol(self, contract_id: int | None) -> str:
        """The contract's name; empty while it is not known."""
        contract = self._replica.get(wire.Contract, contract_id)
        return "" if contract is None else contract.name

    def unknown_contracts(self) -> frozenset[int]:
        """Contracts of open positions and living orders without a name or a point value."""
        wanted = {each.contract_id for each in self.positions()}
        named = {order.contract_id for order in self._replica.live.values()} - {None}
        return frozenset(
            {each for each in wanted if self._product(each) is None}
            | {each for each in named if each is not None and not self.symbol(each)}
        )

    def add(self, *found: wire.Entity) -> None:
        """Take in contracts, maturities and products that were looked up."""
        for entity in found:
            self._replica.put(entity)
        self.version += 1

    def see(self, *found: wire.Entity) -> None:
        """Take in what was asked for meanwhile; an order that is over stays so."""
        news = [self._replica.see(entity) for entity in found]
        self.version += any(news)

    # Joined

    def _account(self, account: wire.Account, price_of: PriceOf) -> Account:
        cash = self._cash(account.id)
        margin = self._replica.get(wire.MarginSnapshot, account.id)
        risk = self._replica.get(wire.AccountRiskStatus, account.id)
        open_pnl = self._open_pnl(account.id, cash, price_of)
        times = [each.timestamp for each in (cash, margin) if each and each.timestamp]
        return Account(
            id=account.id,
            name=account.name,
            active=account.active,
            readonly=account.readonly,
            cash=cash.amount if cash else None,
            net_liquidation=cash.amount + open_pnl if cash and open_pnl is not None else None,
            open_pnl=open_pnl,
            realized_pnl=cash.realized_pnl if cash else None,
            initial_margin=margin.initial_margin if margin else None,
            maintenance_margin=margin.maintenance_margin if margin else None,
            restriction=risk.restriction if risk else "",
            at=max(times, default=None),
        )

    def _cash(self, account_id: int) -> wire.CashBalance | None:
        """The newest balance; of several currencies the broker's first, which is its main one."""
        balances = self._replica.children(wire.CashBalance, account_id)
        main = min((each.currency_id or 0 for each in balances), default=0)
        return max(
            (each for each in balances if (each.currency_id or 0) == main),
            key=lambda each: (each.timestamp or _LONG_AGO, each.id),
            default=None,
        )

    def _open_pnl(
        self, account_id: int, cash: wire.CashBalance | None, price_of: PriceOf
    ) -> Decimal | None:
        total = Decimal(0)
        for each in self._replica.every(wire.Position):
            if each.account_id != account_id or not each.net_pos:
                continue
            price, product = price_of(each.contract_id), self._product(each.contract_id)
            if price is None or each.net_price is None or product is None:
                return None
            if product.value_per_point is None or _other_money(product, cash):
                return None
            total += (price - each.net_price) * product.value_per_point * each.net_pos
        return round(total, 2)  # the broker's average comes as a float

    def _product(self, contract_id: int | None) -> wire.Product | None:
        contract = self._replica.get(wire.Contract, contract_id)
        maturity = self._replica.get(
            wire.ContractMaturity,
            contract.contract_maturity_id if contract else None,
        )
        return self._replica.get(wire.Product, maturity.product_id if maturity else None)

    def _order(self, order: wire.Order) -> BrokerOrder:
        commands = self._replica.children(wire.Command, order.id)
        version = self._version(order.id, commands)
        fills = self.fills(order.id)
        filled = sum(fill.qty for fill in fills)
        paid = sum((fill.price * fill.qty for fill in fills), Decimal(0))
        first = next((each for each in commands if each.command_type == "New"), None)
        return BrokerOrder(
            id=order.id,
            account_id=order.account_id,
            symbol=self.symbol(order.contract_id),
            action=order.action,
            status=order.ord_status,
            alive=order.alive,
            quantity=version.order_qty if version else None,
            filled=filled,
            kind=version.order_type if version else "",
            price=version.price if version else None,
            stop_price=version.stop_price if version else None,
            distance=_distance(version),
            time_in_force=(version.time_in_force or "") if version else "",
            average_price=paid / filled if filled else None,
            client_order_id=_our_id(first, version),
            parent_id=order.parent_id,
            oco_id=order.oco_id,
            reason=self._reason(order, commands),
            at=order.timestamp,
            contract_id=order.contract_id,
        )

    def _version(self, order_id: int, commands: Sequence[wire.Command]) -> wire.OrderVersion | None:
        """The newest version, but for changes that the broker refused."""
        refused = {
            each.id
            for each in commands
            if each.command_type != "New" and each.command_status in _REFUSED
        }
        versions = self._replica.children(wire.OrderVersion, order_id)
        return next((each for each in reversed(versions) if each.id not in refused), None)

    def _reason(self, order: wire.Order, commands: Sequence[wire.Command]) -> str:
        if order.ord_status != wire.OrderStatus.REJECTED:
            return ""
        reports: list[wire.CommandReport | wire.ExecutionReport] = [
            *self._replica.children(wire.ExecutionReport, order.id)
        ]
        for command in commands:
            reports += self._replica.children(wire.CommandReport, command.id)
        reports.sort(key=lambda each: (each.timestamp or _LONG_AGO, each.id))
        return next((said for each in reversed(reports) if (said := _words(each))), "")


def _our_id(first: wire.Command | None, version: wire.OrderVersion | None) -> str | None:
    """The id on its command; else the text, where we write it too."""
    if first is not None and first.client_order_id:
        return first.client_order_id
    return version.text if version is not None else None


def _distance(version: wire.OrderVersion | None) -> Decimal | None:
    peg = version.peg_difference if version is not None else None
    return None if peg is None else abs(peg)


def _words(report: wire.CommandReport | wire.ExecutionReport) -> str:
    reason = report.reject_reason if report.reject_reason != "Success" else None
    parts = [part for part in (reason, report.text) if part]
    return ": ".join(dict.fromkeys(parts))


def _other_money(product: wire.Product, cash: wire.CashBalance | None) -> bool:
    known = cash is not None and cash.currency_id is not None and product.currency_id is not None
    return known and cash is not None and cash.currency_id != product.currency_id
