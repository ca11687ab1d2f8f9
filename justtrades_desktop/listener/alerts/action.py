"""What an alert asks for, weighed from every field that names an action."""

from __future__ import annotations

from justtrades_desktop.listener.alerts.fields import Fields, Said
from justtrades_desktop.listener.alerts.keys import Role
from justtrades_desktop.listener.alerts.refusal import Refused, shown
from justtrades_desktop.listener.alerts.values import word
from justtrades_desktop.listener.alerts.words import Word, action_word

_SIDES = {Word.BUY, Word.SELL}
# A close takes its side from the position, so a side beside it adds nothing; the same holds for
# a reversal and for adding to what is open.
_STRONGER = (Word.FLAT, Word.CLOSE, Word.REVERSE, Word.ADD)


def asked(fields: Fields) -> str | None:
    """The one action all fields agree on, None when no field names any."""
    words: dict[str, Said] = {}
    for said in fields.get(Role.ACTION, ()):
        words[_action(said)] = said
    for said in fields.get(Role.HINT, ()):
        hinted = action_word(said.value) if isinstance(said.value, str) else None
        if hinted and not (hinted == Word.PRICE or (words and hinted == Word.UNTRADED)):
            words.setdefault(hinted, said)
    if not words:
        return None
    if Word.UNTRADED in words:
        said = words[Word.UNTRADED]
        raise Refused(f"{said.label} {shown(said.value)} moves no position")
    return _agreed(words)


def _action(said: Said) -> str:
    spelled = word(said)
    if not spelled:
        raise Refused(f"{said.label} is empty")
    found = action_word(spelled)
    if found is None:
        raise Refused(f"{said.label} {shown(spelled)} is no action this app knows")
    return found


def _agreed(words: dict[str, Said]) -> str:
    if len(words) == 1:
        only = next(iter(words))
        if only == Word.NEUTRAL:
            raise Refused(f"{words[only].label} {shown(words[only].value)} names no side")
        return only
    asked_for = set(words) - {Word.NEUTRAL}
    if Word.FLAT in asked_for:
        asked_for.discard(Word.CLOSE)
    strong = [one for one in _STRONGER if one in asked_for]
    if len(strong) == 1 and asked_for <= {strong[0], *_SIDES}:
        return strong[0]
    if len(asked_for) > 1:
        first, second, *_ = (said for one, said in words.items() if one in asked_for)
        raise Refused(
            f"{first.label} {shown(first.value)} and {second.label} {shown(second.value)} "
            "contradict each other"
        )
    return asked_for.pop()
