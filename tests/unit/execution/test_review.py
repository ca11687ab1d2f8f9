"""What must hold when things go wrong between a signal and its order, one fault at a time."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.app.floors import Floors
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Ticket
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    EntryKind,
    LinkMode,
    Target,
)
from justtrades_desktop.domain.orders import Verdict, Way
from justtrades_desktop.execution.ports import Doubt, Entry, NotSent, Placed, Refused
from justtrades_desktop.simulator.exchange import Event
from tests.fakes.execution_lab import Lab, LabFloors, MemoryLedger, lab
from tests.fakes.fake_floor import FAILS, FakeMarket, fake_floor, stops_and_targets

EXITS: dict[str, Any] = {
    "own_exits": True,
    "targets": (Target(level("40 ticks"), Decimal(100)),),
    "stop": level("20 ticks"),
}


class _Instead:
    """A ledger of which some methods are a test's own."""

    def __init__(self, ledger: MemoryLedger, methods: dict[str, Any]) -> None:
        self._ledger = ledger
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._ledger, name)


def _instead(it: Lab, **methods: Any) -> None:
    """Let the ledger answer by ``methods`` from now on."""
    ledger: Any = _Instead(it.ledger, methods)
    it.desk.records._ledger = ledger
    it.desk.book._ledger = ledger


async def _for(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def test_after_a_restart_the_exits_that_rest_are_known_and_not_placed_twice() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        await it.crash()
        await it.restart()
        await it.quiet()
        await _for(0.3)
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]


async def test_a_close_after_a_restart_leaves_no_exit_at_the_broker() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        await it.crash()
        await it.restart()
        await it.quiet()
        it.signal(0)
        await it.quiet()
        await _for(0.2)
        assert (it.floor.true_net(), it.working()) == (0, [])


async def test_a_limit_entry_still_has_its_time_out_after_a_restart() -> None:
    async with lab() as it:
        await it.link(entry=EntryKind.LIMIT, limit_seconds=1, **EXITS)
        it.signal(1, price="24990")
        await _for(0.2)
        assert it.floor.true_working()
        await it.crash()
        await it.restart()
        await _for(1.8)
        assert it.working() == []


async def test_a_limit_entry_is_cancelled_with_the_position_that_a_person_closes() -> None:
    async with lab() as it:
        await it.link(entry=EntryKind.LIMIT, limit_seconds=1, **EXITS)
        it.signal(1, price="24990")
        await _for(0.2)
        (lane,) = it.desk.lanes
        lane.mend(1, 0, "the daily loss limit is reached")
        await _for(1.6)
        assert it.working() == []


async def test_a_limit_entry_whose_cancel_was_not_sent_is_cancelled_a_moment_later() -> None:
    async with lab() as it:
        await it.link(entry=EntryKind.LIMIT, limit_seconds=30, **EXITS)
        it.signal(1, price="24990")
        await _for(0.2)
        it.floor.next("cancel", NotSent("a penalty", 0.05))
        it.signal(0, price="24990")
        await _for(1.5)
        assert it.working() == []


async def test_an_add_that_waits_becomes_no_entry_once_the_stop_was_hit() -> None:
    async with lab() as it:
        it.desk.safety.limits[it.KEY] = AccountLimits(repeat_seconds=1, minute=None, day=None)
        await it.link(**EXITS)
        it.signal(1)
        await _for(0.3)
        assert it.floor.true_net() == 1
        it.signal(2)
        await _for(0.1)
        it.tick("24990")
        await _for(1.5)
        assert it.floor.true_net() == 0


async def test_an_add_that_waits_does_not_buy_back_what_a_target_sold() -> None:
    ladder = (Target(level("40 ticks"), Decimal(50)), Target(level("400 ticks"), Decimal(50)))
    async with lab() as it:
        it.desk.safety.limits[it.KEY] = AccountLimits(repeat_seconds=1, minute=None, day=None)
        await it.link(own_exits=True, targets=ladder, stop=level("20 ticks"), initial=2, add=2)
        it.signal(1)
        await _for(0.3)
        assert it.floor.true_net() == 2
        it.signal(2)
        await _for(0.1)
        it.tick("25011")
        assert it.floor.true_net() == 1
        await _for(1.5)
        assert it.floor.true_net() == 3


