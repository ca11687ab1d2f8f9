"""The broker's entities by type and id, whatever order they come in and however often."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

from justtrades_desktop.broker.entities import (
    ENTITY_TYPES,
    SYNC_LISTS,
    Command,
    Entity,
    Fill,
    Order,
    OrderVersion,
    Position,
    is_alive,
    read_entity,
)

CREATED: Final = "Created"
UPDATED: Final = "Updated"
DELETED: Final = "Deleted"
_SLICE: Final = 100

E = TypeVar("E", bound=Entity)


class _Parent(NamedTuple):
    """Where a child names its parent: the key in JSON, and our name."""

    key: str
    name: str


_ORDER: Final = _Parent("orderId", "order_id")
_PARENTS: Final[Mapping[str, _Parent]] = {
    "cashBalance": _Parent("accountId", "account_id"),
    "command": _ORDER,
    "commandReport": _Parent("commandId", "command_id"),
    "executionReport": _ORDER,
    "fill": _ORDER,
    "orderVersion": _ORDER,
}
_TYPE_OF: Final = {kind: name for name, kind in ENTITY_TYPES.items()}
# Tens of thousands of these may come with a sync, and hardly one is ever looked at.
_HISTORY: Final = frozenset(
    ("command", "commandReport", "executionReport", "fill", "fillPair", "order", "orderVersion")
)
# What has the id of something else may go and come again.
_LENT_ID: Final = frozenset(
    ("accountRiskStatus", "fillFee", "marginSnapshot", "orderVersion", "userAccountAutoLiq")
)
# What has the id of its account.
_OF_ACCOUNTS: Final = frozenset(
    ("account", "accountRiskStatus", "marginSnapshot", "userAccountAutoLiq")
)
# Running values: what they say is true as of their time, and an older one is old news.
_RUNNING: Final = frozenset(("cashBalance", "marginSnapshot", "position"))

_Row = Entity | Mapping[str, Any]
"""An entity, or its JSON until somebody looks at it."""


class Replica:
    """All entities; a child waits under its parent's id until that one comes, if ever."""

    def __init__(self, on_malformed: Callable[[str], None] = lambda _: None) -> None:
        """``on_malformed`` is told what cannot be read, in words."""
        self._on_malformed = on_malformed
        self.live: dict[int, Order] = {}
        """The orders that can still fill."""
        self.order_ids: dict[str, int] = {}
        """Orders by the id that we gave the command, or else by the text on their versions."""
        self.fill_ids: list[int] = []
        """All fills in the order they came."""
        self.fill_turns = 0
        """Grows when a fill that was known already is another now, or gone."""
        self._hanging: dict[int, list[int]] = {}
        self._all: dict[str, dict[int, _Row]] = {name: {} for name in ENTITY_TYPES}
        self._children: dict[tuple[str, int], list[int]] = {}
        self._gone: set[tuple[str, int]] = set()

    # What there is

    def get(self, kind: type[E], entity_id: int | None) -> E | None:
        """One entity; None where it is not known."""
        if entity_id is None:
            return None
        found = self._known(_TYPE_OF[kind], entity_id)
        return found if isinstance(found, kind) else None

    def every(self, kind: type[E]) -> list[E]:
        """All of a type, by id."""
        return self._these(kind, self._all[_TYPE_OF[kind]])

    def children(self, kind: type[E], parent_id: int) -> list[E]:
        """All of a type under one parent, by id, whether or not that one is known."""
        return self._these(kind, self._children.get((_TYPE_OF[kind], parent_id), ()))

    def hanging(self, order_id: int) -> list[Order]:
        """The orders that hang on another one, by id."""
        return self._these(Order, self._hanging.get(order_id, ()))

    def account_of_order(self, order_id: int) -> int | None:
        """Whose order it is, without reading what nobody looked at yet."""
        row = self._all["order"].get(order_id)
        found = row.account_id if isinstance(row, Order) else _get(row, "accountId")
        return found if isinstance(found, int) else None

    def account_of(self, entity_type: str, raw: Any) -> int | None:
        """The account that an event is about; None where it concerns all, or cannot be told."""
        if entity_type in _OF_ACCOUNTS:
            return _whole(_get(raw, "id"))
        if (account_id := _whole(_get(raw, "accountId"))) is not None:
            return account_id
        order_id = _whole(_get(raw, "orderId"))
        owner: Command | Fill | Position | None = None
        match entity_type:
            case "commandReport":
                owner = self.get(Command, _whole(_get(raw, "commandId")))
            case "fillFee":
                owner = self.get(Fill, _whole(_get(raw, "id")))
            case "fillPair":
                owner = self.get(Position, _whole(_get(raw, "positionId")))
        if isinstance(owner, Position):
            return owner.account_id
        order_id = order_id if owner is None else owner.order_id
        return None if order_id is None else self.account_of_order(order_id)

    def orphans(self) -> list[Entity]:
        """What waits for its order, or for its command."""
        waiting: list[Entity] = []
        for (entity_type, parent_id), ids in self._children.items():
            parents = self._all["command" if entity_type == "commandReport" else "order"]
            if entity_type != "cashBalance" and parent_id not in parents:
                waiting += self._these(ENTITY_TYPES[entity_type], ids)
        return sorted(waiting, key=lambda each: (type(each).__name__, each.id))

    # What comes

    def fill(self, answer: Any) -> Iterator[None]:
        """Put in all that a sync brought; stops for breath every few hundred entities."""
        taken = 0
        for name, entity_type in SYNC_LISTS.items():
            rows = answer.get(name) if isinstance(answer, Mapping) else None
            for row in rows if isinstance(rows, list) else ():
                if not (entity_type in _HISTORY and self._put_unread(entity_type, row)):
                    self._read(entity_type, row, self._put)
                taken += 1
                if taken % _SLICE == 0:
                    yield

    def take(self, entity_type: str, event_type: str, raw: Any, *, early: bool = False) -> bool:
        """Work in an event; whether it said anything new.

        An ``early`` one came before the sync that we have, and may be older or newer than it.
        """
        return self._read(
            entity_type,
            raw,
            lambda name, entity: self._happened(name, event_type, entity, early=early),
        )

    def put(self, entity: Entity) -> bool:
        """Take in what was looked up; whether it was news."""
        return self._put(_TYPE_OF[type(entity)], entity)

    def see(self, entity: Entity) -> bool:
        """The same where an event may have overtaken the answer: what is over stays so."""
        return self._happened(_TYPE_OF[type(entity)], UPDATED, entity, early=False)

    def _happened(self, entity_type: str, event_type: str, entity: Entity, *, early: bool) -> bool:
        key = entity_type, entity.id
        known = self._known(entity_type, entity.id)
        if event_type == DELETED:
            if entity_type not in _LENT_ID:
                self._gone.add(key)
            return known is not None and self._drop(entity_type, known)
        if event_type == CREATED and (known is not None or key in self._gone):
            return False  # an echo: what is known is as new, or newer
        if _was_over(known) and _is_alive(entity):
            return False  # it is late: an order that is over stays so
        if known is not None and entity_type in _RUNNING and _older(entity, known):
            return False
        if early and known is not None and not _surely_newer(entity, known):
            return False
        return self._put(entity_type, entity)

    def _put(self, entity_type: str, entity: Entity) -> bool:
        known = self._known(entity_type, entity.id)
        if known == entity:
            return False
        if known is not None:
            self._drop(entity_type, known)
        self._all[entity_type][entity.id] = entity
        if (parent := _PARENTS.get(entity_type)) is not None:
            family = entity_type, getattr(entity, parent.name)
            self._children.setdefault(family, []).append(entity.id)
        self._index(entity, new=known is None)
        return True

    def _index(self, entity: Entity, *, new: bool) -> None:
        if isinstance(entity, Order):
            if entity.alive:
                self.live[entity.id] = entity
            if entity.parent_id is not None:
                self._hanging.setdefault(entity.parent_id, []).append(entity.id)
        elif isinstance(entity, Command) and entity.client_order_id:
            self.order_ids[entity.client_order_id] = entity.order_id
        elif isinstance(entity, OrderVersion) and entity.text:
            self.order_ids.setdefault(entity.text, entity.order_id)
        elif isinstance(entity, Fill):
            if new:
                self.fill_ids.append(entity.id)
            self.fill_turns += not new or not entity.active

    def _drop(self, entity_type: str, known: Entity) -> bool:
        parent = _PARENTS.get(entity_type)
        self._unlink(entity_type, known.id, getattr(known, parent.name) if parent else None)
        if isinstance(known, Order):
            self.live.pop(known.id, None)
            if known.id in (others := self._hanging.get(known.parent_id or 0, [])):
                others.remove(known.id)
        self.fill_turns += isinstance(known, Fill)
        return True

    def _unlink(self, entity_type: str, entity_id: int, parent_id: int | None) -> None:
        del self._all[entity_type][entity_id]
        if parent_id is not None:
            family = self._children[entity_type, parent_id]
            family.remove(entity_id)
            if not family:
                del self._children[entity_type, parent_id]

    # Reading, when somebody looks

    def _put_unread(self, entity_type: str, row: Any) -> bool:
        """Keep a row of the past as it is; False where it has to be read at once."""
        if not isinstance(row, Mapping) or not isinstance(row_id := row.get("id"), int):
            return False
        if entity_type == "order" and is_alive(str(row.get("ordStatus"))):
            return False
        if row_id in self._all[entity_type]:
            return False
        if (parent := _PARENTS.get(entity_type)) is not None:
            parent_id = row.get(parent.key)
            if not isinstance(parent_id, int):
                return False
            self._children.setdefault((entity_type, parent_id), []).append(row_id)
            if entity_type == "command" and isinstance(ours := row.get("clOrdId"), str):
                self.order_ids[ours] = parent_id
            if entity_type == "orderVersion" and isinstance(text := row.get("text"), str):
                self.order_ids.setdefault(text, parent_id)
        self._all[entity_type][row_id] = row
        if entity_type == "order" and isinstance(hangs_on := row.get("parentId"), int):
            self._hanging.setdefault(hangs_on, []).append(row_id)
        elif entity_type == "fill":
            self.fill_ids.append(row_id)
        return True

    def _these(self, kind: type[E], ids: Mapping[int, _Row] | list[int] | tuple[()]) -> list[E]:
        entity_type = _TYPE_OF[kind]
        found = [self._known(entity_type, each) for each in tuple(ids)]
        return sorted((each for each in found if isinstance(each, kind)), key=attrgetter("id"))

    def _known(self, entity_type: str, entity_id: int) -> Entity | None:
        row = self._all[entity_type].get(entity_id)
        if row is None or isinstance(row, Entity):
            return row
        if not self._read(entity_type, row, self._keep):
            parent = _PARENTS.get(entity_type)
            self._unlink(entity_type, entity_id, row[parent.key] if parent else None)
            return None
        kept = self._all[entity_type][entity_id]
        return kept if isinstance(kept, Entity) else None

    def _keep(self, entity_type: str, entity: Entity) -> bool:
        self._all[entity_type][entity.id] = entity
        return True

    def _read(self, entity_type: str, raw: Any, then: Callable[[str, Entity], bool]) -> bool:
        try:
            entity = read_entity(entity_type, raw)
        except ValueError as error:
            self._on_malformed(str(error))
            return False
        return entity is not None and then(entity_type, entity)


def _get(raw: Any, key: str) -> Any:
    return raw.get(key) if isinstance(raw, Mapping) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _is_alive(entity: Entity | None) -> bool:
    return isinstance(entity, Order) and entity.alive


def _was_over(entity: Entity | None) -> bool:
    return isinstance(entity, Order) and not entity.alive


def _surely_newer(entity: Entity, known: Entity) -> bool:
    """Without numbers in a row this much is sure: time goes on, and what is over stays so."""
    if isinstance(entity, Order) and isinstance(known, Order):
        return known.alive and not entity.alive
    return _older(known, entity)


def _older(entity: Entity, known: Entity) -> bool:
    new: datetime | None = getattr(entity, "timestamp", None)
    old: datetime | None = getattr(known, "timestamp", None)
    return new is not None and old is not None and new < old
