"""The exits of a link in sentences, and the words for amounts that all its sentences share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.links import LinkSettings, Target
from justtrades_desktop.domain.values import plain

_UNUSED: Final = "Not used: the recorder's exits count."


def count(number: int | Decimal, one: str, many: str = "") -> str:
    """``1 entry``, ``2 entries``."""
    return f"{plain(Decimal(number))} {one if number == 1 else many or one + 's'}"


def contracts(number: int | Decimal) -> str:
    """``3 contracts``."""
    return count(number, "contract")


def distance(chosen: Level) -> str:
    """``40 ticks``, ``0.5 %``, ``what the alert names``."""
    match chosen.unit:
        case Unit.TICKS:
            return count(chosen.value, "tick")
        case Unit.POINTS:
            return count(chosen.value, "point")
        case Unit.MONEY:
            return f"{plain(chosen.value)} in money"
        case Unit.ALERT:
            return "what the alert names"
        case _:
            return str(chosen)


def _own(say: Callable[[LinkSettings], str]) -> Callable[[LinkSettings], str]:
    """What ``say`` says where the link has its own exits."""
    return lambda settings: say(settings) if settings.own_exits else _UNUSED


def _own_exits(settings: LinkSettings) -> str:
    if settings.own_exits:
        return "The link has its own exits; those of the recorder do not rest at the broker."
    return "The recorder's exits rest at the broker."


def _targets(settings: LinkSettings) -> str:
    if not settings.targets:
        return "There is no target."
    if len(settings.targets) == 1:
        return f"All of it leaves at {distance(settings.targets[0].level)} in favour."
    steps = [_target(target) for target in settings.targets[:-1]]
    last = distance(settings.targets[-1].level)
    return f"In favour, {', '.join(steps)}, and all that is left at {last}."


def _target(target: Target) -> str:
    part = f"{plain(target.part)} %" if target.percent else contracts(target.part)
    return f"{part} leaves at {distance(target.level)}"


def _stop(settings: LinkSettings) -> str:
    if settings.stop is None:
        return "There is no fixed stop."
    return f"All of it leaves at a loss of {distance(settings.stop)} from the average entry."


def _trail(settings: LinkSettings) -> str:
    if settings.trail is None:
        return "There is no trailing stop."
    return f"A stop follows the best price at a distance of {distance(settings.trail)}."


def _trail_after(settings: LinkSettings) -> str:
    if settings.trail_after is None:
        return "A trailing stop follows from the entry on."
    return f"A trailing stop follows once the price is {distance(settings.trail_after)} in favour."


def _trail_step(settings: LinkSettings) -> str:
    if settings.trail_step is None:
        return "A trailing stop follows every tick."
    return f"A trailing stop follows in steps of {distance(settings.trail_step)}."


def _break_even(settings: LinkSettings) -> str:
    if settings.break_even is None:
        return "The stop does not move to the entry."
    return f"The stop moves to the entry once the price is {distance(settings.break_even)} better."


def _break_even_offset(settings: LinkSettings) -> str:
    if not settings.break_even_offset or not settings.break_even_offset.value:
        return "At break-even the stop lies at the average entry."
    return f"At break-even the stop lies {distance(settings.break_even_offset)} in profit."


EXITS: Final[Mapping[str, Callable[[LinkSettings], str]]] = {
    "own_exits": _own_exits,
    "targets": _own(_targets),
    "stop": _own(_stop),
    "trail": _own(_trail),
    "trail_after": _own(_trail_after),
    "trail_step": _own(_trail_step),
    "break_even": _own(_break_even),
    "break_even_offset": _own(_break_even_offset),
}
"""What to say of each field that concerns exits."""
