"""Charts on the market socket: what was asked for, the past of it, and what is new since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.simulator.frames import stamp
from justtrades_desktop.simulator.tape import Bar, Print, Tape, bars_of, begin

_USUAL: Final = 100
_MOST: Final = 5_000
_UNITS: Final = {"MinuteBar": timedelta(minutes=1), "DailyBar": timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A chart request; ``length`` of a bar, None for ticks."""

    length: timedelta | None
    count: int
    since: datetime | None
    until: datetime | None


def asked_of(body: Mapping[str, Any]) -> Asked | str:
    """Read the request of md/getchart, or say what of it is not supported.

    Raises:
        ValueError: it is malformed.
    """
    description, window = body.get("chartDescription"), body.get("timeRange") or {}
    if not isinstance(description, dict) or not isinstance(window, dict):
        raise ValueError("chartDescription and timeRange are objects")  # noqa: TRY004
    kind, unit = description.get("underlyingType"), description.get("elementSizeUnit")
    size = description.get("elementSize", 1)
    if not isinstance(size, int) or size < 1:
        raise ValueError("elementSize is a whole number from 1 on")
    if unit not in (None, "UnderlyingUnits") or kind not in ("Tick", *_UNITS):
        return f"{kind} by {unit} is not simulated"
    if kind == "Tick" and size != 1:
        return "only single ticks are simulated"
    count = window.get("asMuchAsElements")
    return Asked(
        length=None if kind == "Tick" else _UNITS[str(kind)] * size,
        count=min(count if isinstance(count, int) else _USUAL, _MOST),
        since=_time(window.get("asFarAsTimestamp")),
        until=_time(window.get("closestTimestamp")),
    )


class Chart:
    """One subscription; packets carry ``historical_id`` until the past is told."""

    def __init__(self, asked: Asked, tape: Tape, *, contract_id: int, tick: Decimal) -> None:
        self.contract_id = contract_id
        self._asked = asked
        self._tape = tape
        self._tick = tick
        self._told = 0

    def past(self, id_: int) -> list[dict[str, Any]]:
        """The packets of what was, and the mark of their end."""
        prints = self._tape.prints(self.contract_id)
        self._told = prints[-1].number if prints else 0
        packets = []
        if self._asked.length is None:
            chosen = [p for p in prints if self._is_within(p.at)][-self._asked.count :]
            packets = self._ticks(id_, chosen)
        else:
            bars = [bar for bar in self._bars(prints) if self._is_within(bar.at)]
            packets = _bars(id_, bars[-self._asked.count :])
        return [*packets, {"id": id_, "eoh": True}]

    def news(self, id_: int) -> list[dict[str, Any]]:
        """The packets of what came since: new ticks, or the bars that they belong to, whole."""
        length = self._asked.length
        fresh = self._tape.prints(self.contract_id, after=self._told)
        if not fresh:
            return []
        self._told = fresh[-1].number
        if length is None:
            return self._ticks(id_, fresh)
        whole = self._tape.since(self.contract_id, begin(fresh[0].at, length))
        return _bars(id_, list(bars_of(whole, length)))

    def _bars(self, prints: list[Print]) -> list[Bar]:
        length = self._asked.length or timedelta(minutes=1)
        count = self._asked.count
        if self._asked.since is not None and prints:
            count = min(_MOST, max(0, (prints[0].at - self._asked.since) // length + 1))
        before = self._tape.past(self.contract_id, length, count=count, tick=self._tick)
        return [*before, *bars_of(prints, length)]

    def _is_within(self, at: datetime) -> bool:
        since, until = self._asked.since, self._asked.until
        return (since is None or at >= since) and (until is None or at <= until)

    def _ticks(self, id_: int, prints: list[Print]) -> list[dict[str, Any]]:
        if not prints:
            return []
        base, first = prints[0], prints[0].at
        zero = int(base.price / self._tick)
        ticks = [
            {
                "id": printed.number,
                "t": int((printed.at - first).total_seconds() * 1_000),
                "p": int(printed.price / self._tick) - zero,
                "s": printed.size,
                "b": int(printed.price / self._tick) - zero,
                "a": int(printed.price / self._tick) - zero + 1,
                "bs": 1,
                "as": 1,
            }
            for printed in prints
        ]
        day, milliseconds = _day(first), int(first.timestamp() * 1_000)
        packet = {"id": id_, "td": day, "bp": zero, "bt": milliseconds, "ts": self._tick}
        return [{**packet, "tks": ticks}]


def _bars(id_: int, bars: list[Bar]) -> list[dict[str, Any]]:
    if not bars:
        return []
    return [{"id": id_, "td": _day(bars[-1].at), "bars": [bar.as_json() for bar in bars]}]


def _day(at: datetime) -> int:
    return int(stamp(at)[:10].replace("-", ""))


def _time(told: Any) -> datetime | None:
    if told is None:
        return None
    if not isinstance(told, str):
        raise ValueError("a time is a text")  # noqa: TRY004
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("a time ends in Z")
    return at
