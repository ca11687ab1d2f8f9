"""What a contract needs as margin, by product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

_USUAL = {
    "ES": 15_000,
    "MES": 1_500,
    "NQ": 20_000,
    "MNQ": 2_000,
    "RTY": 8_000,
    "M2K": 800,
    "YM": 10_000,
    "MYM": 1_000,
    "CL": 6_000,
    "MCL": 600,
    "GC": 12_000,
    "MGC": 1_200,
    "SI": 16_000,
    "ZN": 2_000,
    "ZB": 4_000,
    "6E": 2_800,
    "BTC": 100_000,
    "MBT": 2_000,
}


def _usual() -> dict[str, Decimal]:
    return {root: Decimal(money) for root, money in _USUAL.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Initial margin of one contract in dollars by root; ``otherwise`` for roots not listed.

    Round figures, not an exchange's. ``maintenance`` is the share of it that must stay.
    """

    initial: Mapping[str, Decimal] = field(default_factory=_usual)
    otherwise: Decimal = Decimal(5_000)
    maintenance: Decimal = Decimal("0.9")

    def of(self, root: str) -> Decimal:
        """The initial margin of one contract of ``root``."""
        return self.initial.get(root, self.otherwise)
