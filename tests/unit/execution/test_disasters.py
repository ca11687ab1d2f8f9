"""What went wrong elsewhere with real money, put back here: one name per row of the list."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.broker import ResolvedContract
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.link_words import sentences
from justtrades_desktop.domain.links import AccountKey, AccountLimits, AtLimit, LinkMode, Target
from justtrades_desktop.domain.orders import Intent, Verdict, Way, Wish
from justtrades_desktop.domain.signals import Action
from justtrades_desktop.execution import following
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane import Lane
from justtrades_desktop.execution.ports import Doubt, NotSent, Placed, Refused
from justtrades_desktop.simulator.exchange import Event
from justtrades_desktop.simulator.margins import Margins
from tests.fakes.execution_lab import QUICK, Lab, lab
from tests.fakes.fake_floor import PRODUCTS, stops_and_targets

EXITS: dict[str, Any] = {
    "own_exits": True,
    "targets": (Target(level("40 ticks"), Decimal(100)),),
    "stop": level("20 ticks"),
}
THIRDS: dict[str, Any] = {
    "own_exits": True,
    "targets": (
        Target(level("20 ticks"), Decimal(1), percent=False),
        Target(level("40 ticks"), Decimal(1), percent=False),
        Target(level("60 ticks"), Decimal(100)),
    ),
    "stop": level("20 ticks"),
}
OTHER = AccountKey("paper", "SIM2")


async def entered(it: Lab, to: int = 1, **settings: Any) -> None:
    """An armed link that holds what its first signal said."""
    await it.link(**(settings or EXITS))
    it.signal(to)
    await it.quiet()


async def settled(it: Lab) -> None:
    """Until what the broker told late was looked at, too."""
    await asyncio.sleep(4 * QUICK.look)
    await it.quiet()


def market_orders(it: Lab) -> list[tuple[str, int]]:
    """Orders without a price that were sent: way and quantity, oldest first."""
    return [
        (str(sent.body["action"]), int(sent.body["orderQty"]))
        for sent in it.floor.made("place")
        if sent.body["orderType"] == "Market"
    ]


# Decisions


async def test_d1_a_close_while_flat_sends_nothing() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(0, action=Action.CLOSE)
        await it.quiet()
        it.signal(0, action=Action.SELL, way=-1)
        await it.quiet()
        assert it.floor.made("place") == []
        assert it.floor.true_net() == 0


async def test_d1_a_close_behind_a_persons_reversal_adds_nothing_to_it() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.by_hand(Way.SELL, 3)
        await settled(it)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == -2
        assert len(it.floor.made("place")) == 1


async def test_d2_a_short_is_closed_by_a_buy_whatever_the_word_was() -> None:
    async with lab() as it:
        await entered(it, -2)
        it.signal(0, action=Action.SELL, way=-1)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert market_orders(it) == [("Sell", 2), ("Buy", 2)]


async def test_d4_a_reversal_enters_only_when_it_is_flat_and_then_it_does() -> None:
    async with lab(max_fill=1) as it:
        await it.link(**EXITS)
        it.signal(2)
        await asyncio.sleep(0.05)
        it.tick("25000", "25000")
        await it.quiet()
        it.signal(-2)
        await asyncio.sleep(0.1)
        assert it.floor.true_net() == 1
        assert market_orders(it) == [("Buy", 2), ("Sell", 2)]
        it.tick("25000")
        await asyncio.sleep(0.1)
        it.tick("25000", "25000")
        await it.quiet()
        assert it.floor.true_net() == -2
        assert market_orders(it) == [("Buy", 2), ("Sell", 2), ("Sell", 2)]


async def test_d4_half_a_reversal_is_seen() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", None)
        it.floor.next("place", Refused("Liquidation only"))
        it.signal(-1)
        await it.quiet()
        decision = it.decisions()[-1]
        assert it.floor.true_net() == 0
        assert (decision.wish, decision.verdict) == (Wish.REVERSE, Verdict.FAILED)
        assert "Liquidation only" in decision.reason


async def test_d5_a_size_of_0_is_a_size() -> None:
    async with lab() as it:
        await it.link(**EXITS, initial=0, multiplier=3)
        it.signal(2)
        await it.quiet()
        assert it.floor.made("place") == []
        assert it.decisions()[-1].reason == "the size of entries is 0"


async def test_d6_one_scaling_for_entries_adds_trims_and_targets() -> None:
    async with lab() as it:
        await entered(it, 3, **THIRDS, multiplier=5)
        assert it.floor.true_net() == 15
        limits = [(quantity, price) for kind, quantity, price in it.working() if kind == "Limit"]
        assert limits == [(5, "25005"), (5, "25010"), (5, "25015")]
        it.signal(2)
        await it.quiet()
        assert it.floor.true_net() == 10
        it.signal(4)
        await it.quiet()
        assert it.floor.true_net() == 20
        assert stops_and_targets(it.floor.true_working()) == (20, 20)


async def test_d7_an_entry_that_has_to_wait_grows_too_old_by_its_own_setting() -> None:
    async with lab() as it:
        await it.link(stale_seconds=1)
        lag = it.desk.safety.lag
        lag.window = 1.2
        lag.sample(1.0, House.now())
        it.signal(1)
        await asyncio.sleep(1.3)
        lag.sample(0.0, House.now())
        await it.quiet()
        assert it.floor.made("place") == []
        assert it.decisions()[-1].verdict is Verdict.PARKED


async def test_d8_nothing_limits_the_size_but_a_limit_that_was_set_and_says_so() -> None:
    async with lab() as it:
        await entered(it, 20)
        assert it.floor.true_net() == 20
        it.signal(0)
        await it.quiet()
        await it.desk.set_limits(it.KEY, AccountLimits(order=10, repeat_seconds=0))
        it.signal(11)
        await it.quiet()
        assert it.floor.true_net() == 0
        decision = it.decisions()[-1]
        assert decision.verdict is Verdict.REFUSED
        assert "limit is 10 contracts an order" in decision.reason


async def test_d8_a_large_entry_add_and_close_go_whole() -> None:
    """20 contracts show a cap of 10, but none of 25, 50 or 100."""
    async with lab(margins=Margins(initial={}, otherwise=Decimal(1))) as it:
        await it.link()
        it.signal(300)
        await it.quiet()
        it.signal(700)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        assert market_orders(it) == [("Buy", 300), ("Buy", 400), ("Sell", 700)]


@pytest.mark.parametrize(
    ("contract", "tick", "price", "target"),
    [
        ("GCZ6", "0.1", "4000", "4004"),
        ("CLF7", "0.01", "60", "60.4"),
        ("SIZ6", "0.005", "50", "50.2"),
    ],
)
async def test_d9_each_product_has_its_own_tick(
    contract: str, tick: str, price: str, target: str
) -> None:
    product = Product(contract[:2], Decimal(tick), Decimal(10), "USD", "CME")
    async with lab(products=(*PRODUCTS, product)) as it:
        it.market.tick(price, symbol=contract)
        await it.link(**EXITS)
        it.signal(1, symbol=contract, price=price)
        await it.quiet()
        assert ("Limit", 1, target) in it.working()
        # From the first moment, not only once it was put right.
        (entry,) = it.floor.made("place")
        assert Decimal(str(entry.body["bracket1"]["price"])) == Decimal(target)


async def test_d9_an_unknown_product_is_not_ordered() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1, symbol="QQQQ1!", price="100")
        await it.quiet()
        assert it.decisions()[-1].verdict is Verdict.REFUSED
        assert it.decisions()[-1].reason
        assert it.floor.made("place") == []


async def test_d9_a_contract_whose_tick_nobody_knows_is_not_ordered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker finds it, but neither it nor the table knows the tick: none is made up."""
    async with lab() as it:
        found = await it.floor.resolve("MNQ1!")
        assert isinstance(found, ResolvedContract)
        unknown = replace(found, name="QQQQZ6", tick_size=None, tick_value=None)

        async def resolve(_: str) -> ResolvedContract | str:
            return unknown

        monkeypatch.setattr(it.floor, "resolve", resolve)
        await it.link(**EXITS)
        it.signal(1, symbol="QQQQ1!", price="100")
        await it.quiet()
        assert it.floor.made("place") == []
        assert it.decisions()[-1].verdict is Verdict.REFUSED
        assert "tick of this symbol is not known" in it.decisions()[-1].reason


