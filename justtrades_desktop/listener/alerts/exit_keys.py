"""Which key of an alert names its take-profit or its stop, and in which unit."""

from __future__ import annotations

from typing import Final

from justtrades_desktop.domain.exits import Unit
from justtrades_desktop.listener.alerts import roles

UNITS: Final = (None, Unit.PRICE, Unit.POINTS, Unit.TICKS, Unit.PERCENT, Unit.MONEY)
"""What the number of a flat key counts, by the rank of its place; None where the key is silent."""

# PickMyTrade's dollar_tp and dollar_sl are not here: nothing it publishes says whether they are
# meant for one contract or for all of them.
_NAMES: Final = {
    roles.TAKE_PROFIT: ("tp", "takeprofit"),
    roles.STOP_LOSS: ("sl", "stoploss"),
}
_ENDINGS: Final = {
    None: ("",),
    Unit.PRICE: ("price",),
    Unit.POINTS: ("points", "pts"),
    Unit.TICKS: ("ticks",),
    Unit.PERCENT: ("percent", "percentage", "pct"),
}


def _exit_keys() -> dict[str, tuple[str, int]]:
    places: dict[str, tuple[str, int]] = {}
    for role, names in _NAMES.items():
        for unit, endings in _ENDINGS.items():
            place = (role, UNITS.index(unit))
            places.update({name + ending: place for name in names for ending in endings})
        percent = (role, UNITS.index(Unit.PERCENT))
        places.update({start + names[0]: percent for start in ("percentage", "percent", "pct")})
    return places


EXIT_KEYS: Final = _exit_keys()

_DISTANCES: Final = {
    "amount": Unit.POINTS,  # of price, as TradersPost documents it: never P&L
    "percent": Unit.PERCENT,
    "pnlamount": Unit.MONEY,
    "points": Unit.POINTS,
    "ticks": Unit.TICKS,
    "price": Unit.PRICE,
}
INNER_KEYS: Final = {
    roles.TAKE_PROFIT: {**_DISTANCES, "limitprice": Unit.PRICE},
    # A trailing stop begins at its distance from the entry, and is never further away.
    roles.STOP_LOSS: {
        **_DISTANCES,
        "stopprice": Unit.PRICE,
        "trailamount": Unit.POINTS,
        "trailpercent": Unit.PERCENT,
    },
}
"""What the keys of a nested object such as ``takeProfit`` count."""
