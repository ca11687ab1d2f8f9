"""How an entry of a link is priced, and in what contract. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import EntryKind, LimitEnd, LinkSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTerms:
    """How an entry is priced: ``price`` None is a market order. After ``seconds`` a limit that
    did not fill is cancelled; what is missing is bought at market where ``then`` says so."""

    price: Decimal | None = None
    seconds: int = 0
    then: LimitEnd = LimitEnd.CANCEL


def entry_terms(
    settings: LinkSettings, way: int, price: Decimal | None, *, product: Product | None
) -> EntryTerms | str:
    """The terms of an entry bought (``way`` +1) or sold (-1) at a signal's ``price``.

    A limit lies ``limit_ticks`` on the worse side of it, on the tick grid, never worse than that.
    A text says why there can be no limit.
    """
    if settings.entry is EntryKind.MARKET:
        return EntryTerms()
    if price is None or product is None:
        missing = "the signal has no price" if price is None else "the tick size is not known"
        return f"entries are limit orders, and {missing}"
    ticks = Fraction(price) / Fraction(product.tick_size)
    whole = floor(ticks) if way > 0 else ceil(ticks)
    return EntryTerms(
        price=(whole + way * settings.limit_ticks) * product.tick_size,
        seconds=settings.limit_seconds,
        then=settings.limit_end,
    )


def traded_symbol(symbol: str, settings: LinkSettings) -> str:
    """What a signal in ``symbol`` is traded in: the link's own contract where it names one."""
    return symbol if settings.contract is None else settings.contract
