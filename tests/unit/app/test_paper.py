"""The paper account: which prices its orders meet, and that its file is always whole and new."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.app.paper import NAME, Paper
from justtrades_desktop.app.paper_file import PaperFile
from justtrades_desktop.app.paper_prices import PaperPrices
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.trading.bus import Bus
from tests.fakes.alerts import START


class Market:
    """One account at an exchange that hears the program's prices."""

    def __init__(self, at: datetime = START, **settings: Any) -> None:
        self.at = at
        self.bus = Bus()
        self.exchange = Exchange(
            seed=0, clock=lambda: self.at, settings=ExchangeSettings(**settings)
        )
        self.user = self.exchange.add_user(NAME, "p", accounts={NAME: Decimal(50_000)})
        self.prices = PaperPrices(self.exchange)
        _ = self.exchange.subscribe(self.prices.hear)
        _ = self.prices.follow(self.bus)

    def ticks(self, *prices: int, symbol: str = "MNQ1!") -> None:
        for price in prices:
            self.bus.publish(PriceTicked(symbol, Decimal(price), self.at))

    def quiet(self) -> None:
        """So many rounds that prices of what nobody trades are brought, too."""
        for _ in range(5):
            self.prices.bring()

    def place(self, action: str, kind: str, **terms: Any) -> int:
        return place(self.exchange, self.user, action, kind, **terms)

    def status(self, order_id: int) -> str:
        order = self.exchange.read(self.user, "order", "item", {"id": str(order_id)})
        assert isinstance(order, dict)
        return str(order["ordStatus"])

    def rows(self, section: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.exchange.sync(self.user)[section]
        return rows


def place(exchange: Exchange, user: int, action: str, kind: str, **terms: Any) -> int:
    body = {
        "accountId": exchange.sync(user)["accounts"][0]["id"],
        "accountSpec": NAME,
        "symbol": "MNQZ6",
        "orderQty": 1,
        "action": action,
        "orderType": kind,
        **terms,
    }
    told = exchange.perform(user, "order/placeorder", body)
    assert isinstance(told, dict)
    return int(told["orderId"])


# Prices


def test_a_limit_does_not_fill_at_a_price_from_before_it_was_placed() -> None:
    market = Market()
    market.ticks(21_000)
    market.quiet()
    market.ticks(20_900, 21_000)
    order = market.place("Buy", "Limit", price=20_950)
    market.quiet()
    assert market.status(order) == "Working"
    market.ticks(20_940, 21_000)
    market.prices.bring()
    assert market.status(order) == "Filled"


def test_a_changed_limit_does_not_fill_at_a_price_from_before_the_change() -> None:
    market = Market()
    market.ticks(21_000)
    market.quiet()
    order = market.place("Buy", "Limit", price=20_500)
    market.ticks(20_900, 21_000)
    change = {"orderId": order, "orderQty": 1, "orderType": "Limit", "price": 20_950}
    market.exchange.perform(market.user, "order/modifyorder", change)
    market.prices.bring()
    assert market.status(order) == "Working"


def test_a_stop_that_was_reached_before_the_next_order_is_not_missed() -> None:
    market = Market()
    market.ticks(21_000)
    market.quiet()
    stop = market.place("Sell", "Stop", stopPrice=20_950)
    market.ticks(20_900, 21_000)
    market.place("Buy", "Limit", price=20_920)
    market.prices.bring()
    assert market.status(stop) == "Filled"


def test_a_market_order_fills_at_the_latest_price_of_a_quiet_contract() -> None:
    market = Market()
    market.ticks(21_000)
    market.quiet()
    market.ticks(21_100)
    market.place("Buy", "Market")
    assert market.rows("fills")[0]["price"] == 21_100


def test_a_trailing_stop_follows_a_peak_between_two_rounds() -> None:
    market = Market()
    market.ticks(21_000)
    market.quiet()
    stop = market.place("Sell", "TrailingStop", stopPrice=20_900, pegDifference=-100)
    market.ticks(21_000, 21_200, 21_110)
    market.prices.bring()
    market.ticks(21_100)
    market.prices.bring()
    assert market.status(stop) == "Filled"


def test_prices_reach_the_new_front_month_after_a_roll() -> None:
    market = Market(at=datetime(2026, 12, 15, 15, tzinfo=UTC))
    market.ticks(21_000)
    market.quiet()
    market.at += timedelta(days=8)
    market.ticks(21_100)
    market.quiet()
    quote = market.exchange.quote(market.exchange.contract_id("MNQH7"))
    assert quote is not None
    assert quote["entries"]["Trade"]["price"] == 21_100


async def test_the_loop_has_its_turn_between_the_prices_of_many_contracts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    market = Market()
    turns = 0
    at_turn: list[int] = []

    def slow(*_: object, **__: object) -> None:
        at_turn.append(turns)
        time.sleep(0.003)

    monkeypatch.setattr(market.exchange, "tick", slow)
    running = asyncio.create_task(market.prices.run())
    while len(at_turn) < 4:
        for symbol in ("MNQ1!", "MES1!", "GC1!", "CL1!"):
            market.ticks(100, symbol=symbol)
        await asyncio.sleep(0)
        turns += 1
    running.cancel()
    assert len(set(at_turn[:4])) == 4


def test_finished_orders_are_bounded_and_nothing_that_is_needed_goes() -> None:
    market = Market(keep_finished=20)
    market.ticks(21_000)
    market.quiet()
    waiting = market.place("Buy", "Limit", price=20_000)
    market.place("Buy", "Market")
    for _ in range(50):
        market.place("Buy", "Market")
        market.place("Sell", "Market")
    last = max(row["id"] for row in market.rows("orders"))
    market.exchange.advance()
    ids = {row["id"] for row in market.rows("orders")}
    assert len(ids) <= 20 + 5 + 2
    assert {waiting, last} <= ids
    assert sum(row["netPos"] for row in market.rows("positions")) == 1
    again = Exchange.restore(
        market.exchange.state(), clock=lambda: market.at, settings=ExchangeSettings()
    )
    assert again.sync(market.user) == market.exchange.sync(market.user)
    place(again, market.user, "Sell", "Market")
    assert [row["netPos"] for row in again.sync(market.user)["positions"]] == [0]


# The file


def test_an_older_state_never_replaces_a_newer_one(tmp_path: Path) -> None:
    file = PaperFile(tmp_path / "paper.json")
    older, newer = file.writing(lambda: "older"), file.writing(lambda: "newer")
    assert newer()
    assert older()
    assert file.read() == "newer"


def test_quitting_while_a_thread_still_writes_leaves_the_newer_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = PaperFile(tmp_path / "paper.json")
    writing, goes_on = threading.Event(), threading.Event()
    fsync = os.fsync

    def slow(handle: int) -> None:
        if not writing.is_set():
            writing.set()
            assert goes_on.wait(10)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", slow)
    first = threading.Thread(target=file.writing(lambda: ["older"] * 1000))
    first.start()
    assert writing.wait(10)
    last = threading.Thread(target=file.writing(lambda: ["newer"]))
    last.start()
    last.join(0.2)  # time enough to be first, if it could
    goes_on.set()
    first.join(10)
    last.join(10)
    assert file.read() == ["newer"]
    assert [path.name for path in tmp_path.iterdir()] == ["paper.json"]


def test_what_a_killed_program_left_unfinished_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / ".paper.json.x.unfinished").write_text("half")
    assert PaperFile(tmp_path / "paper.json").read() is None
    assert list(tmp_path.iterdir()) == []


