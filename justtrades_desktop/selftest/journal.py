"""The finished trades are in the journal, with the results they have by hand."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from justtrades_desktop.selftest import bracket
from justtrades_desktop.selftest.checking import same, until
from justtrades_desktop.selftest.scene import Program
from justtrades_desktop.selftest.script import SCRIPTS

_BRACKET: Final = Decimal("20.00")  # 2 contracts, 5 points, 2 dollars


async def journal(program: Program) -> str:
    """Count and add them up by strategy, in the ledger and in the window."""
    counts: defaultdict[str, int] = defaultdict(int)
    profits: defaultdict[str, Decimal] = defaultdict(Decimal)
    for trade in await program.desk.trades():
        counts[trade.strategy] += 1
        profits[trade.strategy] += trade.profit or 0
    trades = {script.name: script.trades for script in SCRIPTS} | {bracket.NAME: 1}
    results = {script.name: script.profit for script in SCRIPTS} | {bracket.NAME: _BRACKET}
    same("finished trades by strategy", dict(counts), trades)
    same("their results", dict(profits), results)
    view, total = program.window.journal, sum(trades.values())
    program.window.work.setCurrentWidget(view)
    await until(lambda: view.model.is_loaded, "the journal to be read in the window")

    def listed() -> int:
        return len(view.model.rows)

    await until(lambda: listed() == total, f"{total} trades in the window", how_it_is=listed)
    return f"{total} trades, {sum(results.values())} together"
