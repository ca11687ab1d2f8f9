"""The last day on which a contract trades, near enough for play: holidays are not looked at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_FRIDAY: Final = 4
_SATURDAY: Final = 5

_ENERGY: Final = "CL MCL QM NG QG MNG HO RB BZ"
_METALS: Final = "GC MGC 1OZ QO SI SIL QI HG MHG QC PL PA"
_NOTES: Final = "ZB UB ZN TN ZF ZT"
_GRAINS: Final = "ZC ZS ZW KE ZO ZM ZL ZR XC XK XW"
_CURRENCIES: Final = "6A 6B 6C 6E 6J 6S 6N 6M 6L 6Z E7 J7 M6E M6A M6B MJY MCD MSF"


def last_day(root: str, year: int, month: int) -> date:
    """The last trading day of ``root``'s contract of that month."""
    first = date(year, month, 1)
    if root in _ENERGY.split():
        return _business_days_before(date(*_month_before(year, month), 25), 3)
    if root in _METALS.split():
        return _business_days_before(_next_month(first), 3)
    if root in _NOTES.split():
        return _business_days_before(_next_month(first), 8)
    if root in _GRAINS.split():
        return _business_days_before(date(year, month, 15), 1)
    if root in _CURRENCIES.split():
        return _business_days_before(first + ((2 - first.weekday()) % 7 + 14) * _DAY, 2)
    return first + ((_FRIDAY - first.weekday()) % 7 + 14) * _DAY


def _month_before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)


def _next_month(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1)


def _business_days_before(day: date, count: int) -> date:
    while count:
        day -= _DAY
        if day.weekday() < _SATURDAY:
            count -= 1
    return day
