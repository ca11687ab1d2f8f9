"""Which alert this is: the sender's own id and time, where they can tell two alerts apart."""

from __future__ import annotations

import re

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.fields import Fields, plain
from justtrades_desktop.listener.alerts.values import text
from justtrades_desktop.listener.alerts.words import action_word

# A search is quickest where it begins with digits: what stands before them comes after.
_STAMP = re.compile(
    r"\d{4}(?<!\d{5})(?:-\d{2}-\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:\.\d{1,9})?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)"
    r"|(?<=(?:1[5-9]|2[01])\d\d)\d{6}(?:\d{3}){0,3}(?!\d))"
)
_SHORTEST_STAMP = len("2026-11-20")
_SHARED = (roles.TICKER, roles.NAME)
_BETWEEN = str.maketrans(dict.fromkeys("_|:/,.;#-", " "))


def identity(fields: Fields) -> tuple[str | None, str | None]:
    """The first id that can be unique, and the alert's own time, both as text."""
    sent_at = _first(fields, roles.TIME) if roles.TIME in fields else None
    for place, value in fields.get(roles.ID, ()):
        given = text(value)
        if given:
            if plain(place.label) == "alerttimestamp":
                return given, sent_at or given
            stamp = _only_a_time(given, fields)
            if stamp is None:
                return given, sent_at
            sent_at = sent_at or stamp or None
    # A strategy uses the same order id again and again: only with the time is it one alert's.
    order = _first(fields, roles.ORDER_ID) if sent_at else None
    return f"{order}|{sent_at}" if order else None, sent_at


def _first(fields: Fields, role: str) -> str | None:
    for _, value in fields.get(role, ()):
        given = text(value)
        if given:
            return given
    return None


def _only_a_time(given: str, fields: Fields) -> str | None:
    """The time in an id made of nothing else that differs between the two legs of a reversal.

    Such an id is no id: both legs are sent within one second and would share it. Empty when
    there is not even a time, None when the id can be unique.
    """
    stamp = _STAMP.search(given) if len(given) >= _SHORTEST_STAMP else None
    rest = given[: stamp.start()] + " " + given[stamp.end() :] if stamp else given
    common = _common(fields)
    for name in common:
        if name in rest and len(name) > 2:
            rest = _without(common, rest)
            break
    for part in rest.translate(_BETWEEN).split():
        if part not in common and not (part.isalpha() and action_word(part)):
            return None
    return stamp.group() if stamp else ""


def _without(names: set[str], given: str) -> str:
    for name in sorted(names, key=len, reverse=True):
        given = given.replace(name, " ") if len(name) > 2 else given
    return given


def _common(fields: Fields) -> set[str]:
    """What every alert of one strategy on one chart has in common."""
    names: set[str] = set()
    for role in _SHARED:
        for _, value in fields.get(role, ()):
            name = text(value)
            if name:
                names.add(name)
                if ":" in name:
                    names.add(name.rpartition(":")[2])
    return names
