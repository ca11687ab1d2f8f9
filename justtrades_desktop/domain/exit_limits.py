"""Which exits by rule make sense: their bounds, and what contradicts what."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import ExitRules, Level, Unit, level

LARGEST: Final = Decimal(1_000_000)
_MOST_PERCENT: Final = Decimal(100)
_NAMES: Final = {
    "take_profit": "take-profit",
    "stop": "stop",
    "trail": "trailing stop",
    "trail_after": "start of the trailing stop",
    "break_even": "break-even",
    "break_even_offset": "break-even offset",
}
BY_ALERT: Final = ("take_profit", "stop")
"""The rules that may take what the alert itself names."""
_STOPS: Final = ("stop", "trail")


def refuse_contradictions(rules: ExitRules) -> None:
    """Raise where ``rules`` cannot be meant.

    Raises:
        UserError: a distance or a combination makes no sense; says which.
    """
    for field in fields(rules):
        chosen = getattr(rules, field.name)
        if isinstance(chosen, Level):
            _refuse_level(field.name, chosen)
    if rules.trail_after is not None and rules.trail is None:
        raise UserError(
            "The trailing stop has a start but no distance",
            "Set its distance, or switch its start off.",
        )
    _refuse_break_even(rules)


def _refuse_level(name: str, chosen: Level) -> None:
    said = _NAMES[name]
    if chosen.unit is Unit.ALERT:
        if name not in BY_ALERT:
            raise UserError(f"An alert names no {said}", "Give ticks, points or percent.")
        return
    if chosen.unit in (Unit.PRICE, Unit.MONEY):
        raise UserError(f"The {said} cannot be in {chosen.unit}", "Give ticks, points or percent.")
    if not chosen.value.is_finite() or not 0 < chosen.value <= LARGEST:
        raise UserError(
            f"The {said} of {chosen} makes no sense", f"More than 0, up to {LARGEST:,}."
        )
    if name in _STOPS and chosen.unit is Unit.PERCENT and chosen.value > _MOST_PERCENT:
        raise UserError(f"The {said} of {chosen} would never be reached", "Up to 100 %.")
    if not _can_be_kept(chosen):
        raise UserError(f"The {said} of {chosen} has too many decimals", "15 are the most.")


def _can_be_kept(chosen: Level) -> bool:
    """Whether its text says all of it."""
    try:
        return level(str(chosen)) == chosen
    except ValueError:
        return False


def _refuse_break_even(rules: ExitRules) -> None:
    start, offset = rules.break_even, rules.break_even_offset
    if offset is None:
        return
    if start is None:
        raise UserError(
            "The break-even has an offset but no distance",
            "Set its distance, or switch its offset off.",
        )
    if start.unit is offset.unit and offset.value >= start.value:
        raise UserError(
            "The break-even offset must be less than its distance",
            "Else the stop would lie where the price is when it moves, and close at once.",
        )