# Execution


async def test_e1_exits_of_an_average_between_ticks_lie_on_the_grid_on_the_safe_side() -> None:
    async with lab() as it:
        await entered(it)
        it.tick("24999.75")
        it.signal(2, price="24999.75")
        await it.quiet()
        (held,) = it.ledger.held.values()
        assert held.average == Decimal("24999.875")
        assert it.working() == [("Limit", 2, "25010"), ("Stop", 2, "24994.75")]


async def test_e2_there_is_one_exit_set_after_adds_and_after_a_restart() -> None:
    async with lab() as it:
        await entered(it, 3, **THIRDS)
        for size, price in ((4, "24999"), (5, "24998"), (6, "24999")):
            it.tick(price)
            it.signal(size, price=price)
            await settled(it)
            assert stops_and_targets(it.floor.true_working()) == (size, size)
        await it.crash()
        await it.restart()
        await settled(it)
        assert stops_and_targets(it.floor.true_working()) == (6, 6)


async def test_e3_the_exits_are_cancelled_before_the_close_and_nothing_stays() -> None:
    async with lab() as it:
        await entered(it, 3, **THIRDS)
        before = len(it.floor.sent)
        it.signal(0)
        await it.quiet()
        done = [sent.what for sent in it.floor.sent[before:]]
        assert done.index("place") > max(
            index for index, what in enumerate(done) if what == "cancel"
        )
        assert it.floor.true_working() == []
        it.tick("24900", "25100")
        assert it.floor.true_net() == 0


