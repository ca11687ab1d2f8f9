"""Prices in the positions table: their feed, their age, and when they turn grey."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.feeds import FEEDS, feed_named, stale_after
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position, Side
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.position_row import Field, PositionRow, columns

COLUMNS = columns()


def row(source: str, seconds: float) -> PositionRow:
    now = datetime.now(UTC)
    at = now - timedelta(seconds=seconds)
    position = Position(
        id=1,
        recorder_id=1,
        symbol="MNQ1!",
        side=Side.LONG,
        opened_at=at,
        updated_at=at,
        entered=1,
        most=1,
        last_price=Decimal("25601.25"),
    )
    ticked = PriceTicked("MNQ1!", Decimal("25601.25"), at, source)
    return PositionRow.of(Mark(position), "ORB", ticked, now)


def tone(field: Field, shown: PositionRow) -> Tone:
    column = COLUMNS[field]
    assert column.tone is not None
    return column.tone(shown)


def tip(field: Field, shown: PositionRow) -> str:
    column = COLUMNS[field]
    assert column.tooltip is not None
    return column.tooltip(shown)


@pytest.mark.parametrize(
    ("source", "fresh", "old"),
    [
        ("alerts", 59, 61),
        ("tradovate", 9, 11),
        ("replay", 9, 11),
        ("demo", 4, 6),
        ("other", 59, 61),
    ],
)
def test_profit_turns_grey_by_the_limit_of_the_prices_feed(
    source: str, fresh: float, old: float
) -> None:
    assert tone(Field.PROFIT, row(source, fresh)) is not Tone.MUTED
    assert tone(Field.LAST, row(source, fresh)) is not Tone.MUTED
    assert tone(Field.PROFIT, row(source, old)) is Tone.MUTED
    assert tone(Field.LAST, row(source, old)) is Tone.MUTED
    assert f"{old} s old" in tip(Field.PROFIT, row(source, old))


def test_the_tool_tip_says_where_a_price_came_from_and_how_old_it_is() -> None:
    said = tip(Field.LAST, row("alerts", 12)).splitlines()[0]
    assert re.fullmatch(r"25601\.25 from alerts, 1[2-9] s old", said)


def test_a_replayed_price_is_marked_fresh_or_old() -> None:
    last = COLUMNS[Field.LAST]
    assert last.text(row("replay", 1)) == last.text(row("replay", 99)) == "replay · 25601.25"
    assert last.text(row("alerts", 1)) == "25601.25"
    assert last.text(row("alerts", 75)) == "75 s · 25601.25"
    # A price from another feed at the same height is a change that must be drawn.
    assert last.differs(row("alerts", 1), row("replay", 1))


def test_every_feed_is_known_by_its_name() -> None:
    assert {feed.name: feed.stale_seconds for feed in FEEDS} == {
        "alerts": 60,
        "tradovate": 10,
        "replay": 10,
        "demo": 5,
    }
    assert stale_after("something new") == 60
    assert feed_named("something new").title == "something new"
