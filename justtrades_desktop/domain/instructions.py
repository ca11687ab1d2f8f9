"""From a reading to whole contracts: settings applied once, then the plan for a position.

This is the one place where sizes are scaled, so entries, adds, trims and stated positions can
never disagree about the multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Opposite, Reading

_TOWARD: Final = {Action.BUY: 1, Action.SELL: -1}


class Instruction(NamedTuple):
    """What a signal does to a position, settled: contracts are final, nothing is left to look up.

    Stored with the signal, so that a replay needs no setting of the recorder. ``quantity`` None
    means the whole position (close). ``expected`` is the signed position that the alert implies we
    held before it, None where it implies none; ``toward`` is +1 where it says at least that the
    strategy bought, -1 sold, 0 nothing. ``only_side`` is the side a close is for, 0 for either.
    """

    action: Action
    quantity: int | None = None
    percent: Decimal | None = None
    target: int | None = None
    opposite: Opposite = Opposite.NET
    expected: int | None = None
    toward: int = 0
    only_side: int = 0


class Plan(NamedTuple):
    """Contracts to exit from what is open, then to enter on ``side`` (+1 long, -1 short)."""

    exit: int = 0
    enter: int = 0
    side: int = 0


@dataclass(frozen=True, slots=True)
class Nothing:
    """The instruction changes nothing; ``reason`` says why."""

    reason: str


def instruct(reading: Reading, recorder: Recorder) -> Instruction | Nothing:
    """Apply the recorder's default quantity, multiplier and switches to what the alert says."""
    scale = recorder.multiplier
    stated = reading.target if recorder.follow_position else None
    if stated is not None and not _plain_close(reading):
        return Instruction(
            action=Action.TARGET,
            target=stated * scale,
            quantity=None if reading.quantity is None else reading.quantity * scale,
            expected=_expected(reading, stated, scale),
            toward=_TOWARD.get(reading.action, 0),
        )
    if reading.action is Action.TARGET:
        return Nothing("the alert only states a position, and this recorder does not follow it")
    quantity = reading.quantity
    if quantity is None and reading.action in (Action.BUY, Action.SELL, Action.ADD):
        quantity = recorder.quantity
    if reading.action is Action.CLOSE and reading.target == 0:
        quantity = None
    return Instruction(
        action=reading.action,
        quantity=None if quantity is None else quantity * scale,
        percent=reading.percent,
        opposite=recorder.opposite,
        only_side=reading.only_side,
    )


def plan(position: int, instruction: Instruction) -> Plan | Nothing:
    """What ``instruction`` does to a signed ``position`` of contracts."""
    quantity = instruction.quantity or 0
    match instruction.action:
        case Action.BUY:
            return _trade(position, quantity, +1, instruction.opposite)
        case Action.SELL:
            return _trade(position, quantity, -1, instruction.opposite)
        case Action.CLOSE:
            return _close(position, instruction)
        case Action.ADD:
            return _add(position, quantity)
        case Action.REVERSE:
            return _reverse(position)
        case Action.TARGET:
            return _target(position, instruction.target or 0)
        case Action.PRICE:
            return Nothing("a price is no signal")
        case _:
            assert_never(instruction.action)


def missed(position: int, instruction: Instruction) -> str | None:
    """The gap in words where the alert implies another position than ours before it, else None."""
    expected = instruction.expected
    if expected is None:
        return _wrong_way(position, instruction)
    if expected == position:
        return None
    return f"{_missing_step(position, expected)} was never received"


def described(position: int) -> str:
    """``'long 2'``, ``'short 1'`` or ``'flat'``."""
    if position == 0:
        return "flat"
    return f"{'long' if position > 0 else 'short'} {abs(position)}"


def _wrong_way(position: int, instruction: Instruction) -> str | None:
    """A buy that lowers our position (or a sell that raises it): something came before it."""
    if instruction.target is None:
        return None
    step = instruction.target - position
    if step * instruction.toward >= 0:
        return None
    side = "sell" if instruction.toward > 0 else "buy"
    return f"a {side} of more than {abs(step)} was never received"


def _plain_close(reading: Reading) -> bool:
    """A full close that states no earlier position has nothing to compare: it simply closes."""
    return reading.action is Action.CLOSE and not reading.target and reading.previous is None


def _expected(reading: Reading, stated: int, scale: int) -> int | None:
    if reading.previous is not None:
        return reading.previous * scale
    if reading.quantity is None:
        return None
    match reading.action:
        case Action.BUY:
            return (stated - reading.quantity) * scale
        case Action.SELL:
            return (stated + reading.quantity) * scale
        case Action.ADD:
            return (stated - reading.quantity * (1 if stated > 0 else -1)) * scale
        case _:
            return None


def _trade(position: int, quantity: int, side: int, opposite: Opposite) -> Plan | Nothing:
    if quantity == 0:
        return Nothing("the quantity is 0")
    if position * side >= 0:
        return Plan(enter=quantity, side=side)
    held = abs(position)
    match opposite:
        case Opposite.NET:
            return Plan(exit=min(quantity, held), enter=max(quantity - held, 0), side=side)
        case Opposite.CLOSE:
            return Plan(exit=held)
        case Opposite.REVERSE:
            return Plan(exit=held, enter=quantity, side=side)
        case _:
            assert_never(opposite)


def _close(position: int, instruction: Instruction) -> Plan | Nothing:
    held = abs(position)
    if held == 0:
        return Nothing("there is no open position to close")
    if position * instruction.only_side < 0:
        side = "long" if instruction.only_side > 0 else "short"
        return Nothing(f"it closes a {side}, and the position is {described(position)}")
    if instruction.percent is not None:
        if instruction.percent == 0:
            return Nothing("0 percent of the position was to be closed")
        return Plan(exit=_part(held, instruction.percent))
    if instruction.quantity is None:
        return Plan(exit=held)
    if instruction.quantity == 0:
        return Nothing("the quantity is 0")
    return Plan(exit=min(instruction.quantity, held))


def _part(held: int, percent: Decimal) -> int:
    """``percent`` of ``held`` in whole contracts, halves up, at least 1 and never more than all."""
    exact = Fraction(percent) * held / 100
    return min(held, max(1, int(exact + Fraction(1, 2))))


def _add(position: int, quantity: int) -> Plan | Nothing:
    if position == 0:
        return Nothing("there is no open position to add to")
    if quantity == 0:
        return Nothing("the quantity is 0")
    return Plan(enter=quantity, side=1 if position > 0 else -1)


def _reverse(position: int) -> Plan | Nothing:
    if position == 0:
        return Nothing("there is no open position to reverse")
    return Plan(exit=abs(position), enter=abs(position), side=-1 if position > 0 else 1)


def _target(position: int, target: int) -> Plan | Nothing:
    if target == position:
        return Nothing(f"the position is already {described(position)}")
    side = 1 if target > 0 else -1
    if position * target < 0:
        return Plan(exit=abs(position), enter=abs(target), side=side)
    step = abs(target) - abs(position)
    return Plan(enter=step, side=side) if step > 0 else Plan(exit=-step)


def _missing_step(ours: int, expected: int) -> str:
    if ours == 0:
        return f"an entry of {described(expected)}"
    if expected == 0:
        return f"a close of {described(ours)}"
    if ours * expected < 0:
        return f"a reversal from {described(ours)} to {described(expected)}"
    step = abs(expected) - abs(ours)
    return f"an add of {step}" if step > 0 else f"a trim of {-step}"
