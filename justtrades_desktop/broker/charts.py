"""Chart packets: bars and ticks as they come over the market-data socket, unpacked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from justtrades_desktop.broker.quotes import decimal, utc

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Bar(NamedTuple):
    """One bar; volumes and tick counts are 0 where the broker leaves them out."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    up_volume: Decimal = Decimal(0)
    down_volume: Decimal = Decimal(0)
    up_ticks: int = 0
    down_ticks: int = 0
    bid_volume: Decimal = Decimal(0)
    offer_volume: Decimal = Decimal(0)


class Tick(NamedTuple):
    """One trade with the market around it; ``id`` tells it from others of the same moment."""

    id: int
    at: datetime
    price: Decimal
    size: int | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: int | None = None
    ask_size: int | None = None


class Packet(NamedTuple):
    """A part of one chart, its ticks in order of time; ``ended`` once its history is complete."""

    id: int
    bars: tuple[Bar, ...] = ()
    ticks: tuple[Tick, ...] = ()
    ended: bool = False


def packets(data: Any) -> Iterator[Packet]:
    """The packets in the data of a ``chart`` event; what is no packet is left out."""
    charts = data.get("charts") if isinstance(data, Mapping) else None
    for chart in charts if isinstance(charts, list) else ():
        match chart:
            case {"id": int(chart_id)}:
                yield Packet(
                    chart_id,
                    tuple(_bars(chart.get("bars"))),
                    tuple(sorted(_ticks(chart), key=lambda tick: (tick.at, tick.id))),
                    chart.get("eoh") is True,
                )


def _bars(rows: Any) -> Iterator[Bar]:
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, Mapping) or (at := utc(row.get("timestamp"))) is None:
            continue
        prices = [decimal(row.get(key)) for key in ("open", "high", "low", "close")]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices):
            continue
        volumes = (_count(row, "upVolume"), _count(row, "downVolume"))
        ticks = (int(_count(row, "upTicks")), int(_count(row, "downTicks")))
        sides = (_count(row, "bidVolume"), _count(row, "offerVolume"))
        yield Bar(at, known[0], known[1], known[2], known[3], *volumes, *ticks, *sides)


def _ticks(chart: Mapping[str, Any]) -> Iterator[Tick]:
    """Prices come in ticks from a base price, times in milliseconds from a base time."""
    base, size, began = chart.get("bp"), decimal(chart.get("ts")), chart.get("bt")
    rows = chart.get("tks")
    if not isinstance(base, int) or size is None or not isinstance(began, int):
        return

    def price(row: Mapping[str, Any], key: str) -> Decimal | None:
        steps = row.get(key)
        return (base + steps) * size if isinstance(steps, int) else None

    for row in rows if isinstance(rows, list) else ():
        match row:
            case {"t": int(milliseconds), "p": int(steps), "id": int(tick_id)}:
                yield Tick(
                    tick_id,
                    _EPOCH + timedelta(milliseconds=began + milliseconds),
                    (base + steps) * size,
                    _whole(row, "s"),
                    price(row, "b"),
                    price(row, "a"),
                    _whole(row, "bs"),
                    _whole(row, "as"),
                )


def _count(row: Mapping[str, Any], key: str) -> Decimal:
    return decimal(row.get(key)) or Decimal(0)


def _whole(row: Mapping[str, Any], key: str) -> int | None:
    number = decimal(row.get(key))
    return None if number is None else int(number)
