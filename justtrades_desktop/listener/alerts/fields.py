"""The gathering of an alert's fields by what they mean."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.keys import FREE, HOLDERS, PLACES
from justtrades_desktop.listener.alerts.placeholders import unfilled, unfilled_reason
from justtrades_desktop.listener.alerts.refusal import Refused, shown

_MOST_KNOWN = 32  # keys of one object; more are no sender's, and must not fill the memory
_JOINTS = str.maketrans("", "", "_-. ")


class Place(NamedTuple):
    """What a key means: its role, "" for none, and the name of what it may hold."""

    role: str
    rank: int
    label: str  # as the sender wrote it, with the objects around it
    holds: str | None


# One field of the alert: what its key means, and what it says.
Said = tuple[Place, object]
# An alert's fields by meaning, in the order of preference within each.
Fields = dict[str, list[Said]]


@lru_cache(maxsize=2048)
def plain(key: str) -> str:
    """A key without case and joints, so that marketPosition and market_position are one."""
    return key.lower().translate(_JOINTS)


def quoted(said: Said) -> str:
    """A field as a reason names it."""
    place, value = said
    return f"{place.label} {shown(value)}"


def gather(given: dict[str, object]) -> Fields:
    """Sort an alert's fields by what they mean; a trade field given twice is refused."""
    found: Fields = {}
    _collect(found, given, "", "")
    for said in found.values():
        if len(said) > 1:
            said.sort(key=_rank)
            if said[0][0].role not in FREE:
                _refuse_twice(said)
    return found


def _collect(found: Fields, given: dict[str, object], within: str, path: str) -> None:
    places = _known_places if len(given) <= _MOST_KNOWN else _places
    known = places(within, path, tuple(given))
    # The pairs are kept as they come: a new object for each field would take longer, and so
    # would a strict zip.
    for said in zip(known, given.values()):  # noqa: B905 - a place for each key
        (role, _, label, holds), value = said
        if holds is not None and isinstance(value, dict):
            _collect(found, value, holds, label + ".")
        elif role:
            if isinstance(value, str) and ("{" in value or "%" in value) and role not in FREE:
                _refuse_unfilled(value)
            if role in found:
                found[role].append(said)
            else:
                found[role] = [said]
        elif isinstance(value, list):
            _refuse_several(label.removeprefix(path), value)


def _places(within: str, path: str, keys: tuple[str, ...]) -> list[Place]:
    """What the keys of one object mean where it stands."""
    return [_place(within, path, key) for key in keys]


# A sender's alerts all have the same keys, so that most are looked up at once.
_known_places = lru_cache(maxsize=64)(_places)


def _place(within: str, path: str, key: str) -> Place:
    if len(key) > 64:
        return Place("", 0, path + key, None)
    name = within + plain(key)
    place = PLACES.get(name)
    if place is None and within == "order":
        place = PLACES.get(plain(key))
    role, rank = place or ("", 0)
    return Place(role, rank, path + key, HOLDERS.get(name))


def _refuse_unfilled(value: str) -> None:
    if unfilled(value):
        raise Refused(unfilled_reason(value))


def _rank(said: Said) -> int:
    return said[0].rank


def _refuse_twice(said: list[Said]) -> None:
    seen: set[str] = set()
    for place, _ in said:
        label = place.label.lower()
        if label in seen:
            raise Refused(f"{label} appears twice")
        seen.add(label)


def _refuse_several(key: str, value: list[object]) -> None:
    for one in value:
        if isinstance(one, dict) and any(map(_is_order, one)):
            raise Refused(f"{key} holds several orders; one alert is one instruction")


def _is_order(key: str) -> bool:
    place = PLACES.get(plain(key)) if len(key) <= 64 else None
    return place is not None and place[0] in (roles.ACTION, roles.TICKER)
