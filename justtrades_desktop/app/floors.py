"""The floors of all accounts of all connections, as they appear and vanish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from justtrades_desktop.app.floor import AccountFloor
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import AccountKey

Changed = Callable[[AccountKey], None]
"""Told which account appeared, vanished, or lost or found its connection."""


class Connections(Protocol):
    """Which connections there are; ``Brokers`` is one."""

    @property
    def names(self) -> Sequence[str]:
        """All, disconnected ones too."""

    def found(self, name: str) -> Connection | None:
        """What is connected under ``name``; None where nothing is."""

    def listen(self, heard: Callable[[str], None]) -> Callable[[], None]:
        """Call ``heard`` at once when a connection comes or goes; the result ends that."""


@dataclass(slots=True)
class _Place:
    """What is attached under the name of a connection."""

    connection: Connection
    leave: Callable[[], None]
    by_id: dict[int, AccountFloor] = field(default_factory=dict)


class Floors:
    """One floor for each account that any connection has told of.

    A floor stays while its connection is away, and goes when that is removed.
    """

    def __init__(self, brokers: Connections) -> None:
        self._brokers = brokers
        self._floors: dict[AccountKey, AccountFloor] = {}
        self._gone: set[AccountKey] = set()
        self._places: dict[str, _Place] = {}
        self._listeners: list[Changed] = []
        self._leave = brokers.listen(self._came_or_went)
        for name in brokers.names:
            self._came_or_went(name)

    def floor(self, key: AccountKey) -> AccountFloor | None:
        """The floor of an account; None while no connection has told of it."""
        return None if key in self._gone else self._floors.get(key)

    def expect(self, key: AccountKey) -> AccountFloor:
        """The floor of an account that may not be connected yet; LIVE until the broker says."""
        if key not in self._floors:
            self._floors[key] = AccountFloor(key, Environment.LIVE, 0)
        return self._floors[key]

    def all(self) -> Sequence[AccountFloor]:
        """Every floor, in the order in which they appeared."""
        return tuple(floor for key, floor in self._floors.items() if key not in self._gone)

    def listen(self, changed: Changed) -> Callable[[], None]:
        """Call ``changed`` when an account appears, vanishes, or its connection comes or goes;
        the result ends that."""
        self._listeners.append(changed)

        def leave() -> None:
            if changed in self._listeners:
                self._listeners.remove(changed)

        return leave

    def close(self) -> None:
        """Listen no more."""
        self._leave()
        for place in self._places.values():
            place.leave()
        self._places.clear()

    # What happens

    def _came_or_went(self, name: str) -> None:
        connection = self._brokers.found(name)
        place = self._places.get(name)
        if place is not None and place.connection is not connection:
            self._detach(name, place)
        if connection is not None and name not in self._places:
            self._attach(name, connection)
        if name not in self._brokers.names:
            self._forget(name)

    def _attach(self, name: str, connection: Connection) -> None:
        leave = connection.listen(lambda account_id: self._heard(name, account_id))
        self._places[name] = _Place(connection, leave)
        self._heard(name, None)

    def _detach(self, name: str, place: _Place) -> None:
        place.leave()
        del self._places[name]
        for floor in place.by_id.values():
            floor.attach(None)
            self._tell(floor.key)

    def _forget(self, name: str) -> None:
        """Its floors stay for whoever works with them, and are listed no more."""
        for floor in [each for each in self._floors.values() if each.key.connection == name]:
            self._gone.add(floor.key)
            self._tell(floor.key)

    def _heard(self, name: str, account_id: int | None) -> None:
        place = self._places.get(name)
        if place is None:
            return
        if account_id is None or account_id not in place.by_id:
            self._meet(name, place)
        # One account's news is no other's business.
        floors = place.by_id.values() if account_id is None else (place.by_id.get(account_id),)
        for floor in tuple(floors):
            if floor is not None:
                floor.wake()

    def _meet(self, name: str, place: _Place) -> None:
        """Take in the accounts that the broker has told of meanwhile."""
        for account_id, account in place.connection.mirror.account_names().items():
            if account_id in place.by_id:
                continue
            key = AccountKey(name, account)
            floor = self._floors.get(key)
            if floor is None:
                environment = place.connection.environment
                floor = self._floors[key] = AccountFloor(key, environment, account_id)
            self._gone.discard(key)
            place.by_id[account_id] = floor
            floor.attach(place.connection, account_id)
            self._tell(key)

    def _tell(self, key: AccountKey) -> None:
        for changed in tuple(self._listeners):
            changed(key)
