"""The audit: whole, in order, only ever added to, and nobody's alert waits for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from justtrades_desktop.app.history import LedgerHistory
from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.domain.broker import AuditedCall, AuditTrail, Outcome
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.ledger import audit_chain
from justtrades_desktop.ledger.audit import Audit, Fault, Verified
from justtrades_desktop.ledger.audit_queue import CallQueue
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from tests.fakes.alerts import alert, reading
from tests.fakes.calls import call
from tests.fakes.disk import SmallDisk


async def record(folder: Path, *calls: AuditedCall) -> None:
    async with open_core(folder) as core:
        trail: AuditTrail = core.store
        for made in calls:
            trail.record(made)


def verified(folder: Path) -> Verified:
    audit = Audit(path_in(folder))
    try:
        return audit.verify()
    finally:
        audit.close()


def written(folder: Path) -> list[AuditedCall]:
    """All calls, oldest first."""
    audit = Audit(path_in(folder))
    try:
        return [line.call for line in audit.page(limit=100_000)][::-1]
    finally:
        audit.close()


async def test_what_was_recorded_is_read_back_as_it_was(tmp_path: Path) -> None:
    odd = call(
        2, status=None, answer="", seconds=None, outcome=Outcome.UNKNOWN, order_id=None
    )  # no answer came
    named = call(3, reason="no margin – sorry", signal_id=7, client_order_id="jt-7", connection="B")
    await record(tmp_path, call(1), odd, named)
    assert written(tmp_path) == [call(1), odd, named]
    assert verified(tmp_path).faults == []


async def test_a_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    await record(tmp_path)
    assert verified(tmp_path) == Verified(0, audit_chain.START, [])
    await record(tmp_path, call(1), call(2))
    first = verified(tmp_path)
    await record(tmp_path, call(3))
    assert (first.rows, first.newest.id) == (2, 2)
    assert verified(tmp_path).rows == 3
    assert verified(tmp_path).faults == []


async def test_pages_go_back_from_the_newest_and_can_be_of_one_connection(tmp_path: Path) -> None:
    await record(tmp_path, *(call(n, connection="AB"[n % 2]) for n in range(1, 8)))
    history = LedgerHistory(path_in(tmp_path))
    first = await history.audit(limit=3)
    second = await history.audit(limit=3, before=first[-1].id)
    ours = await history.audit(limit=9, connection="A")
    history.close()
    assert [line.id for line in (*first, *second)] == [7, 6, 5, 4, 3, 2]
    assert [line.id for line in ours] == [6, 4, 2]


async def test_the_hash_can_be_computed_by_anyone(tmp_path: Path) -> None:
    """As ``docs/audit.md`` tells it: a change here breaks every chain that was ever written."""
    await record(tmp_path, call(1, connection="Démo"))
    audit = Audit(path_in(tmp_path))
    (row,) = audit.rows()
    audit.close()
    text = (
        '{"answer":"{\\"orderId\\":1001}","at":"2026-11-20T15:30:01.000000Z",'
        '"client_order_id":null,"connection":"D\\u00e9mo","id":1,'
        '"operation":"POST order/placeorder","order_id":1001,"outcome":"accepted",'
        f'"previous":"{"0" * 64}","reason":"","request":"{{\\"orderQty\\":1}}",'
        '"seconds":"0.125000","signal_id":null,"status":200}'
    )
    assert row["hash"] == sha256(text.encode()).hexdigest()


# Tampering


def _altered(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit SET answer = '{}' WHERE id = 3")


def _altered_by_a_byte_type(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit SET answer = x'00' WHERE id = 3")


def _forged(raw: sqlite3.Connection) -> None:
    """Altered, and its hash computed anew."""
    raw.row_factory = sqlite3.Row
    row = dict(raw.execute("SELECT * FROM audit WHERE id = 3").fetchone()) | {"answer": "{}"}
    raw.execute("UPDATE audit SET answer = '{}', hash = ? WHERE id = 3", (audit_chain.digest(row),))


def _missing(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit WHERE id = 3")


def _closed_up(raw: sqlite3.Connection) -> None:
    """A row taken out, and the later ones counted anew."""
    raw.execute("DELETE FROM audit WHERE id = 3")
    raw.execute("UPDATE audit SET id = id - 1 WHERE id > 3")


def _reordered(raw: sqlite3.Connection) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        raw.execute("UPDATE audit SET id = ? WHERE id = ?", (new, old))


def _truncated(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit WHERE id > 4")


def _truncated_with_its_note(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit WHERE id > 4")
    raw.execute("DELETE FROM audit_head")


def _emptied(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit")


def _last_forged(raw: sqlite3.Connection) -> None:
    raw.row_factory = sqlite3.Row
    row = dict(raw.execute("SELECT * FROM audit WHERE id = 6").fetchone()) | {"answer": "{}"}
    raw.execute("UPDATE audit SET answer = '{}', hash = ? WHERE id = 6", (audit_chain.digest(row),))


def _added_by_hand(raw: sqlite3.Connection) -> None:
    columns = ", ".join(audit_chain.COLUMNS[1:])
    raw.execute(f"INSERT INTO audit SELECT 7, {columns} FROM audit WHERE id = 6")  # noqa: S608


def _with_an_unreadable_time(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit SET at = 'soon' WHERE id = 1")


@pytest.mark.parametrize(
    ("tamper", "faults"),
    [
        (_altered, [(3, "row 3 was altered")]),
        (_altered_by_a_byte_type, [(3, "row 3 was altered")]),
        (_forged, [(3, "row 3 was altered: row 4 was written behind another")]),
        (_missing, [(3, "row 3 is missing")]),
        (_closed_up, [(3, "altered"), (4, "altered"), (5, "altered"), (6, "missing at the end")]),
        (_reordered, [(3, "row 3 was altered"), (4, "row 4 was altered"), (4, "behind another")]),
        (_truncated, [(5, "rows 5 to 6 are missing at the end")]),
        (_truncated_with_its_note, [(4, "rows may be missing at the end")]),
        (_emptied, [(1, "rows 1 to 6 are missing at the end")]),
        (_last_forged, [(6, "not the newest that was noted")]),
        (_added_by_hand, [(7, "row 7 was altered"), (7, "later than the newest")]),
    ],
)
async def test_tampering_is_found_and_named(
    tmp_path: Path, tamper: Callable[[sqlite3.Connection], None], faults: list[tuple[int, str]]
) -> None:
    await record(tmp_path, *map(call, range(1, 7)))
    tampered(tmp_path, tamper)
    found = verified(tmp_path).faults
    assert [fault.id for fault in found] == [id_ for id_, _ in faults], found
    assert all(words in fault.said for fault, (_, words) in zip(found, faults, strict=True)), found


@pytest.mark.parametrize("tamper", [_truncated, _truncated_with_its_note, _missing, _added_by_hand])
async def test_what_was_tampered_with_is_still_found_when_more_was_written(
    tmp_path: Path, tamper: Callable[[sqlite3.Connection], None]
) -> None:
    await record(tmp_path, *map(call, range(1, 7)))
    tampered(tmp_path, tamper)
    await record(tmp_path, call(7), call(8))
    assert written(tmp_path)[-2:] == [call(7), call(8)]
    if tamper is not _truncated_with_its_note:
        assert verified(tmp_path).faults
    if tamper is not _missing:
        remarks = [made.reason for made in written(tmp_path) if made.operation == "audit"]
        assert len(remarks) == 1
        assert "newest" in remarks[0]


def tampered(folder: Path, tamper: Callable[[sqlite3.Connection], None]) -> None:
    """As one with another program would: the triggers gone, then back again."""
    raw = sqlite3.connect(path_in(folder))
    triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    tamper(raw)
    for _, sql in triggers:
        raw.execute(sql)
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET answer = '' WHERE id = 1",
        "UPDATE audit SET id = 9 WHERE id = 2",
        "DELETE FROM audit WHERE id = 2",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 1",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET audit_id = 1",
        "INSERT OR REPLACE INTO audit_head VALUES (1, 1, '')",
    ],
)
async def test_the_file_itself_refuses_what_is_not_adding(tmp_path: Path, statement: str) -> None:
    await record(tmp_path, call(1), call(2))
    raw = sqlite3.connect(path_in(tmp_path))
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        raw.execute(statement)
    raw.close()
    assert verified(tmp_path).faults == []


async def test_a_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    await record(tmp_path, call(1))
    tampered(tmp_path, _with_an_unreadable_time)
    with pytest.raises(UserError, match=r"Row 1 .* verify"):
        written(tmp_path)
    assert verified(tmp_path).faults == [
        Fault(1, "row 1 was altered: its hash does not fit what it says")
    ]


# Beside the alerts


async def test_calls_and_alerts_at_once_are_all_there_in_order(tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")

        async def alerts() -> None:
            for _ in range(50):
                await core.desk.receive(recorder, alert(reading("buy", "100")))

        async def calls() -> None:
            for number in range(600):
                core.store.record(call(number))
                if number % 10 == 0:
                    await asyncio.sleep(0)

        await asyncio.gather(alerts(), alerts(), calls())
        await core.desk.flush()
        assert core.store.calls_waiting == 0
        assert [c.order_id for c in written(tmp_path)] == [1000 + n for n in range(600)]
    assert check(path_in(tmp_path)) == (100, [])
    assert verified(tmp_path).rows == 600
    assert verified(tmp_path).faults == []


async def test_calls_are_written_soon_with_no_alert_at_all(tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        core.store.record(call(1))
        for _ in range(500):
            if not core.store.calls_waiting:
                break
            await asyncio.sleep(0.02)
        assert written(tmp_path) == [call(1)]


async def test_a_flush_writes_all_that_waits(tmp_path: Path) -> None:
    """Reading commands ask for one, so what they print is current."""
    async with open_core(tmp_path) as core:
        for number in range(300):
            core.store.record(call(number))
        await core.desk.flush()
        assert core.store.calls_waiting == 0
        assert len(written(tmp_path)) == 300


async def test_calls_go_along_with_a_signal_in_its_own_commit(tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")
        core.store.record(call(1))
        await core.desk.receive(recorder, alert(reading("buy", "100")))
        assert core.store.calls_waiting == 0


async def test_an_audit_that_cannot_be_written_holds_no_signal_back(tmp_path: Path) -> None:
    await record(tmp_path, call(1))
    raw = sqlite3.connect(path_in(tmp_path))
    raw.execute("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    raw.commit()
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")
        core.store.record(call(2))
        for number in range(1, 4):
            receipt = await core.desk.receive(recorder, alert(reading("buy", "100")))
            assert receipt.signal_id == number
        await core.desk.flush()
        assert (core.store.calls_waiting, core.store.calls_missed) == (1, 0)
        raw.execute("DROP TRIGGER broken")
        raw.commit()
        raw.close()
    assert written(tmp_path) == [call(1), call(2)]
    assert check(path_in(tmp_path)) == (3, [])


async def test_a_disk_too_full_for_the_calls_takes_the_signals_and_later_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(pages=100)
    monkeypatch.setattr("justtrades_desktop.ledger.store.writing_engine", disk.engine)
    calls = [call(number, answer="x" * 100_000) for number in range(1, 21)]
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")
        for made in calls:
            core.store.record(made)
            await core.desk.receive(recorder, alert(reading("buy", "100")))
        assert 0 < core.store.calls_waiting < 20
        disk.pages = 100_000
        with pytest.raises(NotStored):  # what takes the ledger to a new connection
            await core.desk.receive(recorder, alert(reading("buy", "100", quantity=2**70)))
    assert written(tmp_path) == calls
    assert check(path_in(tmp_path)) == (20, [])
    assert verified(tmp_path).faults == []


async def test_what_no_database_takes_does_not_stop_the_audit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await record(
        tmp_path,
        call(1, answer="half a character: \ud800", request="x" * 300_000),
        call(2, order_id=2**70),
        call(3, at=call(3).at.replace(tzinfo=None)),
        call(4),
    )
    first, second, third, last = written(tmp_path)
    assert first.answer == "half a character: ?"
    assert first.request.endswith("… (300,000 characters)")
    assert "could not be written down" in second.reason
    assert "could not be written down" in third.reason
    assert last == call(4)
    assert verified(tmp_path).faults == []
    assert "could not be written down" in caplog.text


def test_memory_is_bounded_and_the_gap_is_told(caplog: pytest.LogCaptureFixture) -> None:
    queue = CallQueue(most_characters=2_000)
    woken = [queue.put(call(number, request="x" * 400, answer="")) for number in range(1, 8)]
    assert woken[0]
    assert (queue.waiting, queue.missed) == (2, 5)
    offered = queue.offer(10)
    assert [made.operation for made in offered][2:] == ["audit"]
    assert "5 calls from 2026-11-20T15:30:03" in offered[2].reason
    queue.written()
    queue.put(call(9))
    assert queue.offer(10) == [call(9)], "a gap is told once"
    assert queue.missed == 5
    assert "dropped" in caplog.text


def test_after_a_failure_the_calls_rest_and_none_is_lost() -> None:
    queue = CallQueue()
    queue.put(call(1))
    assert queue.offer(10) == [call(1)]
    queue.failed()
    assert queue.offer(10) == []
    assert (queue.patience() or 0) > 1
    queue.wake()
    assert queue.offer(10) == [call(1)]


async def test_a_refused_batch_takes_no_call_along(tmp_path: Path) -> None:
    """A signal that the ledger refuses is withdrawn; the call of that moment comes later."""
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")
        core.store.record(call(1))
        with pytest.raises(NotStored):
            await core.desk.receive(recorder, alert(reading("buy", "100", quantity=2**70)))
    assert written(tmp_path) == [call(1)]
    assert verified(tmp_path).faults == []
