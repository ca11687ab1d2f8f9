"""Which exits should rest at the broker for what a link holds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue, Product
from justtrades_desktop.domain.exit_set import ExitPlan, NoExitSet, Part, exit_set, plan_of
from justtrades_desktop.domain.exits import NO_EXITS, ExitRules, level
from justtrades_desktop.domain.ladder import shares
from justtrades_desktop.domain.links import LinkSettings, Target

_MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))


def ladder(*steps: str) -> tuple[Target, ...]:
    """``'40 ticks: 50%'`` or ``'40 ticks: 2'`` contracts, a step each."""
    found = []
    for step in steps:
        where, _, part = step.partition(":")
        found.append(Target(level(where), Decimal(part.strip(" %")), "%" in part))
    return tuple(found)


def rests(
    plan: ExitPlan,
    side: int = 1,
    size: int = 4,
    average: str | Fraction = "100",
    *,
    product: Product | None = _MNQ,
    best: str | None = None,
    **more: Any,
) -> Mapping[int, Part]:
    return exit_set(
        plan,
        side=side,
        size=size,
        average=Fraction(average),
        product=product,
        favourable=Decimal(best) if best else None,
        **more,
    )


def said(parts: Mapping[int, Part]) -> list[str]:
    """A part as ``'0: 4 110.00 / Stop 90.00'``."""
    found = []
    for index, part in parts.items():
        stop = "-"
        if part.stop:
            behind = f" ({part.stop.distance:f})" if part.stop.distance else ""
            stop = f"{part.stop.kind} {part.stop.price:f}{behind}"
        target = "-" if part.target is None else f"{part.target:f}"
        found.append(f"{index}: {part.quantity} {target} / {stop}")
    return found


def own(**settings: Any) -> ExitPlan:
    """The plan of a link that has its own exits; levels as text."""
    read: dict[str, Any] = {
        name: level(value) if isinstance(value, str) else value for name, value in settings.items()
    }
    made = LinkSettings(own_exits=True, **read)
    return plan_of(made, NO_EXITS, take_profit=None, stop_loss=None)


# Every exit field of a link has an effect


def test_own_exits_take_the_place_of_the_recorders() -> None:
    recorder = ExitRules(take_profit=level("20 ticks"), stop=level("8 ticks"))
    settings: dict[str, Any] = {"targets": ladder("40 ticks: 100%"), "stop": level("40 ticks")}
    for is_own, wanted in ((False, "0: 4 105.00 / Stop 98.00"), (True, "0: 4 110.00 / Stop 90.00")):
        made = LinkSettings(own_exits=is_own, **settings)
        plan = plan_of(made, recorder, take_profit=None, stop_loss=None)
        assert said(rests(plan)) == [wanted]


def test_all_the_recorders_exits_count_for_a_link_without_own_ones() -> None:
    recorder = ExitRules(
        take_profit=level("alert"),
        stop=level("alert"),
        trail=level("12 ticks"),
        trail_after=level("40 ticks"),
        break_even=level("20 ticks"),
        break_even_offset=level("4 ticks"),
    )
    plan = plan_of(
        LinkSettings(), recorder, take_profit=level("120 price"), stop_loss=level("90 price")
    )
    for best, stop in (("100", "90.00"), ("105", "101.00"), ("112", "109.00")):
        assert said(rests(plan, best=best)) == [f"0: 4 120.00 / Stop {stop}"]


def test_targets_are_a_ladder_of_pairs() -> None:
    plan = own(targets=ladder("20 ticks: 50%", "40 ticks: 25%", "60 ticks: 25%"), stop="40 ticks")
    assert said(rests(plan, 1, 8)) == [
        "0: 4 105.00 / Stop 90.00",
        "1: 2 110.00 / Stop 90.00",
        "2: 2 115.00 / Stop 90.00",
    ]
    assert said(rests(plan, -1, 8)) == [
        "0: 4 95.00 / Stop 110.00",
        "1: 2 90.00 / Stop 110.00",
        "2: 2 85.00 / Stop 110.00",
    ]


def test_a_stop_alone_is_one_part() -> None:
    assert said(rests(own(stop="40 ticks"))) == ["0: 4 - / Stop 90.00"]


def test_e5_a_trail_is_a_trailing_stop_at_the_broker() -> None:
    plan = own(trail="20 ticks")
    assert said(rests(plan)) == ["0: 4 - / TrailingStop 95.00 (5.00)"]
    assert said(rests(plan, -1)) == ["0: 4 - / TrailingStop 105.00 (5.00)"]
    assert said(rests(plan, best="103")) == ["0: 4 - / TrailingStop 98.00 (5.00)"]


def test_a_trailing_stop_begins_at_the_nearer_fixed_stop() -> None:
    plan = own(trail="20 ticks", stop="8 ticks")
    assert said(rests(plan, best="100")) == ["0: 4 - / TrailingStop 98.00 (5.00)"]
    assert said(rests(plan, best="104")) == ["0: 4 - / TrailingStop 99.00 (5.00)"]


def test_trail_after_is_a_plain_stop_that_follows_once_the_price_has_gone_so_far() -> None:
    plan = own(stop="40 ticks", trail="12 ticks", trail_after="20 ticks")
    for best, stop in (("104.75", "90.00"), ("105", "102.00"), ("106.25", "103.25")):
        assert said(rests(plan, best=best)) == [f"0: 4 - / Stop {stop}"]


def test_trail_step_moves_the_stop_in_whole_steps_only() -> None:
    plan = own(trail="20 ticks", trail_step="8 ticks")
    for best, stop in (("100", "95.00"), ("101.75", "95.00"), ("102", "97.00"), ("105", "99.00")):
        assert said(rests(plan, best=best)) == [f"0: 4 - / Stop {stop}"]
    assert said(rests(plan, -1, best="98")) == ["0: 4 - / Stop 103.00"]


def test_steps_are_counted_from_where_the_trail_begins() -> None:
    plan = own(trail="20 ticks", trail_after="12 ticks", trail_step="8 ticks")
    assert rests(plan, best="102.75") == {}
    for best, stop in (("103", "98.00"), ("104.75", "98.00"), ("105", "100.00")):
        assert said(rests(plan, best=best)) == [f"0: 4 - / Stop {stop}"]


def test_break_even_moves_the_stop_to_the_entry_and_its_offset_better() -> None:
    plan = own(stop="40 ticks", break_even="20 ticks")
    assert said(rests(plan, best="104.75")) == ["0: 4 - / Stop 90.00"]
    assert said(rests(plan, best="105")) == ["0: 4 - / Stop 100.00"]
    better = own(stop="40 ticks", break_even="20 ticks", break_even_offset="4 ticks")
    assert said(rests(better, best="105")) == ["0: 4 - / Stop 101.00"]
    assert said(rests(better, -1, best="95")) == ["0: 4 - / Stop 99.00"]


def test_parts_in_contracts_are_scaled_like_the_entries() -> None:
    plan = own(targets=ladder("20 ticks: 1", "40 ticks: 1", "60 ticks: 1"), multiplier=5)
    assert [part.quantity for part in rests(plan, size=15).values()] == [5, 5, 5]


def test_no_exits_are_no_parts() -> None:
    assert rests(ExitPlan()) == {}
    assert rests(own(stop="40 ticks"), size=0) == {}
    assert rests(own(targets=ladder("alert: 100%"))) == {}


# Prices


@pytest.mark.parametrize(
    ("target", "stop", "prices"),
    [
        ("40 ticks", "20 ticks", "110.00 / Stop 95.00"),
        ("10 points", "2.5 points", "110.00 / Stop 97.50"),
        ("1 %", "0.5 %", "101.00 / Stop 99.50"),
        ("80 money", "40 money", "110.00 / Stop 95.00"),
        ("107 price", "93 price", "107.00 / Stop 93.00"),
        ("alert", "alert", "111.00 / Stop 88.00"),
    ],
)
def test_every_unit_of_a_level(target: str, stop: str, prices: str) -> None:
    plan = ExitPlan(
        targets=ladder(f"{target}: 100%"),
        stop=level(stop),
        take_profit=level("111 price"),
        stop_loss=level("12 points"),
    )
    assert said(rests(plan)) == [f"0: 4 {prices}"]


def test_e1_after_an_averaged_entry_prices_lie_on_the_grid_on_the_safe_side() -> None:
    plan = own(targets=ladder("40 ticks: 100%"), stop="40 ticks")
    average = Fraction(301, 3)  # 100.333…
    assert said(rests(plan, 1, 3, average)) == ["0: 3 110.50 / Stop 90.25"]
    assert said(rests(plan, -1, 3, average)) == ["0: 3 90.25 / Stop 110.50"]


@pytest.mark.parametrize(("side", "target"), [(1, "99.75 price"), (-1, "100.25 price")])
def test_a_target_on_the_wrong_side_is_none_rather_than_a_fill_at_once(
    side: int, target: str
) -> None:
    plan = own(targets=ladder(f"{target}: 50%", "40 ticks: 50%"), stop="40 ticks")
    first = rests(plan, side)[0]
    assert first.quantity == 2
    assert first.target is None
    assert first.stop is not None


def test_a_stop_never_moves_behind_the_one_that_stands_for_the_same_average() -> None:
    plan = own(targets=ladder("200 money: 50%", "400 money: 50%"), stop="80 money")
    (first, _) = rests(plan, size=4).values()
    assert first.stop is not None
    assert first.stop.price == 90
    (left,) = rests(plan, size=1, done=frozenset({0}), standing=first.stop.price).values()
    assert left.stop is not None
    assert left.stop.price == 90


@pytest.mark.parametrize(
    ("ticker", "average", "prices"),
    [
        ("GCZ6", "4000.1", "4001.1 / Stop 3999.1"),
        ("CLF7", "60.01", "60.11 / Stop 59.91"),
        ("SIZ6", "50.005", "50.055 / Stop 49.955"),
        ("SILZ6", "50.005", "50.055 / Stop 49.955"),
        ("ZNZ6", "112.5", "112.656250 / Stop 112.343750"),
        ("6EZ6", "1.16005", "1.16055 / Stop 1.15955"),
        ("MGCZ6", "4000.1", "4001.1 / Stop 3999.1"),
        ("M6EZ6", "1.1601", "1.1611 / Stop 1.1591"),
    ],
)
def test_d9_ten_ticks_are_ten_ticks_of_that_product(ticker: str, average: str, prices: str) -> None:
    product = Catalogue(products()).instrument(ticker).product
    plan = own(targets=ladder("10 ticks: 100%"), stop="10 ticks")
    assert said(rests(plan, 1, 1, average, product=product)) == [f"0: 1 {prices}"]


def test_d9_an_unknown_product_has_no_exit_set_and_says_why() -> None:
    with pytest.raises(NoExitSet, match="tick of this symbol is not known"):
        rests(own(stop="10 ticks"), product=None)


# The ladder


@pytest.mark.parametrize(
    ("size", "wanted"),
    [(1, {0: 1}), (2, {0: 1, 1: 1}), (3, {0: 1, 1: 1, 2: 1}), (4, {0: 2, 1: 1, 2: 1})],
)
def test_small_sizes_leave_steps_out(size: int, wanted: dict[int, int]) -> None:
    assert shares(ladder("1t: 50%", "2t: 30%", "3t: 20%"), size) == wanted


@pytest.mark.parametrize(
    ("steps", "size", "wanted"),
    [
        (("1t: 2", "2t: 3", "3t: 1"), 10, {0: 2, 1: 3, 2: 5}),
        (("1t: 2", "2t: 3", "3t: 9"), 4, {0: 2, 1: 2}),
        (("1t: 50%", "2t: 25%"), 8, {0: 4, 1: 4}),
        (("1t: 80%", "2t: 80%", "3t: 5%"), 10, {0: 8, 1: 2}),
        (("1t: 50%",), 5, {0: 5}),
        (("1t: 0%", "2t: 100%"), 5, {1: 5}),
        (("1t: 2", "2t: 50%", "3t: 10%"), 10, {0: 2, 1: 5, 2: 3}),
    ],
)
def test_the_last_step_takes_what_the_others_leave(
    steps: tuple[str, ...], size: int, wanted: dict[int, int]
) -> None:
    assert shares(ladder(*steps), size) == wanted


def test_what_is_open_is_shared_among_the_steps_that_are_left() -> None:
    steps = ladder("1t: 50%", "2t: 30%", "3t: 20%")
    assert shares(steps, 10) == {0: 5, 1: 3, 2: 2}
    assert shares(steps, 5, {0}) == {1: 3, 2: 2}
    assert shares(steps, 10, {0}) == {1: 6, 2: 4}


def test_a_step_that_filled_in_part_keeps_its_rest() -> None:
    steps = ladder("1t: 50%", "2t: 50%")
    assert shares(steps, 8, (), {0: 2}) == {0: 3, 1: 5}


def test_when_every_step_is_done_the_rest_has_its_stop_alone() -> None:
    plan = own(targets=ladder("20 ticks: 50%", "40 ticks: 50%"), stop="40 ticks")
    assert said(rests(plan, size=2, done=frozenset({0, 1}))) == ["2: 2 - / Stop 90.00"]
    bare = own(targets=ladder("20 ticks: 50%", "40 ticks: 50%"))
    assert rests(bare, size=2, done=frozenset({0, 1})) == {}
