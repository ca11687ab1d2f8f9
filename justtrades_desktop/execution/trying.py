"""The surroundings of a dry run: how things stood at each signal, as far as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.links import LinkSettings
from justtrades_desktop.domain.routing import Conditions, Step, traded_symbol
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.execution.day_pnl_tried import TriedDay
from justtrades_desktop.execution.dry_run import dry_run


def tried(
    steps: Sequence[Step],
    settings: LinkSettings,
    product: Callable[[str], Product | None],
    calendar: Calendar,
    *,
    link_id: int | None = None,
) -> DryRun:
    """The market is taken to have been at the signal's price, and the day's P&L that of the dry
    run itself up to then, filled at those prices."""
    day = TriedDay(calendar, product)

    def conditions_at(step: Step) -> Conditions:
        return Conditions(
            now=step.at,
            day=calendar.session_day(step.at),
            price=step.price,
            product=product(traded_symbol(step.symbol, settings)) or product(step.symbol),
            day_pnl=day.before(step),
            calendar=calendar,
        )

    return dry_run(steps, settings, conditions_at, link_id=link_id)
