"""What an instrument is traded as, by the broker's own answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.contracts import Contracts, Unresolved
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.domain.broker import ResolvedContract
from justtrades_desktop.domain.contracts import Product
from tests.unit.broker.scripted import Asked, HandClock, ScriptedHttp

MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
# name: contract id, maturity id, product id, month, expiry
LISTED = {
    "MNQZ6": (1, 11, 5, 202612, "2026-12-18T14:30:00Z"),
    "MNQH7": (2, 12, 5, 202703, "2027-03-19T13:30:00Z"),
    "MNQU6": (3, 13, 5, 202609, "2026-09-18T13:30:00Z"),
    "ESGZ6": (4, 14, 6, 202612, "2026-12-18T14:30:00Z"),
    "ESZ6": (5, 15, 5, 202612, "2026-12-18T14:30:00Z"),
    "6EZ6": (6, 16, 5, 202612, "2026-12-14T14:30:00Z"),
}


class Floor:
    """Contracts with their broker by script."""

    def __init__(self, suggested: list[str] | None = None, **product: Any) -> None:
        self.clock = HandClock()
        self.http = ScriptedHttp(self.clock)
        self.contracts = Contracts(Reads(self.http), clock=self.clock.now)
        self.suggested = suggested or ["MNQZ6", "MNQH7"]
        self.product = {
            "id": 5,
            "name": "MNQ",
            "currencyId": 1,
            "valuePerPoint": Decimal(2),
            "tickSize": Decimal("0.25"),
            **product,
        }
        self.http.replies |= {
            "contract/suggest": lambda _: (200, [_contract(name) for name in self.suggested]),
            "contract/find": _find,
            "contractmaturity/item": _maturity,
            "product/item": lambda _: (200, self.product),
            "currency/item": (200, {"id": 1, "name": "USD"}),
        }

    async def name(self, symbol: str, product: Product | None = MNQ) -> str:
        found = await self.contracts.resolve(symbol, product)
        return found.name if isinstance(found, ResolvedContract) else found.why


def _contract(name: str) -> dict[str, Any]:
    return {"id": LISTED[name][0], "name": name, "contractMaturityId": LISTED[name][1]}


def _find(asked: Asked) -> tuple[int, Any]:
    name = (asked.query or {})["name"]
    return (200, _contract(name)) if name in LISTED else (404, "")


def _maturity(asked: Asked) -> tuple[int, Any]:
    wanted = int((asked.query or {})["id"])
    _, _, product, month, ends = next(each for each in LISTED.values() if each[1] == wanted)
    return 200, {
        "id": wanted,
        "productId": product,
        "expirationMonth": month,
        "expirationDate": ends,
        "isFront": False,
    }


async def test_a_continuous_one_is_the_first_that_the_broker_suggests() -> None:
    floor = Floor()
    assert await floor.contracts.resolve("MNQ1!", MNQ) == ResolvedContract(
        symbol="MNQ1!",
        name="MNQZ6",
        contract_id=1,
        expires=datetime(2026, 12, 18, 14, 30, tzinfo=UTC),
        tick_size=Decimal("0.25"),
        tick_value=Decimal("0.50"),
        currency="USD",
        at=floor.clock.now(),
    )
    assert floor.http.asked[0].query == {"t": "MNQ", "l": "10"}


async def test_the_second_month_and_what_expired_already() -> None:
    floor = Floor(["MNQU6", "MNQZ6", "MNQH7"])
    assert await floor.name("MNQ1!") == "MNQZ6"
    assert await floor.name("MNQ2!") == "MNQH7"
    assert await floor.name("MNQ3!") == "the broker names no contract for MNQ3!"


async def test_d9_a_root_is_matched_as_a_whole() -> None:
    floor = Floor(["ESGZ6", "ESZ6"])
    assert await floor.name("ES1!", Product("ES", Decimal("0.25"), Decimal("12.5"))) == "ESZ6"
    assert await Floor(["ESGZ6"]).name("ES1!", None) == "the broker names no contract for ES1!"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("MNQZ2026", "MNQZ6"),
        ("MNQZ26", "MNQZ6"),
        ("mnqz6", "MNQZ6"),
        ("CME_MINI:MNQZ2026", "MNQZ6"),
        ("6EZ6", "6EZ6"),
        ("MNQZ2036", "the broker's MNQZ6 is of 2026, not 2036"),
        ("MNQU6", "MNQU6 expired on 2026-09-18"),
        ("MNQM7", "MNQM7: the broker does not know it"),
        ("AAPL", "AAPL is no futures contract"),
    ],
)
@pytest.mark.parametrize("product", [MNQ, None])
async def test_explicit_contracts(symbol: str, name: str, product: Product | None) -> None:
    assert await Floor().name(symbol, product) == name


async def test_differences_to_our_table_are_said_in_words() -> None:
    floor = Floor(tickSize=Decimal("0.5"), currencyId=2)
    floor.http.replies["currency/item"] = (200, {"id": 2, "name": "EUR"})
    found = await floor.contracts.resolve("MNQ1!", MNQ)
    assert isinstance(found, ResolvedContract)
    assert found.difference == (
        "tick size 0.5 at the broker, 0.25 in our table; "
        "tick value 1 at the broker, 0.5 in our table; "
        "currency EUR at the broker, USD in our table"
    )


async def test_e14_answers_are_kept_for_a_while_and_then_asked_anew() -> None:
    floor = Floor()
    first = await floor.contracts.resolve("MNQ1!", MNQ)
    asked = len(floor.http.asked)
    assert await floor.contracts.resolve("MNQ1!", MNQ) is first
    assert len(floor.http.asked) == asked
    floor.suggested = ["MNQH7"]
    assert await floor.name("MNQ1!") == "MNQZ6"
    floor.clock.seconds += 15 * 60
    assert await floor.name("MNQ1!") == "MNQH7"
    assert floor.contracts.known()["MNQ1!"].name == "MNQH7"


async def test_anew_asks_at_once() -> None:
    floor = Floor()
    await floor.name("MNQ1!")
    floor.suggested = ["MNQH7"]
    found = await floor.contracts.resolve("MNQ1!", MNQ, anew=True)
    assert isinstance(found, ResolvedContract)
    assert found.name == "MNQH7"


async def test_trouble_is_said_and_nothing_old_is_passed_off_as_new() -> None:
    floor = Floor()
    await floor.name("MNQ1!")
    floor.clock.seconds += timedelta(hours=1).total_seconds()
    floor.http.replies["contract/suggest"] = (429, "")
    found = await floor.contracts.resolve("MNQ1!", MNQ)
    assert isinstance(found, Unresolved)
    assert "429" in found.why
    assert floor.contracts.known()["MNQ1!"].name == "MNQZ6"


async def test_a_currency_nobody_knows_is_empty_not_dollars() -> None:
    floor = Floor(currencyId=None)
    found = await floor.contracts.resolve("MNQ1!", None)
    assert isinstance(found, ResolvedContract)
    assert found.currency == ""


async def test_an_order_does_not_wait_for_what_is_looked_up_in_the_background() -> None:
    floor = Floor()
    found = await floor.contracts.resolve("MNQ1!", MNQ, background=True)
    assert isinstance(found, ResolvedContract)
    assert all(asked.background for asked in floor.http.asked)
    before = len(floor.http.asked)
    await floor.contracts.resolve("MNQ1!", MNQ, anew=True)
    assert [asked.background for asked in floor.http.asked[before:]] == [False]
    async with floor.contracts._locks["MNQ1!", True]:  # it waits for its turn
        assert await floor.name("MNQ1!") == "MNQZ6"
