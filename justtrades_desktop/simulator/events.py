"""What happened, as it is told to those whom it concerns."""

from __future__ import annotations

from typing import Any, NamedTuple


class Event(NamedTuple):
    """One change: ``entity_type`` lowerCamel, ``event_type`` Created, Updated or Deleted.

    ``user_ids`` are those who may see it, empty for everyone. ``entity`` is ready for JSON.
    """

    user_ids: tuple[int, ...]
    entity_type: str
    event_type: str
    entity: dict[str, Any]
