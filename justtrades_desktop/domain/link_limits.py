"""Which settings of a link cannot be meant at all: their bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exit_limits import LARGEST
from justtrades_desktop.domain.exits import Level, Unit, level
from justtrades_desktop.domain.links import LinkSettings, Target, Window

NAMES: Final = {
    "initial": "entry size",
    "add": "add size",
    "multiplier": "multiplier",
    "max_contracts": "maximum of contracts",
    "add_every": "every nth add",
    "add_apart_ticks": "distance between adds",
    "adds_most": "maximum of adds",
    "stale_seconds": "age of an entry",
    "cooldown_seconds": "cooldown",
    "trades_most": "maximum of trades",
    "daily_loss": "daily loss",
    "daily_profit": "daily profit",
    "slippage_ticks": "slippage limit",
    "limit_ticks": "ticks of the limit",
    "limit_seconds": "seconds of the limit",
    "expiry_days": "days before expiry",
    "stop": "stop",
    "trail": "trailing stop",
    "trail_after": "start of the trailing stop",
    "trail_step": "step of the trailing stop",
    "break_even": "break-even",
    "break_even_offset": "break-even offset",
}
_AT_LEAST_ONE: Final = ("add_every", "limit_seconds")
_LEVELS: Final = (
    "stop",
    "trail",
    "trail_after",
    "trail_step",
    "break_even",
    "break_even_offset",
)
_MAY_BE_NOTHING: Final = ("trail_after", "break_even_offset")
_MOST_PERCENT: Final = Decimal(100)


def refuse(settings: LinkSettings) -> None:
    """Raise where ``settings`` cannot be meant.

    Raises:
        UserError: a value makes no sense; says which.
    """
    for name in NAMES:
        if name not in _LEVELS:
            _refuse_number(name, getattr(settings, name))
    for name in _LEVELS:
        _refuse_level(name, NAMES[name], getattr(settings, name))
    for number, target in enumerate(settings.targets, 1):
        _refuse_target(f"target {number}", target)
    for number, window in enumerate(settings.windows, 1):
        _refuse_window(f"time window {number}", window)
    if settings.contract is not None and not settings.contract.strip():
        raise UserError("The contract has no name", "Name one, or switch it off.")


def _refuse_number(name: str, value: int | Decimal | None) -> None:
    least = 1 if name in _AT_LEAST_ONE else 0
    if value is None:
        return
    if not Decimal(value).is_finite() or value < least:
        hint = f"{least} or more."
        if name == "multiplier":
            hint += ' To trade the other way round, set the direction to "inverse".'
        raise UserError(f"The {NAMES[name]} cannot be {value}", hint)


def _refuse_level(name: str, said: str, chosen: Level | None) -> None:
    if chosen is None:
        return
    if chosen.unit is Unit.ALERT:
        if name not in ("stop", "target"):
            raise UserError(f"An alert names no {said}", "Give ticks, points, percent or money.")
        return
    if chosen.unit is Unit.PRICE:
        raise UserError(f"The {said} cannot be a price", "Give ticks, points, percent or money.")
    least = Decimal(0) if name in _MAY_BE_NOTHING else Decimal("1e-15")
    if not chosen.value.is_finite() or not least <= chosen.value <= LARGEST:
        more = "0 or more" if name in _MAY_BE_NOTHING else "More than 0"
        raise UserError(f"The {said} of {chosen} makes no sense", f"{more}, up to {LARGEST:,}.")
    if name in ("stop", "trail") and chosen.unit is Unit.PERCENT and chosen.value > _MOST_PERCENT:
        raise UserError(f"The {said} of {chosen} would never be reached", "Up to 100 %.")
    if not _can_be_kept(chosen):
        raise UserError(f"The {said} of {chosen} has too many decimals", "15 are the most.")


def _can_be_kept(chosen: Level) -> bool:
    """Whether its text says all of it."""
    try:
        return level(str(chosen)) == chosen
    except ValueError:
        return False


def _refuse_target(said: str, target: Target) -> None:
    _refuse_level("target", said, target.level)
    part = target.part
    if not part.is_finite() or part <= 0:
        raise UserError(f"The part of {said} cannot be {part}", "More than 0.")
    if target.percent and part > _MOST_PERCENT:
        raise UserError(f"The part of {said} cannot be {part} %", "Up to 100 %.")
    if not target.percent and part != part.to_integral_value():
        raise UserError(f"The part of {said} cannot be {part} contracts", "Whole contracts.")


def _refuse_window(said: str, window: Window) -> None:
    if not window.days <= set(range(7)):
        raise UserError(f"The days of {said} are no weekdays", "0 is Monday, 6 is Sunday.")
    if window.start.tzinfo is not None or window.end.tzinfo is not None:
        raise UserError(
            f"The times of {said} have a zone of their own", "It belongs to the window."
        )
    try:
        ZoneInfo(window.zone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise UserError(
            f"The time zone {window.zone!r} of {said} is not known", "As in America/New_York."
        ) from None