async def test_a_close_goes_out_though_the_disk_fails_and_exits_rest() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.ledger.broken = True
        it.signal(0)
        await _for(1.5)
        assert (it.floor.true_net(), it.working()) == (0, [])


async def test_a_close_goes_out_though_an_add_stays_in_doubt() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.floor.next("look_up", FAILS, times=1000)
        it.signal(2)
        await _for(0.2)
        it.signal(0)
        await _for(1.5)
        assert it.floor.true_net() == 0


async def test_a_step_survives_a_decision_that_fails() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        resolve, calls = it.floor.resolve, []

        async def broken(symbol: str) -> Any:
            calls.append(symbol)
            if len(calls) == 1:
                raise OSError("a look-up broke")
            return await resolve(symbol)

        it.floor.resolve = broken  # type: ignore[method-assign]
        it.signal(0)
        await _for(0.2)
        # As the supervisor does with a service that failed.
        following = next(iter(it.desk.book._following.values()))
        it._spawn("link 1 again", following.run)
        await _for(0.5)
        assert it.floor.true_net() == 0


async def test_a_custom_contract_is_protected_by_its_own_tick() -> None:
    async with lab() as it:
        await it.link(contract="MNQ1!", **EXITS)
        it.signal(1, symbol="CL1!", price="70")
        await it.quiet()
        await _for(0.3)
        assert it.floor.true_net() == 1
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]


async def test_a_custom_contract_trails_by_its_own_price() -> None:
    async with lab() as it:
        await it.link(
            contract="MNQ1!",
            own_exits=True,
            stop=level("40 ticks"),
            break_even=level("20 ticks"),
        )
        it.signal(1, symbol="NQ1!", price="25100")
        await it.quiet()
        it.desk.price("NQ1!", Decimal("25101"))
        await _for(0.4)
        assert it.working() == [("Stop", 1, "24990")]


async def test_the_daily_loss_of_a_custom_contract_is_in_its_own_money() -> None:
    async with lab() as it:
        link = await it.link(contract="MNQ1!")
        it.signal(1, symbol="NQ1!", price="25000")
        await it.quiet()
        it.tick("24990")
        assert it.desk.day_pnl(link.id) == Decimal(-20)


async def test_a_parked_entry_of_an_earlier_position_adds_nothing_to_todays() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1, ago=60)
        await it.quiet()
        (parked,) = it.desk.state().parked
        it.signal(0)
        await it.quiet()
        it.signal(1)
        await it.quiet()
        it.signal(2)
        await it.quiet()
        assert it.floor.true_net() == 2
        with contextlib.suppress(UserError):
            await it.desk.send_parked(parked.id)
        await it.quiet()
        assert it.floor.true_net() == 2


async def test_a_parked_long_never_sells() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1, ago=60)
        await it.quiet()
        (parked,) = it.desk.state().parked
        it.signal(-1, ago=60)
        await it.quiet()
        with contextlib.suppress(UserError):
            await it.desk.send_parked(parked.id)
        await it.quiet()
        assert it.floor.true_net() >= 0


async def test_an_add_that_is_told_twice_is_one_add() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1)
        await it.quiet()
        step = it.signal(2)
        it.desk.hear(step)
        await it.quiet()
        assert it.floor.true_net() == 2


async def test_a_close_is_capped_at_what_is_open_when_it_goes_out() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1)
        await it.quiet()
        write = it.ledger.write

        async def slow(entry: Entry) -> None:
            await write(entry)
            closes = any(each.purpose == "close" and not each.order_id for each in entry.intents)
            if closes and it.floor.true_net() > 0:
                it.floor.by_hand(Way.SELL, 1)

        _instead(it, write=slow)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_the_same_ticket_clicked_twice_is_sent_once_without_a_question() -> None:
    async with lab() as it:
        it.desk.safety.limits[it.KEY] = AccountLimits(repeat_seconds=10)
        ticket = Ticket(key=it.KEY, symbol="MNQ1!", way=Way.BUY, quantity=1)
        await asyncio.gather(it.desk.place(ticket), it.desk.place(ticket), return_exceptions=True)
        assert it.floor.true_net() == 1


