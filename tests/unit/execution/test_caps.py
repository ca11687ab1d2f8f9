"""The caps of an account: each refuses by its name, and no storm of signals gets past one."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from justtrades_desktop.domain.links import AccountKey, AccountLimits
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Intent,
    IntentState,
    Purpose,
    Verdict,
    Way,
    Wish,
)
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.execution.caps import Caps, Refusal, Sent, Wait, entries_of

_KEY = AccountKey("Sim", "PAPER1")
_OTHER = AccountKey("Sim", "PAPER2")
_NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)  # a Wednesday, 9:00 in Chicago
_OFF = AccountLimits(minute=None, day=None, repeat_seconds=0)


def caps() -> Caps:
    return Caps(Calendar())


def later(seconds: float) -> datetime:
    return _NOW + timedelta(seconds=seconds)


def ask(of: Caps, limits: AccountLimits, quantity: int = 1, **more: Any) -> Refusal | Wait | None:
    asked: dict[str, Any] = {
        "way": Way.BUY,
        "contract": "MNQZ6",
        "held_contract": 0,
        "held_account": 0,
        "pending": 0,
        "now": _NOW,
    }
    key = more.pop("key", _KEY)
    return of.ask(key, limits, quantity=quantity, **asked | more)


def refused(answer: Refusal | Wait | None) -> Refusal:
    assert isinstance(answer, Refusal)
    return answer


def send(of: Caps, at: datetime, key: AccountKey = _KEY, **more: Any) -> None:
    sent: dict[str, Any] = {"way": Way.BUY, "contract": "MNQZ6", "quantity": 1, "at": at}
    of.count(key, **sent | more)


# Sizes


def test_without_a_limit_nothing_is_refused() -> None:
    assert ask(caps(), _OFF, 10_000, held_contract=500, held_account=900, pending=70) is None


@pytest.mark.parametrize(
    ("limits", "most", "setting"),
    [
        (AccountLimits(order=3), 3, "order"),
        (AccountLimits(position=5), 5, "position"),
        (AccountLimits(account=7), 7, "account"),
        (AccountLimits(minute=2), 2, "minute"),
        (AccountLimits(day=4), 4, "day"),
    ],
)
def test_each_cap_lets_its_value_through_and_names_itself_above_it(
    limits: AccountLimits, most: int, setting: str
) -> None:
    by_number = setting in ("minute", "day")
    fits: dict[str, Any] = {"orders": most} if by_number else {"quantity": most}
    exceeds: dict[str, Any] = {"orders": most + 1} if by_number else {"quantity": most + 1}
    assert ask(caps(), limits, **fits) is None
    said = refused(ask(caps(), limits, **exceeds))
    assert (said.setting, said.value, said.confirm) == (setting, most, False)
    assert said.reason.startswith(f"The account's limit is {most} ")


def test_zero_is_a_limit_and_none_is_not() -> None:
    assert refused(ask(caps(), AccountLimits(order=0))).value == 0
    assert refused(ask(caps(), AccountLimits(day=0))).setting == "day"


def test_what_is_held_and_under_way_counts() -> None:
    limits = AccountLimits(position=5)
    assert ask(caps(), limits, 2, held_contract=2, held_account=2, pending=1) is None
    said = refused(ask(caps(), limits, 2, held_contract=2, held_account=2, pending=2))
    assert said.reason == (
        "The account's limit is 5 contracts a position; it could become 6, 2 of them under way."
    )
    short = {"way": Way.SELL, "held_contract": -4, "held_account": 4}
    assert refused(ask(caps(), limits, 2, **short)).setting == "position"


def test_the_whole_account_counts_what_other_contracts_hold_and_have_under_way() -> None:
    limits = AccountLimits(account=8)
    held = {"held_contract": 2, "held_account": 5, "pending": 1}
    assert ask(caps(), limits, 2, pending_account=1, **held) is None
    assert refused(ask(caps(), limits, 2, pending_account=2, **held)).setting == "account"


def test_an_order_that_only_lessens_is_not_held_back() -> None:
    limits = AccountLimits(order=1, position=1, account=1, minute=0, day=0)
    long = {"way": Way.SELL, "held_contract": 5, "held_account": 5, "by_hand": True}
    assert ask(caps(), limits, 5, **long) is None
    # With another one under way it could go past flat, and opens.
    assert refused(ask(caps(), limits, 5, **long | {"pending": 1})).setting == "order"


def test_an_opposite_position_is_no_discount() -> None:
    """An exit may close it first."""
    long = {"way": Way.SELL, "held_contract": 3, "held_account": 3, "by_hand": True}
    assert refused(ask(caps(), AccountLimits(position=3), 4, **long)).setting == "position"


def test_an_entry_of_nothing_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="an entry of 0 contracts"):
        ask(caps(), _OFF, 0)


# How often


def test_the_minute_slides() -> None:
    of, limits = caps(), AccountLimits(minute=2, repeat_seconds=0)
    send(of, _NOW)
    send(of, later(30))
    said = refused(ask(of, limits, now=later(59.9)))
    assert said.reason == (
        "The account's limit is 2 orders that open a minute; 2 were sent in the last one."
    )
    assert ask(of, limits, now=later(60)) is None
    assert of.minute(_KEY, later(60)) == 1


def test_accounts_count_alone() -> None:
    of, limits = caps(), AccountLimits(minute=1)
    send(of, _NOW, _OTHER)
    assert ask(of, limits) is None
    assert of.minute(_KEY, _NOW) == 0


def test_the_day_is_the_session_day() -> None:
    of, limits = caps(), AccountLimits(minute=None, day=1, repeat_seconds=0)
    opens = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)  # 17:00 in Chicago
    send(of, _NOW)
    assert refused(ask(of, limits, now=opens - timedelta(seconds=1))).setting == "day"
    assert ask(of, limits, now=opens) is None
    send(of, opens)
    assert of.day(_KEY, opens) == 1
    # Midnight, in whatever zone, begins nothing.
    assert refused(ask(of, limits, now=opens + timedelta(hours=9))).setting == "day"


def test_the_minute_goes_across_the_begin_of_a_session() -> None:
    of, limits = caps(), AccountLimits(minute=2, day=2, repeat_seconds=0)
    opens = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
    send(of, opens - timedelta(seconds=10))
    send(of, opens)
    assert refused(ask(of, limits, now=opens + timedelta(seconds=5))).setting == "minute"


def test_a_ladder_counts_each_of_its_orders() -> None:
    of, limits = caps(), AccountLimits(minute=5)
    send(of, _NOW, quantity=3, orders=3)
    assert refused(ask(of, limits, 3, orders=3, now=later(20))).setting == "minute"
    assert ask(of, limits, 2, orders=2, now=later(20)) is None


# Repeats


def test_an_identical_entry_by_rule_waits() -> None:
    of = caps()
    send(of, _NOW)
    answer = ask(of, AccountLimits(), now=later(4))
    assert isinstance(answer, Wait)
    assert answer.seconds == pytest.approx(6)
    assert answer.reason == (
        "Buy 1 MNQZ6 was sent already within 10 s (the account's limit for repeats): "
        "it waits 6.0 s."
    )
    assert ask(of, AccountLimits(), now=later(10)) is None


@pytest.mark.parametrize(
    "other",
    [{"quantity": 2}, {"way": Way.SELL}, {"contract": "ESZ6"}, {"key": _OTHER}],
)
def test_another_order_is_no_repeat(other: dict[str, Any]) -> None:
    of = caps()
    send(of, _NOW)
    assert ask(of, AccountLimits(), now=later(1), **other) is None


def test_an_identical_order_by_hand_asks_and_goes_out_once_confirmed() -> None:
    of = caps()
    send(of, _NOW)
    said = refused(ask(of, AccountLimits(), now=later(4), by_hand=True))
    assert (said.setting, said.confirm) == ("repeat_seconds", True)
    assert "confirm that a second one is meant" in said.reason
    assert ask(of, AccountLimits(), now=later(4), by_hand=True, confirmed=True) is None


def test_a_confirmation_is_no_way_past_a_cap() -> None:
    answer = ask(caps(), AccountLimits(order=1), 2, by_hand=True, confirmed=True)
    assert refused(answer).setting == "order"


def test_a_clock_set_back_waits_no_longer_than_the_limit() -> None:
    of = caps()
    send(of, later(500))
    answer = ask(of, AccountLimits())
    assert isinstance(answer, Wait)
    assert answer.seconds == 10


# After a restart


def decision(number: int, wish: Wish, verdict: Verdict, before: int, wanted: int) -> Decision:
    return Decision(
        id=number,
        at=_NOW,
        wish=wish,
        verdict=verdict,
        key=_KEY,
        contract="MNQZ6",
        before=before,
        wanted=wanted,
    )


def fill(number: int, client_id: str | None, **more: Any) -> Execution:
    facts: dict[str, Any] = {"quantity": 1, "purpose": Purpose.ENTRY, "decision_id": None}
    return Execution(
        key=_KEY,
        fill_id=number,
        order_id=1,
        contract_id=11,
        contract="MNQZ6",
        way=Way.BUY,
        price=Decimal(100),
        at=_NOW,
        client_id=client_id,
        **facts | more,
    )


def test_a_restart_counts_what_was_sent_before() -> None:
    of = caps()
    of.restore([Sent(_KEY, later(30), "MNQZ6", Way.BUY, 1), Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 1)])
    assert (of.minute(_KEY, later(65)), of.day(_KEY, later(65))) == (1, 2)
    assert isinstance(ask(of, AccountLimits(), now=later(35)), Wait)


def test_decisions_that_may_have_sent_count_and_others_do_not() -> None:
    rows = [
        decision(1, Wish.ENTER, Verdict.SENT, 0, -2),
        decision(2, Wish.ADD, Verdict.PERSON, -2, -3),
        decision(3, Wish.REVERSE, Verdict.DONE, -3, 1),
        decision(4, Wish.ENTER, Verdict.SHADOW, 0, 1),
        decision(5, Wish.ENTER, Verdict.REFUSED, 0, 1),
        decision(6, Wish.CLOSE, Verdict.DONE, 1, 0),
    ]
    assert entries_of(rows, []) == [
        Sent(_KEY, _NOW, "MNQZ6", Way.SELL, 2),
        Sent(_KEY, _NOW, "MNQZ6", Way.SELL, 1),
        Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 1),
    ]


def test_fills_say_how_many_orders_a_decision_sent() -> None:
    fills = [
        fill(1, "jt-a", decision_id=1),
        fill(2, "jt-b", decision_id=1),
        fill(3, "jt-b", decision_id=1),
    ]
    sent = entries_of([decision(1, Wish.ENTER, Verdict.DONE, 0, 3)], fills)
    assert sent == [Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 3, orders=2)]


def intent(client_id: str, **more: Any) -> Intent:
    facts: dict[str, Any] = {"purpose": Purpose.ENTRY, "state": IntentState.PLACED}
    return Intent(
        client_id=client_id,
        decision_id=1,
        key=_KEY,
        contract_id=11,
        contract="MNQZ6",
        way=Way.BUY,
        quantity=1,
        at=_NOW,
        **facts | more,
    )


def test_orders_without_a_fill_count_too_and_what_was_not_sent_does_not() -> None:
    intents = [
        intent("jt-a", state=IntentState.FILLED),
        intent("jt-b"),
        intent("jt-c", state=IntentState.DOUBT),
        intent("jt-d", state=IntentState.NOT_SENT),
        intent("jt-e", purpose=Purpose.STOP),
    ]
    known = [decision(1, Wish.ENTER, Verdict.SENT, 0, 3)]
    sent = entries_of(known, [fill(1, "jt-a", decision_id=1)], intents)
    assert sent == [Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 3, orders=3)]
    assert len(entries_of([], [], intents)) == 3


def test_fills_of_unknown_decisions_count_once_an_order_and_exits_and_others_never() -> None:
    fills = [
        fill(1, "jt-a", decision_id=9),
        fill(2, "jt-a", decision_id=9, quantity=2),
        fill(3, "jt-c", purpose=Purpose.HAND),
        fill(4, "jt-d", purpose=Purpose.STOP),
        fill(5, None, purpose=None),
    ]
    assert entries_of([], fills) == [
        Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 3),
        Sent(_KEY, _NOW, "MNQZ6", Way.BUY, 1),
    ]


# Storms

_LIMITS = AccountLimits(order=4, position=5, account=8, minute=12, day=60, repeat_seconds=2)
_CONTRACTS = ("MNQZ6", "ESZ6", "GCZ6")


@dataclass
class Market:
    """A broker that fills what it was sent whenever it likes, in parts and in any order."""

    caps: Caps = field(default_factory=caps)
    now: datetime = _NOW
    net: Counter[str] = field(default_factory=Counter)
    under_way: list[tuple[str, Way, int]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def signal(self, contract: str, way: Way, quantity: int, *, by_hand: bool = False) -> None:
        pending = sum(n for name, _, n in self.under_way if name == contract)
        answer = self.caps.ask(
            _KEY,
            _LIMITS,
            way=way,
            contract=contract,
            quantity=quantity,
            held_contract=self.net[contract],
            held_account=self.held(),
            pending=pending,
            pending_account=sum(n for _, _, n in self.under_way),
            now=self.now,
            by_hand=by_hand,
            confirmed=by_hand,
        )
        if answer is None:
            self.caps.count(_KEY, way=way, contract=contract, quantity=quantity, at=self.now)
            self.under_way.append((contract, way, quantity))
            # Caps are about what opens, not about what only lessens.
            if self.net[contract] * way.sign + pending + quantity > 0:
                self.sent.append(Sent(_KEY, self.now, contract, way, quantity))

    def fill(self, which: int, quantity: int) -> None:
        contract, way, left = self.under_way.pop(which % len(self.under_way))
        part = min(left, quantity)
        self.net[contract] += way.sign * part
        if left > part:
            self.under_way.append((contract, way, left - part))

    def exit(self, contract: str, quantity: int) -> None:
        net = self.net[contract]
        self.net[contract] -= (1 if net > 0 else -1) * min(abs(net), quantity)

    def held(self) -> int:
        return sum(map(abs, self.net.values()))

    def check(self) -> None:
        assert all(abs(net) <= 5 for net in self.net.values())
        assert self.held() <= 8
        assert all(sent.quantity <= 4 for sent in self.sent)
        within = [sent for sent in self.sent if sent.at > self.now - timedelta(minutes=1)]
        assert len(within) <= 12
        assert len(self.sent) <= 60

    def restart(self) -> None:
        again = caps()
        again.restore(self.sent)
        self.caps = again


def test_a_storm_of_a_thousand_contradictory_signals_exceeds_no_cap() -> None:
    for seed in range(20):
        chance, market = random.Random(seed), Market()
        refusals = 0
        for _ in range(1000):
            market.now += timedelta(seconds=chance.choice((0, 0.01, 0.5, 5)))
            before = len(market.under_way)
            market.signal(
                chance.choice(_CONTRACTS), chance.choice(tuple(Way)), chance.randint(1, 6)
            )
            refusals += len(market.under_way) == before
            market.check()
            while market.under_way and chance.random() < 0.6:
                market.fill(chance.randrange(99), chance.randint(1, 6))
                market.check()
            if chance.random() < 0.4:
                market.exit(chance.choice(_CONTRACTS), chance.randint(1, 6))
        assert refusals > 500
        assert len(market.sent) > 20


class Storm(RuleBasedStateMachine):
    """Signals, fills, exits, restarts and time in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.market = Market()

    @rule(
        contract=st.sampled_from(_CONTRACTS),
        way=st.sampled_from(Way),
        quantity=st.integers(1, 6),
        by_hand=st.booleans(),
    )
    def signal(self, contract: str, way: Way, quantity: int, by_hand: bool) -> None:
        self.market.signal(contract, way, quantity, by_hand=by_hand)

    @rule(which=st.integers(0, 9), quantity=st.integers(1, 6))
    def fill(self, which: int, quantity: int) -> None:
        if self.market.under_way:
            self.market.fill(which, quantity)

    @rule(contract=st.sampled_from(_CONTRACTS), quantity=st.integers(1, 6))
    def exit(self, contract: str, quantity: int) -> None:
        self.market.exit(contract, quantity)

    @rule(seconds=st.sampled_from((0.5, 3.0, 61.0)))
    def wait(self, seconds: float) -> None:
        self.market.now += timedelta(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.market.restart()

    @invariant()
    def no_cap_is_exceeded(self) -> None:
        self.market.check()


TestStorm = Storm.TestCase
TestStorm.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.lists(st.tuples(st.floats(0, 90_000), st.integers(1, 3)), max_size=30))
def test_a_restart_changes_no_answer(entries: list[tuple[float, int]]) -> None:
    live, rows = caps(), sorted(entries)
    for seconds, orders in rows:
        send(live, later(seconds), orders=orders)
    again = caps()
    again.restore(
        Sent(_KEY, later(seconds), "MNQZ6", Way.BUY, 1, orders) for seconds, orders in rows
    )
    counts: defaultdict[str, list[int]] = defaultdict(list)
    for name, each in (("live", live), ("again", again)):
        now = later(rows[-1][0]) if rows else _NOW
        counts[name] = [each.minute(_KEY, now), each.day(_KEY, now)]
    assert counts["live"] == counts["again"]
