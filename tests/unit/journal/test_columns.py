"""Choosing and sorting trades."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.wanted import Result, Wanted
from tests.fakes.trades import START, journal, results, trade

TRADES = journal(
    [
        trade("10", 1, strategy="ORB", notes="Too late", tags=("late", "news day")),
        trade("-5", 2, strategy="VWAP", symbol="ES1!", side=Side.SHORT, exit_reason="stop"),
        trade("0", 3, strategy="ORB", origin=Origin.IMPORTED, opened_at=None),
        trade(None, 4, strategy="ORB", tags=("news",)),
        trade("7", 5, closed_at=START + timedelta(hours=9)),  # opened at 17:00 in Chicago
        trade("8", 6, closed_at=START + timedelta(hours=7, minutes=59)),
    ]
)


def chosen(**asked: Any) -> list[int]:
    return [TRADES.trades[row].id for row in TRADES.select(Wanted(**asked))]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, [1, 2, 3, 4, 6, 5]),
        ({"strategy": "VWAP"}, [2]),
        ({"strategy": "vwap"}, []),
        ({"symbol": "ES1!"}, [2]),
        ({"side": Side.SHORT}, [2]),
        ({"origin": Origin.IMPORTED}, [3]),
        ({"result": Result.WIN}, [1, 6, 5]),
        ({"result": Result.LOSS}, [2]),
        ({"result": Result.EVEN}, [3]),
        ({"tag": "news"}, [4]),
        ({"tag": " News Day"}, [1]),
        ({"text": "too LATE"}, [1]),
        ({"text": "STOP"}, [2]),
        ({"text": "news"}, [1, 4]),
        ({"text": "nobody"}, []),
        ({"last_day": date(2026, 11, 16)}, [1, 2, 3, 4, 6]),
        ({"first_day": date(2026, 11, 17)}, [5]),
        ({"hours": (9, 10)}, [1]),
        ({"hours": (11, 13)}, [4]),
        ({"hours": (16, 10)}, [1, 5]),
        ({"strategy": "ORB", "result": Result.WIN, "text": "late"}, [1]),
    ],
)
def test_what_is_wanted(asked: dict[str, Any], ids: list[int]) -> None:
    assert chosen(**asked) == ids


def test_asking_for_nothing_is_falsy() -> None:
    assert not Wanted()
    assert Wanted(text="x")
    assert Wanted(hours=(0, 1))


def in_order(trades: Trades, key: str, *, descending: bool = False) -> list[int]:
    rows = trades.ordered(trades.all(), key, descending=descending)
    return [trades.trades[row].id for row in rows]


def test_unknown_values_come_last_in_both_directions() -> None:
    assert in_order(TRADES, "profit") == [2, 3, 5, 6, 1, 4]
    assert in_order(TRADES, "profit", descending=True) == [1, 6, 5, 3, 2, 4]
    assert in_order(TRADES, "opened_at")[-1] == 3
    assert in_order(TRADES, "duration", descending=True)[-1] == 3
    assert in_order(TRADES, "exit_reason") == [2, 1, 3, 4, 6, 5]
    assert in_order(TRADES, "tags")[:2] == [1, 4]


def test_equals_stay_as_they_closed() -> None:
    assert in_order(TRADES, "strategy", descending=True) == [2, 1, 3, 4, 6, 5]


def test_names_sort_whatever_their_case() -> None:
    trades = journal([trade("1", n, strategy=name) for n, name in enumerate(["b", "A", "C", "a"])])
    assert in_order(trades, "strategy") == [1, 3, 0, 2]


def test_sorting_keeps_to_the_rows_that_were_chosen() -> None:
    rows = TRADES.select(Wanted(result=Result.WIN))
    assert [TRADES.trades[r].id for r in TRADES.ordered(rows, "profit", descending=False)] == [
        *(5, 6, 1),
    ]


@pytest.mark.parametrize("key", sorted({*TRADES.trades[0]._fields, "duration"}))
def test_every_field_is_a_key(key: str) -> None:
    assert sorted(in_order(TRADES, key)) == [1, 2, 3, 4, 5, 6]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        TRADES.ordered(TRADES.all(), "colour", descending=False)


def test_a_trade_is_put_at_its_place() -> None:
    new = trade("3", 9, strategy="New", closed_at=START + timedelta(minutes=150), tags=("fresh",))
    more = TRADES.with_trade(new)
    assert [t.id for t in more.trades] == [1, 2, 9, 3, 4, 6, 5]
    assert more.strategies == ["New", "ORB", "VWAP"]
    assert more.tags == ["fresh", "late", "news", "news day"]
    assert [more.trades[row].id for row in more.select(Wanted(text="new"))] == [1, 9, 4]
    assert in_order(more, "profit") == [2, 3, 9, 5, 6, 1, 4]
    assert TRADES.strategies == ["ORB", "VWAP"]
    assert len(TRADES) == 6


def test_a_trade_is_replaced_by_origin_and_id() -> None:
    noted = TRADES.trades[1]._replace(notes="Read me", profit=Decimal(1000))
    more = TRADES.with_trade(noted)
    assert [t.id for t in more.trades] == [1, 2, 3, 4, 6, 5]
    assert in_order(more, "profit")[-2:] == [2, 4]
    assert [more.trades[row].id for row in more.select(Wanted(text="read me"))] == [2]
    same_id = more.with_trade(noted._replace(origin=Origin.IMPORTED))
    assert len(same_id) == 7


def test_a_replaced_trade_that_closed_at_another_time_moves() -> None:
    moved = TRADES.trades[0]._replace(closed_at=START + timedelta(days=1))
    more = TRADES.with_trade(moved)
    assert [t.id for t in more.trades] == [2, 3, 4, 6, 5, 1]
    assert list(more.closed) == sorted(more.closed)


def test_a_strategy_that_nobody_has_any_more_is_not_offered() -> None:
    more = TRADES.with_trade(TRADES.trades[1]._replace(strategy="ORB"))
    assert more.strategies == ["ORB"]


def test_trades_that_come_in_another_order_are_put_right() -> None:
    trades = journal([trade("1", 3), trade("1", 1), trade("1", 2)])
    assert [t.id for t in trades.trades] == [1, 2, 3]


def test_one_first_trade_is_a_journal() -> None:
    more = journal([]).with_trade(trade("1", 1))
    assert in_order(more, "strategy") == [1]
    assert (journal([]).strategies, journal([]).tags) == ([], [])
    assert in_order(journal([]), "notes") == []


def test_what_is_unknown_is_not_in_any_currency() -> None:
    trades = results("1", None)
    assert trades.currencies(trades.all()) == ["USD"]
    assert trades.currencies(trades.all()[1:]) == []
