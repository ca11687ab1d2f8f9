"""Which alert this is: the sender's own id and time, where they can tell two alerts apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from justtrades_desktop.listener.alerts.fields import Fields, plain
from justtrades_desktop.listener.alerts.keys import Role
from justtrades_desktop.listener.alerts.values import text
from justtrades_desktop.listener.alerts.words import action_word

_STAMP = re.compile(
    r"(?<!\d)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:\.\d{1,9})?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)"
    r"|(?<!\d)(?:1[5-9]|2[01])\d{8}(?:\d{3}){0,3}(?!\d)"
)
_BETWEEN = re.compile(r"[\s_|:/,.;#-]+")


class Identity(NamedTuple):
    """The sender's id and the alert's own time, both as text."""

    sender_id: str | None
    sent_at: str | None


def identity(fields: Fields) -> Identity:
    """The first id that can be unique, and the alert's time."""
    sent_at = _time(fields)
    for said in fields.get(Role.ID, ()):
        given = text(said.value)
        if given and plain(said.label) == "alerttimestamp":
            return Identity(given, sent_at or given)
        if given:
            stamp = _only_a_time(given, fields)
            if stamp is None:
                return Identity(given, sent_at)
            sent_at = sent_at or stamp or None
    return Identity(_order(fields, sent_at) if Role.ORDER_ID in fields else None, sent_at)


def _time(fields: Fields) -> str | None:
    for said in fields.get(Role.TIME, ()):
        stated = text(said.value)
        if stated:
            return stated
    return None


def _order(fields: Fields, sent_at: str | None) -> str | None:
    """A strategy uses the same order id again and again: only with the time is it one alert's."""
    for said in fields.get(Role.ORDER_ID, ()):
        given = text(said.value)
        if given and sent_at:
            return f"{given}|{sent_at}"
    return None


def _only_a_time(given: str, fields: Fields) -> str | None:
    """The time in an id made of nothing else that differs between the two legs of a reversal.

    Such an id is no id: both legs are sent within one second and would share it. Empty when
    there is not even a time, None when the id can be unique.
    """
    stamp = _STAMP.search(given)
    rest = given[: stamp.start()] + " " + given[stamp.end() :] if stamp else given
    common = _common(fields)
    for name in sorted(common, key=len, reverse=True):
        rest = rest.replace(name, " ") if len(name) > 2 else rest
    parts = filter(None, _BETWEEN.split(rest))
    if all(part in common or action_word(part) for part in parts):
        return stamp.group() if stamp else ""
    return None


def _common(fields: Fields) -> set[str]:
    """What every alert of one strategy on one chart has in common."""
    said = [*fields.get(Role.TICKER, ()), *fields.get(Role.NAME, ())]
    names = {name for one in said if (name := text(one.value))}
    return names | {name.rpartition(":")[2] for name in names}
