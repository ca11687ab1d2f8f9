"""Many trades without many objects."""

from __future__ import annotations

import gc
from datetime import timedelta

import pytest

from justtrades_desktop.domain.trade_list import TradeList
from tests.fakes.trades import START, journal, trade

TRADES = [trade(str(n), n, tags=("late",)) for n in range(1, 1203)]


def test_it_is_the_sequence_it_was_made_of() -> None:
    made = TradeList(iter(TRADES))
    assert made == TRADES
    assert list(made) == TRADES
    assert (made[0], made[-1], made[1200]) == (TRADES[0], TRADES[-1], TRADES[1200])
    assert made[3:6] == TRADES[3:6]
    assert list(made.field("id")) == [t.id for t in TRADES]
    assert made != TRADES[1:]
    with pytest.raises(IndexError):
        made[1202]
    assert TradeList() == []


def test_garbage_collection_has_nothing_to_search_in_it() -> None:
    gc.collect()
    before = len(gc.get_objects())
    made = TradeList(trade(str(n), n) for n in range(5_000))
    gc.collect()
    assert len(gc.get_objects()) - before < 500
    assert len(made) == 5_000


def test_journals_that_grew_from_one_do_not_see_each_other() -> None:
    first = journal(TRADES[:3])
    left = first.with_trade(trade("1", 77, closed_at=START + timedelta(minutes=90)))
    right = first.with_trade(trade("2", 88))
    assert [t.id for t in first.trades] == [1, 2, 3]
    assert [t.id for t in left.trades] == [1, 77, 2, 3]
    assert [t.id for t in right.with_trade(TRADES[0]._replace(notes="x")).trades] == [1, 2, 3, 88]
    assert [t.id for t in left.trades[1:3]] == [77, 2]
    assert left.trades[-1].id == 3
