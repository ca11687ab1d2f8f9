"""The exit set of a link's position: which targets and stops should rest at the broker. Pure.

Sizes are contracts, prices points on the tick grid, rounded as ``level_prices`` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import ExitRules, Level
from justtrades_desktop.domain.ladder import shares, whole_of
from justtrades_desktop.domain.level_prices import Basis, distance_of, on_grid, price_of
from justtrades_desktop.domain.links import LinkSettings, Target
from justtrades_desktop.domain.orders import OrderKind


class NoExitSet(ValueError):
    """No exit set can be reckoned; its text says why in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPlan:
    """The exits that a position shall have; what is None is off.

    The levels mean the same as in ``ExitRules``. ``trail_step`` lets the stop follow in whole
    steps only. ``take_profit`` and ``stop_loss`` are the alert's own, which count where a level
    says ``alert``.
    """

    targets: tuple[Target, ...] = ()
    stop: Level | None = None
    trail: Level | None = None
    trail_after: Level | None = None
    trail_step: Level | None = None
    break_even: Level | None = None
    break_even_offset: Level | None = None
    take_profit: Level | None = None
    stop_loss: Level | None = None

    def __bool__(self) -> bool:
        return bool(self.targets or self.stop or self.trail or self.break_even)


class Stop(NamedTuple):
    """A stop that should rest: ``STOP`` at ``price``, or ``TRAILING_STOP`` that begins there.

    ``distance`` is how far a trailing one stays behind, in points and above 0. ``floor`` is the
    fixed price that a trailing one must not begin behind, None where there is none.
    """

    kind: OrderKind
    price: Decimal
    distance: Decimal | None = None
    floor: Decimal | None = None


class Part(NamedTuple):
    """One part of the position: how many contracts leave at which target or else stop."""

    quantity: int
    target: Decimal | None
    stop: Stop | None


def plan_of(
    settings: LinkSettings,
    recorder_exits: ExitRules,
    *,
    take_profit: Level | None,
    stop_loss: Level | None,
) -> ExitPlan:
    """The link's exits where it has its own, else the recorder's.

    Parts in contracts are scaled by the link's multiplier, as its entries are.
    """
    if settings.own_exits:
        return ExitPlan(
            targets=tuple(_scaled(step, settings.multiplier) for step in settings.targets),
            stop=settings.stop,
            trail=settings.trail,
            trail_after=settings.trail_after,
            trail_step=settings.trail_step,
            break_even=settings.break_even,
            break_even_offset=settings.break_even_offset,
            take_profit=take_profit,
            stop_loss=stop_loss,
        )
    rule = recorder_exits.take_profit
    return ExitPlan(
        targets=(Target(rule, Decimal(100)),) if rule is not None else (),
        stop=recorder_exits.stop,
        trail=recorder_exits.trail,
        trail_after=recorder_exits.trail_after,
        break_even=recorder_exits.break_even,
        break_even_offset=recorder_exits.break_even_offset,
        take_profit=take_profit,
        stop_loss=stop_loss,
    )


def exit_set(
    plan: ExitPlan,
    *,
    side: int,
    size: int,
    average: Decimal | Fraction,
    product: Product | None,
    favourable: Decimal | None,
    done: frozenset[int] = frozenset(),
    filled: Mapping[int, int] | None = None,
    standing: Decimal | None = None,
) -> Mapping[int, Part]:
    """What should rest for ``size`` contracts on ``side`` (+1 long, -1 short), by ladder index.

    The quantities add up to ``size``; a part without a known target has the stop alone, and where
    nothing is to rest at all there are no parts. Targets are rounded away from the entry and stops
    too: never less profit than asked for, never out before the distance. Break-even is rounded to
    the better side.

    Args:
        plan: what the exits shall be.
        side: +1 long, -1 short.
        size: what is open.
        average: the entry, in points.
        product: its tick; None is unknown.
        favourable: the best price since the last entry; None moves no stop.
        done: steps of the ladder that filled completely in this position.
        filled: contracts that each step has closed, the done ones too; without it parts are
            shared anew after each fill.
        standing: a fixed stop that rests for this same average; the new one is never behind it.

    Raises:
        NoExitSet: the product is unknown, so that no price can be put on its tick grid.
    """
    if size <= 0 or not plan:
        return {}
    if product is None:
        raise NoExitSet(
            "The tick of this symbol is not known, so no target or stop can be priced. "
            "Enter its tick size and value first."
        )
    whole = whole_of(plan.targets, size, filled, done)
    basis = Basis(side, Fraction(average), whole, product)
    stop = _stop(plan, basis, favourable, standing)
    found = {
        index: Part(quantity, _target(plan, basis, index), stop)
        for index, quantity in shares(plan.targets, size, done, filled).items()
    }
    return found if any(part.target is not None or part.stop for part in found.values()) else {}


