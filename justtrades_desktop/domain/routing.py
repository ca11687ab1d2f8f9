"""What one signal means for one link: how many contracts it shall hold, and why, or why not. Pure.

This is the one place where a link's sizes are scaled, so entries, adds and trims can never
disagree. A close never opens, trims never cross zero, and rules that stop entries stop no exit.
"""

from __future__ import annotations

from dataclasses import dataclass

from justtrades_desktop.domain.entry_rules import (
    Case,
    Conditions,
    add_refusal,
    limit_reached,
    refusal,
    too_old,
)
from justtrades_desktop.domain.entry_terms import EntryTerms, entry_terms, traded_symbol
from justtrades_desktop.domain.instructions import described
from justtrades_desktop.domain.link_memory import Memory
from justtrades_desktop.domain.links import (
    Direction,
    LinkSettings,
    OtherWay,
    SameWay,
)
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.domain.steps import Step, step_of

__all__ = [
    "Conditions",
    "EntryTerms",
    "Memory",
    "Routed",
    "Step",
    "entry_terms",
    "limit_reached",
    "route",
    "step_of",
    "traded_symbol",
]

_GONE = "the position is closed already, by a person or by an exit at the broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """``wanted`` signed contracts are what the link shall hold after it: ``closes`` of what it
    has leave, then ``opens`` are bought or sold.

    ``verdict`` None: it may go. ``memory`` is what the link remembers if it goes, ``if_refused``
    where the part that opens is not sent; both are the same where nothing is to be sent.
    """

    wish: Wish
    wanted: int
    memory: Memory
    if_refused: Memory
    opens: int = 0
    closes: int = 0
    verdict: Verdict | None = None
    reason: str = ""


def route(step: Step, settings: LinkSettings, memory: Memory, conditions: Conditions) -> Routed:
    """What ``step`` means under ``settings`` for a link that remembers ``memory``.

    A parked entry that a person sends is routed with ``at`` set to now.
    """
    if step.bygone:
        return _idle(memory, "a holding as it was before: nothing is traded for it")
    if settings.direction is Direction.INVERSE:
        step = step.mirrored
    case = Case(step, settings, _aligned(step, memory, conditions), conditions)
    gone = memory.is_in and conditions.held == 0
    routed = _routed(case)
    if gone and routed.verdict is Verdict.NOTHING:
        return _idle(routed.memory, _GONE)
    return routed


def _aligned(step: Step, memory: Memory, conditions: Conditions) -> Memory:
    """The memory brought in line with what is really held and with the signals it missed."""
    held = conditions.held
    if not memory.is_in:
        return memory
    if held == 0:
        return memory.left(None, memory.signal)
    if held is not None and held * memory.side > 0 and abs(held) < abs(memory.wanted):
        memory = memory._replace(wanted=held)
    if memory.signal != step.before and step.before * memory.side > 0:
        return memory.seeing(step.before)
    return memory


def _routed(case: Case) -> Routed:
    step, memory = case.step, case.memory
    if step.after == 0:
        return _exit(case)
    if not memory.is_in:
        if step.before * step.after > 0:
            said = "the link is not in this position: its entry was not taken, or it has left"
            return _idle(memory.seeing(step.after), said)
        return _enter(case)
    if step.after * memory.side > 0:
        return _same_side(case)
    return _other_side(case)


def _same_side(case: Case) -> Routed:
    """The signals are, or come back, to the side that the link holds."""
    step, memory = case.step, case.memory
    if step.before * memory.side <= 0:
        said = f"the link is {described(memory.wanted)} already and follows from here"
        return _idle(memory.seeing(step.after), said)
    return _add(case) if abs(step.after) > abs(step.before) else _trim(case)


def _other_side(case: Case) -> Routed:
    """The signals go to the other side than the link holds, or are there already."""
    step, memory, other = case.step, case.memory, case.settings.other_way
    if other is OtherWay.IGNORE:
        said = "opposite signals are ignored"
        return _idle(memory._replace(signal=step.after), said)
    turns = step.before * memory.side >= 0
    if turns and other is OtherWay.FOLLOW:
        return _reverse(case)
    if not turns and abs(step.after) < abs(step.before):
        said = f"it trims another position: the link is {described(memory.wanted)}"
        return _idle(memory._replace(signal=step.after), said)
    return _close(case, "opposite signals only close" if turns else "the signals are against it")


def _exit(case: Case) -> Routed:
    step, memory, held = case.step, case.memory, case.conditions.held
    if not memory.is_in:
        if held:  # what the memory does not know of is closed, never opened
            return _close(case, "", held=held)
        return _idle(memory.left(None), "the link holds nothing, so there is nothing to close")
    if step.is_trade and case.settings.other_way is OtherWay.IGNORE:
        said = "opposite signals are ignored, and this is no explicit close"
        return _idle(memory._replace(signal=0), said)
    return _close(case)


def _close(case: Case, reason: str = "", *, held: int | None = None) -> Routed:
    """All of it; the side of a close comes from the position, never from the signal."""
    memory, closing = case.memory, abs(case.memory.wanted if held is None else held)
    return Routed(
        wish=Wish.CLOSE,
        wanted=0,
        closes=closing,
        reason=reason,
        memory=memory.left(case.conditions.now, case.step.after),
        if_refused=memory._replace(signal=case.step.after),
    )


def _reverse(case: Case) -> Routed:
    """Flat first, then an entry; the close goes even where the entry may not."""
    step, memory = case.step, case.memory
    flat = memory.left(case.conditions.now, step.after)
    # Its own exit must not start the cooldown that then refuses the other half.
    entry = _enter(case._replace(memory=memory.left(None, step.after)))
    if entry.verdict is not None:
        return _close(case, f"only closed: {entry.reason}")
    return Routed(
        wish=Wish.REVERSE,
        wanted=entry.wanted,
        opens=entry.opens,
        closes=abs(memory.wanted),
        reason=entry.reason,
        memory=entry.memory._replace(last_exit=flat.last_exit),
        if_refused=flat,
    )


def _enter(case: Case) -> Routed:
    step, settings, memory = case.step, case.settings, case.memory
    size = _scaled(settings.initial, abs(step.after), settings)
    return _opened(
        case._replace(memory=memory.left(None, step.after)), size, wish=Wish.ENTER, name="entries"
    )


def _add(case: Case) -> Routed:
    step, settings, memory = case.step, case.settings, case.memory
    counted = memory.seeing(step.after)._replace(adds_seen=memory.adds_seen + 1)
    if settings.same_way is SameWay.IGNORE:
        return _idle(counted, "signals in the direction of the position are ignored")
    if not settings.adds:
        return _idle(counted, "adds are off")
    case = case._replace(memory=counted, is_add=True)
    if (said := add_refusal(case)) is not None:
        return _refused(counted, said)
    size = _scaled(settings.add, abs(step.after - step.before), settings)
    return _opened(case, size, wish=Wish.ADD, name="adds")


def _opened(case: Case, size: int, *, wish: Wish, name: str) -> Routed:
    """``size`` contracts more on the side of the signal, where every rule allows it."""
    step, memory = case.step, case.memory
    if size == 0:
        return _idle(memory, f"the size of {name} is 0")
    if (said := refusal(case)) is not None:
        return _refused(memory, said)
    fits, reason = _capped(size, abs(memory.wanted), case.settings.max_contracts)
    if fits == 0:
        return _refused(memory, reason)
    wanted = memory.wanted + (fits if step.after > 0 else -fits)
    old = too_old(case)
    return Routed(
        wish=wish,
        wanted=wanted,
        opens=fits,
        verdict=None if old is None else Verdict.PARKED,
        reason="; ".join(filter(None, (old, reason))),
        memory=memory.added(wanted, step.after, case.price)
        if case.is_add
        else memory.entered(wanted, step.after, price=case.price, day=case.conditions.day),
        if_refused=memory,
    )


def _trim(case: Case) -> Routed:
    step, memory, other = case.step, case.memory, case.settings.other_way
    if step.is_trade and other is OtherWay.IGNORE:
        return _idle(memory.seeing(step.after), "opposite signals are ignored")
    if step.is_trade and other is OtherWay.CLOSE:
        return _close(case, "opposite signals close all of it")
    seen, size = memory._replace(signal=step.after), abs(memory.wanted)
    left = min(size, max(1, _part(memory.base, abs(step.after), memory.base_signal)))
    if left == size:
        return _idle(seen, "the part to leave is less than one contract here")
    wanted = memory.side * left
    return Routed(
        wish=Wish.TRIM,
        wanted=wanted,
        closes=size - left,
        memory=seen._replace(wanted=wanted),
        if_refused=seen,
    )


def _scaled(own: int | None, signal: int, settings: LinkSettings) -> int:
    """The one scaling. 0 is a size of its own, None is "as the signal"."""
    return (signal if own is None else own) * settings.multiplier


def _part(whole: int, part: int, of: int) -> int:
    """``whole * part / of``, halves up."""
    return (2 * whole * part + of) // (2 * of)


def _capped(size: int, held: int, most: int | None) -> tuple[int, str]:
    """What of ``size`` the cap leaves room for, and in words what it did."""
    if most is None or held + size <= most:
        return size, ""
    room = max(0, most - held)
    if room == 0:
        return 0, f"the most contracts are {most}, and {held} are held"
    return room, f"cut from {size} to {room}: the most contracts are {most}"


def _idle(memory: Memory, reason: str) -> Routed:
    return Routed(
        wish=Wish.HOLD,
        wanted=memory.wanted,
        verdict=Verdict.NOTHING,
        reason=reason,
        memory=memory,
        if_refused=memory,
    )


def _refused(memory: Memory, reason: str) -> Routed:
    return Routed(
        wish=Wish.HOLD,
        wanted=memory.wanted,
        verdict=Verdict.REFUSED,
        reason=reason,
        memory=memory,
        if_refused=memory,
    )
