"""The whole state of an exchange as JSON values and back, exact to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from justtrades_desktop.simulator.orders import LiveOrder, Pending, Terms, Trail
from justtrades_desktop.simulator.world import Bracket, Mark, OpenFill, StrategyState, World

_FORMAT: Final = 1  # raised when an older program would misread what is saved
_CLASSES: Final = {
    each.__name__: each
    for each in (Bracket, LiveOrder, Mark, OpenFill, Pending, StrategyState, Terms, Trail, World)
}


class NewerState(ValueError):
    """A newer version of this program saved it."""


_FIELDS: Final = {name: [each.name for each in fields(kind)] for name, kind in _CLASSES.items()}
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def saved(world: World, dice: Random) -> dict[str, Any]:
    """``world`` and the state of the dice, ready for ``json.dumps``."""
    version, numbers, gauss = dice.getstate()
    return {
        "format": _FORMAT,
        "dice": [version, list(numbers), gauss],
        "world": _packed(world),
    }


def loaded(state: Mapping[str, Any]) -> tuple[World, Random]:
    """What :func:`saved` made, again.

    Raises:
        NewerState: a newer program saved it.
        ValueError: not a state.
    """
    written_in = state.get("format")
    if type(written_in) is int and written_in > _FORMAT:
        raise NewerState(f"no state of an exchange in format {_FORMAT}, but in {written_in}")
    if written_in != _FORMAT:
        raise ValueError(f"no state of an exchange in format {_FORMAT}")
    try:
        version, numbers, gauss = state["dice"]
        dice = Random()  # noqa: S311 - chance of a play market, to be repeated exactly
        dice.setstate((version, tuple(numbers), gauss))
        world = _unpacked(state["world"])
    except NewerState:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"no state of an exchange: {error}") from error
    if not isinstance(world, World):
        raise ValueError("no state of an exchange")  # noqa: TRY004 - the content is wrong
    return world, dice


def _packed(value: Any) -> Any:
    """What JSON lacks becomes an object with one key that begins with a dollar."""
    if type(value) in _PLAIN:  # first, since nearly all values are
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    if isinstance(value, list):
        return [_packed(each) for each in value]
    if isinstance(value, dict):
        if all(type(key) is str for key in value):
            return {key: _packed(each) for key, each in value.items()}
        return {"$by": [[key, _packed(each)] for key, each in value.items()]}
    name = type(value).__name__
    inside = {field: _packed(getattr(value, field)) for field in _FIELDS[name]}
    return {"$is": name, **inside}


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$decimal": text}:
            return Decimal(text)
        case {"$moment": text}:
            return datetime.fromisoformat(text)
        case {"$day": text}:
            return date.fromisoformat(text)
        case {"$by": pairs}:
            return {key: _unpacked(each) for key, each in pairs}
        case {"$is": name, **inside}:
            return _restored(name, inside)
    return {key: _unpacked(each) for key, each in value.items()}


def _restored(name: str, inside: Mapping[str, Any]) -> Any:
    """One of ours; what has more fields than ours is of a program that knows more."""
    if name not in _CLASSES or not inside.keys() <= set(_FIELDS[name]):
        raise NewerState(f"no state of an exchange as this version knows it: {name}")
    return _CLASSES[name](**{key: _unpacked(each) for key, each in inside.items()})
