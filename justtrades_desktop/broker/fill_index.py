"""The fills of a replica by account, each worked in once, when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from justtrades_desktop.broker.entities import Fill
from justtrades_desktop.broker.replica import Replica

_SLICE: Final = 100


class FillsByAccount:
    """A fill belongs to the account of its order, and waits for it where it came first."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._mark = object()
        self._turns = self._taken = 0
        self._waiting: list[int] = []
        self._by_account: dict[int, list[Fill]] = {}

    def of(self, account_id: int) -> tuple[object, list[Fill]]:
        """The list, and a mark that is another one once the list did more than grow."""
        for _ in self.reading():
            pass
        return self._mark, self._by_account.setdefault(account_id, [])

    def reading(self) -> Iterator[None]:
        """Work in what came; stops for breath every hundred fills."""
        if self._turns != self._replica.fill_turns:
            self._begin()
        came = self._replica.fill_ids
        fresh = self._waiting + came[self._taken :]
        self._waiting = []
        self._taken = len(came)
        for number, fill_id in enumerate(fresh, start=1):
            self._work_in(fill_id)
            if number % _SLICE == 0:
                yield

    def _begin(self) -> None:
        self._mark = object()
        self._turns = self._replica.fill_turns
        self._taken = 0
        self._waiting, self._by_account = [], {}

    def _work_in(self, fill_id: int) -> None:
        fill = self._replica.get(Fill, fill_id)
        if fill is None or not fill.active:
            return
        account_id = self._replica.account_of_order(fill.order_id)
        if account_id is None:
            self._waiting.append(fill_id)
        else:
            self._by_account.setdefault(account_id, []).append(fill)
