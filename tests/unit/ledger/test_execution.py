"""The second ledger: whole entries or none, there after a restart, and no signal's trouble."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from justtrades_desktop.app.history import LedgerHistory
from justtrades_desktop.app.wiring import Core, open_core
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution_ledger import (
    Entry,
    ExecutionHistory,
    ExecutionLedger,
    Kept,
)
from justtrades_desktop.domain.links import AccountKey, AccountLimits
from justtrades_desktop.domain.orders import IntentState, Leg, OrderKind, Purpose, Verdict
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.execution import SecondLedger
from justtrades_desktop.ledger.execution_reader import ExecutionReader
from justtrades_desktop.ledger.execution_schema import LIVING
from justtrades_desktop.ledger.file import path_in
from tests.fakes.alerts import alert, reading
from tests.fakes.calls import call
from tests.fakes.disk import SmallDisk
from tests.fakes.execution_facts import (
    AT,
    KEY,
    LIMITS,
    decision,
    execution,
    held,
    intent,
    left_at_default,
    link,
)

OTHER = AccountKey("Demo", "second")


@asynccontextmanager
async def ledger(folder: Path) -> AsyncIterator[tuple[Core, SecondLedger]]:
    async with open_core(folder) as core:
        yield core, SecondLedger(core.store, path_in(folder), now=lambda: AT)


async def kept(folder: Path) -> Kept:
    """What a start finds."""
    async with ledger(folder) as (_, second):
        return await second.load()


async def written(folder: Path, **rows: Any) -> Kept:
    """What a start finds after one entry."""
    async with ledger(folder) as (_, second):
        await second.write(Entry(**rows))
    return await kept(folder)


def damage(folder: Path, statement: str) -> None:
    """Whatever somebody else's program does to the file."""
    raw = sqlite3.connect(path_in(folder))
    try:
        with raw:
            raw.execute(statement)
    finally:
        raw.close()


async def test_it_is_what_execution_and_the_window_ask_for(tmp_path: Path) -> None:
    async with ledger(tmp_path) as (_, second):
        contract: ExecutionLedger = second
        assert await contract.load() == NOTHING
    history: ExecutionHistory = LedgerHistory(path_in(tmp_path))
    assert await history.decisions(limit=1) == []


NOTHING = Kept(
    links=[],
    limits=[],
    decisions=[],
    parked=[],
    intents=[],
    parents=[],
    absent=[],
    held=[],
    executions=[],
    memories=[],
)
CAUSES: dict[str, Any] = dict.fromkeys(
    ("client_id", "decision_id", "link_id", "signal_id", "purpose", "slippage", "delay")
)
UNPRICED: dict[str, Any] = dict.fromkeys(
    ("price", "stop_price", "distance", "oco", "part", "target_id", "order_id")
)


@pytest.mark.parametrize("fact", [decision(), intent(), execution(), held(), link(), LIMITS])
def test_no_field_is_left_out_of_the_round_trips_below(fact: object) -> None:
    assert left_at_default(fact) == []


async def test_every_field_of_every_row_is_there_after_a_restart(tmp_path: Path) -> None:
    rows: dict[str, Any] = {
        "decisions": [decision()],
        "intents": [intent()],
        "executions": [execution()],
        "held": [held()],
        "memories": [(3, "MNQ1!", '{"wanted": 2}')],
    }
    found = await written(tmp_path, **rows, routed=17)
    assert {name: getattr(found, name) for name in rows} == rows
    assert (found.last_routed, found.next_decision) == (17, 2)
    assert found.known_fills == {("Demo", 1)}


async def test_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    """Nothing becomes 0 or an empty text on its way."""
    nothing: dict[str, Any] = {"link_id": None, "signal_id": None, "price": None}
    bare_decision = decision(**nothing, signal_at=None)
    bare_intent = intent(**UNPRICED, legs=())
    bare_execution = execution(**CAUSES)
    unknown: dict[str, Any] = dict.fromkeys(("best", "average", "take_profit", "stop_loss"))
    bare_held = held(**unknown, done=frozenset(), filled=())
    found = await written(
        tmp_path,
        decisions=[bare_decision],
        intents=[bare_intent],
        executions=[bare_execution],
        held=[bare_held],
    )
    assert found.decisions == [bare_decision]
    assert found.intents == [bare_intent]
    assert found.executions == [bare_execution]
    assert found.held == [bare_held]


