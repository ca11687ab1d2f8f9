"""What can be read from the simulated exchange, by whom, and in the published shape."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from justtrades_desktop.simulator.exchange import Malformed, NotThere
from justtrades_desktop.simulator.reading import SECTIONS
from tests.fakes.floor import Floor

_VARIABLE = "JUSTTRADES_TRADOVATE_OPENAPI"


def busy() -> Floor:
    """A floor where nearly every kind of entity has come to be."""
    floor = Floor(max_fill=1)
    floor.ticks(20_000)
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_990, "text": "stop"}
    floor.place("Buy", 2, bracket1=stop, clOrdId="one")
    floor.ticks(20_001, 20_002)
    floor.place("Sell", 2)
    floor.ticks(20_003)
    params = {
        "entryVersion": {"orderQty": 1, "orderType": "Market"},
        "brackets": [{"qty": 1, "profitTarget": 10, "stopLoss": -10, "trailingStop": True}],
    }
    floor.perform(
        "orderstrategy/startorderstrategy",
        accountId=floor.account,
        accountSpec="SIM1",
        symbol="MNQZ6",
        action="Buy",
        orderStrategyTypeId=2,
        params=json.dumps(params),
    )
    return floor


def test_a_sync_is_what_the_lists_say() -> None:
    floor = busy()
    sync = floor.exchange.sync(floor.user)
    assert set(sync) == set(SECTIONS)
    for section in ("orders", "orderVersions", "commands", "fills", "fillPairs", "positions"):
        assert sync[section] == floor.all(SECTIONS[section])
    assert [each["name"] for each in sync["contracts"]] == ["MNQZ6"]
    assert [each["name"] for each in sync["products"]] == ["MNQ"]


def test_events_and_reads_agree_on_every_entity() -> None:
    floor = busy()
    newest = {(each.entity_type, each.entity["id"]): each.entity for each in floor.events}
    for (kind, number), entity in newest.items():
        assert floor.item(kind, number) == entity
    assert all(each.user_ids == (floor.user,) for each in floor.events)


def test_the_events_of_a_fill_come_in_their_usual_order() -> None:
    floor = Floor()
    floor.ticks(20_000)
    floor.place("Buy", 1)
    created = [each.entity_type for each in floor.events if each.event_type == "Created"]
    assert created[:3] == ["order", "command", "orderVersion"]
    assert created.index("commandReport") < created.index("fill") < created.index("position")
    statuses = [each.entity["ordStatus"] for each in floor.events if each.entity_type == "order"]
    assert statuses == ["PendingNew", "Working", "Filled"]


def test_strangers_see_nothing() -> None:
    floor = busy()
    stranger = floor.exchange.add_user("stranger", "x", accounts={})
    assert floor.exchange.read(stranger, "order", "list", {}) == []
    assert floor.exchange.sync(stranger)["positions"] == []
    with pytest.raises(NotThere):
        floor.exchange.read(stranger, "account", "item", {"id": str(floor.account)})
    snapshot = floor.exchange.perform(
        stranger, "cashbalance/getcashbalancesnapshot", {"accountId": floor.account}
    )
    assert snapshot == {"errorText": "Access is denied"}


def test_dependents_are_found_by_their_masters() -> None:
    floor = busy()
    order = floor.all("order")[0]["id"]

    def deps(kind: str, master: int) -> list[Any]:
        found = floor.exchange.read(floor.user, kind, "deps", {"masterid": str(master)})
        assert isinstance(found, list)
        return found

    assert [each["clOrdId"] for each in deps("command", order)] == ["one"]
    assert [each["qty"] for each in deps("fill", order)] == [1, 1]
    assert len(deps("fillPair", floor.all("position")[0]["id"])) == 2
    assert [each["id"] for each in deps("marginSnapshot", floor.account)] == [floor.account]
    both = {"masterids": f"{order},{floor.all('order')[1]['id']}"}
    assert len(floor.exchange.read(floor.user, "orderVersion", "ldeps", both)) > 1


@pytest.mark.parametrize(
    ("entity", "how", "params"),
    [
        ("contract", "list", {}),
        ("order", "find", {"name": "x"}),
        ("order", "item", {"id": "1"}),
        ("nonsense", "list", {}),
        ("contract", "find", {"name": "MNQX6"}),
    ],
)
def test_what_is_not_there_is_not_found(entity: str, how: str, params: dict[str, str]) -> None:
    floor = Floor()
    with pytest.raises(NotThere):
        floor.exchange.read(floor.user, entity, how, params)


def test_parameters_must_be_numbers() -> None:
    floor = Floor()
    with pytest.raises(Malformed):
        floor.exchange.read(floor.user, "order", "item", {"id": "x"})
    with pytest.raises(Malformed):
        floor.exchange.read(floor.user, "order", "items", {})


def test_products_are_those_of_the_packaged_table() -> None:
    floor = Floor()
    products = {each["name"]: each for each in floor.all("product")}
    assert (products["MNQ"]["tickSize"], products["MNQ"]["valuePerPoint"]) == (0.25, 2)
    assert (products["ZN"]["tickSize"], products["ZN"]["priceFormatType"]) == (
        0.015625,
        "Fractional",
    )
    assert products["MNQ"]["priceFormat"] == -2
    assert products["ZS"]["months"] == "FHKNQUX"


def test_a_contract_rolls_to_its_neighbours() -> None:
    floor = Floor()

    def rolled(name: str, *, forward: bool) -> str:
        answer = floor.perform("contract/rollcontract", name=name, forward=forward)
        return str(answer["contract"]["name"] if "contract" in answer else answer["errorText"])

    assert rolled("MNQZ6", forward=True) == "MNQH7"
    assert rolled("MNQH7", forward=False) == "MNQZ6"
    assert rolled("MNQZ6", forward=False) == "there is no contract before MNQZ6"
    stay = floor.perform("contract/rollcontract", name="MNQZ6", forward=True, ifExpired=True)
    assert stay["contract"]["name"] == "MNQZ6"


def test_a_quote_gathers_the_day() -> None:
    floor = Floor(spread_ticks=1)
    assert floor.exchange.quote(floor.contract) is None
    seen: list[int] = []
    stop = floor.exchange.watch(seen.append)
    floor.ticks(20_000, 20_010.1, 19_990)
    stop()
    floor.exchange.tick("MNQZ6", "20000", 5)
    quote = floor.exchange.quote(floor.contract)
    assert quote is not None
    entries = {name: tuple(each.values()) for name, each in quote["entries"].items()}
    assert entries["Trade"] == (20_000, 5)
    assert (entries["Bid"][0], entries["Offer"][0]) == (20_000, 20_000.25)
    assert entries["TotalTradeVolume"] == (8,)
    assert (entries["HighPrice"], entries["LowPrice"]) == ((20_010,), (19_990,))
    assert seen == [floor.contract] * 3
    book = floor.exchange.dom(floor.contract)
    assert book is not None
    assert [each["price"] for each in book["bids"][:2]] == [20_000, 19_999.75]


def test_every_entity_has_the_published_shape() -> None:
    schemas = published()
    floor = busy()
    floor.wait(hours=9)
    sync = floor.exchange.sync(floor.user)
    found = [(kind, each) for section, kind in SECTIONS.items() for each in sync[section]]
    found += [(each.entity_type, each.entity) for each in floor.events]
    for kind, entity in found:
        schema = schemas["schemas"][kind[0].upper() + kind[1:]]
        OAS30Validator({**schema, "components": schemas}).validate(entity)
        assert not set(entity) - set(schema["properties"]), kind
    assert {"fillFee", "cashBalanceLog", "orderStrategyLink"} <= {kind for kind, _ in found}


def published() -> dict[str, Any]:
    """The schemas of the published description, where this machine has it."""
    beside = Path(__file__).parents[4] / "shared" / "tradovate_openapi.json"
    path = Path(os.environ.get(_VARIABLE, beside))
    if not path.exists():
        pytest.skip(f"no published description at {path}; {_VARIABLE} names it")
    description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    components: dict[str, Any] = description["components"]
    return components
