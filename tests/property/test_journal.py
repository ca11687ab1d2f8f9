"""The journal's arithmetic against plain Python, whatever the trades."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.equity import (
    by_hour,
    by_weekday,
    daily_results,
    distribution,
    equity,
)
from justtrades_desktop.journal.figures import figures
from justtrades_desktop.journal.wanted import Result, Wanted
from tests.fakes.trades import START, journal, session_day

CHICAGO = ZoneInfo("America/Chicago")
CENTS = st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
WORDS = st.sampled_from(["", "ORB", "orb", "Late", "news day", "É", "straße", "stop"])
TAGS = st.lists(st.sampled_from(["late", "news", "news day", "a"]), max_size=3, unique=True)


@st.composite
def trades(draw: st.DrawFn, most: int = 25) -> list[Trade]:
    ids = draw(st.lists(st.integers(1, 99), max_size=most, unique=True))
    return [draw(one_trade(id_)) for id_ in ids]


@st.composite
def one_trade(draw: st.DrawFn, id_: int) -> Trade:
    closed_at = START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 20)))
    lasted = draw(st.none() | st.integers(0, 3000))
    return Trade(
        origin=draw(st.sampled_from(Origin)),
        id=id_,
        strategy=draw(WORDS),
        symbol=draw(st.sampled_from(["MNQ1!", "ES1!"])),
        side=draw(st.sampled_from(Side)),
        size=draw(st.integers(1, 9)),
        opened_at=None if lasted is None else closed_at - timedelta(minutes=lasted),
        closed_at=closed_at,
        profit=draw(st.none() | CENTS),
        fees=draw(CENTS).copy_abs(),
        exit_reason=draw(st.none() | WORDS),
        notes=draw(WORDS),
        tags=tuple(draw(TAGS)),
    )


@st.composite
def asked(draw: st.DrawFn) -> Wanted:
    days = st.none() | st.dates(date(2026, 11, 14), date(2026, 12, 8))
    hour = st.integers(0, 24)
    return Wanted(
        strategy=draw(st.none() | WORDS),
        symbol=draw(st.none() | st.just("ES1!")),
        side=draw(st.none() | st.sampled_from(Side)),
        first_day=draw(days),
        last_day=draw(days),
        hours=draw(st.none() | st.tuples(hour, hour)),
        result=draw(st.none() | st.sampled_from(Result)),
        tag=draw(st.none() | st.sampled_from(["late", "news", "NEWS DAY"])),
        text=draw(WORDS | st.just("STRASSE")),
        origin=draw(st.none() | st.sampled_from(Origin)),
    )


def holds(trade: Trade, wanted: Wanted) -> bool:
    """The filter as it is told, one trade at a time."""
    day = session_day(trade.closed_at)
    texts = [trade.strategy, trade.symbol, trade.notes, trade.exit_reason or "", *trade.tags]
    checks = [
        wanted.strategy in (None, trade.strategy),
        wanted.symbol in (None, trade.symbol),
        wanted.side in (None, trade.side),
        wanted.origin in (None, trade.origin),
        wanted.first_day is None or day >= wanted.first_day,
        wanted.last_day is None or day <= wanted.last_day,
        wanted.tag is None or wanted.tag.lower() in trade.tags,
        wanted.result is None or wanted.result is result(trade),
        not wanted.text or any(wanted.text.casefold() in text.casefold() for text in texts),
        wanted.hours is None or opened_within(trade, *wanted.hours),
    ]
    return all(checks)


def result(trade: Trade) -> Result | None:
    if trade.profit is None:
        return None
    if trade.profit == 0:
        return Result.EVEN
    return Result.WIN if trade.profit > 0 else Result.LOSS


def opened_within(trade: Trade, first: int, end: int) -> bool:
    if trade.opened_at is None:
        return False
    hour = trade.opened_at.astimezone(CHICAGO).hour
    return first <= hour < end if first <= end else hour >= first or hour < end


def by_close(made: list[Trade]) -> list[Trade]:
    return sorted(made, key=lambda trade: trade.closed_at)


@settings(deadline=None)
@given(trades(), asked())
def test_a_selection_is_what_a_plain_filter_chooses(made: list[Trade], wanted: Wanted) -> None:
    columns = journal(made)
    chosen = [columns.trades[row] for row in columns.select(wanted)]
    assert chosen == [trade for trade in by_close(made) if holds(trade, wanted)]


KEYS = st.sampled_from(["profit", "opened_at", "strategy", "size", "exit_reason", "closed_at"])


@settings(deadline=None)
@given(trades(), KEYS, st.booleans())
def test_an_order_is_what_sorted_makes_with_the_unknown_behind(
    made: list[Trade], key: str, descending: bool
) -> None:
    columns = journal(made)

    def value(trade: Trade) -> Any:
        found = getattr(trade, key)
        return found.casefold() if isinstance(found, str) else found

    known = [trade for trade in by_close(made) if value(trade) not in (None, "")]
    unknown = [trade for trade in by_close(made) if value(trade) in (None, "")]
    expected = sorted(known, key=value, reverse=descending) + unknown
    rows = columns.ordered(columns.all(), key, descending=descending)
    assert [columns.trades[row] for row in rows] == expected


@settings(deadline=None)
@given(trades(), st.randoms(use_true_random=False))
def test_sums_over_any_partition_add_up(made: list[Trade], chance: Any) -> None:
    columns = journal(made)
    part = np.array([chance.random() < 0.5 for _ in made], dtype=np.bool_)
    rows = columns.all()
    whole, left, right = (figures(columns, some) for some in (rows, rows[part], rows[~part]))
    for name in ("count", "unknown", "wins", "losses", "even"):
        assert getattr(whole, name) == getattr(left, name) + getattr(right, name)
    for name in ("net_profit", "gross_profit", "gross_loss", "fees", "contracts"):
        parts = (getattr(left, name) or 0) + (getattr(right, name) or 0)
        assert (getattr(whole, name) or 0) == parts


@settings(deadline=None)
@given(trades())
def test_every_view_of_the_results_ends_at_the_net_profit(made: list[Trade]) -> None:
    columns = journal(made)
    rows = columns.all()
    known = [trade for trade in made if trade.profit is not None]
    net = sum((trade.profit or Decimal(0) for trade in known), Decimal(0))
    found, curve = figures(columns, rows), equity(columns, rows)
    assert (found.net_profit or 0) == net
    assert (curve.equity[-1] if len(curve.equity) else 0) == pytest.approx(float(net), abs=1e-6)
    assert sum(daily_results(columns, rows).values()) == pytest.approx(float(net), abs=1e-6)
    assert by_weekday(columns, rows).totals.sum() == pytest.approx(float(net), abs=1e-6)
    opened = [float(trade.profit or 0) for trade in known if trade.opened_at is not None]
    hours = by_hour(columns, rows, CHICAGO)
    assert hours.totals.sum() == pytest.approx(sum(opened), abs=1e-6)
    spread = distribution(columns, rows)
    assert spread.counts.sum() == len(known)
    assert np.all(curve.underwater <= 0)
    if len(curve.underwater):
        assert float(found.max_drawdown or 0) == pytest.approx(curve.underwater.min(), abs=1e-6)


@settings(deadline=None)
@given(trades())
def test_a_distribution_counts_each_result_between_its_edges(made: list[Trade]) -> None:
    columns = journal(made)
    spread = distribution(columns, columns.all())
    profits = [trade.profit for trade in made if trade.profit is not None]
    edges = [Decimal(str(round(edge, 2))) for edge in spread.edges.tolist()]
    for low, high, count in zip(edges, edges[1:], spread.counts.tolist(), strict=False):
        assert sum(low <= profit < high for profit in profits) == count


@settings(deadline=None)
@given(trades(), st.integers(1, 99).flatmap(one_trade), asked())
def test_a_trade_that_came_is_as_if_it_had_always_been_there(
    made: list[Trade], new: Trade, wanted: Wanted
) -> None:
    grown = journal(made).with_trade(new)
    others = [trade for trade in made if (trade.origin, trade.id) != (new.origin, new.id)]
    fresh = journal([*others, new])
    assert sorted(grown.trades) == sorted(fresh.trades)
    assert list(grown.closed) == list(fresh.closed)
    assert {grown.trades[row] for row in grown.select(wanted)} == {
        fresh.trades[row] for row in fresh.select(wanted)
    }
    assert figures(grown, grown.all()).net_profit == figures(fresh, fresh.all()).net_profit
    assert (grown.strategies, grown.symbols, grown.tags) == (
        fresh.strategies,
        fresh.symbols,
        fresh.tags,
    )
