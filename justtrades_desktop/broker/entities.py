"""The broker's entities as it sends them: typed, frozen, prices exact, times in UTC.

Words such as a status stay plain strings, so that a new one survives; the enums name the known
ones and compare equal to them. Only what an entity makes no sense without is required.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from justtrades_desktop.broker.wire import Wire


class OrderStatus(StrEnum):
    """``Order.ord_status``."""

    CANCELED = "Canceled"
    COMPLETED = "Completed"
    EXPIRED = "Expired"
    FILLED = "Filled"
    PENDING_CANCEL = "PendingCancel"
    PENDING_NEW = "PendingNew"
    PENDING_REPLACE = "PendingReplace"
    REJECTED = "Rejected"
    SUSPENDED = "Suspended"
    UNKNOWN = "Unknown"
    WORKING = "Working"


_OVER: Final = frozenset(
    (
        OrderStatus.CANCELED,
        OrderStatus.COMPLETED,
        OrderStatus.EXPIRED,
        OrderStatus.FILLED,
        OrderStatus.REJECTED,
    )
)


def is_alive(status: str) -> bool:
    """Whether an order of this status can still fill; Suspended and words nobody knows can."""
    return status not in _OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Wire):
    """What has an id and is sent again whenever it changes."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Entity):
    """Who is logged in."""

    name: str = ""
    timestamp: datetime | None = None
    email: str = ""
    status: str = ""
    professional: bool | None = None
    organization_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Entity):
    """An account; ``name`` is what orders call ``accountSpec``."""

    name: str
    user_id: int | None = None
    account_type: str = ""
    active: bool = True
    clearing_house_id: int | None = None
    risk_category_id: int | None = None
    auto_liq_profile_id: int | None = None
    margin_account_type: str = ""
    legal_status: str = ""
    timestamp: datetime | None = None
    readonly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBalance(Entity):
    """Money of an account in one currency, of one trading day."""

    account_id: int
    timestamp: datetime | None = None
    trade_date: date | None = None
    currency_id: int | None = None
    amount: Decimal
    realized_pnl: Decimal | None = None
    week_realized_pnl: Decimal | None = None
    amount_sod: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashSnapshot(Wire):
    """Money of an account right now, as the broker reckons it when asked."""

    error_text: str = ""
    total_cash_value: Decimal | None = None
    total_pnl: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    net_liq: Decimal | None = None
    open_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    week_realized_pnl: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Entity):
    """What an account holds in a contract; stays, with ``net_pos`` 0, when it is flat."""

    account_id: int
    contract_id: int
    timestamp: datetime | None = None
    trade_date: date | None = None
    net_pos: int
    net_price: Decimal | None = None
    bought: int | None = None
    bought_value: Decimal | None = None
    sold: int | None = None
    sold_value: Decimal | None = None
    prev_pos: int | None = None
    prev_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Entity):
    """An order without size, price or type: those are on its :class:`OrderVersion`."""

    account_id: int
    contract_id: int | None = None
    spread_definition_id: int | None = None
    timestamp: datetime | None = None
    action: str
    ord_status: str
    execution_provider_id: int | None = None
    oco_id: int | None = None
    parent_id: int | None = None
    linked_id: int | None = None
    admin: bool | None = None

    @property
    def alive(self) -> bool:
        """Whether it can still fill."""
        return is_alive(self.ord_status)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderVersion(Entity):
    """What an order asks for; its id is that of the New or Modify command that made it."""

    order_id: int
    order_qty: int
    order_type: str
    price: Decimal | None = None
    stop_price: Decimal | None = None
    max_show: int | None = None
    peg_difference: Decimal | None = None
    time_in_force: str | None = None
    expire_time: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Entity):
    """A trade of an order; not ``active`` ones were taken back."""

    order_id: int
    contract_id: int
    timestamp: datetime | None = None
    trade_date: date | None = None
    action: str
    qty: int
    price: Decimal
    active: bool = True
    finally_paired: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPair(Entity):
    """A buy and a sell that closed each other."""

    position_id: int
    buy_fill_id: int
    sell_fill_id: int
    qty: int
    buy_price: Decimal
    sell_price: Decimal
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FillFee(Entity):
    """What a fill cost; its id is the fill's."""

    clearing_fee: Decimal | None = None
    clearing_currency_id: int | None = None
    exchange_fee: Decimal | None = None
    exchange_currency_id: int | None = None
    nfa_fee: Decimal | None = None
    nfa_currency_id: int | None = None
    brokerage_fee: Decimal | None = None
    brokerage_currency_id: int | None = None
    ip_fee: Decimal | None = None
    ip_currency_id: int | None = None
    commission: Decimal | None = None
    commission_currency_id: int | None = None
    order_routing_fee: Decimal | None = None
    order_routing_currency_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Entity):
    """What was asked of an order (New, Modify, Cancel); the only one that knows our own id."""

    order_id: int
    timestamp: datetime | None = None
    client_order_id: str | None = None
    command_type: str
    command_status: str
    sender_id: int | None = None
    user_session_id: int | None = None
    activation_time: datetime | None = None
    custom_tag50: str | None = None
    is_automated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReport(Entity):
    """What became of a command."""

    command_id: int
    timestamp: datetime | None = None
    command_status: str
    reject_reason: str | None = None
    text: str | None = None
    ord_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionReport(Entity):
    """What the exchange said to a command."""

    command_id: int
    name: str = ""
    account_id: int | None = None
    contract_id: int | None = None
    timestamp: datetime | None = None
    trade_date: date | None = None
    order_id: int
    exec_type: str
    exec_ref_id: str | None = None
    ord_status: str | None = None
    action: str | None = None
    cum_qty: int | None = None
    avg_px: Decimal | None = None
    last_qty: int | None = None
    last_px: Decimal | None = None
    reject_reason: str | None = None
    text: str | None = None
    exchange_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Entity):
    """What is traded: ``MNQZ6``."""

    name: str
    contract_maturity_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractMaturity(Entity):
    """When a contract ends; ``expiration_month`` is 202612, ``is_front`` not to be trusted."""

    product_id: int
    expiration_month: int | None = None
    expiration_date: datetime | None = None
    first_intent_date: datetime | None = None
    underlying_id: int | None = None
    is_front: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Entity):
    """What a point is worth, and how finely it is quoted."""

    name: str
    currency_id: int | None = None
    product_type: str = ""
    description: str = ""
    exchange_id: int | None = None
    contract_group_id: int | None = None
    status: str = ""
    months: str | None = None
    is_secured: bool | None = None
    value_per_point: Decimal | None = None
    price_format_type: str | None = None
    price_format: int | None = None
    tick_size: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency(Entity):
    """A currency: ``name`` is USD."""

    name: str
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Entity):
    """An exchange, or any other entity that is only a name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginSnapshot(Entity):
    """Margin of an account; its id is the account's."""

    timestamp: datetime | None = None
    risk_time_period_id: int | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    auto_liq_level: Decimal | None = None
    liq_only_level: Decimal | None = None
    total_used_margin: Decimal | None = None
    full_initial_margin: Decimal | None = None
    position_margin: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRiskStatus(Entity):
    """Whether an account may open positions; its id is the account's."""

    admin_action: str | None = None
    admin_timestamp: datetime | None = None
    liquidate_only: datetime | None = None
    user_triggered_liq_only: bool | None = None

    @property
    def restriction(self) -> str:
        """Why entries are refused, in the broker's word; empty where they are not."""
        if self.admin_action in (None, "", "Normal"):
            return "LiquidationOnly" if self.user_triggered_liq_only else ""
        return str(self.admin_action)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccountAutoLiq(Entity):
    """Limits a trader set at the broker; at ``flatten_timestamp`` all is closed, every day."""

    changes_locked: bool | None = None
    margin_percentage_alert: Decimal | None = None
    daily_loss_percentage_alert: Decimal | None = None
    daily_loss_alert: Decimal | None = None
    margin_percentage_liq_only: Decimal | None = None
    daily_loss_percentage_liq_only: Decimal | None = None
    daily_loss_liq_only: Decimal | None = None
    margin_percentage_auto_liq: Decimal | None = None
    daily_loss_percentage_auto_liq: Decimal | None = None
    daily_loss_auto_liq: Decimal | None = None
    weekly_loss_auto_liq: Decimal | None = None
    flatten_timestamp: datetime | None = None
    trailing_max_drawdown: Decimal | None = None
    trailing_max_drawdown_limit: Decimal | None = None
    trailing_max_drawdown_mode: str | None = None
    daily_profit_auto_liq: Decimal | None = None
    weekly_profit_auto_liq: Decimal | None = None
    do_not_unlock: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStrategy(Entity):
    """An order with its exits, kept by the broker."""

    account_id: int
    timestamp: datetime | None = None
    contract_id: int | None = None
    order_strategy_type_id: int | None = None
    initiator_id: int | None = None
    action: str
    params: str | None = None
    uuid: str | None = None
    status: str
    failure_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStrategyLink(Entity):
    """Which order belongs to which strategy, and as what."""

    order_strategy_id: int
    order_id: int
    label: str = ""


