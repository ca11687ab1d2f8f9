"""Which trades the pictures are made of: those whose result is known, in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from justtrades_desktop.journal.arrays import Rows
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.ui.format import tr

HOME: Final = "USD"


@dataclass(frozen=True, slots=True)
class Chosen:
    """``rows`` have a known result in ``currency``; ``note`` says what was left out."""

    trades: Trades
    rows: Rows
    currency: str
    note: str = ""


def said_of_filter(trades: Trades, rows: Rows) -> str:
    """How many trades are shown where it is not all of them."""
    if len(rows) == len(trades):
        return ""
    return tr("Filtered in the journal: {} of {} trades").format(
        f"{len(rows):,}", f"{len(trades):,}"
    )


def chosen(trades: Trades, rows: Rows) -> Chosen:
    """What can be added up of ``rows``: amounts in two currencies cannot."""
    currencies = trades.currencies(rows)
    currency = _most_used(trades, rows, currencies)
    known = trades.known(rows)
    taken = trades.known(rows, currency)
    left_out = []
    if others := len(known) - len(taken):
        left_out.append(tr("{} in another currency than {}").format(others, currency))
    if unknown := len(rows) - len(known):
        left_out.append(tr("{} whose result is unknown").format(unknown))
    note = tr("Not in these pictures: {}").format(", ".join(left_out)) if left_out else ""
    return Chosen(trades, taken, currency, note)


def _most_used(trades: Trades, rows: Rows, currencies: list[str]) -> str:
    """The most frequent one, as in the journal's figures."""
    if not currencies:
        return HOME
    counts = [len(trades.known(rows, currency)) for currency in currencies]
    return currencies[int(np.argmax(counts))]