def _scaled(step: Target, multiplier: int) -> Target:
    return step if step.percent else step._replace(part=step.part * multiplier)


def _target(plan: ExitPlan, basis: Basis, index: int) -> Decimal | None:
    if index >= len(plan.targets):
        return None
    return price_of(basis, plan.targets[index].level, plan.take_profit, away=1)


def _stop(
    plan: ExitPlan, basis: Basis, favourable: Decimal | None, standing: Decimal | None
) -> Stop | None:
    """The nearest to the market of all that the plan asks for.

    The broker trails by itself where the trail is a distance and no more. Everything else is a
    plain stop which this program moves.
    """
    fixed = _nearest(
        basis.side,
        price_of(basis, plan.stop, plan.stop_loss, away=-1),
        _break_even(plan, basis, favourable),
    )
    trailed = _trail(plan, basis, favourable)
    distance = distance_of(basis, plan.trail)
    if distance and plan.trail_after is None and plan.trail_step is None:
        price = _nearest(basis.side, fixed, trailed)
        ticks = on_grid(basis.product, distance, 1)
        return None if price is None else Stop(OrderKind.TRAILING_STOP, price, ticks, fixed)
    kept = standing if plan.stop or plan.trail or plan.break_even else None
    price = _nearest(basis.side, fixed, trailed, kept)
    return None if price is None else Stop(OrderKind.STOP, price)


def _nearest(side: int, *stops: Decimal | None) -> Decimal | None:
    known = [stop for stop in stops if stop is not None]
    return max(known, key=lambda stop: stop * side, default=None)


def _trail(plan: ExitPlan, basis: Basis, favourable: Decimal | None) -> Decimal | None:
    """Behind the best price, in whole steps from where it begins; from the entry on at first."""
    distance = distance_of(basis, plan.trail)
    if not distance:
        return None
    gone = _gone(basis, favourable) or Fraction(0)
    begins = Fraction(0)
    if plan.trail_after is not None:
        after = distance_of(basis, plan.trail_after)
        if after is None or favourable is None or gone < after:
            return None
        begins = after
    step = distance_of(basis, plan.trail_step)
    if step:
        gone = begins + (gone - begins) // step * step
    return on_grid(basis.product, basis.average + basis.side * (gone - distance), -basis.side)


def _break_even(plan: ExitPlan, basis: Basis, favourable: Decimal | None) -> Decimal | None:
    trigger, gone = distance_of(basis, plan.break_even), _gone(basis, favourable)
    if favourable is None or trigger is None or gone is None or gone < trigger:
        return None
    offset = distance_of(basis, plan.break_even_offset) or Fraction(0)
    moved = on_grid(basis.product, basis.average + basis.side * offset, basis.side)
    # Further than the market ever went it would close at once, at a price that never was.
    return moved if (favourable - moved) * basis.side > 0 else None


def _gone(basis: Basis, favourable: Decimal | None) -> Fraction | None:
    """How far in favour the price has been, in points."""
    return None if favourable is None else (Fraction(favourable) - basis.average) * basis.side
