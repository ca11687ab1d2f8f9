"""Reading a fault from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from justtrades_desktop.simulator.fault_kinds import Counted, Fault, FaultKind


def fault_from(told: Mapping[str, Any] | str) -> Fault:
    """A fault from JSON, or from its bare name.

    Raises:
        ValueError: says what is wrong with it.
    """
    chosen: dict[str, Any] = {"kind": told} if isinstance(told, str) else dict(told)
    known = {f.name: f for f in fields(Fault)}
    wrong = [name for name in chosen if name not in known]
    if wrong:
        raise ValueError(f"a fault has no {wrong[0]!r}; it has {', '.join(known)}")
    if chosen.get("kind") not in list(FaultKind):
        raise ValueError(f"{chosen.get('kind')!r} is no fault; there are {', '.join(FaultKind)}")
    chosen["kind"] = FaultKind(chosen["kind"])
    for name, value in chosen.items():
        chosen[name] = _READ[name](name, value)
    return Fault(**chosen)


def _counted(_: str, value: Any) -> Counted | None:
    return None if value is None else Counted(value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is a whole number from 1 on")
    return value


def _seconds(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if not 0 <= float(value) <= _LONGEST:
        raise ValueError(f"{name} is a number from 0 on")
    return float(value)


def _flag(name: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{name} is true or false")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text")  # noqa: TRY004  (what was sent, not our types)
    return value


_LONGEST: Final = 7 * 24 * 3600.0
_READ: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "kind": lambda _, value: value,
    "counted": _counted,
    "match": _text,
    "nth": _whole,
    "times": _whole,
    "seconds": _seconds,
    "executed": _flag,
    "reason": _text,
    "size": _whole,
    "user": _text,
    "socket": _text,
}
