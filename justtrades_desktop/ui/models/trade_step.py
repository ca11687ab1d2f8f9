"""What happened in a trade, step by step: its signals, and the entries and exits they made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Leg, LegKind
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.signal_line import read_as
from justtrades_desktop.ui.models.table import Column


@dataclass(frozen=True, slots=True)
class Step:
    """A signal with what it did to the position; ``line`` None where the signal is not kept."""

    at: datetime
    line: SignalLine | None
    legs: tuple[Leg, ...]


def steps_of(lines: Iterable[SignalLine], legs: Sequence[Leg]) -> list[Step]:
    """Every signal of a position with its legs, oldest first; legs without a signal as well."""
    by_signal: dict[int, list[Leg]] = {}
    for leg in legs:
        by_signal.setdefault(leg.signal_id, []).append(leg)
    steps = [
        Step(line.received_at, line, tuple(by_signal.pop(line.id, ())))
        for line in sorted(lines, key=lambda line: line.id)
    ]
    steps += [Step(left[0].at, None, tuple(left)) for left in by_signal.values()]
    return sorted(steps, key=lambda step: step.at)


def columns(product: Product | None) -> list[Column[Step]]:
    """The columns from left to right; ``product`` says how prices are written."""
    return [
        Column(
            title=tr("Time"),
            text=lambda step: _time(step.at),
            sort_key=lambda step: step.at,
            tone=lambda _: Tone.MUTED,
            tooltip=lambda step: shown.moment(step.at),
        ),
        Column(
            title=tr("Read as"),
            text=lambda step: read_as(step.line) if step.line else shown.UNKNOWN,
            sort_key=lambda step: step.at,
        ),
        Column(
            title=tr("What it did"),
            text=lambda step: done(step, product),
            sort_key=lambda step: step.at,
            tone=lambda step: Tone.TEXT if step.legs else Tone.MUTED,
        ),
        Column(
            title=tr("Reason"),
            text=lambda step: shown.one_line((step.line.reason or "") if step.line else ""),
            sort_key=lambda step: step.at,
            tone=lambda _: Tone.MUTED,
            tooltip=lambda step: shown.several_lines((step.line.reason or "") if step.line else ""),
        ),
    ]


def done(step: Step, product: Product | None) -> str:
    """``entered 2 at 25600.25``; what a signal without legs became."""
    if step.legs:
        return ", ".join(_leg(leg, product) for leg in step.legs)
    return tr("changed nothing")


def _leg(leg: Leg, product: Product | None) -> str:
    words = tr("entered {} at {}") if leg.kind is LegKind.ENTRY else tr("exited {} at {}")
    return words.format(leg.quantity, shown.price(leg.price, product))


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
