"""What the last signals would have done under edited settings: routing alone, nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.links import AccountKey, LinkSettings
from justtrades_desktop.domain.orders import Decision, Verdict, Wish
from justtrades_desktop.domain.routing import (
    Conditions,
    Memory,
    Routed,
    Step,
    route,
    traded_symbol,
)

NOWHERE: Final = AccountKey("", "")
_NAMES: Final = {
    Wish.ENTER: ("entry", "entries"),
    Wish.ADD: ("add", "adds"),
    Wish.TRIM: ("trim", "trims"),
    Wish.CLOSE: ("close", "closes"),
    Wish.REVERSE: ("reversal", "reversals"),
}


def dry_run(
    steps: Sequence[Step],
    settings: LinkSettings,
    conditions_at: Callable[[Step], Conditions],
    *,
    key: AccountKey = NOWHERE,
    link_id: int | None = None,
) -> DryRun:
    """The decisions on ``steps`` (oldest first) of a link that was flat before them.

    The verdict is ``SHADOW`` where it would have traded. ``conditions_at`` says how things stood:
    as far as it does not know (the market's price, the day's P&L), rules that need it refuse.
    """
    memories: dict[str, Memory] = {}
    lines: list[Decision] = []
    for number, step in enumerate(steps, 1):
        memory = memories.get(step.symbol, Memory())
        routed = route(step, settings, memory, conditions_at(step))
        goes = routed.verdict is None
        memories[step.symbol] = routed.memory if goes else routed.if_refused
        lines.append(
            Decision(
                id=number,
                at=step.at,
                wish=routed.wish,
                verdict=routed.verdict or Verdict.SHADOW,
                key=key,
                link_id=link_id,
                signal_id=step.signal_id,
                symbol=step.symbol,
                contract=traded_symbol(step.symbol, settings),
                before=memory.wanted,
                wanted=memories[step.symbol].wanted,
                price=step.price,
                reason=routed.reason,
                signal_at=step.at,
                came=_came(routed),
            )
        )
    return DryRun(lines=lines, said=_said(lines))


def _came(routed: Routed) -> str:
    """Contracts that would have left and come."""
    if routed.verdict is not None:
        return ""
    parts = (
        f"closes {routed.closes}" if routed.closes else "",
        f"opens {routed.opens}" if routed.opens else "",
    )
    return ", ".join(filter(None, parts))


def _said(lines: Sequence[Decision]) -> str:
    if not lines:
        return "There are no signals yet."
    traded = Counter(line.wish for line in lines if line.verdict is Verdict.SHADOW)
    verdicts = Counter(line.verdict for line in lines)
    count = "The last signal" if len(lines) == 1 else f"Of the last {len(lines)} signals"
    would = "would have traded" if len(lines) == 1 else f"{traded.total()} would have traded"
    if len(lines) == 1 and not traded:
        would = "would not have traded"
    kinds = [_counted(traded[wish], *names) for wish, names in _NAMES.items() if traded[wish]]
    said = f"{count} {would}{f' ({_listed(kinds)})' if kinds else ''}"
    rest = [
        f"{verdicts[verdict]} {words}"
        for verdict, words in (
            (Verdict.REFUSED, "refused"),
            (Verdict.PARKED, "parked"),
            (Verdict.NOTHING, "with nothing to do"),
        )
        if verdicts[verdict]
    ]
    return f"{said}; {_listed(rest)}." if rest and len(lines) > 1 else f"{said}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)
