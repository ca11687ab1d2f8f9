"""Single values of an alert: its words, its ticker, its price."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.fields import Fields, Said
from justtrades_desktop.listener.alerts.numbers import number
from justtrades_desktop.listener.alerts.placeholders import unfilled
from justtrades_desktop.listener.alerts.refusal import Refused, shown

_LONGEST = 64
_TICKER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .!_:/@&^=#+'\-]+")


def word(said: Said) -> str:
    """A field that must be a word; numbers, lists and objects are refused."""
    place, value = said
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, list):
        raise Refused(f"{place.label} is a list; one alert is one instruction")
    raise Refused(f"{place.label} is not a word")


def ticker(fields: Fields) -> str | None:
    """The instrument as the alert spells it; two different ones are refused."""
    found = None
    for said in fields.get(roles.TICKER, ()):
        name = _ticker(said)
        if found and name and _bare(name) != _bare(found):
            raise Refused(f"it names two instruments, {shown(found)} and {shown(name)}")
        found = found or name
    return found or None


def _bare(name: str) -> str:
    """Without the exchange, so that CME_MINI:MNQ1! beside MNQ1! is one instrument."""
    return name.rpartition(":")[2].upper()


def _ticker(said: Said) -> str:
    name = word(said)
    if name and not (len(name) <= _LONGEST and _is_instrument(name)):
        several = "," in name or ";" in name or "|" in name
        what = "names several instruments" if several else "is not an instrument"
        raise Refused(f"{said[0].label} {shown(name)} {what}")
    return name


@lru_cache(maxsize=512)
def _is_instrument(name: str) -> bool:
    return _TICKER.fullmatch(name) is not None


def price(fields: Fields) -> Decimal | None:
    """The preferred price that is set; senders write 0 where they mean none."""
    for place, value in fields.get(roles.PRICE, ()):
        found = number(place.label, value)
        if found:
            return found
    return None


def refuse_several(fields: Fields) -> None:
    """Lists of instruments or of orders are more than one instruction."""
    for place, value in fields[roles.MANY]:
        if value and isinstance(value, (list, str)):
            raise Refused(f"{place.label} holds several; one alert is one instruction")


def text(value: object) -> str | None:
    """A field that is kept as text, None when it is empty, unfilled or no single value."""
    if isinstance(value, str):
        value = value.strip()
        left_open = ("{" in value or "%" in value) and unfilled(value)
        return value if value and not left_open else None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return None
