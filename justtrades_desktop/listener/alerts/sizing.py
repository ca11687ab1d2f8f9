"""How much an alert asks for: contracts, or a part of the open position, never money."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.fields import Fields, Said, plain, quoted
from justtrades_desktop.listener.alerts.numbers import contracts, number
from justtrades_desktop.listener.alerts.refusal import Refused
from justtrades_desktop.listener.alerts.values import word

_WHOLE = Decimal(100)
_FIXED = "fixed fixedquantity fixedqty quantity qty contract contracts lot lots shares units base"
_PART = "percentofposition positionpercent percentposition percent percentage"
_IN_CONTRACTS, _OF_POSITION = frozenset(_FIXED.split()), frozenset(_PART.split())

# Contracts, or a percentage of the position; at most one of both is set.
Size = tuple[int | None, Decimal | None]
_UNSIZED: Size = (None, None)


def size(fields: Fields, closing: bool) -> Size:
    """The stated size; percentages make sense for a close only."""
    if roles.MONEY in fields or roles.RISK in fields:
        _refuse_money(fields)
    unit = _unit(fields) if roles.UNIT in fields else None
    found = _UNSIZED
    stated: list[Size] = []
    sized = _sized(fields, unit) if roles.AMOUNT in fields else fields.get(roles.QUANTITY, ())
    for said in sized:
        found = _size(said, unit)
        stated.append(found)
    for said in fields.get(roles.PERCENT, ()):
        found = _percent(said)
        stated.append(found)
    if len(stated) > 1:
        found = _agreed(stated)
    if found[1] is not None and not closing:
        raise Refused(f"{found[1]} percent is no number of contracts")
    return found


def _refuse_money(fields: Fields) -> None:
    for role, meaning in ((roles.MONEY, "money"), (roles.RISK, "risk")):
        for said in fields.get(role, ()):
            if number(said[0].label, said[1]):
                raise Refused(
                    f"{quoted(said)} is an amount of {meaning}, not a number of contracts"
                )


def _unit(fields: Fields) -> str | None:
    for said in fields[roles.UNIT]:
        unit = plain(word(said))
        if unit and unit not in _IN_CONTRACTS and unit not in _OF_POSITION:
            raise Refused(f"{quoted(said)} is not a number of contracts")
        if unit:
            return unit
    return None


def _sized(fields: Fields, unit: str | None) -> list[Said]:
    amounts = [one for one in fields[roles.AMOUNT] if one[1] not in (None, "")]
    if amounts and unit is None:
        raise Refused(f"{quoted(amounts[0])} does not say whether it means contracts or money")
    return [*fields.get(roles.QUANTITY, ()), *amounts]


def _size(said: Said, unit: str | None) -> Size:
    place, value = said
    if isinstance(value, str):
        value = value.strip()
        if value.endswith("%"):
            return _percent((place, value[:-1]))
    if unit in _OF_POSITION:
        return _percent(said)
    return contracts(place.label, value), None


def _percent(said: Said) -> Size:
    place, value = said
    percent = number(
        place.label, value.strip().removesuffix("%") if isinstance(value, str) else value
    )
    if not percent:
        return _UNSIZED
    if not 0 < percent <= _WHOLE:
        raise Refused(f"{quoted(said)} is not a part of a position, 0 to 100")
    return None, percent


def _agreed(sizes: list[Size]) -> Size:
    stated = {one for one in sizes if one != _UNSIZED}
    if len(stated) > 1:
        raise Refused("two fields state different sizes: " + ", ".join(sorted(map(_name, stated))))
    return stated.pop() if stated else _UNSIZED


def _name(stated: Size) -> str:
    quantity, percent = stated
    return f"{percent}%" if quantity is None else str(quantity)
