"""From the fields of an alert, whatever its format, to the reading."""

from __future__ import annotations

from justtrades_desktop.domain.signals import Action, Reading
from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.action import asked
from justtrades_desktop.listener.alerts.exits import exit_named
from justtrades_desktop.listener.alerts.fields import Fields
from justtrades_desktop.listener.alerts.identity import identity
from justtrades_desktop.listener.alerts.position import after, before
from justtrades_desktop.listener.alerts.refusal import Refused
from justtrades_desktop.listener.alerts.sizing import Size, size
from justtrades_desktop.listener.alerts.values import price, refuse_several, ticker
from justtrades_desktop.listener.alerts.words import Word, closed_side

_CLOSING = (Word.CLOSE, Word.FLAT)
_ACTIONS = {
    None: Action.TARGET,
    Word.BUY: Action.BUY,
    Word.SELL: Action.SELL,
    Word.CLOSE: Action.CLOSE,
    Word.FLAT: Action.CLOSE,
    Word.ADD: Action.ADD,
    Word.REVERSE: Action.REVERSE,
    Word.PRICE: Action.PRICE,
}


def reading(fields: Fields) -> Reading:
    """Weigh all fields; anything that would have to be guessed is refused."""
    if roles.MANY in fields:
        refuse_several(fields)
    word = asked(fields)
    side, target = after(fields)
    if side == 0 and roles.SIDE in fields and _says_flat(fields):
        word = Word.FLAT
    if word == Word.PRICE or (word is None and target is None):
        return _tick(fields, word, side)
    return _signal(fields, word, target)


def _says_flat(fields: Fields) -> bool:
    sides = (value for _, value in fields[roles.SIDE] if isinstance(value, str))
    return any(side.strip().lower() == "flat" for side in sides)


def _tick(fields: Fields, word: str | None, side: int | None) -> Reading:
    if word is None and (side is not None or _sized(fields)):
        raise Refused("it names no action")
    name, at = ticker(fields), price(fields)
    if name is None or at is None:
        raise Refused("it names no action" if word is None else "a price needs an instrument")
    sender_id, sent_at = identity(fields)
    return Reading(
        action=_ACTIONS[Word.PRICE],
        ticker=name,
        price=at,
        sender_id=sender_id,
        sent_at=sent_at,
    )


def _sized(fields: Fields) -> bool:
    return any(
        value not in (None, "")
        for role in (roles.QUANTITY, roles.AMOUNT, roles.PERCENT)
        for _, value in fields.get(role, ())
    )


def _signal(fields: Fields, word: str | None, stated: int | None) -> Reading:
    closing = word in _CLOSING
    much = size(fields, closing)
    quantity, percent = much
    _, previous = before(fields)
    if previous is not None and stated is not None:
        _refuse_wrong_way(word, previous, stated)
    sender_id, sent_at = identity(fields)
    at = price(fields)
    return Reading(
        action=_ACTIONS[word],
        ticker=ticker(fields),
        quantity=quantity,
        price=at,
        target=_target(word, stated, much) if closing else stated,
        percent=percent,
        previous=previous,
        only_side=_only_side(fields) if word == Word.CLOSE else 0,
        take_profit=exit_named(fields, roles.TAKE_PROFIT, at)
        if roles.TAKE_PROFIT in fields
        else None,
        stop_loss=exit_named(fields, roles.STOP_LOSS, at) if roles.STOP_LOSS in fields else None,
        sender_id=sender_id,
        sent_at=sent_at,
    )


def _only_side(fields: Fields) -> int:
    """The side that a close is for, as its own word says."""
    said = (*fields.get(roles.ACTION, ()), *fields.get(roles.HINT, ()))
    sides = {closed_side(value) for _, value in said if isinstance(value, str)} - {0}
    if len(sides) > 1:
        raise Refused("it closes a long and a short in one alert")
    return sides.pop() if sides else 0


def _target(word: str | None, stated: int | None, much: Size) -> int | None:
    """Where a close leads."""
    quantity, percent = much
    if word == Word.FLAT:
        if percent is not None and percent < 100:
            raise Refused(f"it says flat, but also to close only {percent} percent")
        return 0
    if stated is None:
        return None if quantity or percent else 0  # nobody sends a close of nothing
    return stated


def _refuse_wrong_way(word: str | None, was: int, will_be: int) -> None:
    """A buy never lowers the strategy's position, a sell never raises it."""
    if (word == Word.BUY and will_be < was) or (word == Word.SELL and will_be > was):
        raise Refused(f"it says {word}, but the position goes from {was} to {will_be}")
