"""From the fields of an alert, whatever its format, to the reading."""

from __future__ import annotations

from justtrades_desktop.domain.signals import Action, Reading
from justtrades_desktop.listener.alerts.action import asked
from justtrades_desktop.listener.alerts.fields import Fields
from justtrades_desktop.listener.alerts.identity import identity
from justtrades_desktop.listener.alerts.keys import Role
from justtrades_desktop.listener.alerts.position import Stated, after, before
from justtrades_desktop.listener.alerts.refusal import Refused
from justtrades_desktop.listener.alerts.sizing import Size, size
from justtrades_desktop.listener.alerts.values import price, refuse_several, ticker
from justtrades_desktop.listener.alerts.words import Word, closed_side

_CLOSING = (Word.CLOSE, Word.FLAT)
_ACTIONS = {
    Word.BUY: Action.BUY,
    Word.SELL: Action.SELL,
    Word.CLOSE: Action.CLOSE,
    Word.FLAT: Action.CLOSE,
    Word.ADD: Action.ADD,
    Word.REVERSE: Action.REVERSE,
}


def reading(fields: Fields) -> Reading:
    """Weigh all fields; anything that would have to be guessed is refused."""
    refuse_several(fields)
    word = asked(fields)
    stated = after(fields)
    if stated.side == 0 and Role.SIDE in fields and _says_flat(fields):
        word = Word.FLAT
    if word is Word.PRICE or (word is None and stated.size is None):
        return _tick(fields, word, stated)
    return _signal(fields, word, stated)


def _says_flat(fields: Fields) -> bool:
    return any(
        isinstance(one.value, str) and one.value.strip().lower() == "flat"
        for one in fields[Role.SIDE]
    )


def _tick(fields: Fields, word: Word | None, stated: Stated) -> Reading:
    if word is None and (stated.side is not None or _sized(fields)):
        raise Refused("it names no action")
    name, at = ticker(fields), price(fields)
    if name is None or at is None:
        raise Refused("it names no action" if word is None else "a price needs an instrument")
    who = identity(fields)
    return Reading(
        action=Action.PRICE,
        ticker=name,
        price=at,
        sender_id=who.sender_id,
        sent_at=who.sent_at,
    )


def _sized(fields: Fields) -> bool:
    return any(
        said.value not in (None, "")
        for role in (Role.QUANTITY, Role.AMOUNT, Role.PERCENT)
        for said in fields.get(role, ())
    )


def _signal(fields: Fields, word: Word | None, stated: Stated) -> Reading:
    much = size(fields, closing=word in _CLOSING)
    came_from = before(fields)
    _refuse_wrong_way(word, came_from.size, stated.size)
    who = identity(fields)
    return Reading(
        action=Action.TARGET if word is None else _ACTIONS[word],
        ticker=ticker(fields),
        quantity=much.quantity,
        price=price(fields),
        target=_target(word, stated.size, much),
        percent=much.percent,
        previous=came_from.size,
        only_side=_only_side(fields) if word is Word.CLOSE else 0,
        sender_id=who.sender_id,
        sent_at=who.sent_at,
    )


def _only_side(fields: Fields) -> int:
    """The side that a close is for, as its own word says."""
    roles = (*fields.get(Role.ACTION, ()), *fields.get(Role.HINT, ()))
    sides = {closed_side(said.value) for said in roles if isinstance(said.value, str)} - {0}
    if len(sides) > 1:
        raise Refused("it closes a long and a short in one alert")
    return sides.pop() if sides else 0


def _target(word: Word | None, stated: int | None, much: Size) -> int | None:
    if word is Word.FLAT:
        if much.percent is not None and much.percent < 100:
            raise Refused(f"it says flat, but also to close only {much.percent} percent")
        return 0
    if word is Word.CLOSE and stated is None:
        return None if much.quantity or much.percent else 0  # nobody sends a close of nothing
    return stated


def _refuse_wrong_way(word: Word | None, was: int | None, will_be: int | None) -> None:
    """A buy never lowers the strategy's position, a sell never raises it."""
    if was is None or will_be is None:
        return
    if (word is Word.BUY and will_be < was) or (word is Word.SELL and will_be > was):
        raise Refused(f"it says {word.value}, but the position goes from {was} to {will_be}")
