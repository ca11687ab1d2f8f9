"""The user socket: every REST operation, one sync, and from then on the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from justtrades_desktop.simulator import frames
from justtrades_desktop.simulator.calls import DENIED, Call, Reply
from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.link import Link
from justtrades_desktop.simulator.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a sync asked for: all, or some accounts' entities of some types."""

    accounts: frozenset[int] | None = None
    types: frozenset[str] | None = None

    def section(self, name: str, rows: Any) -> Any:
        """The part of a section of the answer that was asked for; None: nothing."""
        if self.types is not None and singular(name) not in self.types:
            return None
        return [row for row in rows if self.includes(row)]

    def includes(self, row: Mapping[str, Any]) -> bool:
        """Whether an entity belongs to one of the accounts, or to none at all."""
        return self.accounts is None or row.get("accountId", -1) in {*self.accounts, -1}


class UserTalk:
    """One user socket; ``do_usual`` carries out what REST can do as well."""

    def __init__(self, link: Link, do_usual: Callable[[Call, Session], Reply]) -> None:
        self._link = link
        self._do_usual = do_usual
        self._wanted: Wanted | None = None
        self._user_id = 0

    def operation(self, endpoint: str) -> str:
        """In lower case: here it does not matter."""
        return endpoint.strip("/").lower()

    def do(self, call: Call, session: Session) -> Reply:
        """Carry out a call; a sync also begins the events."""
        if call.operation != "user/syncrequest":
            return self._do_usual(call, session)
        if self._wanted is not None:
            return Reply(400, "Only one user/syncrequest per socket")
        wanted = wanted_of(call.body, session.user_id)
        if isinstance(wanted, Reply):
            return wanted
        self._wanted = wanted
        self._user_id = session.user_id
        whole = self._do_usual(call, session)
        return Reply(whole.status, chosen(whole.told, wanted))

    def hears(self, event: Event) -> bool:
        """Whether this socket is told ``event``."""
        wanted = self._wanted
        if wanted is None or (event.user_ids and self._user_id not in event.user_ids):
            return False
        if wanted.types is not None and event.entity_type.lower() not in wanted.types:
            return False
        return wanted.includes(event.entity)

    def tell(self, event: Event) -> None:
        """Send it."""
        told = {
            "entityType": event.entity_type,
            "eventType": event.event_type,
            "entity": event.entity,
        }
        self._link.send(frames.event("props", told))


def wanted_of(body: Any, user_id: int) -> Wanted | Reply:
    """Read a sync request: ``users`` alone, or ``accounts`` with ``entityTypes``."""
    if not isinstance(body, dict):
        return Reply(400, "A JSON object is expected")
    if "users" in body:
        return Wanted() if body["users"] == [user_id] else Reply(401, DENIED)
    accounts, types = body.get("accounts"), body.get("entityTypes", [])
    if not isinstance(accounts, list) or not isinstance(types, list):
        return Reply(400, "users, or accounts with entityTypes, is expected")
    return Wanted(
        accounts=frozenset(accounts), types=frozenset(str(name).lower() for name in types)
    )


def chosen(sync: Any, wanted: Wanted) -> Any:
    """The sync answer without what was not asked for."""
    if wanted == Wanted() or not isinstance(sync, dict):
        return sync
    sections = {name: wanted.section(name, rows) for name, rows in sync.items()}
    return {name: rows for name, rows in sections.items() if rows is not None}


def singular(section: str) -> str:
    """The entity type of a section, in lower case: ``cashBalances`` holds ``cashbalance``."""
    name = section.lower()
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-2] if name.endswith("statuses") else name.removesuffix("s")
