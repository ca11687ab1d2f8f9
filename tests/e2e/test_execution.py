"""Signals become orders at a simulated broker: real processes, and the broker's own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.e2e.at_broker import SECRETS, Row, Simulator, Trader, sums, until
from tests.e2e.conftest import Process

ONE, TWO = "demo/ADA1", "demo/ADA2"
THREE, FOUR = "real/GRACE1", "real/GRACE2"
FIVE, SIX = "demo3/EVE1", "demo3/EVE2"
HOURLY = (FIVE, SIX, THREE, FOUR)
EXITS = ("--own-exits", "on", "--stop", "20 ticks", "--target", "40 ticks=100%")
USERS = ("ada", "grace", "eve")
FEE = Decimal("0.5")
POINT = 2
"""What a point of MNQ is worth."""


@pytest.fixture(scope="module")
def simulators() -> Iterator[Mapping[str, Simulator]]:
    """Three users: each has a budget of calls of its own."""
    with ThreadPoolExecutor() as side_by_side:
        made = side_by_side.map(_simulator, USERS, range(5, 8))
        named = dict(zip(USERS, made, strict=True))
    yield named
    for each in named.values():
        each.end()


def _simulator(user: str, seed: int) -> Simulator:
    return Simulator(user, "--still", "--fee", str(FEE), seed=seed)


@pytest.fixture(scope="module")
def simulator(simulators: Mapping[str, Simulator]) -> Simulator:
    return simulators["ada"]


@pytest.fixture(scope="module")
def other(simulators: Mapping[str, Simulator]) -> Simulator:
    """Where the money is called real."""
    return simulators["grace"]


@pytest.fixture(scope="module")
def third(simulators: Mapping[str, Simulator]) -> Simulator:
    return simulators["eve"]


@pytest.fixture(scope="module")
def trader(
    tmp_path_factory: pytest.TempPathFactory,
    simulator: Simulator,
    other: Simulator,
    third: Simulator,
) -> Iterator[Trader]:
    folder = tmp_path_factory.mktemp("trader")
    with pytest.MonkeyPatch.context() as patch:
        for name, secret in SECRETS.items():
            patch.setenv(name, secret)
        made = Trader(folder, lambda: Process(folder, "serve"))
        made.log_in(simulator, "demo")
        made.log_in(other, "real", "live")
        made.log_in(third, "demo3")
        for account in (ONE, TWO, *HOURLY):  # no entry waits for being like the last one
            _ = made.told("limits", account, "--repeat-seconds", "0")
        yield made
        made.process.stop()


# The five checks


@pytest.mark.parametrize(
    ("way", "action", "target", "stop"),
    [(1, "buy", "25010", "24995"), (-1, "sell", "24990", "25005")],
    ids=["long", "short"],
)
def test_an_entry_is_protected_and_leaves_at_its_target_once(
    trader: Trader, simulator: Simulator, way: int, action: str, target: str, stop: str
) -> None:
    _ = trader.link(action, ONE, *EXITS)
    simulator.trade("25000")
    before = len(simulator.orders())

    signal = trader.alert(action, action, "25000", 2)
    decision = trader.decided(signal, ONE)
    assert (decision["before"], decision["wanted"]) == (0, 2 * way)
    until(lambda: trader.working(ONE) == {("target", target, 2), ("stop", stop, 2)}, "no exits")
    assert trader.net(ONE) == 2 * way
    trader.healthy()

    simulator.trade(target)
    # The strategy closes as well, while the fill of the target may still be under way.
    closing = trader.alert(action, "close", target)
    until(lambda: trader.net(ONE) == 0, "the target does not fill")
    until(lambda: not trader.working(ONE), "the stop is left")
    assert trader.decided(closing, ONE, "nothing", "done")["wanted"] == 0
    fills = [row for row in trader.rows("executions", account=ONE) if row["signal"] == signal]
    assert [(row["purpose"], row["quantity"], row["price"]) for row in fills] == [
        ("target", 2, target),
        ("entry", 2, "25000"),
    ]
    made = simulator.orders()[before:]
    assert len(made) == 3, "no second close"
    assert sorted(order["ordStatus"] for order in made) == ["Canceled", "Filled", "Filled"]
    trader.healthy()


@pytest.mark.parametrize(
    ("action", "second", "target", "stop"),
    [("buy", "25004", "25012", "24997"), ("sell", "24996", "24988", "25003")],
)
def test_an_add_moves_the_one_target_to_the_new_average(
    trader: Trader, simulator: Simulator, action: str, second: str, target: str, stop: str
) -> None:
    simulator.trade("25000")
    _ = trader.decided(trader.alert(action, action, "25000"), ONE)
    simulator.trade(second)
    _ = trader.decided(trader.alert(action, action, second), ONE)
    until(lambda: trader.working(ONE) == {("target", target, 2), ("stop", stop, 2)}, "not moved")
    targets = [
        order
        for order in simulator.orders()
        if order["ordStatus"] == "Working" and order["versions"][-1]["orderType"] == "Limit"
    ]
    assert [order["versions"][-1]["price"] for order in targets] == [float(target)]
    assert abs(trader.net(ONE)) == 2
    trader.healthy()

    _ = trader.decided(trader.alert(action, "close", second), ONE)
    assert trader.net(ONE) == 0
    assert trader.working(ONE) == set()
    trader.healthy()


def test_a_refused_entry_is_no_trade_and_says_why(trader: Trader, simulator: Simulator) -> None:
    _ = trader.link("buy", TWO, *EXITS)
    (account,) = [a for a in simulator.read("account/list") if a["name"] == "ADA2"]
    locked = {"accountId": account["id"], "adminAction": "LockTradingImmediately"}
    simulator.post("account", locked)
    simulator.trade("25000")
    signal = trader.alert("buy", "buy", "25000")
    decision = trader.decided(signal, TWO, "failed")
    assert "locked" in f"{decision['reason']} {decision['came']}".lower()
    assert trader.rows("executions", account=TWO) == []
    assert (trader.net(TWO), trader.working(TWO)) == (0, set())
    assert simulator.net(account["id"]) == 0
    simulator.post("account", locked | {"adminAction": "Normal"})
    _ = trader.decided(trader.alert("buy", "close", "25000"), ONE)
    trader.healthy()


# By hand


def test_orders_by_hand_and_the_brakes(trader: Trader, third: Simulator) -> None:
    third.trade("25000")
    resting = ("buy", "1", "MNQ1!", "--account", SIX, "--price", "24900")
    order = trader.told("order", "place", *resting, "--target", "25100")["order"]
    _ = trader.told("limits", SIX, "--repeat-seconds", "10")
    again = trader.say("order", "place", *resting)
    assert again.code == 1
    assert "--again" in again.wrong
    _ = trader.told("limits", SIX, "--repeat-seconds", "0")
    changed = trader.told("order", "modify", str(order), "--price", "24910", "--quantity", "2")
    assert changed["status"] == "Working"
    assert third.order(order)["versions"][-1]["price"] == 24_910
    assert trader.told("order", "cancel", str(order))["status"] == "Canceled"
    assert trader.told("order", "place", "sell", "2", "MNQ1!", "--account", SIX)["filled"] == 2
    assert trader.net(SIX) == -2
    flat = trader.told("flatten", "MNQ1!", "--account", SIX)
    assert flat["status"] == "Filled"
    until(lambda: trader.net(SIX) == 0, "not flat")

    assert trader.told("limits", SIX, "--order", "1")[0]["caps"]["order"] == 1
    capped = trader.say("order", "place", "sell", "3", "MNQ1!", "--account", SIX)
    assert capped.code == 1
    assert "1" in capped.wrong
    assert trader.told("limits", SIX, "--order", "off")[0]["caps"]["order"] is None

    assert trader.told("pause")["paused"]
    before = len(third.orders())
    signal = trader.alert("buy", "buy", "25000")
    held_back = until(lambda: trader.told("decisions", "--signal", str(signal)), "not decided")
    assert {row["verdict"] for row in held_back} <= {"refused", "parked"}
    assert all("paused" in row["reason"] for row in held_back)
    assert len(third.orders()) == before
    assert not trader.told("resume")["paused"]
    for row in trader.told("parked"):
        _ = trader.told("parked", "dismiss", str(row["id"]))
    assert trader.told("parked") == []
    tried = trader.told("links", "try", "1", "--direction", "short")
    assert tried["lines"]
    assert tried["said"]
    _ = trader.alert("buy", "close", "25000")


# Real money


def test_a_live_account_takes_entries_only_while_it_is_armed(
    trader: Trader, other: Simulator
) -> None:
    _ = trader.link("live", THREE, *EXITS)
    other.trade("25000")
    refused = trader.decided(trader.alert("live", "buy", "25000"), THREE, "refused")
    assert "not armed" in refused["reason"]
    by_hand = trader.say("order", "place", "buy", "1", "MNQ1!", "--account", THREE)
    assert by_hand.code == 1
    assert "not armed" in by_hand.wrong
    assert other.orders() == []
    _ = trader.alert("live", "close", "25000")

    wrong = trader.say("arm", THREE, "--type", "GRACE2")
    assert wrong.code == 1
    assert trader.told("arm", THREE, "--type", "GRACE1")["armed"]
    _ = trader.decided(trader.alert("live", "buy", "25000", 2), THREE)
    assert trader.net(THREE) == 2

    assert trader.process.stop() == 0
    trader.restart()
    trader.up("demo", "real", "demo3")
    until(lambda: len(trader.working(THREE)) == 2, "the exits are gone")
    assert not any(row["armed"] for row in trader.told("limits", THREE))
    disarmed = trader.decided(trader.alert("live", "buy", "25000"), THREE, "refused")
    assert "not armed" in disarmed["reason"]
    assert trader.net(THREE) == 2
    _ = trader.decided(trader.alert("live", "close", "25000"), THREE)
    assert (trader.net(THREE), trader.working(THREE)) == (0, set())
    trader.healthy()


# A whole hour


def test_an_hour_of_three_recorders_on_four_accounts_adds_up(
    trader: Trader, third: Simulator, other: Simulator
) -> None:
    for account in (THREE, FOUR):
        _ = trader.told("arm", account, "--type", account.partition("/")[2])
    _ = trader.link("orb", FIVE, *LADDER)
    _ = trader.link("trend", SIX, *TRAIL)
    _ = trader.link("fade", THREE, *AVERAGING)
    _ = trader.link("orb", FOUR, *INVERSE)
    begun = [len(trader.rows("executions", account=account)) for account in HOURLY]
    for step in HOUR:
        if isinstance(step, tuple):
            recorder, action, price, quantity = step
            _ = trader.alert(recorder, action, price, quantity)
        else:
            for simulator in (third, other):
                simulator.trade(step)
        until(lambda: _is_settled(trader, third, other), f"it does not settle after {step}")
    until(lambda: trader.working(SIX) == {("stop", "25014", 2)}, "not protected")
    assert [trader.net(account) for account in HOURLY] == [0, -2, 0, 0]
    assert [trader.working(account) for account in HOURLY if account != SIX] == [set()] * 3
    trader.healthy()
    for simulator, accounts in ((third, (FIVE, SIX)), (other, (THREE, FOUR))):
        for account in accounts:
            _explained(trader, simulator, account)
    now = [len(trader.rows("executions", account=account)) for account in HOURLY]
    counts = [after - before for before, after in zip(begun, now, strict=True)]
    assert counts == [6 + 4 + 1 + 3 + 1, 3, 4, 6], "as scripted"


LADDER = (
    *("--own-exits", "on", "--initial", "3", "--stop", "40 ticks", "--target", "20 ticks=1"),
    *("--target", "40 ticks=1", "--target", "80 ticks"),
)
TRAIL = ("--own-exits", "on", "--initial", "2", "--trail", "40 ticks")
AVERAGING = ("--own-exits", "on", "--initial", "1", "--add", "1", "--stop", "100 ticks")
INVERSE = ("--own-exits", "on", "--direction", "inverse", "--stop", "60 ticks")
HOUR: Sequence[str | tuple[str, str, str, int | None]] = (
    "25000",
    ("orb", "buy", "25000", 1),  # three steps of a ladder; the other way round elsewhere
    "25005",  # the first step leaves
    ("fade", "sell", "25005", 1),
    "25010",  # the second
    ("fade", "sell", "25010", 1),  # averaged
    ("trend", "buy", "25010", 1),
    "25015",  # the inverse is stopped
    "25018",
    ("fade", "sell", "25018", 1),
    "25020",  # the last step of the ladder; the trailing stop is at 25010
    "25010",  # which is here
    "25009",
    ("fade", "close", "25009", None),
    ("orb", "close", "25009", None),  # finds nothing
    ("orb", "sell", "25009", 2),
    "25004",  # the first step of the short
    ("orb", "reverse", "25004", None),
    ("trend", "close", "25004", None),
    ("trend", "sell", "25004", 1),
    ("orb", "close", "25004", None),
)


def _is_settled(trader: Trader, *simulators: Simulator) -> bool:
    """Every fill of the brokers is an execution, and no decision is under way."""
    filled = sum(len(order["fills"]) for each in simulators for order in each.orders())
    written = trader.told("executions", "--limit", "1000")
    decided = {row["verdict"] for row in trader.told("decisions", "--limit", "200")}
    mine = [row for row in written if row["account"] in HOURLY]
    return len(mine) == filled and not decided & {"waiting", "sent"}


def _explained(trader: Trader, simulator: Simulator, name: str) -> None:
    """Line by line: each fill of the broker is an execution with a cause, and the money is so."""
    (account,) = [a for a in simulator.read("account/list") if a["name"] in name]
    fills = trader.rows("executions", "--limit", "1000", account=name)
    assert sorted((r["order"], r["way"], r["quantity"], Decimal(r["price"])) for r in fills) == [
        (order["id"], order["action"], fill["qty"], Decimal(str(fill["price"])))
        for order in sorted(simulator.orders(), key=lambda order: int(order["id"]))
        if order["accountId"] == account["id"]
        for fill in order["fills"]
    ]
    signals = {row["id"]: row for row in trader.told("decisions", "--limit", "1000")}
    # The broker's own liquidation, which a person asked for, is no order of ours.
    unknown = [fill for fill in fills if fill["decision"] is None]
    assert len(unknown) == (1 if name == SIX else 0)
    for fill in (fill for fill in fills if fill not in unknown):
        decision = signals[fill["decision"]]
        assert (decision["signal"], decision["account"]) == (fill["signal"], name), fill
        assert fill["purpose"], fill
        assert fill["signal"] or fill["purpose"] == "hand", fill
    held = sum(p["netPos"] for p in simulator.read("position/list") if _is_of(p, account))
    assert sums(fills) == held == trader.net(name)
    (cash,) = [c for c in simulator.read("cashBalance/list") if _is_of(c, account)]
    fees = FEE * sum(row["quantity"] for row in fills)
    assert Decimal(str(cash["amount"])) - 50_000 == _realized(fills) - fees


def _is_of(entity: Row, account: Row) -> bool:
    return bool(entity["accountId"] == account["id"])


def _realized(fills: Sequence[Row]) -> Decimal:
    """First in, first out; newest first is how they come."""
    open_: list[Decimal] = []
    side, points = 0, Decimal(0)
    for row in reversed(fills):
        way, price = (1 if row["way"] == "Buy" else -1), Decimal(row["price"])
        for _ in range(row["quantity"]):
            if side * way < 0 and open_:
                points += side * (price - open_.pop(0))
            else:
                side = way
                open_.append(price)
    return points * POINT