_NO_WORLD = {"format": 1, "dice": [3, [], None], "world": {"$is": "World"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null-",
        "[" * 100_000,
        '{"password": "x", "exchange": []}',
        '{"password": "x", "exchange": null}',
        json.dumps({"password": "x", "exchange": _NO_WORLD}),
    ],
    ids=["empty", "list", "no json", "deep", "no exchange", "null", "no world"],
)
def test_a_damaged_file_is_set_aside_and_the_account_begins_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "paper.json").write_text(text)
    paper = Paper(tmp_path, Bus(), clock=lambda: START)
    assert list(paper._exchange.users.values()) == [NAME]
    assert (tmp_path / "paper.unreadable").read_text() == text


@pytest.mark.parametrize("broken", ["entities", "money"])
def test_a_world_with_holes_is_set_aside(tmp_path: Path, broken: str) -> None:
    paper = Paper(tmp_path, Bus(), clock=lambda: START)
    exchange = paper._exchange.state()
    if broken == "money":
        for _, balance in exchange["world"]["entities"]["cashBalance"]["$by"]:
            balance["amount"] = "much"
    else:
        exchange["world"]["entities"] = [1]
    state = {"password": paper._password, "exchange": exchange}
    (tmp_path / "paper.json").write_text(json.dumps(state))
    again = Paper(tmp_path, Bus(), clock=lambda: START)
    assert list(again._exchange.users.values()) == [NAME]
    assert (tmp_path / "paper.unreadable").exists()


