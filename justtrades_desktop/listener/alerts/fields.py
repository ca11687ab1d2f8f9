"""The gathering of an alert's fields by what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from justtrades_desktop.listener.alerts.keys import FREE, HOLDERS, PLACES, Role
from justtrades_desktop.listener.alerts.placeholders import unfilled, unfilled_reason
from justtrades_desktop.listener.alerts.refusal import Refused

_MOST_KNOWN = 32  # keys of one object; more are no sender's, and must not fill the memory
_JOINTS = str.maketrans("", "", "_-. ")


@dataclass(slots=True)
class Said:
    """One field of the alert: how the sender called it, and what it says.

    Not frozen: that alone would take as long as the reading of the field.
    """

    rank: int
    label: str
    value: object


class _Place(NamedTuple):
    """What a key means: its role, "" for none, and the name of what it may hold."""

    role: str
    rank: int
    label: str
    holds: str | None


class Fields(dict[str, list[Said]]):
    """An alert's fields by meaning, in the order of preference within each."""


@lru_cache(maxsize=2048)
def plain(key: str) -> str:
    """A key without case and joints, so that marketPosition and market_position are one."""
    return key.lower().translate(_JOINTS)


def gather(given: dict[str, object]) -> Fields:
    """Sort an alert's fields by what they mean; a trade field given twice is refused."""
    found = Fields()
    _collect(found, given, "", "")
    for role, said in found.items():
        if len(said) > 1:
            said.sort(key=attrgetter("rank"))
            if role not in FREE:
                _refuse_twice(said)
    return found


def _collect(found: Fields, given: dict[str, object], within: str, path: str) -> None:
    places = _known_places if len(given) <= _MOST_KNOWN else _places
    for (role, rank, label, holds), value in zip(
        places(within, path, tuple(given)), given.values(), strict=True
    ):
        if holds is not None and isinstance(value, dict):
            _collect(found, value, holds, label + ".")
        elif role:
            if isinstance(value, str) and ("{" in value or "%" in value) and role not in FREE:
                _refuse_unfilled(value)
            if role in found:
                found[role].append(Said(rank, label, value))
            else:
                found[role] = [Said(rank, label, value)]
        elif isinstance(value, list):
            _refuse_several(label.removeprefix(path), value)


def _places(within: str, path: str, keys: tuple[str, ...]) -> list[_Place]:
    """What the keys of one object mean where it stands."""
    return [_place(within, path, key) for key in keys]


# A sender's alerts all have the same keys, so that most are looked up at once.
_known_places = lru_cache(maxsize=128)(_places)


def _place(within: str, path: str, key: str) -> _Place:
    if len(key) > 64:
        return _Place("", 0, path + key, None)
    name = within + plain(key)
    place = PLACES.get(name)
    if place is None and within == "order":
        place = PLACES.get(plain(key))
    role, rank = place or ("", 0)
    return _Place(role, rank, path + key, HOLDERS.get(name))


def _refuse_unfilled(value: str) -> None:
    if unfilled(value):
        raise Refused(unfilled_reason(value))


def _refuse_twice(said: list[Said]) -> None:
    seen: set[str] = set()
    for one in said:
        label = one.label.lower()
        if label in seen:
            raise Refused(f"{label} appears twice")
        seen.add(label)


def _refuse_several(key: str, value: list[object]) -> None:
    for one in value:
        if isinstance(one, dict) and any(map(_is_order, one)):
            raise Refused(f"{key} holds several orders; one alert is one instruction")


def _is_order(key: str) -> bool:
    place = PLACES.get(plain(key)) if len(key) <= 64 else None
    return place is not None and place[0] in (Role.ACTION, Role.TICKER)
