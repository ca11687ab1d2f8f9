"""All that a simulated broker keeps, and the telling of every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.orders import LiveOrder, Trail
from justtrades_desktop.simulator.prices import as_json

Entity = dict[str, Any]
EVERYONE = 0


@dataclass(slots=True, kw_only=True)
class Mark:
    """The market of one contract."""

    last: Decimal
    bid: Decimal
    offer: Decimal
    size: int
    volume: int
    opened: Decimal
    high: Decimal
    low: Decimal
    settled: Decimal | None
    at: datetime


@dataclass(slots=True, kw_only=True)
class OpenFill:
    """The part of a fill that no opposite fill has been paired with yet."""

    fill_id: int
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Exits of an order strategy for ``quantity`` contracts, as signed offsets in points."""

    quantity: int
    target: Decimal | None
    stop: Decimal | None
    trailing: bool = False
    auto: Trail | None = None
    """``start`` is an offset here, as it comes."""


@dataclass(slots=True, kw_only=True)
class StrategyState:
    """An order strategy under way: its entry, and how much of each bracket is out."""

    entry_id: int
    brackets: list[Bracket]
    used: list[int]
    children: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class World:
    """The whole state, all of it plain values.

    ``entities`` are by type (lowerCamel) and id, ``owners`` the user of each in the same shape
    (``EVERYONE`` for products and the like). ``open_fills`` are by position id, oldest first;
    ``working`` the ids of orders that are alive, by contract and in order of time, ``pending``
    those with a command under way. ``cash`` is the cashBalance of an account, ``positions`` the
    position of ``account:contract``. ``day`` is the trade date under way, ``was_open`` whether the
    session was when last looked.
    """

    last_id: int = 0
    entities: dict[str, dict[int, Entity]] = field(default_factory=dict)
    owners: dict[str, dict[int, int]] = field(default_factory=dict)
    secrets: dict[int, str] = field(default_factory=dict)
    orders: dict[int, LiveOrder] = field(default_factory=dict)
    working: dict[int, list[int]] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    strategies: dict[int, StrategyState] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)
    cash: dict[int, int] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    open_fills: dict[int, list[OpenFill]] = field(default_factory=dict)
    day: date | None = None
    was_open: bool = True


class Books:
    """The world with its ids and its listeners; the one place where entities change."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Tell ``listener`` every change; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def new_id(self) -> int:
        """The next id; no two things ever share one, but for the pairs that do by contract."""
        self.world.last_id += 1
        return self.world.last_id

    def create(
        self, kind: str, fields: Entity, *, owner: int = EVERYONE, id: int | None = None
    ) -> int:
        """A new entity of ``kind``, told as Created; returns its id."""
        number = self.new_id() if id is None else id
        entity = {"id": number, **fields}
        self.world.entities.setdefault(kind, {})[number] = entity
        self.world.owners.setdefault(kind, {})[number] = owner
        self._tell(kind, "Created", entity)
        return number

    def update(self, kind: str, id: int, **changes: Any) -> None:
        """Change fields of an entity (None removes one), told as Updated if anything is new."""
        entity = self.world.entities[kind][id]
        if all(entity.get(name) == value for name, value in changes.items()):
            return
        entity.update(changes)
        self._tell(kind, "Updated", entity)

    def drop(self, kind: str, field: str, values: set[int]) -> None:
        """Forget the entities whose ``field`` is one of ``values``; nobody is told."""
        entities = self.world.entities.get(kind, {})
        for number in [each["id"] for each in entities.values() if each.get(field) in values]:
            del entities[number], self.world.owners[kind][number]

    def get(self, kind: str, id: int) -> Entity:
        """The entity, which is there."""
        return self.world.entities[kind][id]

    def of(self, kind: str) -> Iterator[Entity]:
        """All entities of ``kind``, oldest first."""
        return iter(self.world.entities.get(kind, {}).values())

    def owned(self, kind: str, user_id: int) -> Iterator[Entity]:
        """Those that a user may see."""
        owners = self.world.owners.get(kind, {})
        return (each for each in self.of(kind) if owners[each["id"]] in (user_id, EVERYONE))

    def visible(self, kind: str, id: int, user_id: int) -> Entity | None:
        """The entity if it is there and the user may see it."""
        owner = self.world.owners.get(kind, {}).get(id)
        return self.get(kind, id) if owner in (user_id, EVERYONE) else None

    def _tell(self, kind: str, what: str, entity: Entity) -> None:
        if not self._listeners:
            return
        owner = self.world.owners[kind][entity["id"]]
        event = Event((owner,) if owner else (), kind, what, as_json(entity))
        for listener in tuple(self._listeners):
            listener(event)
