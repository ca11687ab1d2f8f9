"""Signals become orders at a simulated broker: real processes, and the broker's own record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.at_broker import SECRETS, Simulator, Trader, until
from tests.e2e.conftest import Process

ONE, TWO = "demo/ADA1", "demo/ADA2"
EXITS = ("--own-exits", "on", "--stop", "20 ticks", "--target", "40 ticks=100%")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    made = Simulator("ada", "--still")
    yield made
    made.end()


@pytest.fixture(scope="module")
def trader(tmp_path_factory: pytest.TempPathFactory, simulator: Simulator) -> Iterator[Trader]:
    folder = tmp_path_factory.mktemp("trader")
    with pytest.MonkeyPatch.context() as patch:
        for name, secret in SECRETS.items():
            patch.setenv(name, secret)
        made = Trader(folder, lambda: Process(folder, "serve"))
        made.log_in(simulator, "demo")
        yield made
        made.process.stop()


def test_a_long_is_entered_protected_and_leaves_at_its_target(
    trader: Trader, simulator: Simulator
) -> None:
    _there_and_back(trader, simulator, way=1)


def _there_and_back(trader: Trader, simulator: Simulator, *, way: int) -> None:
    action, name = ("buy", "long") if way > 0 else ("sell", "short")
    target, stop = ("25010", "24995") if way > 0 else ("24990", "25005")
    trader.link(name, ONE, *EXITS)
    simulator.trade("25000")
    before = len(simulator.orders())

    signal = trader.alert(name, action, "25000", 2)
    decision = trader.decided(signal, ONE)
    assert (decision["before"], decision["wanted"]) == (0, 2 * way)
    until(lambda: trader.working(ONE) == {("target", target, 2), ("stop", stop, 2)}, "no exits")
    assert trader.net(ONE) == 2 * way
    assert trader.is_healthy()

    simulator.trade(target)
    until(lambda: trader.net(ONE) == 0, "the target does not fill")
    until(lambda: not trader.working(ONE), "the stop is left")
    fills = [row for row in trader.rows("executions", account=ONE) if row["signal"] == signal]
    assert [(row["purpose"], row["quantity"], row["price"]) for row in fills] == [
        ("target", 2, target),
        ("entry", 2, "25000"),
    ]
    assert len(simulator.orders()) == before + 3
    assert trader.is_healthy()
