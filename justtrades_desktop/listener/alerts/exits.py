"""The take-profit and the stop that an alert names itself; what is not certain is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.exits import Level, Unit, level
from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.exit_keys import INNER_KEYS, UNITS
from justtrades_desktop.listener.alerts.fields import Fields, Said, plain
from justtrades_desktop.listener.alerts.numbers import number
from justtrades_desktop.listener.alerts.refusal import Refused

# What a level's text can hold, so that the ledger can read back what it wrote.
_BEYOND: Final = Decimal(10**15)
_FINEST: Final = -15
_LONGEST: Final = 40
_SPELLED: Final = (Unit.TICKS, Unit.POINTS, Unit.PERCENT)
_WHOLE: Final = Decimal(100)


def exit_named(fields: Fields, role: str, price: Decimal | None) -> Level | None:
    """The one exit that all fields of ``role`` agree on, None for none; ``price`` is the alert's.

    These fields never make an alert unreadable: senders put them in for another service.
    """
    found = {one for said in fields[role] for one in _levels(said, price)}
    return found.pop() if len(found) == 1 else None


def _levels(said: Said, price: Decimal | None) -> Iterator[Level]:
    place, value = said
    units = INNER_KEYS[place.role]
    if isinstance(value, dict):
        pairs = [(units.get(plain(key)), one) for key, one in value.items() if len(key) <= _LONGEST]
        pairs = [(unit, one) for unit, one in pairs if unit is not None]
    else:
        pairs = [(UNITS[place.rank], value)]
    for unit, one in pairs:
        found = _level(unit, one, price)
        if found is not None and not (_too_far(place.role, found)):
            yield found


def _too_far(role: str, found: Level) -> bool:
    """A stop more than the whole price away is a mistake."""
    return role == roles.STOP_LOSS and found.unit is Unit.PERCENT and found.value > _WHOLE


def _level(unit: Unit | None, value: object, price: Decimal | None) -> Level | None:
    if unit in (None, Unit.PERCENT) and isinstance(value, str) and not value[-1:].isdigit():
        spelled = _spelled(value)
        if spelled is not None and unit in (None, spelled.unit):
            return spelled
    size = _size(value)
    if size is None:
        return None
    if unit is None:
        unit = Unit.PRICE if price is not None and _near(size, price) else None
    return None if unit is None else Level(unit, size)


def _spelled(text: str) -> Level | None:
    """``40 ticks`` or ``0.5%``, where the value itself names the unit."""
    if len(text) > _LONGEST:
        return None
    try:
        found = level(text)
    except ValueError:
        return None
    return found if found.unit in _SPELLED and found.value else None


def _size(value: object) -> Decimal | None:
    """A number above 0 that can be kept; 0 is how senders write none."""
    try:
        size = number("", value)
    except Refused:
        return None
    if size is None or not size.is_finite() or not 0 < size < _BEYOND:
        return None
    exponent = size.as_tuple().exponent
    return size if isinstance(exponent, int) and exponent >= _FINEST else None


def _near(size: Decimal, price: Decimal) -> bool:
    """Within half of ``price``: then it is a price itself, and no distance."""
    return 2 * abs(size - price) <= abs(price)
