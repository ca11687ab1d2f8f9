"""The moves from the exits that rest to those that should, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from justtrades_desktop.domain.exit_live import LiveExit
from justtrades_desktop.domain.exit_moves import (
    Cancel,
    CloseNow,
    Modify,
    Move,
    Place,
    next_move,
)
from justtrades_desktop.domain.exit_set import Part, Stop
from justtrades_desktop.domain.orders import OrderKind, Purpose
from tests.fakes.exits_at_broker import ExitsAtBroker

_AT_90 = Stop(OrderKind.STOP, Decimal(90))
_AT_92 = Stop(OrderKind.STOP, Decimal(92))
_T110 = Decimal(110)
_TRAIL = Stop(OrderKind.TRAILING_STOP, Decimal(95), Decimal(5))


def target(order_id: int, part: int | None, quantity: int, oco: int | None = None) -> LiveExit:
    return LiveExit(
        order_id, Purpose.TARGET, part, quantity, OrderKind.LIMIT, price=_T110, oco_id=oco
    )


def stop(order_id: int, part: int | None, quantity: int, oco: int | None = None) -> LiveExit:
    return LiveExit(
        order_id, Purpose.STOP, part, quantity, OrderKind.STOP, stop_price=_AT_90.price, oco_id=oco
    )


def pair(order_id: int, part: int, quantity: int) -> list[LiveExit]:
    return [
        target(order_id, part, quantity, order_id),
        stop(order_id + 1, part, quantity, order_id),
    ]


def moves(
    desired: Mapping[int, Part],
    live: list[LiveExit],
    size: int,
    *,
    side: int = 1,
    price: str | None = None,
) -> list[Move]:
    """All of them until nothing is to be done; neither sum ever exceeds what is open."""
    broker, found = ExitsAtBroker(live), list[Move]()
    at = Decimal(price) if price else None
    while move := next_move(desired, broker.live, size=size, side=side, price=at):
        found.append(move)
        if isinstance(move, CloseNow):
            break
        before = broker.sums()
        broker.do(move)
        assert max(broker.sums()) <= max(size, *before)
        assert len(found) < 30
    return found


def test_what_rests_as_it_should_is_left_alone() -> None:
    assert moves({0: Part(4, _T110, _AT_90)}, pair(1, 0, 4), 4) == []


def test_both_exits_are_placed_as_a_pair() -> None:
    desired = {0: Part(4, _T110, _AT_90)}
    assert moves(desired, [], 4) == [Place(0, 4, _T110, _AT_90)]


def test_a_missing_exit_is_placed_alone_beside_the_other() -> None:
    desired = {0: Part(4, _T110, _AT_90)}
    assert moves(desired, [stop(1, 0, 4)], 4) == [Place(0, 4, _T110, None)]
    assert moves(desired, [target(1, 0, 4)], 4) == [Place(0, 4, None, _AT_90)]


def test_e2_after_an_add_the_one_set_is_raised_and_moved() -> None:
    """The add's own stop goes right before the main stop takes its contracts over."""
    desired = {0: Part(6, Decimal(112), _AT_92)}
    assert moves(desired, [*pair(1, 0, 4), stop(9, None, 2)], 6) == [
        Cancel(9),
        Modify(2, 6, stop_price=Decimal(92)),
        Modify(1, 6, price=Decimal(112)),
    ]


def test_the_stop_of_an_add_goes_only_when_nothing_else_is_to_be_lowered() -> None:
    desired = {0: Part(6, _T110, _AT_90)}
    live = [*pair(1, 0, 3), *pair(5, 1, 2), stop(9, None, 1)]
    assert moves(desired, live, 6) == [
        Cancel(5),
        Cancel(9),
        Modify(2, 6, stop_price=Decimal(90)),
        Modify(1, 6, price=_T110),
    ]


def test_e2_stacked_targets_are_reduced_to_one_set() -> None:
    live = [*pair(1, 0, 4), target(11, 0, 4), target(12, 0, 4), *pair(13, 0, 4)]
    found = moves({0: Part(4, _T110, _AT_90)}, live, 4)
    assert found == [Cancel(11), Cancel(12), Cancel(13)]


def test_room_is_made_before_another_part_is_raised() -> None:
    desired = {0: Part(4, _T110, _AT_90), 1: Part(2, _T110, _AT_90)}
    found = moves(desired, [*pair(1, 0, 2), *pair(5, 1, 4)], 6)
    assert [(move.order_id, move.quantity) for move in found if isinstance(move, Modify)] == [
        (5, 2),
        (6, 2),
        (2, 4),
        (1, 4),
    ]


def test_a_set_larger_than_what_is_open_is_never_put_up() -> None:
    assert moves({0: Part(6, _T110, _AT_90)}, pair(1, 0, 4), 4) == []
    assert moves({0: Part(6, _T110, None)}, [target(1, 0, 4)], 4) == []
    assert moves({0: Part(6, _T110, None)}, [], 4) == []


