"""PAPER inside a running program: the same client over real sockets, at the program's prices."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.broker_commands import addresses_at
from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.app.instance import read_card
from justtrades_desktop.app.paper_prices import PaperPrices
from justtrades_desktop.app.post import send_alert
from justtrades_desktop.app.remote import ask
from justtrades_desktop.app.serving import Config, Serving, serving
from justtrades_desktop.broker.answers import NotHandled
from justtrades_desktop.domain.broker import (
    AuditedCall,
    Credentials,
    Environment,
    Light,
    NewConnection,
    ResolvedContract,
)
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import LinkMode, LinkSettings, Target
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import Fault, FaultKind
from justtrades_desktop.trading.bus import Bus
from tests.fakes.alerts import START


async def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def program(folder: Path) -> AsyncIterator[tuple[Serving, Brokers]]:
    async with serving(Config(data_dir=folder, port=0)) as running:
        assert running.brokers is not None
        brokers = await running.brokers.get()
        await until(lambda: brokers.states()[0].accounts)
        yield running, brokers


async def do(folder: Path, verb: str, **arguments: Any) -> dict[str, Any]:
    """As the command line asks."""
    card = read_card(folder)
    assert card is not None
    return await asyncio.to_thread(ask, card, f"broker.{verb}", arguments, seconds=30)


async def net(folder: Path) -> int:
    rows = (await do(folder, "positions"))["rows"]
    return sum(row["net"] for row in rows)


async def test_a_market_order_a_bracket_a_change_a_cancel_and_a_liquidation(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as (running, brokers):
        desk = running.desk
        desk.tick("MNQ1!", Decimal(25600))
        await asyncio.sleep(0.4)
        told = await do(tmp_path, "place", action="buy", quantity=2, symbol="MNQ1!")
        assert told["status"] == "Filled"
        assert told["filled"] == 2
        assert Decimal(told["average_price"]) == 25600
        bracket = await do(
            tmp_path, "place", action="buy", quantity=1, symbol="MNQ1!", price="25590",
            target="25650", stop_loss="25580",
        )  # fmt: skip
        assert len(bracket["brackets"]) == 2
        changed = await do(tmp_path, "modify", id=bracket["order"], price="25585")
        assert changed["status"] == "Working"
        await until(lambda: _price(brokers, bracket["order"]) == Decimal(25585))
        desk.tick("MNQ1!", Decimal(25588))  # would have filled the first price
        await asyncio.sleep(0.2)
        assert await net(tmp_path) == 2
        cancelled = await do(tmp_path, "cancel", id=bracket["order"])
        assert cancelled["status"] == "Canceled"
        flat = await do(tmp_path, "flatten", symbol="MNQ1!")
        assert flat["status"] == "Filled"
        await until(lambda: not brokers.states()[0].positions)
        assert (await do(tmp_path, "orders"))["rows"] == []
        (account,) = brokers.states()[0].accounts
        assert account.realized_pnl == -48  # 2 x 12 points x 2.00
        assert desk.open_positions() == []  # what the broker did is no signal


def _price(brokers: Brokers, order_id: int) -> Decimal | None:
    return next((o.price for o in brokers.states()[0].working if o.id == order_id), None)


async def test_what_paper_holds_outlives_the_program(tmp_path: Path) -> None:
    async with program(tmp_path) as (running, brokers):
        running.desk.tick("MES1!", Decimal(7000))
        await asyncio.sleep(0.4)
        _ = await do(tmp_path, "place", action="sell", quantity=3, symbol="MES1!")
        await until(lambda: brokers.states()[0].positions)
    async with program(tmp_path) as (_, brokers):
        await until(lambda: brokers.states()[0].positions)
        assert await net(tmp_path) == -3


async def test_a_paper_file_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "paper.json").write_text("{}")
    async with program(tmp_path) as (_, brokers):
        assert brokers.states()[0].accounts[0].cash == 50_000
    assert (tmp_path / "paper.unreadable").read_text() == "{}"


async def test_disconnecting_closes_the_sockets_and_connecting_brings_them_back(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as (_, brokers):
        _ = await do(tmp_path, "disconnect", name="PAPER")
        assert brokers.states()[0].orders.light is Light.OFF
        with pytest.raises(UserError, match="PAPER is disconnected"):
            _ = await do(tmp_path, "place", action="buy", quantity=1, symbol="MNQ1!")
        _ = await do(tmp_path, "connect", name="PAPER")
        await until(lambda: brokers.states()[0].orders.light is Light.UP)


async def test_an_order_that_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    async with program(tmp_path) as (running, _):
        running.desk.tick("MNQ1!", Decimal(25600))
        await asyncio.sleep(0.4)
        with pytest.raises(UserError, match="No contract for HELLO"):
            _ = await do(tmp_path, "place", action="buy", quantity=1, symbol="HELLO")
        with pytest.raises(UserError, match="needs a price"):
            _ = await do(tmp_path, "place", action="buy", quantity=1, symbol="MNQ1!", kind="limit")
        with pytest.raises(UserError, match="between two ticks"):
            _ = await do(
                tmp_path, "place", action="buy", quantity=1, symbol="MNQ1!", price="25590.10"
            )
        with pytest.raises(UserError, match="no working order"):
            _ = await do(tmp_path, "cancel", id=12345)


async def test_a_live_connection_takes_no_order_by_hand(tmp_path: Path) -> None:
    async with program(tmp_path) as (running, brokers):
        running.desk.tick("MNQ1!", Decimal(25600))
        await brokers.unlock("correct horse battery")
        paper = brokers._links["PAPER"].new
        live = NewConnection(
            name="mine",
            environment=Environment.LIVE,
            credentials=Credentials(user="PAPER", password=paper.credentials.password),
            addresses=paper.addresses,
        )
        assert await brokers.test(live) == ["PAPER"]
        await brokers.add(live)
        await until(lambda: brokers.states()[1].accounts)
        order = {"action": "buy", "quantity": 1, "symbol": "MNQ1!", "account": "mine/PAPER"}
        with pytest.raises(UserError, match="mine/PAPER is LIVE"):
            _ = await do(tmp_path, "place", **order)
        with pytest.raises(UserError, match="already"):
            await brokers.add(live)
        assert paper.credentials.password not in (tmp_path / "vault.json").read_text()
        await brokers.remove("mine")
        assert [state.name for state in brokers.states()] == ["PAPER"]
    assert json.loads((tmp_path / "vault.json").read_text())


async def test_a_stop_between_two_rounds_of_prices_is_not_missed() -> None:
    exchange = Exchange(seed=0, clock=lambda: START, settings=ExchangeSettings())
    user = exchange.add_user("u", "p", accounts={"A": Decimal(50_000)})
    prices = PaperPrices(exchange)
    _ = exchange.subscribe(prices.hear)
    bus = Bus()
    _ = prices.follow(bus)
    bus.publish(PriceTicked("MNQ1!", Decimal(25600), START))
    for _ in range(5):
        prices.bring()
    account = exchange.sync(user)["accounts"][0]["id"]
    order = {"accountId": account, "accountSpec": "A", "symbol": "MNQZ6", "orderQty": 1}
    exchange.perform(user, "order/placeorder", order | {"action": "Buy", "orderType": "Market"})
    exchange.perform(
        user,
        "order/placeorder",
        order | {"action": "Sell", "orderType": "Stop", "stopPrice": 25590},
    )
    for price in (25605, 25601, 25589, 25610, 25612, 25611):
        bus.publish(PriceTicked("MNQ1!", Decimal(price), START))
    prices.bring()
    assert [p["netPos"] for p in exchange.sync(user)["positions"]] == [0]


@pytest.mark.parametrize("text", ["", "ftp://x", "127.0.0.1:9000", "http://"])
def test_what_is_no_server_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UserError, match="no address"):
        _ = addresses_at(text)


async def test_two_connections_with_the_same_numbers_are_told_apart(tmp_path: Path) -> None:
    async with program(tmp_path) as (running, brokers):
        running.desk.tick("MNQ1!", Decimal(25600))
        await brokers.unlock("correct horse battery")
        paper = brokers._links["PAPER"].new
        twin = replace(paper, name="twin", environment=Environment.DEMO)
        await brokers.add(twin)
        await until(lambda: brokers.states()[1].accounts)
        order = {"action": "buy", "quantity": 1, "symbol": "MNQ1!"}
        with pytest.raises(UserError, match="Which account"):
            _ = await do(tmp_path, "place", **order)
        done = await do(tmp_path, "place", **order, price="25000", account="twin/PAPER")
        await until(lambda: brokers.states()[0].working)
        with pytest.raises(UserError, match="is on PAPER, twin"):
            _ = await do(tmp_path, "cancel", id=done["order"])
        with pytest.raises(UserError, match="What shall be changed"):
            _ = await do(tmp_path, "modify", id=done["order"], connection="twin")
        _ = await do(tmp_path, "cancel", id=done["order"], connection="twin")


async def test_a_test_of_a_login_that_lives_makes_no_second_one(tmp_path: Path) -> None:
    async with program(tmp_path) as (_, brokers):
        await brokers.unlock("correct horse battery")
        paper = brokers._links["PAPER"].new
        new = replace(paper, name="mine", environment=Environment.DEMO)
        before = len(paper_sessions(brokers))
        assert await brokers.test(new) == ["PAPER"]
        assert await brokers.test(new) == ["PAPER"]
        await brokers.add(new)
        await until(lambda: brokers.states()[1].accounts)
        assert len(paper_sessions(brokers)) == before


def paper_sessions(brokers: Brokers) -> list[object]:
    return [*brokers._paper._server.sessions._sessions]


async def test_tradovate_s_own_addresses_are_never_called_a_demo(tmp_path: Path) -> None:
    async with program(tmp_path) as (_, brokers):
        await brokers.unlock("correct horse battery")
        live = NewConnection(
            name="sly",
            environment=Environment.DEMO,
            credentials=Credentials(user="x", password="y"),
            addresses=addresses_at("https://live.tradovateapi.com"),
        )
        with pytest.raises(UserError, match="own address"):
            _ = await brokers.test(live)
        with pytest.raises(UserError, match="own address"):
            await brokers.add(live)
    with pytest.raises(UserError, match="in the open"):
        _ = addresses_at("http://broker.example.com")


async def test_disconnecting_and_connecting_at_once_leaves_one_link_or_none(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as (_, brokers):
        for _ in range(3):
            await asyncio.gather(brokers.disconnect("PAPER"), brokers.connect("PAPER"))
            link = brokers._links["PAPER"]
            assert (link.http is None) == (link.connection is None)
        await until(lambda: brokers.states()[0].orders.light is Light.UP)


async def test_the_contract_that_is_held_is_closed_and_no_other(tmp_path: Path) -> None:
    async with program(tmp_path) as (running, brokers):
        desk = running.desk
        desk.tick("MNQH7", Decimal(25700))
        desk.tick("MNQ1!", Decimal(25600))
        await asyncio.sleep(0.6)
        _ = await do(tmp_path, "place", action="buy", quantity=1, symbol="MNQH7")
        await until(lambda: brokers.states()[0].positions)
        _ = await do(tmp_path, "flatten", symbol="MNQ1!")
        await until(lambda: not brokers.states()[0].positions)


async def test_b1_connections_of_one_program_share_the_count_and_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[AuditedCall] = []
    async with program(tmp_path) as (_, brokers):
        await brokers.unlock("correct horse battery")
        monkeypatch.setattr(brokers._audit, "record", calls.append)
        paper = brokers._links["PAPER"].new
        await brokers.add(replace(paper, name="twin", environment=Environment.DEMO))
        server = brokers._paper._server

        def up() -> bool:
            states = brokers.states()
            return all(s.orders.light is s.market.light is Light.UP for s in states)

        await until(up)
        calls.clear()
        slow = Fault(kind=FaultKind.SLOW, match="user/syncrequest", seconds=1.5, times=2)
        server.add_fault(slow)
        server.add_fault(Fault(kind=FaultKind.CUT))
        await until(lambda: not up())
        await until(up)
        line = ("WS authorize", "WS user/syncrequest")
        steps = sorted((call for call in calls if call.operation in line), key=lambda c: c.at)
        assert len(steps) == 2 * 3
        for earlier, later in pairwise(steps):
            assert later.seconds is not None
            began = later.at - timedelta(seconds=later.seconds)
            assert began >= earlier.at, "two connections knocked at once"

        first, second = brokers.connections
        server.add_fault(Fault(kind=FaultKind.LIMIT, match="account/list"))
        assert isinstance(await first.reads.accounts(), NotHandled)
        asked = server.faults.calls
        assert isinstance(await second.reads.accounts(), NotHandled)
        assert server.faults.calls == asked, "one user's lockout is that of all its connections"


async def test_exits_stand_from_the_price_that_the_entry_meets(tmp_path: Path) -> None:
    """A price gathers for a quarter of a second before PAPER's own quotes tell it."""
    settings = LinkSettings(
        own_exits=True,
        stop=level("40 ticks"),
        targets=(Target(level("20 ticks"), Decimal(100)),),
    )
    async with program(tmp_path) as (running, brokers):
        assert running.brokers is not None
        door = await running.brokers.executions()
        await until(lambda: door.state().ready and door.state().accounts)
        recorder = await running.desk.add_recorder("Trend", symbol="MNQ1!")  # so PAPER tells of it
        paper = door.state().accounts[0].key
        _ = await door.add_link(recorder.id, paper, settings, mode=LinkMode.ARMED)
        connection = brokers.connection("PAPER")
        contract = await connection.resolve("MNQ1!")
        assert isinstance(contract, ResolvedContract)
        running.desk.tick("MNQ1!", Decimal(25580))
        await until(lambda: connection.price_of(contract.contract_id) == 25580)
        alert = {"action": "buy", "ticker": "MNQ1!", "contracts": 2, "price": "25593"}
        _ = await send_alert(f"{running.url}/webhook/{recorder.token}", json.dumps(alert))
        await until(lambda: door.state().executions)
        await until(lambda: brokers.states()[0].working)
        resting = {each.price or each.stop_price for each in brokers.states()[0].working}
        assert resting == {Decimal(25598), Decimal(25583)}