async def test_changing_a_working_order_by_hand_asks_the_caps() -> None:
    async with lab() as it:
        it.desk.safety.limits[it.KEY] = AccountLimits(order=2)
        order_id = it.floor.by_hand(Way.BUY, 1, "Limit", price=24990)
        with contextlib.suppress(UserError):
            await it.desk.modify(it.KEY, order_id, quantity=100)
        assert it.working() == [("Limit", 1, "24990")]


async def test_a_ladder_counts_as_many_orders_as_it_sends_before_it_is_sent() -> None:
    ladder = tuple(Target(level(f"{n}0 ticks"), Decimal(25)) for n in (1, 2, 3, 4))
    async with lab() as it:
        it.desk.safety.limits[it.KEY] = AccountLimits(repeat_seconds=0, minute=2)
        await it.link(own_exits=True, targets=ladder, stop=level("20 ticks"))
        it.signal(4)
        await it.quiet()
        assert len(it.floor.made("place")) <= 2


async def test_flatten_all_cancels_exits_that_hung_on_an_entry_and_outlived_it() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        await it.desk.flatten_all()
        it.floor.by_hand(Way.SELL, 1)
        await _for(2.5)
        assert (it.floor.true_net(), it.working()) == (0, [])


async def test_resume_lets_entries_through_though_an_account_that_is_away_is_not_flat() -> None:
    async with lab() as it:
        away = it.floors.add(AccountKey("other", "SIM9"))
        away.go_away()
        await it.link()
        await it.desk.flatten_all()
        await _for(1.6)
        await it.desk.resume()
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1


async def test_an_entry_that_is_sent_while_its_link_is_removed_keeps_its_stop() -> None:
    async with lab() as it:
        link = await it.link(**EXITS)
        remove = it.ledger.remove_link

        async def slow(link_id: int) -> None:
            it.signal(1)
            await _for(0.2)
            await remove(link_id)

        _instead(it, remove_link=slow)
        with contextlib.suppress(UserError):
            await it.desk.remove_link(link.id)
        await _for(0.5)
        stops, _ = stops_and_targets(it.floor.true_working())
        assert stops == abs(it.floor.true_net())


async def test_a_link_that_goes_to_shadow_while_its_entry_is_sent_still_hears_the_close() -> None:
    async with lab() as it:
        link = await it.link(**EXITS)
        save = it.ledger.save_link

        async def slow(changed: Any) -> None:
            it.signal(1)
            await _for(0.2)
            await save(changed)

        _instead(it, save_link=slow)
        with contextlib.suppress(UserError):
            await it.desk.change_link(link.id, mode=LinkMode.SHADOW)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_another_strategys_signal_cancels_no_entry_that_is_not_its_own() -> None:
    async with lab() as it:
        await it.link(entry=EntryKind.LIMIT, limit_seconds=30)
        await it.link(recorder_id=2)
        it.signal(1, price="24990")
        await _for(0.2)
        assert it.working() == [("Limit", 1, "24990")]
        it.signal(1, recorder_id=2)
        await _for(0.4)
        assert it.working() == [("Limit", 1, "24990")]


async def test_another_strategys_signal_takes_no_waiting_close_of_mine() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        await it.link(recorder_id=2)
        it.signal(1)
        await it.quiet()
        it.signal(0)
        it.signal(1, recorder_id=2)
        await it.quiet()
        closes = [d for d in it.decisions() if d.link_id == 1]
        assert closes[-1].verdict is Verdict.DONE


def _reject_exits(it: Lab) -> None:
    """The broker takes every closing order and rejects it a moment later, as exchanges do."""
    place = it.floor.place

    async def rejecting(intent: Any, **more: Any) -> Any:
        if intent.purpose.opens:
            return await place(intent, **more)
        await asyncio.sleep(0)
        order = {
            "accountId": it.floor.account_id,
            "contractId": it.floor.contract_id,
            "action": str(intent.way),
            "archived": False,
            "external": False,
            "admin": False,
        }
        number = 900_000 + len(rejected)
        rejected.append(number)
        it.floor._tell(
            Event(
                (),
                "order",
                "Created",
                order
                | {
                    "id": number,
                    "timestamp": "2026-11-23T15:00:00.000Z",
                    "ordStatus": "PendingNew",
                },
            )
        )
        asyncio.get_running_loop().call_later(
            0.002,
            it.floor._tell,
            Event(
                (),
                "order",
                "Updated",
                order
                | {"id": number, "timestamp": "2026-11-23T15:00:00.000Z", "ordStatus": "Rejected"},
            ),
        )
        return Placed(number)

    rejected: list[int] = []
    it.rejected = rejected  # type: ignore[attr-defined]
    it.floor.place = rejecting  # type: ignore[method-assign]


