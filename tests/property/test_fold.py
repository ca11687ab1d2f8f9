"""The money, against an independent fold in plain rational arithmetic."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justtrades_desktop.domain.instructions import Instruction, Nothing, plan
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position, Stamp, apply
from justtrades_desktop.domain.signals import Action, Opposite

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CENT = Fraction(1, 100)

prices = st.integers(-40_000, 120_000).map(lambda quarters: Decimal(quarters) / 4)
quantities = st.integers(0, 9)


def instructed(**fields: Any) -> Instruction:
    """Only what is named: Hypothesis would make up the rest of a named tuple."""
    return Instruction(**fields)


instructions = st.one_of(
    st.builds(
        instructed,
        action=st.sampled_from([Action.BUY, Action.SELL]),
        quantity=quantities,
        opposite=st.sampled_from(Opposite),
    ),
    st.builds(instructed, action=st.just(Action.ADD), quantity=quantities),
    st.builds(instructed, action=st.just(Action.TARGET), target=st.integers(-9, 9)),
    st.builds(instructed, action=st.just(Action.REVERSE)),
    st.builds(instructed, action=st.just(Action.CLOSE)),
    st.builds(instructed, action=st.just(Action.CLOSE), quantity=quantities),
    st.builds(
        instructed,
        action=st.just(Action.CLOSE),
        percent=st.integers(0, 100).map(Decimal),
    ),
)
steps = st.lists(st.tuples(instructions, prices), max_size=40)


class Rational:
    """An averaging ledger of signed contracts, written without a look at the other one."""

    def __init__(self) -> None:
        self.held = 0
        self.average = Fraction(0)
        self.realized = Fraction(0)

    def trade(self, contracts: int, price: Fraction) -> None:
        """Buy (positive) or sell (negative) ``contracts``, one at a time."""
        step = 1 if contracts > 0 else -1
        for _ in range(abs(contracts)):
            if self.held * step >= 0:
                size = abs(self.held)
                self.average = (self.average * size + price) / (size + 1)
            else:
                self.realized += (price - self.average) * (1 if self.held > 0 else -1)
            self.held += step

    def unrealized(self, price: Fraction) -> Fraction:
        return (price - self.average) * self.held


class Folded:
    """The product's own fold over the same steps."""

    def __init__(self) -> None:
        self.open: Position | None = None
        self.realized = Fraction(0)
        self.closed: list[Position] = []
        self.signals = 0

    @property
    def held(self) -> int:
        return self.open.signed if self.open else 0

    def take(self, instruction: Instruction, price: Decimal) -> None:
        step = plan(self.held, instruction)
        if isinstance(step, Nothing):
            return
        self.signals += 1
        stamp = Stamp(
            signal_id=self.signals, new_position_id=self.signals, recorder_id=1, symbol="X", at=NOW
        )
        change = apply(self.open, step, price, stamp)
        if change.closed:
            assert change.closed.realized is not None
            self.realized += change.closed.realized
            self.closed.append(change.closed)
        self.open = change.open

    @property
    def all_realized(self) -> Fraction:
        assert self.open is None or self.open.realized is not None
        return self.realized + (self.open.realized if self.open and self.open.realized else 0)


def contracts_of(instruction: Instruction, held: int) -> list[int]:
    """What the rules in words make of an instruction: signed trades, written a second time."""
    quantity = instruction.quantity or 0
    side = 1 if held > 0 else -1
    match instruction.action:
        case Action.BUY | Action.SELL:
            toward = 1 if instruction.action is Action.BUY else -1
            if quantity and held * toward < 0 and instruction.opposite is not Opposite.NET:
                rest = quantity if instruction.opposite is Opposite.REVERSE else 0
                return [-held, rest * toward]
            return [quantity * toward]
        case Action.ADD:
            return [quantity * side] if held else []
        case Action.REVERSE:
            return [-held, -held]
        case Action.TARGET:
            return [(instruction.target or 0) - held]
        case _:
            return [-side * _to_close(instruction, abs(held))] if held else []