@pytest.mark.parametrize(
    "late",
    [
        ("position",),
        ("fill",),
        ("order",),
        ("order", "fill"),
        ("fill", "position"),
        ("position", "order", "fill"),
    ],
    ids="+".join,
)
async def test_e4_a_target_that_fills_before_the_close_is_not_closed_twice(
    late: tuple[str, ...],
) -> None:
    async with lab() as it:
        await entered(it)
        it.floor.hold(*late)
        it.tick("25010")
        it.signal(0)
        await settled(it)
        assert it.floor.true_net() == 0
        it.floor.release()
        await settled(it)
        assert it.floor.true_net() == 0
        assert not [d for d in it.decisions() if d.wish is Wish.MANUAL]


async def test_e5_a_trailing_stop_trails_at_the_exchange() -> None:
    async with lab() as it:
        await entered(it, 2, own_exits=True, trail=level("20 ticks"))
        (stop,) = it.floor.true_working()
        assert (stop["orderType"], abs(stop["pegDifference"])) == ("TrailingStop", 5)
        it.tick("25008", "25003.25")
        assert it.floor.true_net() == 2
        it.tick("25003")
        assert it.floor.true_net() == 0


async def test_e6_an_order_that_is_refused_becomes_no_trade() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Refused("no margin"))
        it.signal(1)
        await it.quiet()
        assert it.ledger.executions == {}
        assert it.ledger.held == {}
        assert it.decisions()[-1].verdict is Verdict.FAILED


async def test_e6_an_order_without_an_answer_becomes_no_trade() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Doubt("the answer was {}"), arrives=False)
        it.signal(1)
        await it.quiet()
        assert it.ledger.executions == {}
        assert it.ledger.held == {}
        assert it.decisions()[-1].verdict is Verdict.FAILED


@pytest.mark.parametrize("arrives", [True, False])
async def test_e7_an_entry_in_doubt_is_looked_up_and_never_sent_again(arrives: bool) -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Doubt("timed out"), arrives=arrives)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == (1 if arrives else 0)
        assert len(it.floor.made("place")) == 1


async def test_e7_an_entry_that_arrives_long_after_all_is_ours_and_is_closed() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.signal(1)
        await it.quiet()
        it.floor.arrive_late()
        await settled(it)
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_e8_each_account_has_orders_of_its_own() -> None:
    async with lab() as it:
        other = it.floors.add(OTHER)
        it.ledger.limits[OTHER] = AccountLimits(repeat_seconds=0)
        await it.link(**EXITS)
        await it.link(key=OTHER, **EXITS)
        it.signal(1)
        await it.quiet()
        mine, theirs = it.floor.true_working(), other.true_working()
        assert len(mine) == len(theirs) == 2
        assert not {row["id"] for row in mine} & {row["id"] for row in theirs}
        (held,) = [h for h in it.ledger.held.values() if h.key == OTHER]
        await it.desk.close_position(OTHER, held.contract_id)
        await it.quiet()
        assert (other.true_net(), it.floor.true_net()) == (0, 1)
        assert it.floor.true_working() == mine


