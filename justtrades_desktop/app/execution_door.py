"""What the command line's words name: an account, a recorder, a link, the owner of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from justtrades_desktop.app.orders_seen import Seen
from justtrades_desktop.domain.broker import Brokerage, BrokerOrder
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.domain.links import AccountKey, Link
from justtrades_desktop.domain.orders import Intent, OrderKind, Purpose
from justtrades_desktop.domain.recorders import Recorder

HAND: Final = "hand"
OURS: Final = "JustTrades"
OTHER: Final = "other"
_BY_ID: Final = (("hand-", HAND), ("jt-", OURS))
"""What is known of an order that nobody remembers, by how our own id of it begins."""


@dataclass(frozen=True, slots=True)
class Door:
    """Execution with what its commands need beside it."""

    executions: Executions
    brokers: Brokerage
    seen: Seen
    recorders: Sequence[Recorder]

    def account(self, text: str | None) -> AccountKey:
        """The account of that name (``NAME`` or ``CONNECTION/NAME``), or the only one.

        Raises:
            UserError: there is none, or there are several.
        """
        found = [key for key in self.accounts() if text in (None, "", key.account, str(key))]
        if not found:
            named = f" named {text!r}" if text else ""
            raise UserError(f"There is no account{named}", "`justtrades accounts` lists them.")
        if len(found) > 1:
            names = ", ".join(map(str, found))
            raise UserError("Which account?", f"Name one of them: {names}.")
        return found[0]

    def accounts(self) -> Sequence[AccountKey]:
        """All that execution or a connection knows."""
        known = [state.key for state in self.executions.state().accounts]
        told = [
            AccountKey(state.name, account.name)
            for state in self.brokers.states()
            for account in state.accounts
        ]
        return list(dict.fromkeys([*known, *told]))

    def recorder(self, text: str) -> Recorder:
        """The recorder of that name, else of that number.

        Raises:
            UserError: there is none.
        """
        for recorder in self.recorders:
            if recorder.name == text:
                return recorder
        for recorder in self.recorders:
            if str(recorder.id) == text:
                return recorder
        raise UserError(
            f"There is no recorder named {text!r}", "`justtrades recorder list` shows them."
        )

    def link(self, link_id: int) -> Link:
        """One link.

        Raises:
            UserError: there is none.
        """
        for link in self.executions.state().links:
            if link.id == link_id:
                return link
        raise UserError(f"There is no link {link_id}", "`justtrades links` lists them.")

    def recorder_name(self, recorder_id: int) -> str:
        """What a recorder is called; its number where it is gone."""
        names = (recorder.name for recorder in self.recorders if recorder.id == recorder_id)
        return next(names, str(recorder_id))

    def link_names(self) -> Mapping[int, str]:
        """The recorder's name of each link."""
        links = self.executions.state().links
        return {link.id: self.recorder_name(link.recorder_id) for link in links}


class Whose(NamedTuple):
    """Whose an order is: a recorder's name, ``hand``, ``JustTrades`` or ``other``."""

    whose: str
    purpose: Purpose | None = None
    link_id: int | None = None


class Owners:
    """Tells whose orders are, from the intents that are known now."""

    def __init__(self, door: Door) -> None:
        state = door.executions.state()
        self._names = door.link_names()
        self._links = {decision.id: decision.link_id for decision in state.decisions}
        self._by_client: dict[str, tuple[Intent, Purpose]] = {}
        self._by_order: dict[tuple[AccountKey, int], Intent] = {}
        for intent in state.intents:
            self._take(intent)

    def _take(self, intent: Intent) -> None:
        if intent.target_id is not None:
            return  # a change or a cancel is no order
        self._by_client[intent.client_id] = (intent, intent.purpose)
        for leg in (*intent.legs, *filter(None, (intent.oco,))):
            self._by_client[leg.client_id] = (intent, leg.purpose)
        if intent.order_id is not None:
            self._by_order[intent.key, intent.order_id] = intent

    def of(self, key: AccountKey, order: BrokerOrder) -> Whose:
        """Whose ``order`` of the account ``key`` is."""
        client_id = order.client_order_id or ""
        if client_id in self._by_client:
            return self._whose(*self._by_client[client_id])
        if (key, order.id) in self._by_order:
            intent = self._by_order[key, order.id]
            return self._whose(intent, intent.purpose)
        parent = self._by_order.get((key, order.parent_id or 0))
        if parent is not None:  # the broker names no id of ours on an exit that hangs on an entry
            is_target = order.kind == OrderKind.LIMIT
            return self._whose(parent, Purpose.TARGET if is_target else Purpose.STOP)
        return Whose(next((whose for start, whose in _BY_ID if client_id.startswith(start)), OTHER))

    def _whose(self, intent: Intent, purpose: Purpose) -> Whose:
        link_id = self._links.get(intent.decision_id)
        if link_id is not None:
            return Whose(self._names.get(link_id, OURS), purpose, link_id)
        return Whose(HAND if intent.purpose is Purpose.HAND else OURS, purpose)
