"""How each figure of the accounts panel is shown: unknown is a dash, and old figures are grey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar

from justtrades_desktop.domain.broker import Account, BrokerOrder, Drift
from justtrades_desktop.domain.values import rounded
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.broker_rows import (
    AccountRow,
    AnyRow,
    DriftRow,
    HeldRow,
    OrderRow,
    Told,
)
from justtrades_desktop.ui.models.journal_row import cash, cash_spoken, money_tone
from justtrades_desktop.ui.models.table import Column
from justtrades_desktop.ui.wording import drift_in_words, held_in_words

_HOME: Final = "USD"

PricedRow = TypeVar("PricedRow", HeldRow, OrderRow)


def account_columns() -> list[Column[AccountRow]]:
    """Money: a dash where the broker has not said it."""
    return [
        *_whose(AccountRow),
        _amount(tr("Cash"), lambda a: a.cash),
        _amount(tr("Net liq."), lambda a: a.net_liquidation, tr("Net liquidation value")),
        _result(tr("Open P&L"), lambda a: a.open_pnl),
        _result(tr("Realized"), lambda a: a.realized_pnl, tr("Realized P&L of the broker's day")),
        _amount(tr("Initial"), lambda a: a.initial_margin, tr("Initial margin in use")),
        _amount(tr("Maint."), lambda a: a.maintenance_margin, tr("Maintenance margin in use")),
        Column(
            title=tr("Restriction"),
            text=lambda row: _restriction(row.account),
            sort_key=lambda row: _restriction(row.account),
            tone=lambda row: _old_or(row.told, Tone.WARNING),
            tooltip=lambda row: shown.several_lines(_restriction(row.account)),
            state=lambda row: (_restriction(row.account), row.told),
            hint=tr("Why entries are refused, in the broker's word"),
        ),
        _age(AccountRow, lambda row: row.account.at),
    ]


def held_columns() -> list[Column[HeldRow]]:
    """What is held."""
    return [
        *_whose(HeldRow),
        _text(HeldRow, tr("Contract"), lambda row: shown.one_line(row.position.symbol)),
        Column(
            title=tr("Net"),
            text=lambda row: shown.whole(row.position.net),
            sort_key=lambda row: row.position.net,
            numeric=True,
            tone=lambda row: _old_or(row.told, Tone.TEXT),
            spoken=lambda row: held_in_words(row.position.net),
            state=lambda row: (row.position.net, row.told),
        ),
        _price(HeldRow, tr("Price"), lambda row: row.position.price, tr("Average entry price")),
        _age(HeldRow, lambda row: row.position.at),
    ]


def order_columns() -> list[Column[OrderRow]]:
    """What works, as its newest version says."""
    return [
        *_whose(OrderRow),
        _text(OrderRow, tr("Contract"), lambda row: shown.one_line(row.order.symbol)),
        _text(OrderRow, tr("Side"), lambda row: shown.one_line(row.order.action)),
        _text(OrderRow, tr("Kind"), lambda row: shown.one_line(row.order.kind)),
        Column(
            title=tr("Filled"),
            text=lambda row: _filled(row.order),
            sort_key=lambda row: row.order.quantity,
            numeric=True,
            tone=lambda row: _old_or(row.told, Tone.TEXT),
            state=lambda row: (row.order.filled, row.order.quantity, row.told),
            hint=tr("Contracts filled of those ordered"),
        ),
        _price(OrderRow, tr("Limit"), lambda row: row.order.price),
        _price(OrderRow, tr("Stop"), lambda row: row.order.stop_price),
        _text(OrderRow, tr("Until"), lambda row: shown.one_line(row.order.time_in_force)),
        Column(
            title=tr("Status"),
            text=lambda row: _status(row.order),
            sort_key=lambda row: _status(row.order) or None,
            tone=lambda row: _old_or(row.told, Tone.WARNING if row.order.reason else Tone.TEXT),
            tooltip=lambda row: shown.several_lines(row.order.reason),
            state=lambda row: (_status(row.order), row.told),
        ),
        _number(tr("Order"), lambda order: order.id),
        _number(tr("Parent"), lambda order: order.parent_id, tr("The order that it waits for")),
        _number(tr("OCO"), lambda order: order.oco_id, tr("The order whose fill cancels it")),
        _age(OrderRow, lambda row: row.order.at),
    ]


def drift_columns() -> list[Column[DriftRow]]:
    """Signals and broker side by side, and in words."""
    return [
        *_whose(DriftRow),
        _text(DriftRow, tr("Symbol"), lambda row: row.drift.symbol),
        _side(tr("Signals"), lambda drift: drift.signals),
        _side(tr("Broker"), lambda drift: drift.broker),
        Column(
            title=tr("Since"),
            text=lambda row: shown.clock(row.drift.since, datetime.now(UTC)),
            sort_key=lambda row: row.drift.since,
            tone=lambda row: _old_or(row.told, Tone.TEXT),
            tooltip=lambda row: shown.moment(row.drift.since),
            state=lambda row: (row.drift.since, row.told),
        ),
        Column(
            title=tr("In words"),
            text=lambda row: drift_in_words(row.drift),
            sort_key=lambda row: row.drift.said,
            tone=lambda row: _old_or(row.told, Tone.WARNING),
            tooltip=lambda row: drift_in_words(row.drift),
            state=lambda row: (row.drift, row.told),
        ),
    ]


def _whose(_: type[AnyRow]) -> list[Column[AnyRow]]:
    return [
        Column(
            title=tr("Connection"),
            text=lambda row: row.told.connection,
            sort_key=lambda row: row.told.connection.casefold(),
            tone=lambda row: _old_or(row.told, Tone.TEXT),
            state=lambda row: row.told,
        ),
        Column(
            title=tr("Account"),
            text=lambda row: row.told.account,
            sort_key=lambda row: row.told.account.casefold(),
            tone=lambda row: _old_or(row.told, Tone.TEXT),
            state=lambda row: row.told,
        ),
    ]


def _text(_: type[AnyRow], title: str, text: Callable[[AnyRow], str]) -> Column[AnyRow]:
    return Column(
        title=title,
        text=lambda row: text(row) or shown.UNKNOWN,
        sort_key=lambda row: text(row) or None,
        tone=lambda row: _old_or(row.told, Tone.TEXT),
        state=lambda row: (text(row), row.told),
    )


def _price(
    _: type[PricedRow], title: str, value: Callable[[PricedRow], Decimal | None], hint: str = ""
) -> Column[PricedRow]:
    return Column(
        title=title,
        text=lambda row: shown.price(value(row), row.product),
        sort_key=value,
        numeric=True,
        tone=lambda row: _old_or(row.told, Tone.TEXT),
        state=lambda row: (value(row), row.product, row.told),
        hint=hint,
    )


def _age(_: type[AnyRow], at: Callable[[AnyRow], datetime | None]) -> Column[AnyRow]:
    """When it was told; once the link is not up, how long nothing has come."""

    def text(row: AnyRow) -> str:
        if row.told.age:
            return tr("{} old").format(row.told.age)
        when = at(row)
        return shown.UNKNOWN if when is None else shown.clock(when, datetime.now(UTC))

    def tip(row: AnyRow) -> str:
        when = at(row)
        return "" if when is None else shown.moment(when)

    return Column(
        title=tr("As of"),
        text=text,
        sort_key=at,
        tone=lambda _row: Tone.MUTED,
        tooltip=tip,
        state=lambda row: (at(row), row.told),
    )


def _amount(
    title: str, value: Callable[[Account], Decimal | None], hint: str = ""
) -> Column[AccountRow]:
    return Column(
        title=title,
        text=lambda row: plain_cash(value(row.account)),
        sort_key=lambda row: value(row.account),
        numeric=True,
        tone=lambda row: _old_or(row.told, Tone.TEXT),
        state=lambda row: (value(row.account), row.told),
        hint=hint,
    )


def _result(
    title: str, value: Callable[[Account], Decimal | None], hint: str = ""
) -> Column[AccountRow]:
    return Column(
        title=title,
        text=lambda row: cash(value(row.account), _HOME),
        sort_key=lambda row: value(row.account),
        numeric=True,
        tone=lambda row: _old_or(row.told, money_tone(value(row.account))),
        spoken=lambda row: cash_spoken(value(row.account), _HOME),
        state=lambda row: (value(row.account), row.told),
        hint=hint,
    )


def _number(
    title: str, value: Callable[[BrokerOrder], int | None], hint: str = ""
) -> Column[OrderRow]:
    def text(row: OrderRow) -> str:
        number = value(row.order)
        return shown.UNKNOWN if number is None else str(number)

    return Column(
        title=title,
        text=text,
        sort_key=lambda row: value(row.order),
        numeric=True,
        tone=lambda _row: Tone.MUTED,
        hint=hint,
    )


def _side(title: str, value: Callable[[Drift], int]) -> Column[DriftRow]:
    return Column(
        title=title,
        text=lambda row: held_in_words(value(row.drift)),
        sort_key=lambda row: value(row.drift),
        tone=lambda row: _old_or(row.told, Tone.TEXT),
        state=lambda row: (value(row.drift), row.told),
    )


def plain_cash(value: Decimal | None) -> str:
    """An amount without arrow and plus: ``50,123.45``; a dash where unknown."""
    if value is None:
        return shown.UNKNOWN
    whole, _, cents = rounded(Fraction(abs(value)), 2).rpartition(".")
    sign = shown.MINUS if value < 0 and (int(whole) or int(cents)) else ""
    return f"{sign}{int(whole):,}.{cents}"


def _restriction(account: Account) -> str:
    said = [shown.one_line(account.restriction)] if account.restriction else []
    if not account.active:
        said.append(tr("not active"))
    if account.readonly:
        said.append(tr("read-only"))
    return ", ".join(said)


def _filled(order: BrokerOrder) -> str:
    of = shown.UNKNOWN if order.quantity is None else str(order.quantity)
    return tr("{} of {}").format(order.filled, of)


def _status(order: BrokerOrder) -> str:
    status = shown.one_line(order.status)
    return f"{status}: {shown.one_line(order.reason)}" if order.reason else status


def _old_or(told: Told, tone: Tone) -> Tone:
    return Tone.MUTED if told.age else tone
