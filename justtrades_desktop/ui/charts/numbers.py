"""Round numbers along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from justtrades_desktop.ui import format as shown


def number_labels(low: float, high: float, most: int) -> Sequence[tuple[float, str]]:
    """At most about ``most`` round numbers between two, each as it is written."""
    if high <= low:
        return []
    step = round_step((high - low) / max(1, most))
    places = max(0, -floor(log10(step)))
    first, last = ceil(low / step), floor(high / step)
    return [(n * step, written(n * step, places)) for n in range(first, last + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least ``least``."""
    power: float = 10.0 ** floor(log10(least))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= least * (1 - 1e-9))


def written(value: float, places: int) -> str:
    """With a true minus, and a comma between thousands."""
    return f"{value:,.{places}f}".replace("-", shown.MINUS)
