"""The simulated exchange repeats itself exactly, and survives being saved."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from tests.fakes.floor import Floor

CHANCES: dict[str, Any] = {
    "partial_chance": 0.5,
    "slippage_ticks": 3,
    "slippage_varies": True,
    "command_seconds": 2.0,
}


def play(floor: Floor, dice: Random, rounds: int) -> None:
    """The same orders, ticks and pauses for the same dice."""
    for _ in range(rounds):
        floor.at += floor.at.resolution * dice.randint(0, 2_000_000)
        floor.ticks(20_000 + dice.randint(-40, 40) / 4)
        if dice.random() < 0.4:
            stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 19_985}
            floor.place("Buy", dice.randint(1, 4), bracket1=stop)
        if dice.random() < 0.2:
            floor.place("Sell", dice.randint(1, 4), "Limit", price=20_005, timeInForce="GTC")


def test_the_same_seed_calls_and_clock_make_the_same_events() -> None:
    one, same, other = (Floor(seed=seed, cash=10**7, **CHANCES) for seed in (5, 5, 6))
    for floor in (one, same, other):
        play(floor, Random(9), 60)
    assert one.events == same.events
    assert one.events != other.events
    assert len(one.events) > 1_000


def test_a_saved_exchange_goes_on_where_it_was() -> None:
    floor, unbroken = Floor(cash=10**7, **CHANCES), Floor(cash=10**7, **CHANCES)
    first, second = Random(3), Random(3)
    play(floor, first, 40)
    play(unbroken, second, 40)
    text = json.dumps(floor.exchange.state())
    floor.exchange = Exchange.restore(
        json.loads(text), clock=lambda: floor.at, settings=floor.settings
    )
    assert json.dumps(floor.exchange.state()) == text
    unbroken.events.clear()
    floor.events.clear()
    floor.exchange.subscribe(floor.events.append)
    play(floor, first, 40)
    play(unbroken, second, 40)
    assert floor.events == unbroken.events
    assert floor.exchange.sync(floor.user) == unbroken.exchange.sync(unbroken.user)


def test_passwords_are_checked_after_a_restart_and_not_written_plainly() -> None:
    floor = Floor()
    text = json.dumps(floor.exchange.state())
    assert '"secret"' not in text
    again = Exchange.restore(json.loads(text), clock=lambda: floor.at, settings=floor.settings)
    assert again.user_of("trader", "secret") == floor.user
    assert again.user_of("trader", "wrong") is None
    assert again.user_of("nobody", "secret") is None


@pytest.mark.parametrize("state", [{}, {"format": 99}, {"format": 1, "dice": [], "world": {}}])
def test_what_is_no_state_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no state of an exchange"):
        Exchange.restore(state, clock=lambda: Floor().at, settings=ExchangeSettings())
