"""What is asked without changing anything, and what instruments are traded as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import Trouble
from justtrades_desktop.broker.contracts import Unresolved
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.requests import CancelOrder, OrderType, RollContract
from justtrades_desktop.domain.broker import ResolvedContract
from tests.contract.broker_pair import SYMBOL, Pair


@pytest.fixture
async def ready(pair: Pair) -> Pair:
    """Logged in, with nothing running beside."""
    await pair.client.session.ensure()
    return pair


def _well(found: Any) -> Any:
    assert not isinstance(found, Trouble), found
    return found


async def test_every_question_is_answered_by_what_was_asked_for(ready: Pair) -> None:
    """Also what holds all of them against the broker's description."""
    order_id = await ready.placed(quantity=2)
    gone = await ready.placed(OrderType.LIMIT, price=Decimal(24_900))
    await ready.client.orders.cancel(CancelOrder(order_id=gone, is_automated=True))
    await ready.client.orders.place(ready.order(quantity=1000))
    reads: Reads = ready.client.reads

    assert _well(await reads.me()).user_id == ready.user_id
    assert [each.name for each in _well(await reads.accounts())] == ["ADA1", "ADA2"]
    assert _well(await reads.cash_snapshot(ready.account_id)).total_cash_value == 50_000
    for several in (reads.cash_balances, reads.margin_snapshots, reads.risk_statuses):
        assert len(_well(await several())) == 2
    (held,) = _well(await reads.positions())
    assert (held.net_pos, held.net_price) == (2, 25_000)
    assert len(_well(await reads.orders())) == 3
    assert _well(await reads.order(order_id)).ord_status == "Filled"
    assert {each.order_id for each in _well(await reads.order_versions())} >= {order_id, gone}
    (version,) = _well(await reads.versions_of(order_id))
    assert version.order_qty == 2
    (fill,) = _well(await reads.fills())
    assert _well(await reads.fills_of(order_id)) == [fill]
    assert _well(await reads.fill_pairs()) == []
    assert len(_well(await reads.fill_fees([fill.id]))) == 1
    commands = _well(await reads.commands())
    assert [each.command_type for each in commands if each.order_id == gone] == ["New", "Cancel"]
    assert len(_well(await reads.commands_of(gone))) == 2
    assert _well(await reads.command_reports_of(commands[0].id))
    assert _well(await reads.execution_reports_of(commands[0].id))
    assert _well(await reads.strategies()) == []
    assert _well(await reads.contract(ready.contract_id)).name == SYMBOL
    assert len(_well(await reads.contracts([ready.contract_id, 999_999]))) == 1
    contract = _well(await reads.contract_named(SYMBOL))
    maturity = _well(await reads.maturity(contract.contract_maturity_id))
    assert maturity.expiration_month == 202612
    product = _well(await reads.product(maturity.product_id))
    assert (product.tick_size, product.value_per_point) == (Decimal("0.25"), 2)
    assert _well(await reads.product_named("MNQ")) == product
    assert _well(await reads.currency(product.currency_id)).name == "USD"
    assert _well(await reads.rolled(RollContract(name=SYMBOL))).name == "MNQH7"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("MNQ1!", "MNQZ6"),
        ("MNQ2!", "MNQH7"),
        ("CME_MINI:MNQ1!", "MNQZ6"),
        ("CME:MNQZ2026", "MNQZ6"),
        ("ESZ26", "ESZ6"),
        ("M2K1!", "M2KZ6"),
        ("6E1!", "6EZ6"),
        ("ES1!", "ESZ6"),
        ("NQ1!", "NQZ6"),
        ("10Y1!", "10YX6"),
    ],
)
async def test_an_instrument_is_the_contract_that_the_broker_says(
    ready: Pair, symbol: str, name: str
) -> None:
    found = await ready.client.connection.contracts.resolve(symbol)
    assert isinstance(found, ResolvedContract)
    assert found.name == name
    assert found.contract_id == ready.server.exchange.contract_id(name)
    assert found.tick_size is not None
    assert found.tick_value is not None


async def test_e14_the_front_month_moves_on_when_its_contract_ends(ready: Pair) -> None:
    contracts = ready.client.connection.contracts
    before = await contracts.resolve("MNQ1!")
    ready.clock.go(29 * 86_400)  # past the third Friday of December
    await ready.client.session.ensure()
    after = await contracts.resolve("MNQ1!")
    old = await contracts.resolve(SYMBOL)
    assert isinstance(before, ResolvedContract)
    assert isinstance(after, ResolvedContract)
    assert (before.name, after.name) == ("MNQZ6", "MNQH7")
    assert isinstance(old, Unresolved)
    assert "expired" in old.why


async def test_what_is_no_contract_is_said_in_words(ready: Pair) -> None:
    for symbol in ("AAPL", "NOPEZ6", "MNQZ2036"):
        found = await ready.client.connection.contracts.resolve(symbol)
        assert isinstance(found, Unresolved)
        assert found.why
