"""Events on their way from the exchange to the sockets, with the faults that happen to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.faults import SOCKET_FAULTS, Fault, FaultKind, FaultPlan


class Delivery:
    """Passes events on to ``tell``: at once, late, twice, in another order, or never."""

    def __init__(
        self,
        plan: FaultPlan,
        *,
        tell: Callable[[Event], None],
        strike: Callable[[Fault, str], None],
        users: Callable[[], Mapping[int, str]],
    ) -> None:
        self._plan = plan
        self._tell = tell
        self._strike = strike
        self._users = users
        self._held: list[Event] = []
        self._timers: set[asyncio.TimerHandle] = set()

    def take(self, event: Event) -> None:
        """An event of the exchange."""
        names = self._users()
        users = [names[id_] for id_ in event.user_ids if id_ in names]
        faults = self._plan.event(event.entity_type, users)
        for fault in faults:
            if fault.kind in SOCKET_FAULTS:
                self._strike(fault, fault.user)
        mine = [fault for fault in faults if fault.kind not in SOCKET_FAULTS]
        self._pass_on(event, mine[0] if mine else None)

    def stop(self) -> None:
        """Forget what is late."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._held.clear()

    def _pass_on(self, event: Event, fault: Fault | None) -> None:
        kind = None if fault is None else fault.kind
        if fault is not None and kind is FaultKind.LATE_EVENT:
            self._later(fault.lasts, lambda: self._tell(event))
            return
        if fault is not None and kind is FaultKind.REORDERED_EVENT:
            self._held.append(event)  # until another has overtaken it, or nothing more comes
            self._later(fault.lasts, self._release)
            return
        if kind is not FaultKind.DROPPED_EVENT:
            self._tell(event)
        if kind is FaultKind.DOUBLED_EVENT:
            self._tell(event)
        self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        for event in held:
            self._tell(event)

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        def strike() -> None:
            self._timers.discard(timer)
            do()

        timer = asyncio.get_running_loop().call_later(seconds, strike)
        self._timers.add(timer)