async def test_links_limits_and_the_brakes_are_there_after_a_restart(tmp_path: Path) -> None:
    async with ledger(tmp_path) as (_, second):
        await second.save_link(link(1))
        await second.save_link(link(2, key=OTHER))
        await second.save_link(link(1, recorder_id=6))
        await second.save_limits(KEY, AccountLimits())
        await second.save_limits(KEY, LIMITS)
        await second.save_paused(True)
        await second.save_flattening([KEY, OTHER])
    found = await kept(tmp_path)
    assert found.links == [link(1, recorder_id=6), link(2, key=OTHER)]
    assert found.limits == [(KEY, LIMITS)]
    assert (found.paused, found.flattening) == (True, (KEY, OTHER))
    async with ledger(tmp_path) as (_, second):
        await second.save_paused(False)
        await second.save_flattening([])
    found = await kept(tmp_path)
    assert (found.paused, found.flattening) == (False, ())


async def test_the_id_of_a_link_that_is_gone_is_never_given_again(tmp_path: Path) -> None:
    async with ledger(tmp_path) as (_, second):
        await second.save_link(link(1))
        await second.save_link(link(2))
        await second.write(Entry(memories=[(1, "MNQ1!", "{}"), (2, "MNQ1!", "{}")]))
        await second.remove_link(2)
    found = await kept(tmp_path)
    assert (found.links, found.next_link) == ([link(1)], 3)
    assert found.memories == [(1, "MNQ1!", "{}")]


async def test_rows_with_a_known_id_replace_the_old_ones(tmp_path: Path) -> None:
    await written(tmp_path, decisions=[decision()], intents=[intent()], held=[held()])
    later = (
        decision(verdict=Verdict.DONE, came="filled"),
        intent(state=IntentState.PLACED, order_id=8),
        held(own=5),
    )
    found = await written(tmp_path, decisions=later[:1], intents=later[1:2], held=later[2:])
    assert (found.decisions, found.intents, found.held) == ([later[0]], [later[1]], [later[2]])


async def test_what_is_flat_is_held_no_more(tmp_path: Path) -> None:
    await written(tmp_path, held=[held(1), held(2)])
    found = await written(tmp_path, flat=[(3, 1)])
    assert found.held == [held(2)]


async def test_entries_that_are_over_come_back_with_what_is_held_for_their_exits(
    tmp_path: Path,
) -> None:
    leg = Leg(Purpose.STOP, OrderKind.STOP, "jt-leg", stop_price=Decimal(1))
    over: dict[str, Any] = {"state": IntentState.FILLED, "order_id": 8, "legs": (leg,)}
    now = held(intent().contract_id, decision_id=9)
    entries = [
        intent("jt-before", decision_id=8, **over),
        intent("jt-entry", decision_id=9, **over),
        intent("jt-add", decision_id=10, **over),
        intent("jt-other", decision_id=9, **(over | {"contract_id": 99})),
    ]
    found = await written(tmp_path, intents=entries, held=[now])
    assert found.parents == entries[1:3]
    assert found.intents == []


async def test_what_is_held_anew_in_the_same_entry_stays(tmp_path: Path) -> None:
    await written(tmp_path, held=[held(1)])
    found = await written(tmp_path, flat=[(3, 1)], held=[held(1, own=7)])
    assert found.held == [held(1, own=7)]


