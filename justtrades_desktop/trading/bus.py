"""Publish and subscribe within one thread, keyed by the event's class."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

EventT = TypeVar("EventT")

log = logging.getLogger(__name__)


class Bus:
    """Handlers run at once, in the order of their subscription; a failing one harms no other."""

    def __init__(self) -> None:
        self._handlers: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(
        self, event_class: type[EventT], handler: Callable[[EventT], None]
    ) -> Callable[[], None]:
        """Call ``handler`` for each event of exactly ``event_class``; the result unsubscribes."""
        handlers = self._handlers[event_class]
        handlers.append(handler)

        def unsubscribe() -> None:
            if handler in handlers:
                handlers.remove(handler)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Tell everyone who subscribed to this class of event."""
        for handler in tuple(self._handlers.get(type(event), ())):
            try:
                handler(event)
            except Exception:  # a view's bug must not stop the listener behind it
                log.exception("a handler of %s failed", type(event).__name__)
