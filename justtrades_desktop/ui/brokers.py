"""What the window knows of the brokers; compared with the signals when either of them changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.broker import (
    Brokerage,
    BrokerState,
    Drift,
    Environment,
    Light,
    LinkState,
)
from justtrades_desktop.domain.drift import drifts, held, is_known
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge


class Beside(NamedTuple):
    """What the broker holds of an instrument, beside its signals.

    ``net`` is of all connected accounts of the most serious ``environment`` together, never play
    money and real money in one sum; None where no connection knows. ``mixed`` says that others
    know it as well: ``lines`` name all accounts. ``as_of`` is how old the oldest of the sum is
    where a link is not up.
    """

    net: int | None = None
    environment: Environment | None = None
    mixed: bool = False
    as_of: datetime | None = None
    lines: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()


NOWHERE = Beside()


class Brokers(QObject):
    """Every connection as it was told last, and where an account differs from the signals.

    Without a ``brokerage`` there is no broker in this start: everything here stays empty.
    """

    changed = Signal()

    def __init__(
        self,
        brokerage: Brokerage | None,
        desk: Desk,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.brokerage = brokerage
        self.states: Sequence[BrokerState] = ()
        self.drifts: Sequence[Drift] = ()
        self._desk = desk
        self._beside: dict[str, Beside] = {}
        if brokerage is not None:
            bridge.brokers_changed.connect(self._on_brokers)
            bridge.signals_recorded.connect(self._on_signals)
            self._read()

    @property
    def present(self) -> bool:
        """Whether this start has brokers at all."""
        return self.brokerage is not None

    def now(self) -> datetime:
        """The core's clock."""
        return self._desk.clock()

    def look(self) -> None:
        """Read anew how old everything is: a heartbeat alone is not worth an event.

        The program's memory is read and no broker asked; nothing is compared.
        """
        if self.brokerage is not None:
            self.states = tuple(self.brokerage.states())

    def beside(self, symbol: str) -> Beside:
        """What the broker holds of the instrument that signals call ``symbol``."""
        if not self.states:
            return NOWHERE
        known = self._beside.get(symbol)
        if known is None:
            known = self._beside[symbol] = self._add_up(symbol)
        return known

    def _on_brokers(self, _: object) -> None:
        self._read()
        self.changed.emit()

    def _on_signals(self) -> None:
        if self.states:
            self._compare()
            self.changed.emit()

    def _read(self) -> None:
        if self.brokerage is not None:
            self.states = tuple(self.brokerage.states())
        self._compare()

    def _compare(self) -> None:
        positions = (mark.position for mark in self._desk.book.live())
        self.drifts = drifts(positions, self.states, self.now(), self.drifts)
        self._beside.clear()

    def _add_up(self, symbol: str) -> Beside:
        known = [s for s in self.states if is_known(s) and symbol in s.contracts]
        if not known:
            return NOWHERE
        environment = max((state.environment for state in known), key=list(Environment).index)
        nets = [
            (state, account.name, net)
            for state in known
            for account, net in held(state, state.contracts[symbol]).items()
        ]
        summed = [net for state, _, net in nets if state.environment is environment]
        same = [state for state in known if state.environment is environment]
        ages = [at for at in map(_stale_since, same) if at is not None]
        return Beside(
            net=sum(summed) if summed else None,
            environment=environment,
            mixed=len(same) < len(known),
            as_of=min(ages, default=None),
            lines=tuple(
                f"{state.name} {name}: {net} {state.contracts[symbol].name}"
                for state, name, net in nets
            ),
            drifts=tuple(self._drifts_in(symbol, known)),
        )

    def _drifts_in(self, symbol: str, states: Sequence[BrokerState]) -> Iterator[Drift]:
        for state in states:
            contract = state.contracts[symbol].contract_id
            same = {s for s, other in state.contracts.items() if other.contract_id == contract}
            yield from (d for d in self.drifts if d.connection == state.name and d.symbol in same)


def heard_at(link: LinkState, state: BrokerState) -> datetime | None:
    """When anything last came over ``link``, None if nothing ever did."""
    return link.progress_at or (state.synced_at if link is state.orders else None)


def _stale_since(state: BrokerState) -> datetime | None:
    if state.orders.light is Light.UP:
        return None
    return heard_at(state.orders, state)
