"""Where targets and stops lie, and which of them a price touches."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import (
    Exit,
    ExitReason,
    ExitRules,
    Level,
    Levels,
    Unit,
    level,
    levels,
    touched,
)
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.positions import Position, Stamp, apply

_MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
_STAMP = Stamp(1, 1, 1, "MNQ1!", datetime(2026, 11, 20, 15, 30, tzinfo=UTC), product=_MNQ)


def held(
    side: int,
    price: str = "100",
    *,
    quantity: int = 1,
    product: Product | None = _MNQ,
    target: str | None = None,
    stop: str | None = None,
) -> Position:
    stamp = _STAMP._replace(
        product=product,
        take_profit=level(target) if target else None,
        stop_loss=level(stop) if stop else None,
    )
    made = apply(None, Plan(enter=quantity, side=side), Decimal(price), stamp).open
    assert made is not None
    return made


def at(position: Position, rules: ExitRules, best: str | None = None) -> tuple[str, str, str]:
    found = levels(position, rules, Decimal(best) if best else position.favourable)
    return (
        "-" if found.target is None else f"{found.target:f}",
        "-" if found.stop is None else f"{found.stop:f}",
        found.stop_reason.value,
    )


# Texts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("40 ticks", "40 ticks"),
        (" 40T ", "40 ticks"),
        ("1tick", "1 ticks"),
        ("10pt", "10 points"),
        ("2.50 points", "2.5 points"),
        (".5%", "0.5 %"),
        ("0.5 percent", "0.5 %"),
        ("Alert", "alert"),
        ("25600.25 price", "25600.25 price"),
        ("100 money", "100 money"),
    ],
)
def test_a_level_is_read_and_said(text: str, said: str) -> None:
    assert str(level(text)) == said
    assert level(said) == level(text)


@pytest.mark.parametrize(
    "text",
    ["", "40", "ticks", "-4 ticks", "4 miles", "..%", ".%", "1.2.3%", "1e3 t", "9" * 16 + " t"],
)
def test_what_is_no_level_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no distance"):
        level(text)


# Targets and stops


@pytest.mark.parametrize(
    ("side", "unit", "target", "stop"),
    [
        (1, "40 ticks", "110.00", "90.00"),
        (-1, "40 ticks", "90.00", "110.00"),
        (1, "10 points", "110.00", "90.00"),
        (-1, "10 points", "90.00", "110.00"),
        (1, "0.5 %", "100.50", "99.50"),
        (-1, "0.5 %", "99.50", "100.50"),
        (1, "20 money", "110.00", "90.00"),
        (-1, "20 money", "90.00", "110.00"),
        # Between two ticks: away from the entry on both sides.
        (1, "0.3 points", "100.50", "99.50"),
        (-1, "0.3 points", "99.50", "100.50"),
        (1, "1.5 ticks", "100.50", "99.50"),
    ],
)
def test_each_distance_on_each_side(side: int, unit: str, target: str, stop: str) -> None:
    rules = ExitRules(take_profit=level(unit), stop=level(unit))
    assert at(held(side), rules) == (target, stop, "stop")


def test_money_is_of_the_whole_position() -> None:
    rules = ExitRules(take_profit=level("20 money"))
    assert at(held(1, quantity=4), rules)[0] == "102.50"


def test_levels_lie_around_the_average_entry_and_move_with_it() -> None:
    first = held(1)
    added = apply(first, Plan(enter=2, side=1), Decimal("101"), _STAMP).open
    assert added is not None
    # The average is 100.666...: 10 points away, on to the next tick.
    rules = ExitRules(take_profit=level("10 points"), stop=level("10 points"))
    assert at(added, rules) == ("110.75", "90.50", "stop")


def test_percent_of_a_price_below_zero_is_still_away_from_it() -> None:
    oil = held(1, "-30")
    rules = ExitRules(take_profit=level("10%"), stop=level("10%"))
    assert at(oil, rules) == ("-27.00", "-33.00", "stop")


def test_without_a_product_ticks_and_money_are_unknown_but_points_are_not() -> None:
    bare = held(1, product=None)
    for unknown in ("40 ticks", "20 money"):
        assert at(bare, ExitRules(take_profit=level(unknown), stop=level(unknown)))[:2] == (
            "-",
            "-",
        )
    found = levels(bare, ExitRules(stop=level("0.3 points")), None)
    assert found.stop == Decimal("99.7")


def test_a_position_that_waits_for_its_price_has_no_levels() -> None:
    waits = apply(None, Plan(enter=1, side=1), None, _STAMP).open
    assert waits is not None
    assert levels(waits, ExitRules(stop=level("4 ticks")), None) == Levels()


# What the alert names


@pytest.mark.parametrize(
    ("side", "own_target", "own_stop", "target", "stop"),
    [
        (1, "110 price", "90 price", "110.00", "90.00"),
        (-1, "90 price", "110 price", "90.00", "110.00"),
        (1, "40 ticks", "0.5 %", "110.00", "99.50"),
        (1, "110.1 price", "89.9 price", "110.25", "89.75"),
        (1, "90 price", "110 price", "-", "-"),
        (-1, "110 price", "90 price", "-", "-"),
        (1, "100 price", "100 price", "-", "-"),
        (1, None, None, "-", "-"),
    ],
)
def test_exits_as_the_alert_says(
    side: int, own_target: str | None, own_stop: str | None, target: str, stop: str
) -> None:
    """A price on the wrong side would close at once, whatever was meant."""
    position = held(side, target=own_target, stop=own_stop)
    rules = ExitRules(take_profit=Level(Unit.ALERT), stop=Level(Unit.ALERT))
    assert at(position, rules)[:2] == (target, stop)


def test_what_the_alert_says_counts_only_where_the_rule_asks_for_it() -> None:
    position = held(1, target="110 price", stop="90 price")
    assert at(position, ExitRules(stop=level("4 ticks")))[:2] == ("-", "99.00")


# Stops that move


@pytest.mark.parametrize(
    ("side", "best", "stop", "reason"),
    [
        (1, "100", "98.00", "trail"),
        (1, "105", "103.00", "trail"),
        (-1, "95", "97.00", "trail"),
        (1, "105.1", "103.00", "trail"),
        (-1, "94.9", "97.00", "trail"),
    ],
)
def test_a_trailing_stop_follows_the_best_price(
    side: int, best: str, stop: str, reason: str
) -> None:
    rules = ExitRules(stop=level("5 points"), trail=level("2 points"))
    assert at(held(side), rules, best)[1:] == (stop, reason)


@pytest.mark.parametrize(("side", "sign"), [(1, 1), (-1, -1)])
def test_a_trailing_stop_waits_for_its_start(side: int, sign: int) -> None:
    rules = ExitRules(
        stop=level("5 points"), trail=level("2 points"), trail_after=level("12 ticks")
    )
    position = held(side)
    assert at(position, rules, str(100 + sign * Decimal("2.75")))[1:] == (
        f"{100 - sign * 5}.00",
        "stop",
    )
    assert at(position, rules, str(100 + sign * 3))[1:] == (f"{100 + sign}.00", "trail")


def test_a_trail_further_away_than_the_stop_does_not_loosen_it() -> None:
    rules = ExitRules(stop=level("2 points"), trail=level("5 points"))
    assert at(held(1), rules, "101")[1:] == ("98.00", "stop")


@pytest.mark.parametrize(("side", "sign"), [(1, 1), (-1, -1)])
def test_break_even_moves_the_stop_to_the_entry(side: int, sign: int) -> None:
    rules = ExitRules(stop=level("5 points"), break_even=level("3 points"))
    position = held(side)
    assert at(position, rules, str(100 + sign * Decimal("2.75")))[2] == "stop"
    assert at(position, rules, str(100 + sign * 3))[1:] == ("100.00", "breakeven")
    better = ExitRules(break_even=level("3 points"), break_even_offset=level("1.1 points"))
    # Rounded towards the profit: break-even is never a loss.
    assert at(position, better, str(100 + sign * 3))[1] == ("101.25" if side > 0 else "98.75")


def test_the_stop_nearest_to_the_market_counts() -> None:
    rules = ExitRules(break_even=level("3 points"), trail=level("2 points"))
    assert at(held(1), rules, "103")[1:] == ("101.00", "trail")
    wide = ExitRules(break_even=level("3 points"), trail=level("4 points"))
    assert at(held(1), wide, "103")[1:] == ("100.00", "breakeven")


# Touching


@pytest.mark.parametrize(
    ("side", "price", "exit_"),
    [
        (1, "109.75", None),
        (1, "110", Exit(ExitReason.TARGET, Decimal(110))),
        (1, "112", Exit(ExitReason.TARGET, Decimal(110))),
        (1, "90.25", None),
        (1, "90", Exit(ExitReason.STOP, Decimal(90))),
        (1, "85", Exit(ExitReason.STOP, Decimal(85))),
        (-1, "90", Exit(ExitReason.TARGET, Decimal(90))),
        (-1, "88", Exit(ExitReason.TARGET, Decimal(90))),
        (-1, "110", Exit(ExitReason.STOP, Decimal(110))),
        (-1, "115", Exit(ExitReason.STOP, Decimal(115))),
    ],
)
def test_a_target_fills_at_its_price_and_a_stop_where_the_market_is(
    side: int, price: str, exit_: Exit | None
) -> None:
    rules = ExitRules(take_profit=level("10 points"), stop=level("10 points"))
    assert touched(levels(held(side), rules, None), side, Decimal(price)) == exit_


def test_a_moved_stop_says_so_and_nothing_is_touched_without_levels() -> None:
    rules = ExitRules(trail=level("2 points"))
    found = levels(held(1), rules, Decimal(105))
    assert touched(found, 1, Decimal(102)) == Exit(ExitReason.TRAIL, Decimal(102))
    assert touched(Levels(), 1, Decimal(0)) is None


def test_rules_are_on_where_any_is() -> None:
    assert not ExitRules()
    assert ExitRules(session_end=True)
    assert ExitRules(stop=level("1 t"))
