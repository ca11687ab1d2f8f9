"""A link's settings as text: what a person types for each, and how it is printed. Pure.

Whether what was typed makes sense together is for ``link_limits`` and ``link_contradictions``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import UnionType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from justtrades_desktop.domain.exits import Level, level
from justtrades_desktop.domain.links import DEFAULTS, LinkSettings, Target, Window
from justtrades_desktop.domain.values import plain

OFF: Final = ("off", "none")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW: Final = re.compile(
    r"(?:(?P<days>[a-z,\-]+)\s+)?(?P<start>\d{1,2}:\d\d)-(?P<end>\d{1,2}:\d\d)"
    r"(?:\s+(?P<zone>(?!session$)\S+))?(?P<session>\s+session)?",
    re.IGNORECASE,
)
_EVERY_DAY: Final = frozenset(range(7))


class Kind(NamedTuple):
    """What a setting holds: one value of ``type``, several (``many``), or none (``optional``)."""

    type: type
    many: bool = False
    optional: bool = False


def kinds() -> Mapping[str, Kind]:
    """Every setting with what it holds, in the order of the fields."""
    hints = get_type_hints(LinkSettings)
    return {each.name: _kind(hints[each.name]) for each in fields(LinkSettings)}


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is tuple:
        return Kind(get_args(hint)[0], many=True)
    if isinstance(hint, UnionType):
        return Kind(next(each for each in get_args(hint) if each is not type(None)), optional=True)
    return Kind(hint)


# Reading


def changed(settings: LinkSettings, texts: Mapping[str, str | Sequence[str]]) -> LinkSettings:
    """``settings`` with what ``texts`` say instead; what is not named stays.

    Raises:
        ValueError: a name or a text makes no sense; says which.
    """
    return replace(settings, **{name: read(name, text) for name, text in texts.items()})


def read(name: str, text: str | Sequence[str]) -> Any:
    """The value of one setting; ``off`` and ``none`` clear one that can be unset.

    Raises:
        ValueError: it is none; says why.
    """
    kind = kinds().get(name)
    if kind is None:
        raise ValueError(f"there is no setting {name!r}")
    texts = [text] if isinstance(text, str) else list(text)
    if any(each.strip().lower() in OFF for each in texts) and kind.type is not bool:
        return _cleared(name, kind, texts)
    if kind.type is Target:
        return ladder(texts)
    values = [_one(kind.type, each.strip()) for each in texts]
    return tuple(values) if kind.many else values[-1]


def _cleared(name: str, kind: Kind, texts: Sequence[str]) -> Any:
    if len(texts) > 1:
        raise ValueError(f"{' and '.join(texts)!r} cannot both be meant")
    if kind.many:
        return ()
    if kind.optional:
        return None
    if getattr(DEFAULTS, name) == 0:
        return 0
    raise ValueError(f"{texts[0]!r} is no value: this is always set ({_said_of(name)} by default)")


def _said_of(name: str) -> str:
    return str(as_json(DEFAULTS)[name])


def _one(type_: type, text: str) -> Any:
    if issubclass(type_, StrEnum):
        return _choice(type_, text)
    if type_ is int:
        return _whole(text)
    return _READERS[type_](text)


def _choice(type_: type[StrEnum], text: str) -> StrEnum:
    """``no-entries`` is ``no entries``: a shell takes it without quotes."""
    for each in type_:
        if text.lower().replace("-", " ") == each.value:
            return each
    raise ValueError(f"{text!r} is none of {', '.join(each.value for each in type_)}")


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text) < 2**31:
        raise ValueError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError(f"{text!r} is neither on nor off")
    return text.lower() == "on"


def amount(text: str) -> Decimal:
    """A number from 0 on.

    Raises:
        ValueError: it is none.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise ValueError(f"{text!r} is no amount")
    return value


def _symbol(text: str) -> str:
    if not text:
        raise ValueError("a contract needs a name, MNQ1! or MNQZ6")
    return text.upper()