async def test_e9_alert_decision_order_and_fill_are_linked() -> None:
    async with lab() as it:
        await entered(it)
        it.signal(0)
        await it.quiet()
        for decision, signal in zip(it.decisions(), it.signals.steps, strict=True):
            fills = [e for e in it.ledger.executions.values() if e.decision_id == decision.id]
            assert decision.signal_id == signal.signal_id
            assert decision.verdict is Verdict.DONE
            assert [fill.signal_id for fill in fills] == [signal.signal_id]
            sent = [i for i in it.ledger.intents.values() if i.decision_id == decision.id]
            assert fills[0].client_id in {intent.client_id for intent in sent}


async def test_e9_a_close_that_cannot_be_sent_is_told_and_goes_on() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", Refused("the market is closed"), times=4)
        it.signal(0)
        await it.quiet()
        said = [d.reason for d in it.desk.records.decisions() if d.verdict is Verdict.PERSON]
        assert any("the market is closed" in each for each in said)
        assert it.floor.true_net() == 0


async def test_e9_a_close_that_no_lane_is_at_raises_an_alarm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decided and written down, and no order comes of it: not for weeks, but for a minute."""
    async with lab() as it:
        await entered(it)
        with monkeypatch.context() as lost:
            lost.setattr(Lane, "give", lambda *_: None)
            it.signal(0)
            await it.quiet()
        assert it.floor.true_net() == 1
        it.offset = timedelta(seconds=61)
        it.desk.look_after()
        close = it.decisions()[-1]
        assert (close.wish, close.verdict) == (Wish.CLOSE, Verdict.PERSON)
        assert "no order of it is under way" in close.reason
        told = [d.reason for d in it.desk.records.decisions() if d.link_id is None]
        assert any("no order of it is under way" in each for each in told)


async def test_e10_our_own_fills_cause_no_orders() -> None:
    async with lab() as it:
        await entered(it)
        for _ in range(5):
            it.desk.look_after()
            it.tick("25001")
            await it.quiet()
        it.tick("25010")
        await settled(it)
        assert len(it.floor.made("place")) == 1
        assert it.floor.true_net() == 0


async def test_e11_a_slow_account_delays_no_other() -> None:
    async with lab() as it:
        keys = [AccountKey("paper", f"SIM{number}") for number in (2, 3, 4)]
        others = [it.floors.add(key) for key in keys]
        for key in (it.KEY, *keys):
            await it.link(key=key, **EXITS)
        it.floor.next("place", Doubt("it takes for ever"), arrives=False, seconds=20)
        it.signal(1)
        for _ in range(100):
            await asyncio.sleep(0.01)
        assert [floor.true_net() for floor in others] == [1, 1, 1]
        assert it.floor.true_net() == 0


async def test_e12_an_add_trades_only_the_difference() -> None:
    async with lab() as it:
        await entered(it)
        it.signal(3)
        await it.quiet()
        assert market_orders(it) == [("Buy", 1), ("Buy", 2)]
        assert it.floor.true_net() == 3


async def test_e13_what_was_held_before_a_restart_decides_nothing_that_the_broker_denies() -> None:
    async with lab() as it:
        await entered(it)
        await it.crash()
        it.floor.by_hand(Way.SELL, 1)
        for row in it.floor.true_working():
            it.floor.cancelled_by_broker(row["id"])
        await it.restart()
        await settled(it)
        it.signal(-1)
        await it.quiet()
        assert it.floor.true_net() == -1
        assert market_orders(it) == [("Buy", 1), ("Sell", 1)]


async def test_e13_no_entry_before_a_restart_has_compared_what_it_believes() -> None:
    it = Lab()
    await it.desk.start()
    try:
        await it.link(**EXITS)
        it.signal(1)
        await asyncio.sleep(0.1)
        assert not it.desk.state().ready
        assert it.floor.made("place") == []
    finally:
        await it.crash()


async def test_e13_an_entry_before_the_comparison_waits_for_it_and_is_not_lost() -> None:
    it = Lab()
    await it.desk.start()
    try:
        await it.link(**EXITS)
        it.signal(1)
        await asyncio.sleep(0.1)
        assert it.floor.made("place") == []
        it.desk.look_after()
        await it.quiet()
        assert it.floor.true_net() == 1
    finally:
        await it.crash()


async def test_e14_the_contract_is_pinned_while_it_is_open_and_found_anew_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with lab() as it:
        old = await it.floor.resolve("MNQ1!")
        assert isinstance(old, ResolvedContract)
        old = replace(old, expires=it.clock() + timedelta(days=30))
        march = it.market.exchange.contract_id("MNQH7")
        new = replace(old, contract_id=march, name="MNQH7", expires=None)
        it.market.tick("25100", symbol="MNQH7")
        front = [old]

        async def rolling(symbol: str) -> ResolvedContract | str:
            return old if symbol == "MNQZ6" else front[-1]

        monkeypatch.setattr(it.floor, "resolve", rolling)
        await entered(it)
        front.append(new)
        await it.desk.refresh()
        it.signal(2)
        await it.quiet()
        assert (it.floor.true_net(), it.floor.true_net(new.contract_id)) == (2, 0)
        it.signal(0)
        await it.quiet()
        it.offset = timedelta(days=31)
        it.signal(1, price="25100")
        await it.quiet()
        assert (it.floor.true_net(), it.floor.true_net(new.contract_id)) == (0, 1)


async def test_e14_what_is_known_of_the_front_month_moves_no_position(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The link has learnt the new front month while it holds the old one: it is all the same."""
    async with lab() as it:
        old = await it.floor.resolve("MNQ1!")
        assert isinstance(old, ResolvedContract)
        march = it.market.exchange.contract_id("MNQH7")
        new = replace(old, contract_id=march, name="MNQH7", expires=None)
        it.market.tick("25100", symbol="MNQH7")
        await entered(it)

        async def rolled(symbol: str) -> ResolvedContract | str:
            return old if symbol == old.name else new

        monkeypatch.setattr(it.floor, "resolve", rolled)
        monkeypatch.setattr(following, "_BELIEVED", 0.0)
        await it.desk.refresh()
        it.signal(3)
        await it.quiet()
        assert (it.floor.true_net(), it.floor.true_net(march)) == (3, 0)
        it.signal(1)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        assert (it.floor.true_net(), it.floor.true_net(march)) == (0, 0)
        assert market_orders(it) == [("Buy", 1), ("Buy", 2), ("Sell", 2), ("Sell", 1)]


