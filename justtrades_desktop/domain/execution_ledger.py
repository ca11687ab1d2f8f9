"""What the second ledger keeps of execution, and its contract: on disk before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from justtrades_desktop.domain.links import AccountKey, AccountLimits, Link
from justtrades_desktop.domain.orders import Decision, Execution, Held, Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What lies in the second ledger at the start. Decisions and executions are the newest ones,
    newest first; intents only those that are not over; ``held`` only what is not flat."""

    links: Sequence[Link] = ()
    limits: Sequence[tuple[AccountKey, AccountLimits]] = ()
    decisions: Sequence[Decision] = ()
    parked: Sequence[Decision] = ()
    intents: Sequence[Intent] = ()
    absent: Sequence[Intent] = ()
    """The last ones of which two complete looks found nothing: they may arrive all the same."""
    parents: Sequence[Intent] = ()
    """Entries and adds of what is held, over themselves: the exits that hung on them live on."""
    held: Sequence[Held] = ()
    executions: Sequence[Execution] = ()
    known_fills: frozenset[tuple[str, int]] = frozenset()
    """Connection and fill id of the last days' executions."""
    next_decision: int = 1
    next_link: int = 1
    paused: bool = False
    flattening: Sequence[AccountKey] = ()
    """Accounts of a flatten all that did not come to its end."""
    last_routed: int = 0
    """The last signal for which decisions are on disk."""
    memories: Sequence[tuple[int, str, str]] = ()
    """What links remember: link id, symbol, JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one commit writes: all of it or nothing. Rows with a known id replace the old ones."""

    decisions: Sequence[Decision] = ()
    intents: Sequence[Intent] = ()
    executions: Sequence[Execution] = ()
    held: Sequence[Held] = ()
    flat: Sequence[tuple[int, int]] = ()
    """Link id and contract id of what is held no more."""
    routed: int | None = None
    memories: Sequence[tuple[int, str, str]] = ()
    """What links remember: link id, symbol, JSON."""


class ExecutionLedger(Protocol):
    """The second ledger; both calls return once it is on disk.

    Raises:
        NotStored: it could not be written; nothing of it is.
    """

    async def write(self, entry: Entry) -> None: ...

    async def save_link(self, link: Link) -> None: ...

    async def remove_link(self, link_id: int) -> None: ...

    async def save_limits(self, key: AccountKey, limits: AccountLimits) -> None: ...

    async def save_paused(self, paused: bool) -> None: ...

    async def save_flattening(self, keys: Sequence[AccountKey]) -> None: ...

    async def load(self) -> Kept: ...


class ExecutionHistory(Protocol):
    """The past of execution, read beside the writer on a thread of its own."""

    async def decisions(self, *, limit: int, before: int | None = None) -> Sequence[Decision]:
        """Decisions below the id ``before``, newest first."""

    async def decisions_of(self, signal_id: int) -> Sequence[Decision]:
        """What the links made of one signal, in order."""

    async def executions(
        self, *, limit: int, before: Execution | None = None
    ) -> Sequence[Execution]:
        """Fills before another one, newest first."""
