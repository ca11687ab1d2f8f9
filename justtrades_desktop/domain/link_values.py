"""A link's settings and an account's limits as JSON values, and back without loss.

Only what differs from the default is written. What is written says how it is read: each field by
its own type, so that a new field needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, level
from justtrades_desktop.domain.links import (
    DEFAULTS,
    NO_LIMITS,
    AccountLimits,
    LinkSettings,
    Target,
    Window,
)
from justtrades_desktop.domain.values import plain

_SettingsT = TypeVar("_SettingsT", LinkSettings, AccountLimits)


def to_values(settings: LinkSettings) -> dict[str, Any]:
    """What of ``settings`` differs from the defaults, ready for JSON."""
    return _written(settings, DEFAULTS)


def from_values(values: Mapping[str, Any]) -> LinkSettings:
    """The inverse of :func:`to_values`; what is missing takes its default.

    Raises:
        UserError: a name is not known, or a value is none of its kind; says which.
    """
    return _read(values, LinkSettings)


def limits_to_values(limits: AccountLimits) -> dict[str, Any]:
    """What of ``limits`` differs from the defaults, ready for JSON."""
    return _written(limits, NO_LIMITS)


def limits_from_values(values: Mapping[str, Any]) -> AccountLimits:
    """The inverse of :func:`limits_to_values`; raises as :func:`from_values` does."""
    return _read(values, AccountLimits)


def _written(settings: _SettingsT, defaults: _SettingsT) -> dict[str, Any]:
    return {
        name: _plain(chosen)
        for field in fields(settings)
        if (chosen := getattr(settings, (name := field.name))) != getattr(defaults, name)
    }


def _plain(value: object) -> Any:
    """``value`` in JSON's own kinds."""
    match value:
        case None | bool() | int():
            return value
        case StrEnum():
            return value.value
        case str():
            return value
        case Decimal():
            return plain(value)
        case Level():
            return str(value)
        case Target():
            return {"at": str(value.level), "part": plain(value.part), "percent": value.percent}
        case Window():
            return _window_values(value)
        case tuple():
            return [_plain(each) for each in value]
        case _:
            raise TypeError(f"nobody said how a {type(value).__name__} is written")


def _window_values(window: Window) -> dict[str, Any]:
    return {
        "days": sorted(window.days),
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "zone": window.zone,
        "by_session": window.by_session,
    }


def _read(values: Mapping[str, Any], kind: type[_SettingsT]) -> _SettingsT:
    hints = get_type_hints(kind)
    unknown = [name for name in values if name not in hints]
    if unknown:
        raise UserError(
            f"No setting is called {', '.join(map(repr, unknown))}", f"There are {', '.join(hints)}"
        )
    return kind(**{name: _field(name, value, hints[name]) for name, value in values.items()})


def _field(name: str, value: object, hint: object) -> Any:
    try:
        return _typed(value, hint)
    except (ValueError, TypeError, KeyError, InvalidOperation, ZoneInfoNotFoundError, OSError):
        raise UserError(f"{name} cannot be {value!r}", "It is left as it was.") from None


def _typed(value: object, hint: object) -> Any:
    """``value`` as the type that ``hint`` names; raises where it is none of its kind."""
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not type(None))
        return None if value is None else _typed(value, inner)
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError
        return tuple(_typed(each, get_args(hint)[0]) for each in value)
    kind = cast("type[object]", hint)
    if issubclass(kind, StrEnum):
        return kind(_a(str, value))
    return _READERS[kind](value)


_KindT = TypeVar("_KindT")


def _a(kind: type[_KindT], value: object) -> _KindT:
    """``value`` where it is exactly of ``kind``: a switch is no number."""
    if type(value) is not kind:
        raise TypeError
    return value


def _decimal(value: object) -> Decimal:
    found = Decimal(_a(str, value))
    if not found.is_finite():
        raise ValueError
    return found


def _target(value: object) -> Target:
    of = _a(dict, value)
    return Target(level(_a(str, of["at"])), _decimal(of["part"]), _a(bool, of["percent"]))


def _window(value: object) -> Window:
    of = _a(dict, value)
    days = frozenset(_a(int, day) for day in _a(list, of["days"]))
    if not days <= set(range(7)):
        raise ValueError
    return Window(
        days=days,
        start=time.fromisoformat(_a(str, of["start"])),
        end=time.fromisoformat(_a(str, of["end"])),
        zone=ZoneInfo(_a(str, of["zone"])).key,
        by_session=_a(bool, of["by_session"]),
    )


_READERS: Final[Mapping[type[object], Callable[[object], object]]] = {
    bool: lambda value: _a(bool, value),
    int: lambda value: _a(int, value),
    str: lambda value: _a(str, value),
    Decimal: _decimal,
    Level: lambda value: level(_a(str, value)),
    Target: _target,
    Window: _window,
}