async def test_e15_the_brokers_own_words_are_shown() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Refused("InsufficientFunds: 1.234 missing"))
        it.signal(1)
        await it.quiet()
        assert "InsufficientFunds: 1.234 missing" in it.decisions()[-1].reason
        told = [d.reason for d in it.desk.state().decisions if d.verdict is Verdict.PERSON]
        assert any("InsufficientFunds: 1.234 missing" in each for each in told)


def reject_next(it: Lab, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """The broker takes the next order and rejects it a moment later, as exchanges do: the answer
    says that it was placed; why it came to nothing stands in an event."""
    place = it.floor.place
    order = {
        "id": 900_000,
        "accountId": it.floor.account_id,
        "contractId": it.floor.contract_id,
        "timestamp": "2026-11-23T15:00:00.000Z",
        "archived": False,
        "external": False,
        "admin": False,
    }
    refused = {"timestamp": order["timestamp"], "commandStatus": "RiskRejected"}
    command = {"id": 900_001, "orderId": 900_000, "commandType": "New", **refused}
    report = {"id": 900_002, "commandId": 900_001, "text": said, **refused}

    async def rejecting(intent: Intent, **_: Any) -> Placed:
        monkeypatch.setattr(it.floor, "place", place)
        mine = {**order, "action": str(intent.way)}
        it.floor._tell(Event((), "order", "Created", {**mine, "ordStatus": "PendingNew"}))
        for event in (
            Event((), "command", "Created", command),
            Event((), "commandReport", "Created", report),
            Event((), "order", "Updated", {**mine, "ordStatus": "Rejected"}),
        ):
            asyncio.get_running_loop().call_later(0.005, it.floor._tell, event)
        return Placed(900_000)

    monkeypatch.setattr(it.floor, "place", rejecting)


async def test_e15_why_an_entry_was_rejected_after_it_was_taken_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "InsufficientFunds: 1.234 missing"
    async with lab() as it:
        await it.link()
        reject_next(it, monkeypatch, said)
        it.signal(1)
        await settled(it)
        decision = it.decisions()[-1]
        assert decision.verdict is Verdict.FAILED
        assert said in decision.reason
        told = [d.reason for d in it.desk.state().decisions if d.verdict is Verdict.PERSON]
        assert any(said in each for each in told)


async def test_e15_why_an_exit_was_rejected_after_it_was_taken_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "MarketClosed: it opens at 17:00"
    async with lab() as it:
        await it.link()
        it.signal(1)
        await it.quiet()
        reject_next(it, monkeypatch, said)
        it.signal(0)
        await settled(it)
        told = [d.reason for d in it.desk.state().decisions if d.verdict is Verdict.PERSON]
        assert any(said in each for each in told)
        assert it.floor.true_net() == 0


async def test_e15_why_flatten_all_cannot_close_is_shown() -> None:
    said = "MarketClosed: it opens at 17:00"
    async with lab() as it:
        await entered(it)
        it.floor.next("liquidate", Refused(said))
        await it.desk.flatten_all()
        await asyncio.sleep(0.1)
        (flattening,) = it.desk.state().flattening
        assert said in flattening.said


# Around them


async def test_l1_a_burst_of_alerts_asks_the_broker_for_nothing_before_its_orders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with lab() as it:
        await it.link(mode=LinkMode.SHADOW, **EXITS)
        it.signal(1)
        await it.quiet()
        before, asked = len(it.floor.sent), []

        async def asking(symbol: str) -> ResolvedContract | str:
            asked.append(symbol)
            return "nobody knows"

        monkeypatch.setattr(it.floor, "resolve", asking)
        for to in range(2, 17):
            it.signal(to)
        await it.quiet()
        assert len(it.decisions()) == 16
        assert len(it.floor.sent) == before
        assert asked == []


async def test_l2_a_program_that_is_late_enters_nothing_says_why_and_still_leaves() -> None:
    async with lab() as it:
        await entered(it)
        lag = it.desk.safety.lag
        assert lag is not None
        lag.sample(1.0, House.now())
        it.signal(2)
        await asyncio.sleep(0.3)
        assert it.floor.true_net() == 1
        assert any("1,000 ms late" in brake.said for brake in it.desk.state().brakes)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0


@pytest.mark.parametrize(
    ("does", "left", "refused"),
    [(AtLimit.STOP, 1, True), (AtLimit.FLATTEN, 0, False), (AtLimit.BOTH, 0, True)],
)
async def test_s3_a_daily_loss_does_what_its_setting_says(
    does: AtLimit, left: int, refused: bool
) -> None:
    async with lab() as it:
        link = await it.link(daily_loss=Decimal(10), daily_loss_does=does)
        it.signal(1)
        await it.quiet()
        it.tick("24990")
        it.desk.look_after()
        await it.quiet()
        assert it.floor.true_net() == left
        it.signal(0)
        await it.quiet()
        it.desk.look_after()
        it.signal(1, price="24990")
        await it.quiet()
        assert it.floor.true_net() == (0 if refused else 1)
        said = sentences(link.settings)["daily_loss_does"]
        assert ("clos" in said or "flat" in said) == (left == 0)


async def test_b2_after_a_lockout_exits_go_and_entries_are_not_sent_by_themselves() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", NotSent("locked out", 0.05), times=2)
        it.signal(2)
        await it.quiet()
        assert it.decisions()[-1].verdict is Verdict.FAILED
        assert "locked out" in it.decisions()[-1].reason
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert market_orders(it) == [("Buy", 1), ("Buy", 1), ("Sell", 1), ("Sell", 1)]


async def test_b5_every_order_change_and_cancel_has_a_deadline() -> None:
    async with lab() as it:
        await entered(it)
        it.signal(2)
        await it.quiet()
        it.signal(1)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        sent = [s for s in it.floor.sent if s.what in ("place", "modify", "cancel")]
        assert {s.what for s in sent} == {"place", "modify", "cancel"}
        assert all(s.fresh is not None and s.fresh <= QUICK.fresh for s in sent)


async def test_b5_an_exit_that_is_placed_on_its_own_has_a_deadline_too() -> None:
    async with lab() as it:
        await entered(it)
        for row in it.floor.true_working():
            it.floor.cancelled_by_broker(row["id"])
        before = len(it.floor.sent)
        await settled(it)
        placed = [s for s in it.floor.sent[before:] if s.what == "place"]
        assert stops_and_targets(it.floor.true_working()) == (1, 1)
        assert placed
        assert all(s.fresh is not None and s.fresh <= QUICK.fresh for s in placed)
