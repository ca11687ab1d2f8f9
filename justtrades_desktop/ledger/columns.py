"""Column types that keep exact numbers exact: SQLite's own REAL would round them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from justtrades_desktop.domain.values import plain, units_from_text, units_text


@lru_cache(maxsize=256)
def utc_text(moment: datetime) -> str:
    """``2026-11-20T15:30:05.000000Z``; refuses a naive time.

    Remembered, since one signal writes its time into several rows.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place in the ledger")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class UnitsText(TypeDecorator[int]):
    """Units as the text of the points or money they stand for: ``'25605.25'``."""

    impl = String
    cache_ok = True
    to_text = staticmethod(units_text)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        return None if value is None else self.to_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else units_from_text(value)


class DecimalText(TypeDecorator[Decimal]):
    """A ``Decimal`` as text, without exponent."""

    impl = String
    cache_ok = True
    to_text = staticmethod(plain)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return None if value is None else self.to_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class UtcText(TypeDecorator[datetime]):
    """An aware ``datetime`` as ISO 8601 in UTC with microseconds: text order is time order."""

    impl = String
    cache_ok = True
    to_text = staticmethod(utc_text)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else self.to_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)
