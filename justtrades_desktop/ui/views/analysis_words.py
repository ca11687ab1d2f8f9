"""One trade in the few words that stand beside its dot."""

from __future__ import annotations

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.ui.charts.times import in_full
from justtrades_desktop.ui.format import amount, one_line, tr, with_arrow
from justtrades_desktop.ui.memory import Zone

_LONGEST = 40


def trade_words(trade: Trade, zone: Zone) -> str:
    """What it was, when it closed, what it made, and its worst and best on the way."""
    side = tr("long") if trade.side is Side.LONG else tr("short")
    name = one_line(trade.strategy)
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    lines = [
        f"{name} · {one_line(trade.symbol)} · {side} {trade.size}",
        tr("closed {}").format(in_full(trade.closed_at.timestamp(), zone)),
    ]
    figures = (
        (tr("result {}"), trade.profit),
        (tr("MAE {}"), trade.drawdown),
        (tr("MFE {}"), trade.run_up),
    )
    told = [
        words.format(with_arrow(amount(float(value))))
        for words, value in figures
        if value is not None
    ]
    return "\n".join([*lines, "  ".join(told)])
