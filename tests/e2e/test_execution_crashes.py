"""kill -9 between alert and fill, and flattening while the broker answers half the time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.at_broker import SECRETS, Row, Simulator, Trader, until
from tests.e2e.conftest import Process, Start

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


@pytest.mark.timeout(600)
def test_a_kill_between_alert_and_fill_never_makes_two_orders(
    trader: Trader, simulator: Simulator, request: pytest.FixtureRequest
) -> None:
    _ = trader.link("orb", ONE, *EXITS)
    chance = random.Random(20261121)
    for number in range(request.config.getoption("--kill-rounds")):
        moment = MOMENTS[number % len(MOMENTS)]
        print(moment)
        before = len(simulator.orders())
        signal = _killed(trader, simulator, moment, chance)
        trader.restart()
        trader.up("demo")
        decision = until(lambda: _over(trader, signal), f"never over: {moment}", 40)
        made = simulator.orders()[before:]
        entries = [order for order in made if order["versions"][0]["orderType"] == "Market"]
        assert len(entries) <= 1, "sent again"
        _is_explained(trader, decision, len(entries))
        trader.healthy()
        closed = trader.alert("orb", "close", "25000")
        _ = trader.decided(closed, ONE, *OVER, "nothing")
        until(lambda: not trader.working(ONE) and not trader.net(ONE), "not flat")
        _is_flat(simulator)


MOMENTS: tuple[tuple[str, bool], ...] = (
    ("slow", True),  # it arrived, and nobody hears the answer
    ("", False),  # at any time
    ("lost-before", False),  # it never arrived, and nobody knows
    ("lost-after", True),
    ("", False),
)
"""What goes wrong while the entry is sent, and whether that is there when the kill comes."""


def _killed(
    trader: Trader, simulator: Simulator, moment: tuple[str, bool], chance: random.Random
) -> int:
    """The signal in whose middle the program was killed."""
    kind, arrives = moment
    if kind:
        simulator.fault(kind, "order/placeoso", **({"seconds": 5} if kind == "slow" else {}))
    before = len(simulator.orders())
    signal = trader.alert("orb", "buy", "25000")
    if arrives:
        until(lambda: len(simulator.orders()) > before, "it never came")
    elif kind:
        until(simulator.struck, "nothing struck")
    else:
        time.sleep(chance.uniform(0, 0.1))
    trader.process.kill()
    simulator.no_faults()
    return signal


def _over(trader: Trader, signal: int) -> Row | None:
    rows: list[Row] = trader.told("decisions", "--signal", str(signal))
    return next((row for row in rows if row["verdict"] in OVER), None)


def _is_explained(trader: Trader, decision: Row, entries: int) -> None:
    """The end is as without the crash, or a person reads why not."""
    if entries:
        exits = {("target", "25010", 1), ("stop", "24995", 1)}
        try:
            _ = until(lambda: trader.working(ONE) == exits, "unprotected")
        except AssertionError as error:
            told = [trader.rows("orders", account=ONE), decision, trader.say("doctor")]
            raise AssertionError(told) from error
        assert trader.net(ONE) == 1
        assert decision["verdict"] == "done", decision
    else:
        assert (trader.net(ONE), trader.working(ONE)) == (0, set())
        assert decision["verdict"] != "done", decision
        assert decision["reason"] or decision["came"], "in words"


def _is_flat(simulator: Simulator) -> None:
    for account in simulator.read("account/list"):
        assert simulator.net(account["id"]) == 0, account["name"]
    assert [o for o in simulator.orders() if o["ordStatus"] in ("Working", "Suspended")] == []


# Flatten all


@pytest.mark.timeout(120)
def test_flatten_all_ends_flat_while_the_broker_answers_half_the_time(
    trader: Trader, simulator: Simulator
) -> None:
    _open_everywhere(trader)
    chance = random.Random(7)
    for number in range(1, 41):
        if chance.random() < 0.5:
            kind = chance.choice(["500", "lost-before", "lost-after", "408", "empty"])
            simulator.fault(kind, "order/*", nth=number)
    done = trader.say("flatten", "--all", "--yes")
    assert done.code == 0, done + done.wrong
    assert done.count("Flat: nothing is open") == 3, "both accounts, and PAPER"
    _is_flat(simulator)
    assert simulator.struck(), "it went too well"
    simulator.no_faults()
    _ = trader.alert("orb", "close", "25000")
    signal = trader.alert("orb", "buy", "25000")
    assert "paused" in trader.decided(signal, ONE, "refused", "parked")["reason"]


@pytest.mark.timeout(120)
def test_flattening_goes_on_after_a_kill_half_way(trader: Trader, simulator: Simulator) -> None:
    _open_everywhere(trader)
    simulator.fault("lost-before", "order/*", nth=1, times=3)
    simulator.fault("slow", "order/*", nth=4, times=9, seconds=5)
    _ = trader.ask("execution.flatten.all")
    until(simulator.struck, "it does not begin")
    trader.process.kill()
    simulator.no_faults()
    trader.restart()

    def is_over() -> bool:
        rows = trader.ask("execution.flattening")["rows"]
        return bool(rows) and all(row["flat"] for row in rows)

    until(lambda: trader.up("demo") or is_over(), "it does not go on", 30)
    _is_flat(simulator)
    assert trader.ask("execution.status")["paused"]


def _open_everywhere(trader: Trader) -> None:
    """A link's position, a person's with a resting order, and exits that protect nothing more."""
    _ = trader.link("orb", ONE, *EXITS)
    _ = trader.decided(trader.alert("orb", "buy", "25000", 2), ONE)
    for order in (
        ("sell", "1", "MES1!"),
        ("sell", "1", "MNQ1!", "--price", "25100"),
        ("buy", "1", "MGC1!", "--target", "5000", "--stop-loss", "3000"),
        ("sell", "1", "MGC1!"),
    ):
        _ = trader.told("order", "place", *order, "--account", TWO)
    until(lambda: len(trader.rows("orders", account=TWO)) == 3, "not all rest")
