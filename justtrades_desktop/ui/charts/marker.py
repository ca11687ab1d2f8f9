"""Entries and exits as they are marked on a path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.positions import Leg, LegKind, Side
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import tr


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment in seconds since 1970; a triangle up for what was bought, filled for an entry."""

    at: float
    bought: bool
    entered: bool
    text: str = ""


def markers(legs: Iterable[Leg], side: Side, product: Product | None) -> list[Marker]:
    """The markers of a position's legs, in order; an entry after the first one is an add."""
    found: list[Marker] = []
    for leg in legs:
        entered = leg.kind is LegKind.ENTRY
        bought = entered == (side is Side.LONG)
        what = _word(entered, first=not found)
        deed = tr("bought") if bought else tr("sold")
        text = f"{what}: {deed} {leg.quantity} @ {shown.price(leg.price, product)}"
        found.append(Marker(leg.at.timestamp(), bought, entered, text))
    return found


def _word(entered: bool, *, first: bool) -> str:
    if not entered:
        return tr("Exit")
    return tr("Entry") if first else tr("Add")
