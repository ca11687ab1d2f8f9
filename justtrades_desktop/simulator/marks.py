"""Prices of contracts: what a trade does to them, and how market data shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import as_json, iso, nearest_tick
from justtrades_desktop.simulator.world import Mark

_LEVELS: Final = 10
_SIZE: Final = 10


def trade(pit: Pit, contract_id: int, price: Decimal, size: int) -> None:
    """A trade of ``size`` contracts: the last price, bid and offer, the day's sums."""
    tick = pit.product(contract_id).tick_size
    price = nearest_tick(price, tick)
    offer = price + pit.settings.spread_ticks * tick
    mark = pit.world.marks.get(contract_id)
    now = pit.now()
    if mark is None or pit.settings.calendar.session_day(mark.at) != pit.day():
        pit.world.marks[contract_id] = Mark(
            last=price,
            bid=price,
            offer=offer,
            size=size,
            volume=size,
            opened=price,
            high=price,
            low=price,
            settled=mark.last if mark else None,
            at=now,
        )
        return
    mark.last, mark.bid, mark.offer, mark.size, mark.at = price, price, offer, size, now
    mark.volume += size
    mark.high, mark.low = max(mark.high, price), min(mark.low, price)


def quote(pit: Pit, contract_id: int) -> dict[str, Any] | None:
    """A quote with all its entries; None before any trade."""
    mark = pit.world.marks.get(contract_id)
    if mark is None:
        return None
    entries = {
        "Bid": {"price": mark.bid, "size": _SIZE},
        "Offer": {"price": mark.offer, "size": _SIZE},
        "Trade": {"price": mark.last, "size": mark.size},
        "TotalTradeVolume": {"size": mark.volume},
        "OpenInterest": {"size": 0},
        "OpeningPrice": {"price": mark.opened},
        "HighPrice": {"price": mark.high},
        "LowPrice": {"price": mark.low},
        "SettlementPrice": None if mark.settled is None else {"price": mark.settled},
    }
    shown: dict[str, Any] = as_json(
        {"timestamp": iso(mark.at), "contractId": contract_id, "entries": entries}
    )
    return shown


def dom(pit: Pit, contract_id: int) -> dict[str, Any] | None:
    """A book of ten levels a side around bid and offer, the same size at each."""
    mark = pit.world.marks.get(contract_id)
    if mark is None:
        return None
    tick = pit.product(contract_id).tick_size
    levels = range(_LEVELS)
    shown: dict[str, Any] = as_json(
        {
            "contractId": contract_id,
            "timestamp": iso(mark.at),
            "bids": [{"price": mark.bid - n * tick, "size": _SIZE} for n in levels],
            "offers": [{"price": mark.offer + n * tick, "size": _SIZE} for n in levels],
        }
    )
    return shown
