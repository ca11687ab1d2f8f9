"""kill -9 between alert and fill, and flattening while the broker answers half the time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.at_broker import SECRETS, Row, Simulator, Trader, until
from tests.e2e.conftest import Start

ONE, TWO = "demo/ADA1", "demo/ADA2"
EXITS = ("--own-exits", "on", "--stop", "20 ticks", "--target", "40 ticks=100%")
OVER = ("done", "failed", "refused", "parked", "superseded", "needs a person")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator("ada", "--still")
    yield made
    made.end()


@pytest.fixture
def trader(
    tmp_path: Path, start: Start, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Trader:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    made = Trader(tmp_path, start)
    simulator.trade("25000")
    made.log_in(simulator, "demo")
    for account in (ONE, TWO):
        _ = made.told("limits", account, "--repeat-seconds", "0")
    return made


# Between alert and fill


class Moment(NamedTuple):
    """Which alert the kill follows, what goes wrong meanwhile, and what the link held before."""

    action: str
    held: int
    wanted: int
    kind: str = ""
    match: str = ""


MOMENTS = (
    Moment("buy", 0, 1, "slow", "order/placeoso"),  # it arrived, and nobody hears the answer
    Moment("buy", 0, 1),  # at any time
    Moment("buy", 0, 1, "lost-before", "order/placeoso"),  # it never arrived, and nobody knows
    Moment("buy", 1, 2, "slow", "order/modifyorder"),  # added, and the exits half moved
    Moment("close", 1, 0, "slow", "order/cancelorder"),  # half of the exits gone
    Moment("buy", 0, 1, "lost-after", "order/placeoso"),
    Moment("close", 1, 0),
    Moment("close", 1, 0, "slow", "order/placeorder"),
    Moment("buy", 1, 2),
)


@pytest.mark.timeout(600)
def test_a_kill_between_alert_and_fill_never_makes_two_orders(
    trader: Trader, simulator: Simulator, request: pytest.FixtureRequest
) -> None:
    _ = trader.link("orb", ONE, *EXITS)
    chance = random.Random(20261121)
    rounds = request.config.getoption("--kill-rounds")
    for moment in MOMENTS[:rounds]:  # each of them once at most: a round takes seconds
        _round(trader, simulator, moment, chance)


def _round(trader: Trader, simulator: Simulator, moment: Moment, chance: random.Random) -> None:
    """Flat before and after."""
    if moment.held:
        _ = trader.decided(trader.alert("orb", "buy", "25000"), ONE)
    before, decided = len(simulator.orders()), trader.told("decisions")
    _killed(trader, simulator, moment, chance)
    trader.restart()
    trader.up("demo")
    newest = max((row["id"] for row in decided), default=0)
    # What was not decided before the kill is decided as one, whatever signals it came from.
    decision = until(lambda: _over(trader, newest), f"not decided: {moment}", 30)
    markets = [order for order in simulator.orders()[before:] if _kind(order) == "Market"]
    assert len(markets) <= 1, f"sent again: {moment}"
    _is_explained(trader, decision, moment)
    trader.healthy()
    closed = trader.alert("orb", "close", "25000")
    if moment.wanted:
        _ = trader.decided(closed, ONE, *OVER, "nothing")
    until(lambda: not trader.working(ONE) and not trader.net(ONE), f"not flat: {moment}")
    _is_flat(simulator)


def _kind(order: Row) -> str:
    return str(order["versions"][0]["orderType"])


def _over(trader: Trader, newest: int) -> Row | None:
    """What the link decided behind ``newest``, once that is over."""
    rows = [row for row in trader.told("decisions") if row["id"] > newest and row["link"]]
    return rows[0] if rows and rows[0]["verdict"] in OVER else None


def _killed(trader: Trader, simulator: Simulator, moment: Moment, chance: random.Random) -> None:
    """An alert, and in the middle of it the end."""
    struck = len(simulator.struck())
    if moment.kind:
        simulator.fault(moment.kind, moment.match, seconds=5)
    _ = trader.alert("orb", moment.action, "25000")
    if moment.kind:
        until(lambda: len(simulator.struck()) > struck, f"nothing went wrong: {moment}")
    else:
        time.sleep(chance.uniform(0, 0.1))
    trader.process.kill()
    simulator.no_faults()


def _is_explained(trader: Trader, decision: Row, moment: Moment) -> None:
    """The end is as without the crash, or a person reads why not."""
    is_done = decision["verdict"] == "done"
    size = moment.wanted if is_done else moment.held
    exits = {("target", "25010", size), ("stop", "24995", size)} if size else set()
    try:
        until(lambda: trader.working(ONE) == exits, f"not protected: {moment}")
    except AssertionError as error:
        told = [moment, decision, trader.rows("orders", account=ONE), trader.say("doctor")]
        raise AssertionError(told) from error
    assert trader.net(ONE) == size
    assert is_done or decision["reason"] or decision["came"], "in words"


def _is_flat(simulator: Simulator) -> None:
    for account in simulator.read("account/list"):
        assert simulator.net(account["id"]) == 0, account["name"]
    assert [o for o in simulator.orders() if o["ordStatus"] in ("Working", "Suspended")] == []


# Flatten all


@pytest.mark.timeout(120)
def test_flatten_all_ends_flat_after_a_kill_and_while_the_broker_answers_half_the_time(
    trader: Trader, simulator: Simulator
) -> None:
    _ = trader.link("orb", ONE, *EXITS)
    _open_everywhere(trader)
    simulator.fault("lost-before", "order/*", times=3)
    simulator.fault("slow", "order/*", nth=4, times=9, seconds=5)
    _ = trader.ask("execution.flatten.all")
    until(simulator.struck, "it does not begin")
    trader.process.kill()
    simulator.no_faults()
    trader.restart()
    trader.up("demo")
    until(lambda: _has_flattened(trader), "it does not go on", 30)
    _is_flat(simulator)
    assert trader.ask("execution.status")["paused"]

    _ = trader.told("resume")
    _ = trader.alert("orb", "close", "25000")
    _open_everywhere(trader)
    struck = len(simulator.struck())
    chance = random.Random(7)
    for number in range(1, 41):
        if chance.random() < 0.5:
            kind = chance.choice(["500", "lost-before", "lost-after", "408", "empty"])
            simulator.fault(kind, "order/*", nth=number)
    done = trader.say("flatten", "--all", "--yes")
    assert done.code == 0, done + done.wrong
    assert done.count("Flat: nothing is open") == 3, "both accounts, and PAPER"
    _is_flat(simulator)
    assert len(simulator.struck()) > struck, "it went too well"
    simulator.no_faults()
    _ = trader.alert("orb", "close", "25000")
    refused = trader.decided(trader.alert("orb", "buy", "25000"), ONE, "refused", "parked")
    assert "paused" in refused["reason"]


def _has_flattened(trader: Trader) -> bool:
    rows = trader.ask("execution.flattening")["rows"]
    return bool(rows) and all(row["flat"] for row in rows)


def _open_everywhere(trader: Trader) -> None:
    """A link's position, a person's with a resting order, and exits that protect nothing more."""
    _ = trader.decided(trader.alert("orb", "buy", "25000", 2), ONE)
    for order in (
        ("sell", "1", "MES1!"),
        ("sell", "1", "MNQ1!", "--price", "25100"),
        ("buy", "1", "MGC1!", "--target", "5000", "--stop-loss", "3000"),
        ("sell", "1", "MGC1!"),
    ):
        _ = trader.told("order", "place", *order, "--account", TWO)
    until(lambda: len(trader.rows("orders", account=TWO)) == 3, "not all rest")
