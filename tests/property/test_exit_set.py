"""Random exit plans, positions and exits at the broker: sums, prices, and the way between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exit_live import LiveExit
from justtrades_desktop.domain.exit_moves import CloseNow, next_move
from justtrades_desktop.domain.exit_set import ExitPlan, Part, exit_set, plan_of
from justtrades_desktop.domain.exits import ExitRules, Level, Unit, levels
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.ladder import shares
from justtrades_desktop.domain.links import DEFAULTS, Target
from justtrades_desktop.domain.orders import OrderKind, Purpose
from justtrades_desktop.domain.positions import Stamp, apply
from tests.fakes.exits_at_broker import ExitsAtBroker

PRODUCTS = [
    Product("MNQ", Decimal("0.25"), Decimal("0.5")),
    Product("ZN", Decimal("0.015625"), Decimal("15.625")),
    Product("6E", Decimal("0.00005"), Decimal("6.25")),
    Product("GC", Decimal("0.1"), Decimal("10")),
]
products = st.sampled_from(PRODUCTS)
sides = st.sampled_from([1, -1])
sizes = st.integers(1, 12)
distances = st.one_of(
    st.builds(Level, st.just(Unit.TICKS), st.integers(1, 60).map(Decimal)),
    st.builds(Level, st.just(Unit.POINTS), st.integers(1, 999).map(lambda n: Decimal(n) / 100)),
    st.builds(Level, st.just(Unit.PERCENT), st.integers(1, 50).map(lambda n: Decimal(n) / 10)),
    st.builds(Level, st.just(Unit.MONEY), st.integers(1, 900).map(Decimal)),
)
prices = st.integers(60, 140).map(lambda n: Level(Unit.PRICE, Decimal(n)))
places = st.one_of(distances, distances, prices, st.just(Level(Unit.ALERT)))
steps = st.builds(
    Target,
    places,
    st.integers(0, 100).map(Decimal),
    st.booleans(),
)
percents = st.builds(Target, distances, st.integers(0, 100).map(Decimal), st.just(True))
maybe = st.one_of(st.none(), distances)
plans = st.builds(
    ExitPlan,
    targets=st.lists(steps, max_size=4).map(tuple),
    stop=st.one_of(st.none(), places),
    trail=maybe,
    trail_after=maybe,
    trail_step=maybe,
    break_even=maybe,
    break_even_offset=maybe,
    take_profit=st.one_of(st.none(), distances, prices),
    stop_loss=st.one_of(st.none(), distances, prices),
)
averages = st.fractions(90, 110, max_denominator=30)
offsets = st.one_of(st.none(), st.integers(-40, 400))


def on_grid(product: Product, near: Fraction | int, ticks: int = 0) -> Decimal:
    return (int(Fraction(near) / Fraction(product.tick_size)) + ticks) * product.tick_size


def best(product: Product, side: int, average: Fraction, offset: int | None) -> Decimal | None:
    return None if offset is None else on_grid(product, average, side * offset)


def all_prices(parts: Mapping[int, Part]) -> list[Decimal]:
    found = [part.target for part in parts.values() if part.target is not None]
    for part in parts.values():
        found += [part.stop.price] if part.stop else []
        found += [part.stop.distance] if part.stop and part.stop.distance else []
    return found


# The set


@given(plans, sides, sizes, averages, products, offsets, st.frozensets(st.integers(0, 3)))
def test_parts_add_up_and_every_price_is_on_the_grid(
    plan: ExitPlan,
    side: int,
    size: int,
    average: Fraction,
    product: Product,
    offset: int | None,
    done: frozenset[int],
) -> None:
    parts = exit_set(
        plan,
        side=side,
        size=size,
        average=average,
        product=product,
        favourable=best(product, side, average, offset),
        done=done,
    )
    assert not parts or sum(part.quantity for part in parts.values()) == size
    assert all(part.quantity > 0 for part in parts.values())
    assert not done & parts.keys() - {len(plan.targets)}
    assert all(price % product.tick_size == 0 for price in all_prices(parts))


@given(plans, sides, sizes, averages, products)
def test_targets_lie_in_profit_and_stops_in_loss(
    plan: ExitPlan, side: int, size: int, average: Fraction, product: Product
) -> None:
    parts = exit_set(plan, side=side, size=size, average=average, product=product, favourable=None)
    for part in parts.values():
        assert part.target is None or (Fraction(part.target) - average) * side > 0
        assert part.stop is None or (Fraction(part.stop.price) - average) * side < 0


@given(plans, sides, sizes, averages, products, st.integers(-40, 400), st.integers(0, 100))
def test_a_stop_never_moves_back_for_the_same_average(
    plan: ExitPlan,
    side: int,
    size: int,
    average: Fraction,
    product: Product,
    offset: int,
    more: int,
) -> None:
    def stop_at(gone: int) -> Decimal | None:
        parts = exit_set(
            plan,
            side=side,
            size=size,
            average=average,
            product=product,
            favourable=best(product, side, average, gone),
        )
        stop = next(iter(parts.values())).stop if parts else None
        return stop.price if stop else None

    before, after = stop_at(offset), stop_at(offset + more)
    assert before is None or (after is not None and (after - before) * side >= 0)


def _mirrored(plan: ExitPlan) -> ExitPlan:
    def turned(level: Level | None) -> Level | None:
        return level._replace(value=-level.value) if level and level.unit is Unit.PRICE else level

    return ExitPlan(
        targets=tuple(
            step._replace(level=turned(step.level) or step.level) for step in plan.targets
        ),
        stop=turned(plan.stop),
        trail=plan.trail,
        trail_after=plan.trail_after,
        trail_step=plan.trail_step,
        break_even=plan.break_even,
        break_even_offset=plan.break_even_offset,
        take_profit=turned(plan.take_profit),
        stop_loss=turned(plan.stop_loss),
    )


@given(plans, sizes, averages, products, offsets)
def test_long_and_short_mirror_each_other(
    plan: ExitPlan, size: int, average: Fraction, product: Product, offset: int | None
) -> None:
    high = best(product, 1, average, offset)
    long = exit_set(plan, side=1, size=size, average=average, product=product, favourable=high)
    short = exit_set(
        _mirrored(plan),
        side=-1,
        size=size,
        average=-average,
        product=product,
        favourable=None if high is None else -high,
    )
    assert {
        index: (part.quantity, part.target, part.stop and part.stop[:3])
        for index, part in long.items()
    } == {
        index: (
            part.quantity,
            None if part.target is None else -part.target,
            part.stop and (part.stop.kind, -part.stop.price, part.stop.distance),
        )
        for index, part in short.items()
    }


rules = st.builds(
    ExitRules,
    take_profit=st.one_of(st.none(), places),
    stop=st.one_of(st.none(), places),
    trail=maybe,
    trail_after=maybe,
    break_even=maybe,
    break_even_offset=maybe,
)


@given(
    rules,
    sides,
    st.lists(st.tuples(st.integers(1, 4), st.integers(-20, 20)), min_size=1, max_size=3),
    products,
    st.integers(0, 200),
    st.one_of(st.none(), distances, prices),
    st.one_of(st.none(), distances, prices),
)
def test_the_recorders_rule_and_the_resting_exit_are_one_and_the_same(
    chosen: ExitRules,
    side: int,
    entries: list[tuple[int, int]],
    product: Product,
    gone: int,
    take_profit: Level | None,
    stop_loss: Level | None,
) -> None:
    stamp = Stamp(1, 1, 1, "X", datetime(2026, 11, 20, tzinfo=UTC), product=product)
    stamp = stamp._replace(take_profit=take_profit, stop_loss=stop_loss)
    held = None
    for quantity, ticks in entries:
        price = on_grid(product, 100, ticks)
        held = apply(held, Plan(enter=quantity, side=side), price, stamp).open
    assert held is not None
    assert held.average_entry is not None
    favourable = on_grid(product, 100, entries[-1][1] + side * gone)
    wanted = levels(held, chosen, favourable)
    parts = exit_set(
        plan_of(DEFAULTS, chosen, take_profit=held.take_profit, stop_loss=held.stop_loss),
        side=side,
        size=held.open,
        average=held.average_entry,
        product=product,
        favourable=favourable,
    )
    part = parts.get(0, Part(0, None, None))
    assert (part.target, part.stop.price if part.stop else None) == (wanted.target, wanted.stop)


# The ladder


@given(st.lists(percents, min_size=1, max_size=5), st.integers(1, 60))
def test_one_contract_more_never_takes_one_from_another_step(
    ladder: list[Target], size: int
) -> None:
    fewer, more = shares(ladder, size), shares(ladder, size + 1)
    assert all(more.get(step, 0) >= n for step, n in fewer.items())


@given(st.lists(percents, min_size=1, max_size=5), st.integers(1, 60), st.data())
def test_a_step_that_fills_leaves_the_others_as_they_are(
    ladder: list[Target], size: int, data: st.DataObject
) -> None:
    before = shares(ladder, size)
    step = data.draw(st.sampled_from(sorted(before)))
    others = {index: n for index, n in before.items() if index != step}
    assert shares(ladder, size - before[step], {step}) == others


@given(st.lists(steps, min_size=1, max_size=5), st.integers(1, 60), st.data())
def test_a_step_that_fills_in_part_keeps_its_rest(
    ladder: list[Target], size: int, data: st.DataObject
) -> None:
    before = shares(ladder, size)
    step = data.draw(st.sampled_from(sorted(before)))
    filled = data.draw(st.integers(0, before[step]))
    after = {index: n - (filled if index == step else 0) for index, n in before.items()}
    done = {step} if filled == before[step] else set()
    if done and not all(one.percent for one in ladder):
        return  # shared anew by what the contracts ask for
    assert shares(ladder, size - filled, done, {step: filled}) == {
        index: n for index, n in after.items() if n
    }


# The moves


@st.composite
def wanted_sets(draw: st.DrawFn) -> tuple[int, int, Product, Mapping[int, Part]]:
    side, size, product = draw(sides), draw(st.integers(0, 12)), draw(products)
    average = draw(averages)
    parts = exit_set(
        draw(plans),
        side=side,
        size=size,
        average=average,
        product=product,
        favourable=best(product, side, average, draw(offsets)),
        done=draw(st.frozensets(st.integers(0, 3), max_size=2)),
    )
    return side, size, product, parts


@st.composite
def strays(
    draw: st.DrawFn, desired: Mapping[int, Part], product: Product, changing: bool
) -> list[LiveExit]:
    """Any exits at all: right and wrong ones, doubles, orphans, broken pairs."""
    some = [*all_prices(desired), on_grid(product, 80), on_grid(product, 120)]
    apart = [part.stop.distance for part in desired.values() if part.stop]
    found = []
    for order_id in range(1, draw(st.integers(0, 9)) + 1):
        target = draw(st.booleans())
        kinds = [OrderKind.LIMIT] if target else [OrderKind.STOP, OrderKind.TRAILING_STOP]
        found.append(
            LiveExit(
                order_id=order_id,
                purpose=Purpose.TARGET if target else Purpose.STOP,
                part=draw(st.sampled_from([*desired, *desired, 0, 1, 7, None])),
                quantity=draw(st.integers(1, 8)),
                kind=draw(st.sampled_from([*kinds, *kinds, OrderKind.STOP_LIMIT])),
                price=draw(st.sampled_from(some)) if target else None,
                stop_price=None if target else draw(st.sampled_from(some)),
                distance=None if target else draw(st.sampled_from([*apart, Decimal(5), None])),
                oco_id=draw(st.sampled_from([None, 1, 2, 3, 4])),
                changing=changing and draw(st.booleans()),
            )
        )
    return found


def _distance(leg: LiveExit) -> Decimal:
    return abs(leg.distance or Decimal(0)) if leg.kind is OrderKind.TRAILING_STOP else Decimal(0)


def is_right(live: Sequence[LiveExit], desired: Mapping[int, Part]) -> bool:
    """Whether exactly the wanted exits live."""
    targets = {leg.part: (leg.quantity, leg.price) for leg in live if leg.purpose is Purpose.TARGET}
    stops = {
        leg.part: (leg.quantity, leg.kind, _distance(leg))
        for leg in live
        if leg.purpose is Purpose.STOP
    }
    fixed = {leg.part: leg.stop_price for leg in live if leg.kind is OrderKind.STOP}
    return (
        len(targets) + len(stops) == len(live)
        and targets
        == {
            index: (part.quantity, part.target)
            for index, part in desired.items()
            if part.target is not None
        }
        and stops
        == {
            index: (part.quantity, part.stop.kind, part.stop.distance or 0)
            for index, part in desired.items()
            if part.stop
        }
        and fixed
        == {
            index: part.stop.price
            for index, part in desired.items()
            if part.stop and part.stop.kind is OrderKind.STOP
        }
    )


@given(wanted_sets(), st.data(), st.one_of(st.none(), st.integers(60, 140)))
def test_from_any_exits_the_moves_lead_to_the_wanted_ones_and_never_over_the_size(
    wanted: tuple[int, int, Product, Mapping[int, Part]], data: st.DataObject, at: int | None
) -> None:
    side, size, product, desired = wanted
    price = None if at is None else on_grid(product, at)
    broker = ExitsAtBroker(data.draw(strays(desired, product, False)))
    first = len(broker.live)
    for _ in range(first + 2 * len(desired) + 1):
        move = next_move(desired, broker.live, size=size, side=side, price=price)
        if move is None:
            break
        if isinstance(move, CloseNow):
            assert price is not None
            assert 0 < move.quantity <= size
            desired, size, price = {}, 0, None
            continue
        before = broker.sums()
        broker.do(move)
        for now, was in zip(broker.sums(), before, strict=True):
            assert now <= max(was, size), (move, broker.live)
    assert next_move(desired, broker.live, size=size, side=side, price=price) is None
    assert is_right(broker.live, desired if size else {}), broker.live


@given(wanted_sets(), st.data())
def test_what_is_under_way_is_not_touched_and_nothing_grows_meanwhile(
    wanted: tuple[int, int, Product, Mapping[int, Part]], data: st.DataObject
) -> None:
    side, size, product, desired = wanted
    broker = ExitsAtBroker(data.draw(strays(desired, product, True)))
    assume(any(leg.changing for leg in broker.live))
    under_way = [leg for leg in broker.live if leg.changing]
    for _ in range(20):
        move = next_move(desired, broker.live, size=size, side=side, price=None)
        if move is None:
            break
        before = broker.sums()
        broker.do(move)
        assert all(now <= was for now, was in zip(broker.sums(), before, strict=True))
        assert all(leg in broker.live for leg in under_way)
    else:
        raise AssertionError("it goes on for ever")


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 5), st.integers(0, 9)),
        st.tuples(st.just("trim"), st.integers(1, 5), st.integers(0, 9)),
        st.tuples(st.just("fill"), st.integers(1, 5), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(-9, 60), st.integers(0, 9)),
    ),
    max_size=12,
)
protected = st.builds(
    ExitPlan,
    targets=st.lists(percents, max_size=4).map(tuple),
    stop=distances,
    trail=maybe,
    trail_after=maybe,
    trail_step=maybe,
    break_even=maybe,
)


class Playing:
    """A position whose exits are moved, one after another, at whatever happens to it."""

    def __init__(self, plan: ExitPlan, side: int) -> None:
        self.plan, self.side, self.size = plan, side, 0
        self.average, self.favourable = Fraction(100), Decimal(100)
        self.filled: dict[int, int] = {}
        self.done: frozenset[int] = frozenset()
        self.broker = ExitsAtBroker()

    def settle(self, size: int) -> None:
        """Move until nothing is to be done, and look at the sums at every step."""
        desired = exit_set(
            self.plan,
            side=self.side,
            size=size,
            average=self.average,
            product=PRODUCTS[0],
            favourable=self.favourable,
            done=self.done,
            filled=self.filled,
        )
        for _ in range(60):
            move = next_move(desired, self.broker.live, size=size, side=self.side, price=None)
            if move is None:
                break
            self.broker.do(move)
            assert max(self.broker.sums()) <= self.size
        assert is_right(self.broker.live, desired)
        assert self.broker.total(Purpose.STOP) == size

    def add(self, quantity: int, at: int) -> None:
        """It comes with a stop of its own, as the lane sends it."""
        price = Fraction(100) + self.side * Fraction(at, 4)
        self.average = (self.average * self.size + price * quantity) / (self.size + quantity)
        self.size += quantity
        self.favourable = on_grid(PRODUCTS[0], price)
        stop = LiveExit(
            50, Purpose.STOP, None, quantity, OrderKind.STOP, stop_price=Decimal(50 * self.side)
        )
        self.broker.live.append(stop)
        assert max(self.broker.sums()) <= self.size
        self.settle(self.size)

    def trim(self, quantity: int, _: int) -> None:
        """Exits are lowered first."""
        left = max(0, self.size - quantity)
        self.settle(left)
        self.size = left
        if not left:
            self.done, self.filled = frozenset(), {}

    def fill(self, quantity: int, which: int) -> None:
        """A target fills, perhaps in part."""
        targets = [leg for leg in self.broker.live if leg.purpose is Purpose.TARGET]
        if not targets:
            return
        leg = targets[which % len(targets)]
        quantity = min(quantity, leg.quantity)
        self.broker.fill(leg.order_id, quantity)
        self.size -= quantity
        assert leg.part is not None
        self.filled[leg.part] = self.filled.get(leg.part, 0) + quantity
        if quantity == leg.quantity:
            self.done |= {leg.part}
        assert max(self.broker.sums()) <= self.size
        self.settle(self.size)

    def move(self, ticks: int, _: int) -> None:
        """The market goes further in favour."""
        self.favourable += self.side * max(0, ticks) * PRODUCTS[0].tick_size
        self.settle(self.size)


@given(protected, sides, happenings)
def test_e2_whatever_happens_there_are_never_two_exit_sets(
    plan: ExitPlan, side: int, script: list[tuple[str, int, int]]
) -> None:
    play = Playing(plan, side)
    play.add(6, 0)
    for what, quantity, which in script:
        getattr(play, what)(quantity, which)
    play.trim(play.size, 0)
    assert play.broker.live == []
