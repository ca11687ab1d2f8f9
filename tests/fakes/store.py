"""A ledger in memory that commits when it is told to, or refuses."""

from __future__ import annotations

import asyncio

from justtrades_desktop.domain.errors import AlreadyStored, NotStored
from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.ports import AppendListener, Entry, Note


class FakeStore:
    """Appends wait until :meth:`commit`; with ``at_once`` they are committed as they come."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.listener: AppendListener | None = None
        self.waiting: list[Entry] = []
        self.stored: list[Entry] = []
        self.notes: list[Note] = []
        self._void = False

    def append(self, entry: Entry) -> None:
        self.waiting.append(entry)
        if self.at_once:
            asyncio.get_running_loop().call_soon(self.commit)

    def write(self, note: Note) -> asyncio.Future[None]:
        self.notes.append(note)
        return self.flushed()

    def flushed(self) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def commit(self, count: int | None = None) -> None:
        """The first ``count`` waiting appends reach the disk."""
        assert self.listener is not None
        taken = self.waiting[:count]
        if taken:
            del self.waiting[: len(taken)]
            self.stored += taken
            self.listener.committed(len(taken))

    def refuse(self, error: NotStored | AlreadyStored) -> None:
        """The next commit fails, and with it everything that waits."""
        assert self.listener is not None
        self.waiting.clear()
        self.listener.withdrawn(error)

    @property
    def signals(self) -> list[SignalRecorded]:
        return [entry for entry in self.stored if isinstance(entry, SignalRecorded)]
