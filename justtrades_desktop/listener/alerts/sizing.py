"""How much an alert asks for: contracts, or a part of the open position, never money."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.listener.alerts.fields import Fields, Said, plain
from justtrades_desktop.listener.alerts.keys import Role
from justtrades_desktop.listener.alerts.numbers import contracts, number
from justtrades_desktop.listener.alerts.refusal import Refused, shown
from justtrades_desktop.listener.alerts.values import word

_WHOLE = Decimal(100)
_FIXED = "fixed fixedquantity fixedqty quantity qty contract contracts lot lots shares units base"
_PART = "percentofposition positionpercent percentposition percent percentage"
_IN_CONTRACTS, _OF_POSITION = frozenset(_FIXED.split()), frozenset(_PART.split())


class Size(NamedTuple):
    """At most one of both is set."""

    quantity: int | None = None
    percent: Decimal | None = None


UNSIZED = Size()


def size(fields: Fields, closing: bool) -> Size:
    """The stated size; percentages make sense for a close only."""
    _refuse_money(fields)
    unit = _unit(fields)
    stated = [_size(said, unit) for said in _sized(fields, unit)]
    stated += [_percent(said) for said in fields.get(Role.PERCENT, ())]
    found = stated[0] if len(stated) == 1 else _agreed(stated)
    if found.percent is not None and not closing:
        raise Refused(f"{found.percent} percent is no number of contracts")
    return found


def _refuse_money(fields: Fields) -> None:
    for role, meaning in ((Role.MONEY, "money"), (Role.RISK, "risk")):
        for said in fields.get(role, ()):
            if number(said.label, said.value):
                raise Refused(
                    f"{said.label} {shown(said.value)} is an amount of {meaning}, "
                    "not a number of contracts"
                )


def _unit(fields: Fields) -> str | None:
    for said in fields.get(Role.UNIT, ()):
        unit = plain(word(said))
        if unit and unit not in _IN_CONTRACTS and unit not in _OF_POSITION:
            raise Refused(f"{said.label} {shown(said.value)} is not a number of contracts")
        if unit:
            return unit
    return None


def _sized(fields: Fields, unit: str | None) -> list[Said]:
    if Role.AMOUNT not in fields:
        return fields.get(Role.QUANTITY, [])
    amounts = [one for one in fields[Role.AMOUNT] if one.value not in (None, "")]
    if amounts and unit is None:
        raise Refused(
            f"{amounts[0].label} {shown(amounts[0].value)} does not say whether it means "
            "contracts or money"
        )
    return [*fields.get(Role.QUANTITY, ()), *amounts]


def _size(said: Said, unit: str | None) -> Size:
    text = said.value.strip() if isinstance(said.value, str) else said.value
    if isinstance(text, str) and text.endswith("%"):
        return _percent(Said(0, said.label, text[:-1]))
    if unit in _OF_POSITION:
        return _percent(said)
    return Size(quantity=contracts(said.label, text))


def _percent(said: Said) -> Size:
    text = said.value.strip().removesuffix("%") if isinstance(said.value, str) else said.value
    value = number(said.label, text)
    if not value:
        return UNSIZED
    if not 0 < value <= _WHOLE:
        raise Refused(f"{said.label} {shown(said.value)} is not a part of a position, 0 to 100")
    return Size(percent=value)


def _agreed(sizes: list[Size]) -> Size:
    stated = {one for one in sizes if one != UNSIZED}
    if len(stated) > 1:
        raise Refused("two fields state different sizes: " + ", ".join(sorted(map(_name, stated))))
    return stated.pop() if stated else UNSIZED


def _name(stated: Size) -> str:
    return f"{stated.percent}%" if stated.quantity is None else str(stated.quantity)
