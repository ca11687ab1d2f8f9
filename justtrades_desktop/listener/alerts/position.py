"""The strategy's own position as an alert states it, before and after the order."""

from __future__ import annotations

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.fields import Fields, Said, quoted
from justtrades_desktop.listener.alerts.numbers import whole
from justtrades_desktop.listener.alerts.refusal import Refused, shown
from justtrades_desktop.listener.alerts.words import side_word

_AFTER_ROLES = (roles.SIDE, roles.POSITION, roles.POSITION_SIZE)
_BEFORE_ROLES = (roles.PREVIOUS_SIDE, roles.PREVIOUS, roles.PREVIOUS_SIZE)
_AFTER, _BEFORE = frozenset(_AFTER_ROLES), frozenset(_BEFORE_ROLES)
_NAMES = {1: "long", -1: "short", 0: "flat"}


# The side and the size of a position; the side may be known where the size is not.
Stated = tuple[int | None, int | None]
_UNSTATED: Stated = (None, None)


def after(fields: Fields) -> Stated:
    """Where the strategy stands once this order is filled."""
    return _UNSTATED if _AFTER.isdisjoint(fields) else _stated(fields, *_AFTER_ROLES)


def before(fields: Fields) -> Stated:
    """Where the strategy stood before this order."""
    return _UNSTATED if _BEFORE.isdisjoint(fields) else _stated(fields, *_BEFORE_ROLES)


def _stated(fields: Fields, sides: str, signed: str, unsigned: str) -> Stated:
    side, sizes = _side(fields.get(sides, []))
    if not (sizes or signed in fields or unsigned in fields):
        return side, 0 if side == 0 else None
    sizes += _sizes(fields.get(signed, []))
    magnitudes = _sizes(fields.get(unsigned, []))
    if side is None and not sizes and any(size > 0 for _, size in magnitudes):
        label, size = magnitudes[0]
        raise Refused(f"{label} {size} does not say whether it is long or short")
    if side is None and sizes:
        side = _sign(sizes[0][1])
    found = {_with_side(side, label, size) for label, size in sizes + magnitudes}
    if len(found) > 1:
        raise Refused("two fields state different positions: " + _listed(sizes + magnitudes))
    if found:
        return side, found.pop()
    return side, 0 if side == 0 else None


def _side(said: list[Said]) -> tuple[int | None, list[tuple[str, int]]]:
    """The side in words; a plain "position" may hold a number instead."""
    sides: dict[int, Said] = {}
    sizes: list[tuple[str, int]] = []
    for one in said:
        place, value = one
        found = side_word(value) if isinstance(value, str) else None
        if found is not None:
            sides[found] = one
        elif value not in (None, ""):
            sizes.append((place.label, _number_for_side(place.label, value)))
    if len(sides) > 1:
        first, second, *_ = sides.values()
        raise Refused(f"{quoted(first)} and {quoted(second)} contradict each other")
    return next(iter(sides), None), sizes


def _number_for_side(label: str, value: object) -> int:
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text[:1].isalpha():
        raise Refused(f"{label} {shown(text)} is not long, short or flat")
    return whole(label, text) or 0


def _sizes(said: list[Said]) -> list[tuple[str, int]]:
    sizes: list[tuple[str, int]] = []
    for place, value in said:
        size = whole(place.label, value)
        if size is not None:
            sizes.append((place.label, size))
    return sizes


def _with_side(side: int | None, label: str, size: int) -> int:
    """A size beside a word takes the word's sign; its own sign must not say otherwise."""
    if side is None or (side == 0 and size == 0):
        return size
    if side == 0 or size == 0 or (size < 0 < side):
        raise Refused(f"the position is {_NAMES[side]} but {label} is {size}")
    return side * abs(size)


def _sign(size: int) -> int:
    return (size > 0) - (size < 0)


def _listed(sizes: list[tuple[str, int]]) -> str:
    return ", ".join(f"{label} {size}" for label, size in sizes)
