"""The second ledger in memory, and its writing: first what must be on disk, then what follows."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Held,
    Intent,
    IntentState,
    Verdict,
)
from justtrades_desktop.execution.ports import Entry, ExecutionLedger, Kept

log = logging.getLogger(__name__)

_DECISIONS: Final = 500
_EXECUTIONS: Final = 1000
_INTENTS: Final = 1500
_CAME_TO_NOTHING: Final = (IntentState.REJECTED, IntentState.NOT_SENT, IntentState.ABSENT)
_AGAIN: Final = 1.0  # seconds until what could not be written is tried again
_LINGER: Final = 0.01  # seconds: a commit that an order waits for takes what is noted along


@dataclass(slots=True, eq=False)
class _Asked:
    """An entry whose owner waits until it is on disk."""

    entry: Entry
    error: NotStored | None = None


class Records:
    """Decisions, executions and their way to the disk.

    :meth:`commit` returns once its entry is on disk; :meth:`note` promises that it will be, in
    order, as soon as the ledger can be written: it is for what has happened at the broker and
    cannot be undone by a full disk.
    """

    def __init__(self, ledger: ExecutionLedger, changed: Callable[[], None]) -> None:
        self._ledger = ledger
        self._changed = changed
        self._decisions: dict[int, Decision] = {}
        self._executions: deque[Execution] = deque(maxlen=_EXECUTIONS)
        self._known: set[tuple[str, int]] = set()
        self._intents: dict[str, Intent] = {}
        self._next = 1
        self._said: dict[int, list[str]] = {}
        self._owed: list[Entry] = []
        self._waiting = asyncio.Event()
        self._writing = asyncio.Lock()
        self._asked: list[_Asked] = []
        self.trouble = ""
        """Why the ledger cannot be written now; empty where it can."""

    def load(self, kept: Kept) -> None:
        """Begin with what lies on disk."""
        for decision in reversed([*kept.decisions]):
            self._decisions[decision.id] = decision
        for decision in kept.parked:
            self._decisions[decision.id] = decision
        self._executions.extend(reversed([*kept.executions]))
        self._known |= kept.known_fills
        # Whose exits rest at the broker is read from the entries they hang on.
        self._intents |= {each.client_id: each for each in (*kept.parents, *kept.intents)}
        self._next = max(kept.next_decision, self._next)

    # What there is

    def next_decision(self) -> int:
        """A fresh id."""
        self._next += 1
        return self._next - 1

    def decision(self, decision_id: int) -> Decision | None:
        """A decision of the last ones."""
        return self._decisions.get(decision_id)

    def decisions(self) -> Sequence[Decision]:
        """The last decisions, newest first."""
        return sorted(self._decisions.values(), key=lambda each: -each.id)

    def executions(self) -> Sequence[Execution]:
        """The last fills, newest first."""
        return tuple(reversed(self._executions))

    def knows(self, connection: str, fill_id: int) -> bool:
        """Whether a fill was worked in already."""
        return (connection, fill_id) in self._known

    def intents(self) -> Sequence[Intent]:
        """Those of the last decisions, and all that are not over; newest first."""
        return tuple(reversed(self._intents.values()))

    def said_of(self, decision_id: int) -> str:
        """Why orders of a decision came to nothing, in the broker's own words."""
        return "; ".join(dict.fromkeys(self._said.get(decision_id, ())))

    # Writing

    async def commit(self, entry: Entry) -> None:
        """Write ``entry`` behind all that is owed; it is on disk when this returns.

        What others ask for meanwhile is written together: each commit waits for the disk.

        Raises:
            NotStored: nothing of it was written.
        """
        asked = _Asked(entry)
        self._asked.append(asked)
        try:
            async with self._writing:
                await asyncio.sleep(0)  # whoever asks in this turn of the loop comes along
                if asked in self._asked:
                    await self._write_asked()
        finally:
            if asked in self._asked:
                self._asked.remove(asked)
        if asked.error is not None:
            raise asked.error

    async def _write_asked(self) -> None:
        together = [*self._asked]
        try:
            await self._write([each.entry for each in together])
        except NotStored as error:
            if len(together) == 1:
                self._over(together, error)
                return
        else:
            self._over(together)
            return
        for single in together:  # one of them may be the cause: the others go without it
            try:
                await self._write([single.entry])
            except NotStored as error:
                self._over([single], error)
            else:
                self._over([single])

    def _over(self, asked: Sequence[_Asked], error: NotStored | None = None) -> None:
        for each in asked:
            each.error = error
            if each in self._asked:  # its owner may have been broken off
                self._asked.remove(each)
            if error is None:
                self._take(each.entry)
        self._tell_trouble("" if error is None else str(error))

    async def _write(self, entries: Sequence[Entry]) -> None:
        owed, self._owed = self._owed, []
        try:
            await self._ledger.write(merged([*owed, *entries]))
        except BaseException:  # also broken off: twice written is the same
            self._owed = owed + self._owed
            raise

    def note(self, entry: Entry) -> None:
        """Remember ``entry`` now, and write it soon."""
        self._take(entry)
        self._owed.append(entry)
        self._waiting.set()

    async def run(self) -> None:
        """Write what was noted, for ever; a service."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            await asyncio.sleep(_LINGER)
            try:
                await self.flush()
            except NotStored:
                await asyncio.sleep(_AGAIN)
                self._waiting.set()

    async def flush(self) -> None:
        """Write what is owed now.

        Raises:
            NotStored: it is still owed.
        """
        if self._owed:
            await self.commit(Entry())

    def decide(self, decision: Decision, **changes: object) -> Decision:
        """``decision`` as it stands now with ``changes``, noted."""
        newest = self._decisions.get(decision.id, decision)
        changed = replace(newest, **changes)  # type: ignore[arg-type]
        if changed != newest or decision.id not in self._decisions:
            self.note(Entry(decisions=[changed]))
        return changed

    def _take(self, entry: Entry) -> None:
        for decision in entry.decisions:
            self._decisions[decision.id] = decision
        for intent in entry.intents:
            self._intents[intent.client_id] = intent
            if intent.said and intent.state in _CAME_TO_NOTHING:
                self._said.setdefault(intent.decision_id, []).append(intent.said)
        for execution in entry.executions:
            if not self.knows(execution.key.connection, execution.fill_id):
                self._known.add((execution.key.connection, execution.fill_id))
                self._executions.append(execution)
        self._forget()
        if entry != Entry():
            self._changed()

    def _forget(self) -> None:
        over = (i.client_id for i in [*self._intents.values()] if i.state.is_over)
        while len(self._intents) > _INTENTS and (client_id := next(over, None)) is not None:
            del self._intents[client_id]
        while len(self._decisions) > _DECISIONS:
            oldest = next(
                (d.id for d in self._decisions.values() if d.verdict is not Verdict.PARKED), None
            )
            if oldest is None:
                return
            del self._decisions[oldest]
            self._said.pop(oldest, None)

    def _tell_trouble(self, said: str) -> None:
        if said != self.trouble:
            self.trouble = said
            self._changed()


def merged(entries: Iterable[Entry]) -> Entry:
    """One entry that says what all of them say, in their order: of one row the last counts."""
    decisions: dict[int, Decision] = {}
    intents: dict[str, Intent] = {}
    executions: dict[tuple[str, int], Execution] = {}
    held: dict[tuple[int, int], Held] = {}
    flat: dict[tuple[int, int], None] = {}
    memories: dict[tuple[int, str], str] = {}
    for entry in entries:
        decisions |= {each.id: each for each in entry.decisions}
        intents |= {each.client_id: each for each in entry.intents}
        executions |= {(each.key.connection, each.fill_id): each for each in entry.executions}
        for each in entry.held:
            held[each.link_id, each.contract_id] = each
            flat.pop((each.link_id, each.contract_id), None)
        for gone in entry.flat:
            held.pop(gone, None)
            flat[gone] = None
        memories |= {(link, symbol): text for link, symbol, text in entry.memories}
    return Entry(
        decisions=[*decisions.values()],
        intents=[*intents.values()],
        executions=[*executions.values()],
        held=[*held.values()],
        flat=[*flat],
        memories=[(link, symbol, text) for (link, symbol), text in memories.items()],
    )
