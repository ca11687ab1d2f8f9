"""Steps of a signal position for tests, and a link that takes them one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.app.places import calendar
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import LinkSettings
from justtrades_desktop.domain.routing import Conditions, Memory, Routed, Step, route
from justtrades_desktop.domain.signals import Action

MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
CALENDAR = calendar()
NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
"""A Wednesday noon in New York."""
TODAY = date(2026, 11, 18)


def step(before: int, after: int, action: Action | None = None, **fields: Any) -> Step:
    """A signal at 25,600; a mere buy or sell, or a close where nothing is left, unless named."""
    if action is None:
        action = Action.CLOSE if after == 0 else Action.BUY if after > before else Action.SELL
    trade = {Action.BUY: 1, Action.SELL: -1}
    price = fields.pop("price", "25600")
    known = {"signal_id": 1, "recorder_id": 1, "symbol": "MNQ1!", "at": NOON}
    return Step(
        before=before,
        after=after,
        action=action,
        price=None if price is None else Decimal(price),
        way=fields.pop("way", trade.get(action, 0)),
        **{**known, **fields},
    )


def stated(before: int, after: int, way: int, **fields: Any) -> Step:
    """A buy or sell that states the strategy's position after it."""
    return step(before, after, Action.TARGET, way=way, **fields)


CONDITIONS = Conditions(
    now=NOON,
    day=TODAY,
    price=Decimal("25600"),
    product=MNQ,
    day_pnl=Decimal(0),
    calendar=CALENDAR,
)


class TestLink:
    """A link that sends whatever may go; ``now`` moves on with every step that names a time."""

    __test__ = False

    def __init__(self, **settings: Any) -> None:
        self.settings = LinkSettings(**settings)
        self.memory = Memory()
        self.last: Routed | None = None

    def take(self, taken: Step, **conditions: Any) -> Routed:
        """Route one step and remember what came of it; conditions are those of its moment."""
        known = replace(CONDITIONS, **{"now": taken.at, **conditions})
        routed = route(taken, self.settings, self.memory, known)
        self.memory = routed.memory if routed.verdict is None else routed.if_refused
        self.last = routed
        return routed

    def follow(self, *positions: int) -> Sequence[int]:
        """What the link shall hold after each position of the signals."""
        held, before = [], self.memory.signal
        for after in positions:
            held.append(self.take(step(before, after)).wanted)
            before = after
        return held


def later(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)
