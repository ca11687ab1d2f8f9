"""What an alert asks for, weighed from every field that names an action."""

from __future__ import annotations

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.fields import Fields, Said, quoted
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
    for said in fields.get(roles.ACTION, ()):
        words[_action(said)] = said
    for said in fields.get(roles.HINT, ()):
        value = said[1]
        hinted = action_word(value) if isinstance(value, str) else None
        if hinted and not (hinted == Word.PRICE or (words and hinted == Word.UNTRADED)):
            words.setdefault(hinted, said)
    if not words:
        return None
    if Word.UNTRADED in words:
        raise Refused(f"{quoted(words[Word.UNTRADED])} moves no position")
    return _agreed(words)


def _action(said: Said) -> str:
    spelled = word(said)
    if not spelled:
        raise Refused(f"{said[0].label} is empty")
    found = action_word(spelled)
    if found is None:
        raise Refused(f"{said[0].label} {shown(spelled)} is no action this app knows")
    return found


def _agreed(words: dict[str, Said]) -> str:
    neutral = words.pop(Word.NEUTRAL, None)
    if neutral and not words:
        raise Refused(f"{quoted(neutral)} names no side")
    if len(words) == 1:
        return next(iter(words))
    asked_for = set(words)
    if Word.FLAT in asked_for:
        asked_for.discard(Word.CLOSE)
    strong = [one for one in _STRONGER if one in asked_for]
    if len(strong) == 1 and asked_for <= {strong[0], *_SIDES}:
        return strong[0]
    if len(asked_for) > 1:
        first, second, *_ = (said for one, said in words.items() if one in asked_for)
        raise Refused(f"{quoted(first)} and {quoted(second)} contradict each other")
    return asked_for.pop()