def _newer_file(state: dict[str, Any]) -> None:
    state["format"] = 2


def _newer_exchange(state: dict[str, Any]) -> None:
    state["exchange"]["format"] = 2


def _newer_world(state: dict[str, Any]) -> None:
    state["exchange"]["world"]["weather"] = "fair"


def _newer_class(state: dict[str, Any]) -> None:
    state["exchange"]["world"]["marks"] = {"$by": [[1, {"$is": "Moon"}]]}


@pytest.mark.parametrize("change", [_newer_file, _newer_exchange, _newer_world, _newer_class])
async def test_the_account_of_a_newer_version_is_refused_and_not_touched(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    first = Paper(tmp_path, Bus(), clock=lambda: START)
    state = {"password": first._password, "exchange": first._exchange.state()}
    change(state)
    text = json.dumps(state)
    (tmp_path / "paper.json").write_text(text)
    paper = Paper(tmp_path, Bus(), clock=lambda: START)
    with pytest.raises(UserError) as told:
        await paper.start()
    assert told.value.title == (
        f"The paper account {tmp_path / 'paper.json'} was written by a newer version of JustTrades"
    )
    await paper.stop()
    assert os.listdir(tmp_path) == ["paper.json"]
    assert (tmp_path / "paper.json").read_text() == text


async def test_an_account_of_the_first_version_goes_on(tmp_path: Path) -> None:
    """It wrote no format."""
    paper = Paper(tmp_path, Bus(), clock=lambda: START)
    (user,) = paper._exchange.users
    paper._exchange.tick("MNQZ6", 21_000)
    place(paper._exchange, user, "Buy", "Market")
    await paper.stop()
    state = json.loads((tmp_path / "paper.json").read_text())
    assert state.pop("format") == 1
    (tmp_path / "paper.json").write_text(json.dumps(state))
    again = Paper(tmp_path, Bus(), clock=lambda: START)
    assert [row["netPos"] for row in again._exchange.sync(user)["positions"]] == [1]


async def test_a_fill_is_on_disk_in_a_moment(tmp_path: Path) -> None:
    paper = Paper(tmp_path, Bus(), clock=lambda: START)
    running = asyncio.create_task(paper.run())
    (user,) = paper._exchange.users
    paper._exchange.tick("MNQZ6", 21_000)
    place(paper._exchange, user, "Buy", "Market")
    ends = time.monotonic() + 3
    while not (tmp_path / "paper.json").exists():
        assert time.monotonic() < ends
        await asyncio.sleep(0.02)
    running.cancel()
    kept = Paper(tmp_path, Bus(), clock=lambda: START)  # the first one has never been stopped
    assert [row["netPos"] for row in kept._exchange.sync(user)["positions"]] == [1]
