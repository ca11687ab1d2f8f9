"""The gathering of an alert's fields by what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from justtrades_desktop.listener.alerts.keys import FREE, HOLDERS, PLACES, Role
from justtrades_desktop.listener.alerts.placeholders import unfilled, unfilled_reason
from justtrades_desktop.listener.alerts.refusal import Refused

_NOWHERE = ("", 0, None)
_JOINTS = str.maketrans("", "", "_-. ")


class Said(NamedTuple):
    """One field of the alert: how the sender called it, and what it says."""

    rank: int
    label: str
    value: object


class Fields(dict[str, list[Said]]):
    """An alert's fields by meaning, in the order of preference within each."""


@lru_cache(maxsize=2048)
def plain(key: str) -> str:
    """A key without case and joints, so that marketPosition and market_position are one."""
    return key.lower().translate(_JOINTS)


def gather(items: Iterable[tuple[str, object]]) -> Fields:
    """Sort an alert's fields by what they mean; a trade field given twice is refused."""
    found = Fields()
    _collect(found, items, "", "")
    for role, said in found.items():
        if len(said) > 1:
            said.sort(key=itemgetter(0))
            if role not in FREE:
                _refuse_twice(said)
    return found


def _collect(found: Fields, items: Iterable[tuple[str, object]], within: str, path: str) -> None:
    for key, value in items:
        role, rank, holds = _place(within, key) if len(key) <= 64 else _NOWHERE
        if holds is not None and isinstance(value, dict):
            _collect(found, value.items(), holds, f"{path}{key}.")
        elif role:
            if isinstance(value, str) and ("{" in value or "%" in value) and role not in FREE:
                _refuse_unfilled(value)
            if role in found:
                found[role].append(Said(rank, path + key, value))
            else:
                found[role] = [Said(rank, path + key, value)]
        elif isinstance(value, list):
            _refuse_several(key, value)


@lru_cache(maxsize=1024)
def _place(within: str, key: str) -> tuple[str, int, str | None]:
    """What a key means where it stands."""
    name = within + plain(key)
    place = PLACES.get(name)
    if place is None and within == "order":
        place = PLACES.get(plain(key))
    role, rank = place or ("", 0)
    return role, rank, HOLDERS.get(name)


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