def _to_close(instruction: Instruction, held: int) -> int:
    if instruction.percent is not None:
        if instruction.percent == 0:
            return 0
        doubled = 2 * Fraction(instruction.percent) * held / 100
        return min(held, max(1, (int(doubled) + 1) // 2))
    return held if instruction.quantity is None else min(held, instruction.quantity)


@settings(max_examples=300)
@given(steps)
def test_the_fold_equals_rational_arithmetic(taken: list[tuple[Instruction, Decimal]]) -> None:
    folded, rational = Folded(), Rational()
    for instruction, price in taken:
        for contracts in contracts_of(instruction, rational.held):
            rational.trade(contracts, Fraction(price))
        folded.take(instruction, price)
        assert folded.held == rational.held
        assert abs(folded.all_realized - rational.realized) < CENT / 10**6
        if folded.open:
            unrealized = folded.open.unrealized(price)
            assert unrealized is not None
            assert abs(unrealized - rational.unrealized(Fraction(price))) < CENT / 10**6


def test_a_hundred_thousand_random_signals_agree_to_the_cent() -> None:
    chance = random.Random(7)
    folded, rational = Folded(), Rational()
    price = Decimal(25600)
    for _ in range(100_000):
        price += Decimal(chance.randint(-8, 8)) / 4
        action = chance.choice([Action.BUY, Action.SELL, Action.CLOSE])
        quantity = None if action is Action.CLOSE else chance.randint(1, 5)
        instruction = Instruction(action=action, quantity=quantity)
        for contracts in contracts_of(instruction, rational.held):
            rational.trade(contracts, Fraction(price))
        folded.take(instruction, price)
    assert folded.held == rational.held
    assert abs(folded.all_realized - rational.realized) < CENT / 10**20


def test_a_position_that_is_never_flat_stays_exact_in_total() -> None:
    """Its open cost has no finite decimal; only the split in realized and unrealized feels that."""
    chance = random.Random(11)
    folded, price = Folded(), Decimal(25600)
    bought = sold = Fraction(0)
    for _ in range(20_000):
        price += Decimal(chance.randint(-8, 8)) / 4
        buying = folded.held < 50 or chance.random() < 0.5
        quantity = chance.randint(1, 7)
        action = Action.BUY if buying else Action.SELL
        folded.take(Instruction(action=action, quantity=quantity), price)
        if buying:
            bought += Fraction(price) * quantity
        else:
            sold += Fraction(price) * quantity
    position = folded.open
    assert position is not None
    unrealized = position.unrealized(price)
    assert unrealized is not None
    total = folded.all_realized + unrealized
    assert total == sold - bought + Fraction(price) * position.open


@settings(max_examples=300)
@given(steps, st.sampled_from([Action.CLOSE]), st.one_of(st.none(), quantities), prices)
def test_a_close_never_increases_exposure_nor_crosses_zero(
    taken: list[tuple[Instruction, Decimal]], action: Action, quantity: int | None, price: Decimal
) -> None:
    folded = Folded()
    for instruction, at in taken:
        folded.take(instruction, at)
    before = folded.held
    folded.take(Instruction(action=action, quantity=quantity), price)
    assert abs(folded.held) <= abs(before)
    assert folded.held * before >= 0


@settings(max_examples=200)
@given(st.lists(prices, max_size=60), st.lists(st.integers(0, 60), max_size=8), quantities)
def test_any_split_of_the_ticks_gives_the_same_extremes(
    ticks: list[Decimal], cuts: list[int], size: int
) -> None:
    folded = Folded()
    folded.take(Instruction(action=Action.SELL, quantity=size + 1), Decimal(100))
    assert folded.open is not None
    whole = Mark(folded.open)
    pieces = folded.open
    mark = Mark(pieces)
    for number, price in enumerate(ticks):
        whole.tick(price, NOW)
        mark.tick(price, NOW)
        if number in cuts:  # as a restart does: settle, forget the mark, go on from the position
            mark = Mark(mark.settled())
    assert mark.settled() == whole.settled()
    expected = [Fraction(100 - price) * (size + 1) for price in ticks]
    assert whole.settled().worst == min([Fraction(0), *expected])
    assert whole.settled().best == max([Fraction(0), *expected])


@pytest.mark.parametrize("opposite", list(Opposite))
def test_worst_and_best_enclose_zero_and_the_result(opposite: Opposite) -> None:
    chance = random.Random(3)
    folded = Folded()
    for _ in range(2_000):
        action = chance.choice([Action.BUY, Action.SELL])
        price = Decimal(chance.randint(400, 440)) / 4
        folded.take(
            Instruction(action=action, quantity=chance.randint(1, 3), opposite=opposite), price
        )
    for position in folded.closed:
        assert position.worst <= 0 <= position.best
