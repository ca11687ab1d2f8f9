"""The ladder of targets: how many contracts leave at each step. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from justtrades_desktop.domain.links import Target


def shares(
    targets: Sequence[Target],
    size: int,
    done: Collection[int] = (),
    filled: Mapping[int, int] | None = None,
) -> dict[int, int]:
    """``size`` open contracts by step, in its order: they add up to it, and none is 0.

    ``done`` steps get nothing. ``filled`` says how many contracts each step closed already; a step
    that is filled in part keeps its rest. Where every step is done all of it has the index
    ``len(targets)``: it has no target.

    Percents are shared as seats are (Sainte-Laguë): one more contract never takes one from
    another step, and a step that fills leaves the others as they are.
    """
    if size <= 0:
        return {}
    part_filled = {step: n for step, n in (filled or {}).items() if n > 0 and step not in done}
    over = set(done)
    while True:
        here = {step: n for step, n in part_filled.items() if step not in over}
        found = _split(
            targets, size + sum(here.values()), over, whole_of(targets, size, filled, done)
        )
        closed = {step for step, n in here.items() if n >= found.get(step, 0)}
        if not closed:
            return {step: n - here.get(step, 0) for step, n in found.items()}
        over |= closed


def whole_of(
    targets: Sequence[Target],
    size: int,
    filled: Mapping[int, int] | None,
    done: Collection[int] = (),
) -> Fraction:
    """What was open before the first step filled; reckoned from the parts where ``filled`` is
    None."""
    if filled is not None:
        return Fraction(size + sum(filled.values()))
    gone = [step for index, step in enumerate(targets[:-1]) if index in done]
    contracts = sum(int(step.part) for step in gone if not step.percent)
    percent = sum((Fraction(step.part) for step in gone if step.percent), Fraction(0))
    return (size + contracts) / (1 - percent / 100) if percent < 100 else Fraction(size + contracts)


def _split(
    targets: Sequence[Target], size: int, done: Collection[int], whole: Fraction
) -> dict[int, int]:
    left = [index for index in range(len(targets)) if index not in done]
    if not left:
        return {len(targets): size}
    wanted = _wanted(targets, whole)
    given = dict.fromkeys(left, 0)
    rest = size
    for index in left:
        if not targets[index].percent and index != len(targets) - 1:
            given[index] = min(int(wanted[index]), rest)
            rest -= given[index]
    weights = {
        index: wanted[index]
        for index in left
        if (targets[index].percent or index == len(targets) - 1) and wanted[index] > 0
    }
    for index, seats in _seats(weights, rest).items() if weights else ((left[-1], rest),):
        given[index] += seats
    return {index: n for index, n in given.items() if n}


def _wanted(targets: Sequence[Target], whole: Fraction) -> list[Fraction]:
    """What each step asks of ``whole``; the last takes whatever the others leave."""
    found: list[Fraction] = []
    left = whole
    for step in targets[:-1]:
        asked = whole * Fraction(step.part) / 100 if step.percent else Fraction(int(step.part))
        found.append(max(Fraction(0), min(asked, left)))
        left -= found[-1]
    return [*found, left]


def _seats(weights: Mapping[int, Fraction], size: int) -> dict[int, int]:
    """``size`` by weight; at a tie the earlier step comes first."""
    given = dict.fromkeys(weights, 0)
    for _ in range(size):
        given[
            max(weights, key=lambda index: (weights[index] / (2 * given[index] + 1), -index))
        ] += 1
    return given