ENTITY_TYPES: Final[Mapping[str, type[Entity]]] = {
    "account": Account,
    "accountRiskStatus": AccountRiskStatus,
    "cashBalance": CashBalance,
    "command": Command,
    "commandReport": CommandReport,
    "contract": Contract,
    "contractMaturity": ContractMaturity,
    "currency": Currency,
    "exchange": Exchange,
    "executionReport": ExecutionReport,
    "fill": Fill,
    "fillFee": FillFee,
    "fillPair": FillPair,
    "marginSnapshot": MarginSnapshot,
    "order": Order,
    "orderStrategy": OrderStrategy,
    "orderStrategyLink": OrderStrategyLink,
    "orderVersion": OrderVersion,
    "position": Position,
    "product": Product,
    "user": User,
    "userAccountAutoLiq": UserAccountAutoLiq,
}
"""By the ``entityType`` of an event; types that are not here matter to nobody."""

SYNC_LISTS: Final[Mapping[str, str]] = {
    "accounts": "account",
    "accountRiskStatuses": "accountRiskStatus",
    "cashBalances": "cashBalance",
    "commands": "command",
    "commandReports": "commandReport",
    "contracts": "contract",
    "contractMaturities": "contractMaturity",
    "currencies": "currency",
    "exchanges": "exchange",
    "executionReports": "executionReport",
    "fills": "fill",
    "fillPairs": "fillPair",
    "marginSnapshots": "marginSnapshot",
    "orders": "order",
    "orderStrategies": "orderStrategy",
    "orderStrategyLinks": "orderStrategyLink",
    "orderVersions": "orderVersion",
    "positions": "position",
    "products": "product",
    "users": "user",
    "userAccountAutoLiqs": "userAccountAutoLiq",
}
"""The lists in the answer to a sync, and the ``entityType`` of what is in them."""


def read_entity(entity_type: str, raw: Any) -> Entity | None:
    """The entity in ``raw``; None for a type that matters to nobody.

    Raises:
        ValueError: it is malformed.
    """
    kind = ENTITY_TYPES.get(entity_type)
    return kind.from_json(raw) if kind is not None else None