async def test_a_close_that_is_rejected_after_it_was_taken_is_tried_again_with_a_pause() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1)
        await it.quiet()
        _reject_exits(it)
        it.signal(0)
        await _for(1.0)
        assert 1 < len(it.rejected) < 30  # type: ignore[attr-defined]


async def test_a_stop_that_is_rejected_after_it_was_taken_is_tried_again_with_a_pause() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        _reject_exits(it)
        for row in it.floor.true_working():
            if row["orderType"] == "Stop":
                it.floor.cancelled_by_broker(row["id"])
        await _for(1.0)
        assert len(it.rejected) < 30  # type: ignore[attr-defined]


async def test_what_cannot_be_protected_for_every_stop_is_rejected_is_closed() -> None:
    async with lab() as it:
        await it.link(own_exits=True, stop=level("20 ticks"))
        it.signal(1)
        await it.quiet()
        place, count = it.floor.place, []

        async def rejecting(intent: Any, **more: Any) -> Any:
            answer = await place(intent, **more)
            if intent.purpose == "stop" and isinstance(answer, Placed):
                count.append(answer.order_id)
                asyncio.get_running_loop().call_later(
                    0.002, it.floor.cancelled_by_broker, answer.order_id
                )
            return answer

        it.floor.place = rejecting  # type: ignore[method-assign]
        for row in it.floor.true_working():
            it.floor.cancelled_by_broker(row["id"])
        await _for(2.0)
        assert it.floor.true_net() == 0


