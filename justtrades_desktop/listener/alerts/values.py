"""Single values of an alert: its words, its ticker, its price."""

from __future__ import annotations

import re
from decimal import Decimal

from justtrades_desktop.listener.alerts.fields import Fields, Said
from justtrades_desktop.listener.alerts.keys import Role
from justtrades_desktop.listener.alerts.numbers import number
from justtrades_desktop.listener.alerts.placeholders import unfilled
from justtrades_desktop.listener.alerts.refusal import Refused, shown

_TICKER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .!_:/@&^=#+'\-]{1,64}")


def word(said: Said) -> str:
    """A field that must be a word; numbers, lists and objects are refused."""
    if said.value is None:
        return ""
    if isinstance(said.value, list):
        raise Refused(f"{said.label} is a list; one alert is one instruction")
    if not isinstance(said.value, str):
        raise Refused(f"{said.label} is not a word")
    return said.value.strip()


def ticker(fields: Fields) -> str | None:
    """The instrument as the alert spells it; two different ones are refused."""
    found = None
    for said in fields.get(Role.TICKER, ()):
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
    if name and not _TICKER.fullmatch(name):
        several = "," in name or ";" in name or "|" in name
        what = "names several instruments" if several else "is not an instrument"
        raise Refused(f"{said.label} {shown(name)} {what}")
    return name


def price(fields: Fields) -> Decimal | None:
    """The preferred price that is set; senders write 0 where they mean none."""
    for said in fields.get(Role.PRICE, ()):
        value = number(said.label, said.value)
        if value:
            return value
    return None


def refuse_several(fields: Fields) -> None:
    """Lists of instruments or of orders are more than one instruction."""
    for said in fields.get(Role.MANY, ()):
        if said.value and isinstance(said.value, (list, str)):
            raise Refused(f"{said.label} holds several; one alert is one instruction")


def text(value: object) -> str | None:
    """A field that is kept as text, None when it is empty, unfilled or no single value."""
    if isinstance(value, str):
        value = value.strip()
        return value if value and not unfilled(value) else None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return None
