"""The second ledger's memory: many commits at once share one, and no one's fault is another's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.execution_ledger import Entry
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Decision, Verdict, Wish
from justtrades_desktop.execution.records import Records
from tests.fakes.execution_lab import MemoryLedger

KEY = AccountKey("DEMO", "A")


@dataclass(slots=True)
class SlowLedger(MemoryLedger):
    """Writes once ``go`` is set; ``poison`` are decisions that it refuses."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    poison: frozenset[int] = frozenset()
    writes: int = 0

    async def write(self, entry: Entry) -> None:
        self.writes += 1
        await self.go.wait()
        if self.poison & {each.id for each in entry.decisions}:
            raise NotStored("that row does not fit")
        await MemoryLedger.write(self, entry)


def decision(number: int, verdict: Verdict = Verdict.WAITING) -> Decision:
    at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    return Decision(id=number, at=at, wish=Wish.ENTER, verdict=verdict, key=KEY)


def entry(number: int) -> Entry:
    return Entry(decisions=[decision(number)])


async def committed(records: Records, *numbers: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(records.commit(entry(number))) for number in numbers]
    await asyncio.sleep(0.01)
    return tasks


async def test_what_ten_links_ask_for_at_once_waits_for_the_disk_once() -> None:
    ledger = SlowLedger()
    records = Records(ledger, lambda: None)
    tasks = await committed(records, *range(1, 11))
    assert not any(task.done() for task in tasks)
    ledger.go.set()
    await asyncio.gather(*tasks)
    assert ledger.writes == 1
    assert set(ledger.decisions) == set(range(1, 11))


async def test_none_returns_before_its_own_entry_is_on_disk() -> None:
    ledger = SlowLedger()
    records = Records(ledger, lambda: None)
    (first,) = await committed(records, 1)
    (late,) = await committed(records, 2)
    ledger.go.set()
    await first
    assert set(ledger.decisions) == {1}
    await late
    assert set(ledger.decisions) == {1, 2}


async def test_one_that_cannot_be_written_fails_alone() -> None:
    ledger = SlowLedger(poison=frozenset({2}))
    records = Records(ledger, lambda: None)
    tasks = await committed(records, 1, 2, 3)
    ledger.go.set()
    await asyncio.gather(tasks[0], tasks[2])
    with pytest.raises(NotStored):
        await tasks[1]
    assert set(ledger.decisions) == {1, 3}
    assert records.decision(2) is None


async def test_breaking_off_the_one_that_writes_loses_no_other() -> None:
    ledger = SlowLedger()
    records = Records(ledger, lambda: None)
    tasks = await committed(records, 1, 2)
    tasks[0].cancel()
    with suppress(asyncio.CancelledError):
        await tasks[0]
    ledger.go.set()
    await tasks[1]
    assert 2 in ledger.decisions


async def test_what_was_noted_goes_along_with_the_next_commit() -> None:
    ledger = SlowLedger()
    ledger.go.set()
    records = Records(ledger, lambda: None)
    running = asyncio.create_task(records.run())
    await asyncio.sleep(0)
    records.note(entry(1))
    await records.commit(entry(2))
    assert (ledger.writes, set(ledger.decisions)) == (1, {1, 2})
    running.cancel()


async def test_what_is_noted_is_written_though_nobody_commits() -> None:
    ledger = SlowLedger()
    ledger.go.set()
    records = Records(ledger, lambda: None)
    running = asyncio.create_task(records.run())
    records.note(entry(1))
    async with asyncio.timeout(2):
        while not ledger.decisions:  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.001)
    running.cancel()


async def test_a_full_disk_keeps_what_was_noted_and_says_so() -> None:
    ledger = SlowLedger(poison=frozenset({1}))
    ledger.go.set()
    records = Records(ledger, lambda: None)
    records.note(entry(1))
    with pytest.raises(NotStored):
        await records.commit(entry(2))
    assert records.trouble == "that row does not fit"
    ledger.poison = frozenset()
    await records.commit(entry(2))
    assert set(ledger.decisions) == {1, 2}
    assert records.trouble == ""