def ladder(texts: Sequence[str]) -> tuple[Target, ...]:
    """``20 ticks=50%``, ``40 ticks=1``, ``alert``; the last may name no part: all that is left.

    Raises:
        ValueError: one is none, or nothing is left.
    """
    steps: list[Target] = []
    for number, text in enumerate(texts, 1):
        where, named, part = (each.strip() for each in text.partition("="))
        if not named and number < len(texts):
            raise ValueError(f"{text!r} takes all that is left: only the last step may")
        percent, share = _part(part) if named else (True, _left(text, steps))
        steps.append(Target(level(where), share, percent))
    return tuple(steps)


def _part(text: str) -> tuple[bool, Decimal]:
    """``50%`` or ``1``: whether it is in percent, and how much."""
    if text.endswith("%"):
        return True, amount(text.removesuffix("%").strip())
    return False, Decimal(_whole(text))


def _left(text: str, steps: Sequence[Target]) -> Decimal:
    left = Decimal(100) - sum(each.part for each in steps if each.percent)
    if left <= 0:
        raise ValueError(f"nothing is left for {text!r}")
    return left


def window(text: str) -> Window:
    """``mon-fri 09:30-15:45 America/New_York``; ``session`` at its end counts session days.

    Without days it is every day, without a zone New York's.

    Raises:
        ValueError: it is none.
    """
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is no window (mon-fri 09:30-15:45 America/New_York, with session behind "
            "it for session days)"
        )
    made = Window(
        days=_EVERY_DAY if found["days"] is None else _days(found["days"].lower()),
        start=_time(found["start"]),
        end=_time(found["end"]),
        by_session=found["session"] is not None,
    )
    return made if found["zone"] is None else made._replace(zone=_zone(found["zone"]))


def _days(text: str) -> frozenset[int]:
    """``mon-fri,sun``."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part!r} is no weekday ({', '.join(DAYS)}, or mon-fri)")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days |= {(start + each) % 7 for each in range((end - start) % 7 + 1)}
    return frozenset(days)


def _time(text: str) -> time:
    hours, minutes = map(int, text.split(":"))
    if hours > 23 or minutes > 59:
        raise ValueError(f"{text!r} is no time of day")
    return time(hours, minutes)


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{text!r} is no time zone (America/Chicago, for example)") from error


_READERS: Final[Mapping[type, Callable[[str], Any]]] = {
    bool: _switch,
    Decimal: amount,
    str: _symbol,
    Level: level,
    Window: window,
}


# Printing


def as_json(settings: LinkSettings) -> dict[str, Any]:
    """Every setting by its name, as JSON has it: numbers and switches as such, the rest as the
    text that :func:`read` takes, None where it is not set."""
    return {each.name: said(getattr(settings, each.name)) for each in fields(settings)}


def said(value: Any) -> Any:
    """One value as JSON has it."""
    match value:
        case Target():
            return f"{value.level}={plain(value.part)}{'%' if value.percent else ''}"
        case Window():
            return _window_said(value)
        case Level():
            return str(value)
        case tuple():
            return [said(each) for each in value]
        case Decimal():
            return plain(value)
        case StrEnum():
            return value.value
    return value


def _window_said(value: Window) -> str:
    days = "" if value.days == _EVERY_DAY else f"{_days_said(value.days)} "
    session = " session" if value.by_session else ""
    return f"{days}{value.start:%H:%M}-{value.end:%H:%M} {value.zone}{session}"


def _days_said(days: frozenset[int]) -> str:
    """Neighbouring days as a span: ``mon-wed,fri``."""
    spans: list[list[int]] = []
    for day in sorted(days):
        if spans and spans[-1][-1] == day - 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return ",".join(
        DAYS[span[0]] if len(span) == 1 else f"{DAYS[span[0]]}-{DAYS[span[-1]]}" for span in spans
    )