async def test_only_intents_that_are_not_over_come_back(tmp_path: Path) -> None:
    all_states = [intent(f"jt-{state}", state=state) for state in IntentState]
    found = await written(tmp_path, intents=all_states)
    assert found.intents == [each for each in all_states if not each.state.is_over]
    assert {each.state for each in found.intents} == {
        IntentState.INTENDED,
        IntentState.DOUBT,
        IntentState.PLACED,
    }
    raw = sqlite3.connect(path_in(tmp_path))
    plan = raw.execute(f"EXPLAIN QUERY PLAN SELECT * FROM intents WHERE {LIVING}")  # noqa: S608
    assert "ix_intents_living" in str(plan.fetchall())
    raw.close()


async def test_parked_decisions_come_back_however_old_they_are(tmp_path: Path) -> None:
    old = decision(1, verdict=Verdict.PARKED)
    others = [decision(number) for number in range(2, 602)]
    found = await written(tmp_path, decisions=[old, *others])
    assert found.parked == [old]
    assert found.decisions == others[:-501:-1]
    assert found.next_decision == 602


async def test_the_newest_fills_come_back_and_those_of_ten_days_are_known(tmp_path: Path) -> None:
    old = execution(5000, at=AT - timedelta(days=10, seconds=1))
    fills = [execution(number) for number in range(1, 1101)]
    found = await written(tmp_path, executions=[old, *fills])
    assert found.executions == fills[:-1001:-1]
    assert found.known_fills == {("Demo", number) for number in range(1, 1101)}


async def test_a_fill_counts_once_and_its_cause_is_not_forgotten(tmp_path: Path) -> None:
    """After a reconnect a broker tells old fills again, long after their order is over."""
    unknown = execution(1, **CAUSES)
    assert (await written(tmp_path, executions=[unknown])).executions == [unknown]
    assert (await written(tmp_path, executions=[execution(1)])).executions == [execution(1)]
    assert (await written(tmp_path, executions=[unknown])).executions == [execution(1)]
    other = execution(1, key=AccountKey("Live", "L1"))
    assert len((await written(tmp_path, executions=[other])).executions) == 2


async def test_the_last_routed_signal_only_goes_forward(tmp_path: Path) -> None:
    await written(tmp_path, routed=9)
    assert (await written(tmp_path, routed=8)).last_routed == 9


@pytest.mark.parametrize(
    "broken",
    [
        {"intents": [intent("jt-new", quantity=2**70)]},
        {"executions": [execution(2, at=AT.replace(tzinfo=None))]},
        {"held": [held(2, own=2**70)]},
        {"flat": [(3, 2**70)]},
        {"routed": 2**70},
    ],
)
async def test_a_row_that_cannot_be_written_leaves_nothing_of_its_entry(
    tmp_path: Path, broken: dict[str, Any]
) -> None:
    whole: dict[str, Any] = {
        "decisions": [decision()],
        "intents": [intent()],
        "executions": [execution()],
        "held": [held()],
        "routed": 5,
    }
    async with ledger(tmp_path) as (_, second):
        with pytest.raises(NotStored):
            await second.write(Entry(**whole | broken))
        assert await second.load() == NOTHING
        await second.write(Entry(decisions=[decision(2)]))
    assert (await kept(tmp_path)).decisions == [decision(2)]


async def test_one_entry_that_fails_takes_no_other_along(tmp_path: Path) -> None:
    async with ledger(tmp_path) as (_, second):
        entries = [
            Entry(decisions=[decision(number, before=2**70 if number == 3 else 0)])
            for number in range(1, 6)
        ]
        said = await asyncio.gather(*map(second.write, entries), return_exceptions=True)
        assert [isinstance(each, NotStored) for each in said] == [
            number == 2 for number in range(5)
        ]
    assert [each.id for each in (await kept(tmp_path)).decisions] == [5, 4, 2, 1]


