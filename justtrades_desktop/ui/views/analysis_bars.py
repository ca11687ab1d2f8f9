"""The bars of the analysis: what each is called, and what it says at the pointer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLocale

from justtrades_desktop.journal.equity import Bars, Distribution
from justtrades_desktop.ui.charts.bars import Bar
from justtrades_desktop.ui.charts.numbers import written
from justtrades_desktop.ui.format import Tone, amount, tone, tr, with_arrow

_WORKING: Final = 5


def of_hours(bars: Bars) -> list[Bar]:
    """One bar for each hour of the day."""
    return [
        _bar(bars, hour, f"{hour:02d}", f"{hour:02d}:00 – {(hour + 1) % 24:02d}:00", hour)
        for hour in range(len(bars.totals))
    ]


def of_weekdays(bars: Bars) -> list[Bar]:
    """One bar for each weekday; of the weekend only where something was traded then."""
    last = max([_WORKING - 1, *(n for n in range(len(bars.counts)) if bars.counts[n])])
    names = QLocale()
    return [
        _bar(
            bars,
            day,
            names.dayName(day + 1, QLocale.FormatType.ShortFormat),
            names.dayName(day + 1, QLocale.FormatType.LongFormat),
            names.dayName(day + 1, QLocale.FormatType.LongFormat),
        )
        for day in range(last + 1)
    ]


def of_distribution(spread: Distribution) -> list[Bar]:
    """One bar for each range of results, in the colour of its sign."""
    edges = spread.edges.tolist()
    places = 0 if all(edge == int(edge) for edge in edges) else 2
    return [
        Bar(
            height=float(count),
            tone=Tone.LOSS if high <= 0 else Tone.PROFIT,
            label=written(low, places),
            words=tr("{} to {}: {}").format(
                written(low, places), written(high, places), _trades(int(count))
            ),
            row=(low, high, int(count)),
        )
        for low, high, count in zip(edges, edges[1:], spread.counts.tolist(), strict=False)
    ]


def _bar(bars: Bars, place: int, label: str, named: str, first: str | int) -> Bar:
    made, count = float(bars.totals[place]), int(bars.counts[place])
    words = f"{named}: {with_arrow(amount(made))}, {_trades(count)}"
    return Bar(made, tone(made), label, words, (first, made, count))


def _trades(count: int) -> str:
    return tr("1 trade") if count == 1 else tr("{} trades").format(count)
