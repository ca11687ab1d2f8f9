"""Numbers and times as the wire has them, and prices on their ticks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

from justtrades_desktop.simulator.refusals import Malformed

_PLAIN: Final = frozenset({str, int, float, bool})


def as_json(value: Any) -> Any:
    """``value`` with every Decimal as a float; absent (None) fields of objects are left out."""
    if type(value) in _PLAIN:  # first, since nearly all values are
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    return value


def exact(value: object) -> Decimal:
    """A number from outside without the noise of a float.

    Raises:
        Malformed: no finite number.
    """
    if isinstance(value, bool):
        raise Malformed(f"no number: {value}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Malformed(f"no number: {value}") from None
    if not number.is_finite():
        raise Malformed(f"no number: {value}")
    return number


def on_tick(price: Decimal, tick: Decimal) -> bool:
    """Whether ``price`` is a whole number of ticks."""
    return price % tick == 0


def nearest_tick(price: Decimal, tick: Decimal) -> Decimal:
    """``price`` set to the nearest tick."""
    return (price / tick).to_integral_value(ROUND_HALF_EVEN) * tick


def iso(at: datetime) -> str:
    """A moment as the wire spells it, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(value: object) -> datetime:
    """A moment as the wire spells it.

    Raises:
        Malformed: not one, or one without a time zone.
    """
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise Malformed(f"no time: {value}") from None
    if at.tzinfo is None:
        raise Malformed(f"a time without zone: {value}")
    return at.astimezone(UTC)


def trade_date(day: date) -> dict[str, int]:
    """A ``TradeDate``."""
    return {"year": day.year, "month": day.month, "day": day.day}