async def test_an_entry_that_fails_withdraws_no_signal_and_a_signal_no_entry(
    tmp_path: Path,
) -> None:
    async with ledger(tmp_path) as (core, second):
        recorder = await core.desk.add_recorder("ORB")
        said = await asyncio.gather(
            core.desk.receive(recorder, alert(reading("buy", "100"))),
            second.write(Entry(routed=2**70)),
            core.desk.receive(recorder, alert(reading("buy", "101"))),
            return_exceptions=True,
        )
        assert [isinstance(each, NotStored) for each in said] == [False, True, False]
        then = await asyncio.gather(
            core.desk.receive(recorder, alert(reading("buy", "100", quantity=2**70))),
            second.write(Entry(decisions=[decision()])),
            return_exceptions=True,
        )
        assert [isinstance(each, NotStored) for each in then] == [True, False]
        receipt = await core.desk.receive(recorder, alert(reading("buy", "102")))
        assert (receipt.signal_id, receipt.position) == (3, 3)
    assert check(path_in(tmp_path)) == (3, [])
    assert (await kept(tmp_path)).decisions == [decision()]


class Gate:
    """Keeps the ledger's thread busy until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, _: Connection) -> None:
        self.reached.set()
        self.opened.wait(timeout=30)


@pytest.mark.parametrize("audit_is_broken", [False, True])
async def test_calls_come_along_with_an_entry_once_they_are_due_and_never_hold_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, audit_is_broken: bool
) -> None:
    monkeypatch.setattr("justtrades_desktop.ledger.audit_queue._LINGER", 0.0)
    async with ledger(tmp_path) as (core, second):
        if audit_is_broken:
            damage(
                tmp_path,
                "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END",
            )
        gate = Gate()
        busy = core.store.share(gate)
        await asyncio.to_thread(gate.reached.wait)
        core.store.record(call(1))
        writing = asyncio.create_task(second.write(Entry(decisions=[decision()])))
        await asyncio.sleep(0.05)
        gate.opened.set()
        await asyncio.gather(busy, writing)
        assert core.store.calls_waiting == int(audit_is_broken)
        if audit_is_broken:
            damage(tmp_path, "DROP TRIGGER broken")
    assert (await kept(tmp_path)).decisions == [decision()]


async def test_a_full_disk_refuses_entries_and_takes_them_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(pages=60)
    monkeypatch.setattr("justtrades_desktop.ledger.store.writing_engine", disk.engine)
    async with ledger(tmp_path) as (core, second):
        recorder = await core.desk.add_recorder("ORB")
        with pytest.raises(NotStored, match="disk is full"):
            await _fill(second)
        stored = (await second.load()).next_decision - 1
        assert stored > 5
        disk.pages = 100_000
        with pytest.raises(NotStored):  # what takes the ledger to a new connection
            await second.write(Entry(routed=2**70))
        await second.write(Entry(decisions=[decision(stored + 1)]))
        await core.desk.receive(recorder, alert(reading("buy", "100")))
    assert (await kept(tmp_path)).next_decision == stored + 2


async def _fill(second: SecondLedger) -> None:
    for number in range(1, 200):
        await second.write(Entry(decisions=[decision(number, reason="x" * 3000)]))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE intents SET state = 'intended'", "at most once"),
        ("INSERT OR REPLACE INTO intents SELECT * FROM sent_again", "at most once"),
        ("UPDATE intents SET client_id = 'jt-other'", "for ever"),
        ("DELETE FROM intents", "are kept"),
        ("DELETE FROM decisions", "are kept"),
        ("DELETE FROM executions", "are kept"),
        ("UPDATE executions SET fill_id = 99", "are kept"),
    ],
)
async def test_the_file_itself_refuses_what_would_send_twice_or_forget(
    tmp_path: Path, statement: str, said: str
) -> None:
    before = await written(
        tmp_path, decisions=[decision()], intents=[intent()], executions=[execution()]
    )
    again = "CREATE TABLE sent_again AS SELECT * FROM intents"
    damage(tmp_path, again)
    damage(tmp_path, "UPDATE sent_again SET state = 'intended'")
    with pytest.raises(sqlite3.IntegrityError, match=said):
        damage(tmp_path, statement)
    damage(tmp_path, "DROP TABLE sent_again")
    assert await kept(tmp_path) == before


@pytest.mark.parametrize("state", sorted(set(IntentState) - {IntentState.INTENDED}))
async def test_an_intent_never_looks_unsent_again(tmp_path: Path, state: IntentState) -> None:
    async with ledger(tmp_path) as (_, second):
        await second.write(Entry(intents=[intent(state=IntentState.INTENDED)]))
        await second.write(Entry(intents=[intent(state=IntentState.INTENDED, said="the same")]))
        await second.write(Entry(intents=[intent(state=state)]))
        with pytest.raises(NotStored, match="at most once"):
            await second.write(Entry(intents=[intent(state=IntentState.INTENDED)]))


async def test_the_words_of_a_broker_are_stored_whatever_they_are(tmp_path: Path) -> None:
    found = await written(tmp_path, intents=[intent(said="half \ud800"), intent("jt-2", said="ü")])
    assert [each.said for each in found.intents] == ["half ?", "ü"]


async def test_pages_go_back_from_the_newest_without_a_gap(tmp_path: Path) -> None:
    # Several fills of one moment must not fall between two pages.
    fills = [execution(number, at=AT) for number in range(1, 6)]
    fills.append(execution(6, at=AT + timedelta(seconds=1)))
    decisions = [decision(number, signal_id=number // 2) for number in range(1, 6)]
    await written(tmp_path, executions=fills, decisions=decisions)
    history = LedgerHistory(path_in(tmp_path))
    try:
        first = await history.executions(limit=3)
        second = await history.executions(limit=30, before=first[-1])
        assert [each.fill_id for each in [*first, *second]] == [6, 5, 4, 3, 2, 1]
        newest = await history.decisions(limit=2)
        assert newest == [decisions[4], decisions[3]]
        assert await history.decisions(limit=30, before=4) == decisions[2::-1]
        assert await history.decisions_of(2) == decisions[3:5]
        assert await history.decisions_of(99) == []
    finally:
        history.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET verdict = 'whatever'",
        "UPDATE intents SET legs = '{'",
        "UPDATE executions SET price = 'much'",
        "UPDATE held SET done = 'all'",
        "UPDATE execution_state SET flattening = '[1]'",
        "DELETE FROM execution_state",
        'UPDATE links SET settings = \'{"initial":"two"}\'',
        "UPDATE links SET mode = 'sometimes'",
    ],
)
async def test_a_row_that_nobody_could_have_written_is_a_clear_message(
    tmp_path: Path, statement: str
) -> None:
    async with ledger(tmp_path) as (_, second):
        await second.save_link(link())
        facts = Entry(decisions=[decision()], intents=[intent()], executions=[execution()])
        await second.write(replace(facts, held=[held()]))
    damage(tmp_path, statement)
    with pytest.raises(UserError, match="damaged"):
        await kept(tmp_path)


DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
async def test_a_filled_file_of_any_older_revision_gets_an_empty_second_ledger(
    tmp_path: Path, revision: str
) -> None:
    raw = sqlite3.connect(path_in(tmp_path))
    raw.executescript((DATA / f"ledger-{revision}.sql").read_text())
    before = raw.execute("SELECT * FROM recorder_positions").fetchall()
    raw.close()
    with pytest.raises(UserError, match="older version"):
        ExecutionReader(path_in(tmp_path))
    async with ledger(tmp_path) as (core, second):
        assert await second.load() == NOTHING
        position = core.desk.open_positions()[0]
        assert position.symbol == "MNQ1!"
        assert len(before) >= 1
        await second.write(Entry(decisions=[decision()], intents=[intent()], held=[held()]))
    found = await kept(tmp_path)
    assert (found.decisions, found.intents, found.held) == ([decision()], [intent()], [held()])
    assert check(path_in(tmp_path))[1] == []


async def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    await written(tmp_path, decisions=[decision()])
    damage(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    content = path_in(tmp_path).read_bytes()
    with pytest.raises(UserError, match="newer version"):
        ExecutionReader(path_in(tmp_path))
    with pytest.raises(UserError, match="newer version"):
        await kept(tmp_path)
    assert path_in(tmp_path).read_bytes() == content