class _Named:
    """A program with one connection that can be taken off and set up anew."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.names: tuple[str, ...] = ("paper",)
        self.heard: Any = None

    def found(self, name: str) -> Any:
        return self.connection if name in self.names else None

    def listen(self, heard: Any) -> Any:
        self.heard = heard
        return lambda: None


def test_an_account_that_comes_back_under_its_name_is_served_by_those_who_knew_it() -> None:
    floor = fake_floor()
    named = _Named(floor._wire)
    floors = Floors(named)
    (known,) = floors.all()
    assert known.is_up
    named.connection, named.names = None, ()
    named.heard("paper")
    named.connection, named.names = floor._wire, ("paper",)
    named.heard("paper")
    assert floors.expect(known.key).is_up
    assert known.is_up


async def test_a_stop_follows_while_an_add_waits_at_its_limit() -> None:
    async with lab() as it:
        await it.link(
            entry=EntryKind.LIMIT,
            limit_seconds=30,
            own_exits=True,
            stop=level("40 ticks"),
            break_even=level("20 ticks"),
        )
        it.signal(1)
        await it.quiet()
        it.signal(2, price="24995")
        await _for(0.2)
        it.tick("25006")
        await _for(0.4)
        assert ("Stop", 1, "25000") in it.working()


async def test_pausing_while_an_entry_is_written_down_stops_it() -> None:
    async with lab() as it:
        await it.link()
        write = it.ledger.write

        async def pausing(entry: Entry) -> None:
            await write(entry)
            if any(each.purpose.opens and not each.order_id for each in entry.intents):
                it.desk.safety.paused = True

        _instead(it, write=pausing)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_flatten_of_no_account_flattens_none() -> None:
    async with lab() as it:
        await it.link()
        it.signal(1)
        await it.quiet()
        await it.desk.flatten_all([])
        await _for(1.5)
        assert it.floor.true_net() == 1


async def test_a_close_needs_no_look_up_of_a_contract_that_is_held() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()

        async def never(symbol: str) -> Any:
            await asyncio.Event().wait()

        it.floor.resolve = never  # type: ignore[method-assign]
        it.signal(0)
        await _for(0.6)
        assert it.floor.true_net() == 0


async def test_a_paper_account_that_begins_anew_counts_its_fills_again() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        await it.crash()
        it.market = FakeMarket(first_id=1_000_000)
        it.floors = LabFloors(it.market)
        it.floor = it.floors.add(it.KEY)
        await it.restart()
        it.signal(1)
        await _for(1.0)
        assert it.floor.true_net() == 1
        stops, _ = stops_and_targets(it.floor.true_working())
        assert (stops, [held.own for held in it.desk.lanes.holding(1)]) == (1, [1])


async def test_a_trim_whose_exits_cannot_be_lowered_goes_out_all_the_same() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(2)
        await it.quiet()
        it.floor.next("modify", Refused("not now"), times=1000)
        it.signal(1)
        await _for(1.5)
        assert it.floor.true_net() == 1


async def test_a_close_whose_exits_cannot_be_cancelled_goes_out_all_the_same() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.floor.next("cancel", Refused("not now"), times=1000)
        it.signal(0)
        await _for(1.5)
        assert (it.floor.true_net(), it.working()) == (0, [])


async def test_a_close_goes_out_though_a_protective_order_stays_in_doubt() -> None:
    async with lab() as it:
        await it.link(own_exits=True, stop=level("20 ticks"))
        it.signal(1)
        await it.quiet()
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.floor.next("look_up", FAILS, times=1000)
        for row in it.floor.true_working():
            it.floor.cancelled_by_broker(row["id"])
        await _for(0.3)
        it.signal(0)
        await _for(1.5)
        assert it.floor.true_net() == 0


async def test_an_add_whose_doubt_is_never_cleared_up_leaves_the_stop_following() -> None:
    async with lab() as it:
        await it.link(own_exits=True, stop=level("40 ticks"), break_even=level("20 ticks"))
        it.signal(1)
        await it.quiet()
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.floor.next("look_up", FAILS, times=1000)
        it.signal(2)
        await _for(0.2)
        it.tick("25006")
        await _for(0.6)
        assert it.working() == [("Stop", 1, "25000")]


async def test_what_was_to_be_flat_at_the_sessions_end_is_closed_by_a_later_start() -> None:
    async with lab() as it:
        it.offset = datetime(2026, 11, 20, 21, 50, tzinfo=UTC) - it.clock()
        await it.link(flat_at_session_end=True)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1
        await it.crash()
        it.offset += timedelta(hours=3)
        await it.restart()
        it.desk.look_after()
        await _for(0.5)
        it.desk.look_after()
        await _for(0.5)
        assert it.floor.true_net() == 0


async def test_an_add_that_comes_while_the_entry_is_on_its_way_adds_its_own_size_only() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", seconds=0.5)
        it.floor.hold()
        it.signal(1)
        await _for(0.2)
        assert len(it.floor.made("place")) == 1
        it.signal(2)
        await _for(0.1)
        it.floor.release()
        await it.quiet()
        assert [each.body["orderQty"] for each in it.floor.made("place")] == [1, 1]


async def test_what_is_forced_flat_while_a_close_is_in_doubt_is_closed_once() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.floor.next("look_up", FAILS, times=1000)
        it.signal(0)
        await _for(1.5)
        it.floor.arrive_late()
        await _for(0.5)
        assert (it.floor.true_net(), it.working()) == (0, [])


async def test_a_stop_that_closes_while_a_limit_add_waits_ends_that_add() -> None:
    async with lab() as it:
        await it.link(entry=EntryKind.LIMIT, limit_seconds=30, **EXITS)
        it.signal(1, price="25000")
        await it.quiet()
        assert it.floor.true_net() == 1
        it.signal(2, price="24990")
        await _for(0.3)
        for price in ("24994", "24993", "24985"):
            it.tick(price)
            await _for(0.3)
        assert it.floor.true_net() == 0
        assert it.working() == []


async def test_an_add_behind_an_entry_on_its_way_that_was_stopped_out_buys_nothing() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", seconds=0.5)
        it.floor.hold()
        it.signal(1)
        await _for(0.2)
        it.signal(2)
        await _for(0.1)
        it.tick("24990")
        it.floor.release()
        await it.quiet()
        assert it.floor.true_net() == 0
