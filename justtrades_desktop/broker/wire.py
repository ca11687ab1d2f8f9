"""Reading JSON objects of the broker into typed, frozen values; the types of the fields decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, Self, get_args, get_type_hints

# Where the broker's spelling is not ours in camel case.
_SPELLED: Final = {
    "client_order_id": "clOrdId",
    "realized_pnl": "realizedPnL",
    "week_realized_pnl": "weekRealizedPnL",
    "open_pnl": "openPnL",
    "total_pnl": "totalPnL",
    "amount_sod": "amountSOD",
}


_NUMBERS: Final = (int, Decimal, float)


class NotAsAgreed(ValueError):
    """Something of the broker is not what it should be; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What comes off the wire; ``extra`` keeps the fields that nobody here knows."""

    extra: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def from_json(cls, raw: Any) -> Self:
        """Read ``raw``; absent fields and null are None.

        Raises:
            ValueError: it is no such thing; says which field is wrong.
        """
        if not isinstance(raw, Mapping):
            raise NotAsAgreed(f"{cls.__name__}: no object but {_shown(raw)}")
        kind: Any = cls  # to mypy a class of dataclasses is not hashable
        slots = _slots(kind)
        taken: dict[str, Any] = {}
        met = 0
        for slot in slots.values():
            value = raw.get(slot.key)
            if value is not None:
                met += 1
                try:
                    taken[slot.name] = slot.read(value)
                except (ValueError, TypeError, ArithmeticError) as error:
                    raise NotAsAgreed(f"{cls.__name__}.{slot.key}: {error}") from None
            elif slot.needed:
                raise NotAsAgreed(f"{cls.__name__}: {slot.key} is missing")
        if met != len(raw):
            taken["extra"] = {key: value for key, value in raw.items() if key not in slots}
        return cls(**taken)


class _Slot(NamedTuple):
    name: str
    key: str
    read: Callable[[Any], Any]
    needed: bool


@cache
def _slots(cls: type[Wire]) -> Mapping[str, _Slot]:
    """The fields of ``cls`` by their key in JSON."""
    hints = get_type_hints(cls)
    found: dict[str, _Slot] = {}
    for each in fields(cls):
        if each.name != "extra":
            key = _SPELLED.get(each.name) or _camel(each.name)
            needed = each.default is MISSING and each.default_factory is MISSING
            found[key] = _Slot(each.name, key, _READERS[_plain(hints[each.name])], needed)
    return found


def _plain(hint: Any) -> type:
    """``int`` of ``int | None``."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kind: type = next(each for each in kinds if each is not NoneType)
    return kind


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def whole(value: Any) -> int:
    """A whole number.

    Raises:
        ValueError: it is none.
    """
    if type(value) is int:  # nearly always, and there are hundreds of thousands of them
        return value
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise NotAsAgreed(f"{_shown(value)} is no whole number")
    if value != (rounded := int(value)):
        raise NotAsAgreed(f"{_shown(value)} is no whole number")
    return rounded


def exact(value: Any) -> Decimal:
    """A number, exactly as it was written.

    Raises:
        ValueError: it is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise NotAsAgreed(f"{_shown(value)} is no number")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise NotAsAgreed(f"{_shown(value)} is no number")
    return number


def moment(value: Any) -> datetime:
    """A time, in UTC; one without a zone is meant so.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str):
        raise NotAsAgreed(f"{_shown(value)} is no time")
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _day(value: Any) -> date:
    if isinstance(value, str):
        return moment(value).date()
    if not isinstance(value, Mapping):
        raise NotAsAgreed(f"{_shown(value)} is no date")
    return date(*(whole(value.get(part)) for part in ("year", "month", "day")))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotAsAgreed(f"{_shown(value)} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, _NUMBERS):
        return str(value)
    raise NotAsAgreed(f"{_shown(value)} is no text")


def _shown(value: Any) -> str:
    return repr(value)[:60]


_READERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    int: whole,
    Decimal: exact,
    datetime: moment,
    date: _day,
    bool: _flag,
    str: _text,
}
