"""What closes a link's position without a signal: daily limits, time windows, the session's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.links import Link, LinkMode
from justtrades_desktop.domain.routing import limit_reached
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.domain.trading_hours import must_be_flat
from justtrades_desktop.execution.lanes import Lanes


class Due(NamedTuple):
    """A link whose position is to be closed, and why in words."""

    link: Link
    why: str


class Watch:
    """Looks every second at what time and money demand."""

    def __init__(
        self, lanes: Lanes, calendar: Calendar, day_pnl: Callable[[int], Decimal | None]
    ) -> None:
        self._lanes = lanes
        self._calendar = calendar
        self._day_pnl = day_pnl
        self._since: datetime | None = None
        self._first = True

    def look(self, links: Iterator[Link], now: datetime) -> None:
        """Have closed what has to be closed now; an exit is never too late."""
        self._first = self._since is None
        since, self._since = self._since or now, now
        for link in links:
            if link.mode is LinkMode.ARMED and (why := self._why(link, since, now)):
                self._close(link, why)

    def _why(self, link: Link, since: datetime, now: datetime) -> str | None:
        if not self._lanes.holding(link.id):
            return None
        opened = min(each.at for each in self._lanes.holding(link.id))
        # A start finds what is still held, and what should have been over by then.
        since = min(since, opened) if self._first else since
        reached = limit_reached(link.settings, self._day_pnl(link.id))
        if reached is not None and reached[1]:
            return reached[2]
        return must_be_flat(link.settings, since, now, self._calendar)

    def _close(self, link: Link, why: str) -> None:
        for lane in self._lanes.of(link.key):
            held = lane.state.held
            if held is not None and held.link_id == link.id and held.wanted != 0:
                lane.mend(max(1, abs(held.own)), 0, why)
