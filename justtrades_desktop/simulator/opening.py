"""What a new exchange begins with, and what is added later: contracts, users, accounts."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.simulator import listing
from justtrades_desktop.simulator.listing import Maturity
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import iso, moment, trade_date

# Contracts end in the afternoon of their last day: 21:00 UTC, whatever their own hour is.
_LAST_HOUR: Final = time(21, tzinfo=UTC)
_STRATEGY_TYPE: Final = 2


def open_exchange(pit: Pit) -> None:
    """Currencies, exchanges, products and the contracts that trade now."""
    pit.world.last_id = max(
        100, pit.world.last_id
    )  # below are ids that are what they are: a strategy type, a currency
    pit.books.create("orderStrategyType", {"name": "Brackets", "enabled": True}, id=_STRATEGY_TYPE)
    currencies = {"USD": 1}
    pit.books.create("currency", {"name": "USD", "symbol": "$"}, id=1)
    exchanges: dict[str, int] = {}
    group = pit.books.create("contractGroup", {"name": "Futures"})
    for product in pit.products.values():
        if product.currency not in currencies:
            currencies[product.currency] = pit.books.create("currency", {"name": product.currency})
        if product.exchange not in exchanges:
            exchanges[product.exchange] = pit.books.create("exchange", {"name": product.exchange})
        fields = _product(product)
        fields |= {"currencyId": currencies[product.currency], "contractGroupId": group}
        pit.books.create("product", fields | {"exchangeId": exchanges[product.exchange]})
    pit.world.day = pit.day()
    pit.world.was_open = pit.is_open()
    list_contracts(pit)


def list_contracts(pit: Pit) -> None:
    """List the maturities that are due, and let the first that still trades be the front."""
    today = pit.now().astimezone(UTC).date()
    known = {each["name"] for each in pit.books.of("contract") if not pit.expired(each["id"])}
    for product in tuple(pit.books.of("product")):
        coming = listing.coming(product["name"], today)
        for maturity in islice(coming, pit.settings.maturities):
            if maturity.name not in known:
                _list(pit, product["id"], maturity)
    _mark_fronts(pit)


def _list(pit: Pit, product_id: int, maturity: Maturity) -> None:
    maturity_id = pit.books.create(
        "contractMaturity",
        {
            "productId": product_id,
            "expirationMonth": maturity.month,
            "expirationDate": iso(datetime.combine(maturity.last_day, _LAST_HOUR)),
            "isFront": False,
        },
    )
    pit.books.create("contract", {"name": maturity.name, "contractMaturityId": maturity_id})


def _mark_fronts(pit: Pit) -> None:
    now = pit.now()
    fronts: dict[int, dict[str, Any]] = {}
    for each in pit.books.of("contractMaturity"):
        front = fronts.get(each["productId"])
        trades = moment(each["expirationDate"]) > now
        if trades and (front is None or each["expirationMonth"] < front["expirationMonth"]):
            fronts[each["productId"]] = each
    for each in pit.books.of("contractMaturity"):
        pit.books.update(
            "contractMaturity", each["id"], isFront=fronts.get(each["productId"]) is each
        )


def _product(product: Product) -> dict[str, Any]:
    kind, digits = listing.price_format(product)
    return {
        "name": product.root,
        "productType": "Futures",
        "description": listing.description(product.root),
        "status": "Verified",
        "months": listing.months(product.root),
        "valuePerPoint": product.tick_value / product.tick_size,
        "priceFormatType": kind,
        "priceFormat": digits,
        "tickSize": product.tick_size,
    }


def add_user(pit: Pit, name: str, password: str) -> int:
    """A user without accounts yet; the user is the owner of itself."""
    number = pit.books.new_id()
    pit.books.create(
        "user",
        {
            "name": name,
            "timestamp": pit.stamp(),
            "email": f"{name}@example.com",
            "status": "Active",
            "professional": False,
        },
        owner=number,
        id=number,
    )
    pit.world.secrets[number] = _digest(number, password)
    return number


def knows(pit: Pit, user_id: int, password: str) -> bool:
    """Whether it is the user's password."""
    return pit.world.secrets[user_id] == _digest(user_id, password)


def _digest(user_id: int, password: str) -> str:
    # Play passwords for play money: enough that a saved state does not show them.
    return sha256(f"{user_id}:{password}".encode()).hexdigest()


def add_account(pit: Pit, user_id: int, name: str, cash: Decimal) -> int:
    """An account with its balance, its risk status and its margin snapshot."""
    account_id = pit.books.create(
        "account",
        {
            "name": name,
            "userId": user_id,
            "accountType": "Customer",
            "active": True,
            "clearingHouseId": 1,
            "riskCategoryId": 1,
            "autoLiqProfileId": 1,
            "marginAccountType": "Speculator",
            "legalStatus": "Individual",
            "timestamp": pit.stamp(),
            "readonly": False,
        },
        owner=user_id,
    )
    _add_risk(pit, user_id, account_id)
    pit.world.cash[account_id] = pit.books.create(
        "cashBalance",
        {
            "accountId": account_id,
            "timestamp": pit.stamp(),
            "tradeDate": trade_date(pit.day()),
            "currencyId": 1,
            "amount": cash,
            "realizedPnL": Decimal(0),
            "weekRealizedPnL": Decimal(0),
            "amountSOD": cash,
        },
        owner=user_id,
    )
    return account_id


def _add_risk(pit: Pit, user_id: int, account_id: int) -> None:
    def add(kind: str, fields: dict[str, Any]) -> None:
        pit.books.create(kind, fields, owner=user_id, id=account_id)

    add("accountRiskStatus", {"adminAction": "Normal", "adminTimestamp": pit.stamp()})
    add("userAccountAutoLiq", {"changesLocked": False, "flattenTimestamp": None})
    margins = [
        "initialMargin",
        "maintenanceMargin",
        "totalUsedMargin",
        "fullInitialMargin",
        "positionMargin",
    ]
    add(
        "marginSnapshot",
        {"timestamp": pit.stamp(), "riskTimePeriodId": 1} | dict.fromkeys(margins, Decimal(0)),
    )
