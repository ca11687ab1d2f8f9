"""Random orders, changes and ticks on the simulated exchange, against plain sums of its fills."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.simulator.exchange import Exchange
from justtrades_desktop.simulator.settings import Fees
from tests.fakes.floor import Floor

START = 20_000
MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
POINT = Decimal(2)
FEE = Decimal("0.37")
ENDED = {"Filled", "Canceled", "Expired", "Rejected"}

offsets = st.integers(-24, 24)
sizes = st.integers(1, 5)
actions = st.sampled_from(["Buy", "Sell"])
kinds = st.sampled_from(["Market", "Limit", "Stop", "StopLimit", "MIT", "TrailingStop"])
times = st.sampled_from(["Day", "GTC", "IOC", "FOK"])
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), offsets),
        st.tuples(st.just("tick"), offsets),
        st.tuples(st.just("place"), actions, sizes, kinds, offsets, times),
        st.tuples(st.just("pair"), actions, sizes, st.integers(1, 12), st.integers(1, 12)),
        st.tuples(st.just("bracket"), actions, sizes, offsets, st.integers(1, 12)),
        st.tuples(st.just("strategy"), actions, sizes, st.integers(1, 12), st.booleans()),
        st.tuples(st.just("modify"), st.integers(0, 30), sizes, offsets),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("wait"), st.integers(0, 3)),
        st.tuples(st.just("liquidate")),
        st.tuples(st.just("restart")),
    ),
    max_size=50,
)
rules = st.fixed_dictionaries(
    {
        "max_fill": st.sampled_from([None, 1, 2]),
        "partial_chance": st.sampled_from([0.0, 0.5]),
        "slippage_ticks": st.integers(0, 2),
        "spread_ticks": st.integers(0, 2),
        "fill_on_touch": st.booleans(),
        "refuse_wrong_side_stops": st.booleans(),
        "command_seconds": st.sampled_from([0.0, 1.0]),
    }
)


class Play:
    """A floor that carries out a script; each order kind with prices that fit it."""

    def __init__(self, chosen: dict[str, Any]) -> None:
        fees = Fees(commission=FEE)
        self.floor = Floor(cash=30_000, products=[MNQ], fees=fees, **chosen)
        self.last = float(START)
        self.floor.ticks(START)

    def do(self, what: str, *how: Any) -> None:
        getattr(self, what)(*how)

    def tick(self, offset: int) -> None:
        self.last = START + offset / 4
        self.floor.ticks(self.last)

    def place(self, action: str, size: int, kind: str, offset: int, time: str) -> None:
        price = START + offset / 4
        self.floor.place(
            action,
            size,
            kind,
            price=price,
            stopPrice=price,
            pegDifference=2,
            timeInForce=time,
        )

    def pair(self, action: str, size: int, above: int, below: int) -> None:
        high, low = self.last + above / 4, self.last - below / 4
        limit, stop = (high, low) if action == "Sell" else (low, high)
        other = {"action": action, "orderType": "Stop", "stopPrice": stop}
        self.floor.place(action, size, "Limit", price=limit, other=other)

    def bracket(self, action: str, size: int, offset: int, away: int) -> None:
        entry = START + offset / 4
        sign = 1 if action == "Buy" else -1
        back = "Sell" if action == "Buy" else "Buy"
        target = {"action": back, "orderType": "Limit", "price": entry + sign * away / 4}
        stop = {"action": back, "orderType": "Stop", "stopPrice": entry - sign * away / 4}
        self.floor.place(action, size, "Limit", price=entry, bracket1=target, bracket2=stop)

    def strategy(self, action: str, size: int, away: int, trailing: bool) -> None:
        sign = 1 if action == "Buy" else -1
        exits = {
            "qty": size,
            "profitTarget": sign * away / 4,
            "stopLoss": -sign * away / 4,
            "trailingStop": trailing,
        }
        params = {"entryVersion": {"orderQty": size, "orderType": "Market"}, "brackets": [exits]}
        self.floor.perform(
            "orderstrategy/startorderstrategy",
            accountId=self.floor.account,
            accountSpec="SIM1",
            symbol="MNQZ6",
            action=action,
            orderStrategyTypeId=2,
            params=json.dumps(params),
        )

    def modify(self, which: int, size: int, offset: int) -> None:
        orders = self.floor.all("order")
        if orders:
            order = orders[-1 - which % len(orders)]["id"]
            version = self.floor.version(order)
            price = START + offset / 4
            self.floor.modify(
                order,
                size,
                version["orderType"],
                price=price,
                stopPrice=price,
                pegDifference=2,
                timeInForce=version["timeInForce"],
            )

    def cancel(self, which: int) -> None:
        orders = self.floor.all("order")
        if orders:
            self.floor.cancel(orders[-1 - which % len(orders)]["id"])

    def wait(self, seconds: int) -> None:
        self.floor.wait(seconds=seconds)

    def liquidate(self) -> None:
        self.floor.perform(
            "order/liquidateposition",
            accountId=self.floor.account,
            contractId=self.floor.contract,
            admin=False,
        )

    def restart(self) -> None:
        floor = self.floor
        state = json.loads(json.dumps(floor.exchange.state()))
        floor.exchange = Exchange.restore(state, clock=lambda: floor.at, settings=floor.settings)


def signed(fill: dict[str, Any]) -> int:
    return int(fill["qty"]) if fill["action"] == "Buy" else -int(fill["qty"])


def filled(floor: Floor) -> dict[int, int]:
    sums: defaultdict[int, int] = defaultdict(int)
    for fill in floor.all("fill"):
        sums[fill["orderId"]] += fill["qty"]
    return sums


@settings(max_examples=300, deadline=None)
@given(rules, happenings)
def test_money_and_positions_are_the_sums_of_the_fills(
    chosen: dict[str, Any], script: list[tuple[Any, ...]]
) -> None:
    play = Play(chosen)
    for step in script:
        play.do(*step)
    floor = play.floor
    fills = floor.all("fill")
    assert floor.net == sum(map(signed, fills))

    pairs = floor.all("fillPair")
    realized = sum(
        (Decimal(str(each["sellPrice"] - each["buyPrice"])) * each["qty"] for each in pairs),
        Decimal(0),
    )
    fees = FEE * sum(each["qty"] for each in fills)
    assert Decimal(str(floor.cash)) == 30_000 + realized * POINT - fees
    # The whole of it without any pairing: what was paid, what was got, what is left at the last.
    paid = sum((Decimal(str(each["price"])) * signed(each) for each in fills), Decimal(0))
    worth = Decimal(str(play.last)) * floor.net - paid
    assert Decimal(str(floor.snapshot()["netLiq"])) == 30_000 + worth * POINT - fees
    # Each fill is paired with no more than itself.
    used: defaultdict[int, int] = defaultdict(int)
    for each in pairs:
        used[each["buyFillId"]] += each["qty"]
        used[each["sellFillId"]] += each["qty"]
    assert all(used[each["id"]] == each["finallyPaired"] <= each["qty"] for each in fills)


@settings(max_examples=300, deadline=None)
@example(
    chosen={
        "max_fill": None,
        "partial_chance": 0.0,
        "slippage_ticks": 0,
        "spread_ticks": 1,
        "fill_on_touch": False,
        "refuse_wrong_side_stops": False,
        "command_seconds": 0.0,
    },
    script=[("bracket", "Buy", 1, 0, 1), ("modify", 1, 1, -1), ("tick", -1)],
)
@given(rules, happenings)
def test_no_order_fills_more_than_it_asks_and_no_pair_twice(
    chosen: dict[str, Any], script: list[tuple[Any, ...]]
) -> None:
    play = Play(chosen)
    floor = play.floor
    over: dict[int, str] = {}
    orders: dict[int, dict[str, Any]] = {}
    for step in script:
        play.do(*step)
        orders = {each["id"]: each for each in floor.all("order")}
        for number, status in over.items():
            assert orders[number]["ordStatus"] == status, "a finished order moved"
        over = {n: o["ordStatus"] for n, o in orders.items() if o["ordStatus"] in ENDED}
    sums = filled(floor)
    most: defaultdict[int, int] = defaultdict(int)
    for version in floor.all("orderVersion"):
        most[version["orderId"]] = max(most[version["orderId"]], version["orderQty"])
    for number, order in orders.items():
        asked = floor.version(number)["orderQty"]
        assert sums[number] <= asked
        assert (order["ordStatus"] == "Filled") == (sums[number] == asked)
        if "ocoId" in order:
            other = orders[order["ocoId"]]
            assert {order["ordStatus"], other["ordStatus"]} != {"Filled"}
            if not any(step[0] == "modify" for step in script):
                assert sums[number] + sums[other["id"]] <= most[number]


@settings(max_examples=200, deadline=None)
@given(
    rules,
    st.lists(st.one_of(offsets, st.just("cancel")), max_size=30),
    sizes,
    st.integers(-8, 8),
    st.integers(1, 12),
)
def test_a_bracketed_trade_never_exits_more_than_it_entered(
    chosen: dict[str, Any], moves: list[Any], size: int, offset: int, away: int
) -> None:
    play = Play(chosen)
    floor = play.floor
    play.bracket("Buy", size, offset, away)
    for move in moves:
        if move == "cancel":
            floor.cancel(floor.all("order")[0]["id"])
        else:
            play.tick(move)
        floor.wait(seconds=1)
        assert 0 <= floor.net <= size
        protected = {
            each["id"]: floor.version(each["id"])["orderQty"] - filled(floor)[each["id"]]
            for each in floor.all("order")[1:]
            if each["ordStatus"] == "Working"
        }
        # Whatever is held is guarded by both exits, each for just as much.
        assert list(protected.values()) == ([floor.net] * 2 if floor.net else [])