def test_a_trim_lowers_the_target_first_and_the_stop_after_it() -> None:
    found = moves({0: Part(3, _T110, _AT_90)}, pair(1, 0, 5), 3)
    assert found == [Modify(1, 3, price=_T110), Modify(2, 3, stop_price=Decimal(90))]


def test_e3_with_nothing_open_nothing_is_left() -> None:
    live = [*pair(1, 0, 4), stop(9, None, 2), target(11, 3, 1)]
    assert set(moves({0: Part(4, _T110, _AT_90)}, live, 0)) == {Cancel(1), Cancel(9), Cancel(11)}


def test_a_part_that_is_wanted_no_more_is_cancelled_as_a_pair() -> None:
    live = [*pair(1, 0, 2), *pair(5, 1, 2)]
    assert moves({1: Part(2, _T110, _AT_90)}, live, 2) == [Cancel(1)]


def test_a_stop_follows_by_a_change_of_its_price() -> None:
    found = moves({0: Part(4, _T110, _AT_92)}, pair(1, 0, 4), 4, price="100")
    assert found == [Modify(2, 4, stop_price=Decimal(92))]


@pytest.mark.parametrize(("side", "price", "is_passed"), [(1, "92", True), (1, "92.25", False)])
def test_beyond_a_stop_that_does_not_rest_there_yet_it_is_closed_now(
    side: int, price: str, is_passed: bool
) -> None:
    (found,) = moves({0: Part(4, _T110, _AT_92)}, pair(1, 0, 4), 4, side=side, price=price)
    assert isinstance(found, CloseNow) == is_passed
    if isinstance(found, CloseNow):
        assert found.quantity == 4
        assert found.why == "The market is at 92, the stop would be 92"


def test_a_short_is_closed_now_where_the_market_is_above_its_stop() -> None:
    desired = {0: Part(4, None, Stop(OrderKind.STOP, Decimal(110)))}
    (found,) = moves(desired, [], 4, side=-1, price="110.25")
    assert isinstance(found, CloseNow)


def test_a_stop_that_rests_where_the_market_is_goes_off_by_itself() -> None:
    assert moves({0: Part(4, _T110, _AT_90)}, pair(1, 0, 4), 4, price="89") == []


@pytest.mark.parametrize(("side", "price"), [(1, "111"), (-1, "109")])
def test_a_target_that_the_market_has_passed_is_a_close_now(side: int, price: str) -> None:
    """A limit there fills at once, and a stop beside it would rest where nothing is open."""
    desired = {0: Part(4, _T110, None)}
    (found,) = moves(desired, [], 4, side=side, price=price)
    assert isinstance(found, CloseNow)
    assert (found.quantity, found.why) == (4, f"The market is at {price}, the target would be 110")


def trailing(quantity: int, distance: str, began: str = "95") -> LiveExit:
    return LiveExit(
        1,
        Purpose.STOP,
        0,
        quantity,
        OrderKind.TRAILING_STOP,
        stop_price=Decimal(began),
        distance=Decimal(distance),
    )


def test_of_a_trailing_stop_only_the_quantity_is_changed() -> None:
    moved_on = _TRAIL._replace(price=Decimal(99))
    assert moves({0: Part(4, None, moved_on)}, [trailing(4, "-5")], 4) == []
    assert moves({0: Part(6, None, moved_on)}, [trailing(4, "5")], 6) == [Modify(1, 6)]


def test_e5_another_distance_or_kind_of_stop_is_cancelled_and_placed_anew() -> None:
    desired = {0: Part(4, None, _TRAIL)}
    for live in (trailing(4, "6"), stop(1, 0, 4)):
        assert moves(desired, [live], 4) == [Cancel(1), Place(0, 4, None, _TRAIL)]
    fixed = {0: Part(4, None, _AT_90)}
    assert moves(fixed, [trailing(4, "5")], 4) == [Cancel(1), Place(0, 4, None, _AT_90)]


def test_break_even_lets_a_trailing_stop_begin_anew_once() -> None:
    even = _TRAIL._replace(price=Decimal(100), floor=Decimal(100))
    found = moves({0: Part(4, None, even)}, [trailing(4, "5")], 4, price="103")
    assert found == [Cancel(1), Place(0, 4, None, even)]
    past = _TRAIL._replace(price=Decimal(101), floor=Decimal(100))
    assert moves({0: Part(4, None, past)}, [trailing(4, "5")], 4, price="103") == []


def test_an_order_under_way_is_waited_for_and_nothing_is_raised_meanwhile() -> None:
    first = [leg._replace(changing=True) for leg in pair(1, 0, 2)]
    desired = {0: Part(3, _T110, _AT_90), 1: Part(3, _T110, _AT_90)}
    assert moves(desired, [*first, *pair(5, 1, 2)], 6) == []
    assert moves(desired, [*first, *pair(5, 1, 4)], 6) == [
        Modify(5, 3, price=_T110),
        Modify(6, 3, stop_price=Decimal(90)),
    ]
