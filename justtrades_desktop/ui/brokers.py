"""What the window knows of the brokers; compared with the signals when either of them changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timedelta
from typing import Final, NamedTuple

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
from justtrades_desktop.domain.drift_links import any_armed
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.links import AccountKey, LinkMode
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.wording import account_named

_SETTLED: Final = timedelta(seconds=2)  # orders take a moment: until then it is no difference


class Beside(NamedTuple):
    """What the broker holds of an instrument, beside its signals.

    ``net`` is of all accounts that count, of the most serious ``environment`` together, never play
    money and real money in one sum; None where no connection knows. All connected accounts count;
    where links are armed only those that the strategy trades on. ``mixed`` says that others
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
        self._execution: ExecutionState | None = None
        self._found: Sequence[Drift] = ()  # with those that orders under way may settle yet
        self._beside: dict[tuple[str, int], Beside] = {}
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

        The program's memory is read and no broker asked; nothing is compared, but a difference
        that no order has settled meanwhile is told.
        """
        if self.brokerage is None:
            return
        self.states = tuple(self.brokerage.states())
        if len(self._settled()) > len(self.drifts):
            self._compare()
            self.changed.emit()

    def take(self, execution: ExecutionState) -> bool:
        """Which links trade where, and what came of it; whether that changed any difference."""
        before, linked = self.drifts, self._linked
        self._execution = execution
        if not self.states or not (linked or self._linked):
            return False
        self._compare()
        if self.drifts == before and linked == self._linked:
            return False
        self.changed.emit()
        return True

    def beside(self, symbol: str, recorder_id: int) -> Beside:
        """What the broker holds of the instrument that a recorder's signals call ``symbol``."""
        if not self.states:
            return NOWHERE
        known = self._beside.get((symbol, recorder_id))
        if known is None:
            known = self._add_up(symbol, self._traded_on(recorder_id))
            self._beside[symbol, recorder_id] = known
        return known

    @property
    def _linked(self) -> Set[tuple[int, AccountKey]]:
        """Recorders and the accounts that they trade on."""
        links = () if self._execution is None else self._execution.links
        return {(link.recorder_id, link.key) for link in links if link.mode is LinkMode.ARMED}

    def _traded_on(self, recorder_id: int) -> Set[AccountKey] | None:
        """The accounts that count for a recorder; None means all."""
        linked = self._linked
        return {key for recorder, key in linked if recorder == recorder_id} if linked else None

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
        names = {id_: recorder.name for id_, recorder in self._desk.book.recorders.items()}
        execution = self._execution
        self._found = drifts(
            positions, self.states, self.now(), self._found, execution=execution, names=names
        )
        self.drifts = self._settled()
        self._beside.clear()

    def _settled(self) -> Sequence[Drift]:
        """Without the differences that are so new that an order under way may settle them."""
        if not any_armed(self._execution):
            return self._found
        return [drift for drift in self._found if self.now() - drift.since >= _SETTLED]

    def _add_up(self, symbol: str, counted: Set[AccountKey] | None) -> Beside:
        known = [s for s in self.states if is_known(s) and symbol in s.contracts]
        nets = [
            (state, account.name, net)
            for state in known
            for account, net in held(state, state.contracts[symbol]).items()
            if counted is None or AccountKey(state.name, account.name) in counted
        ]
        if counted is not None:
            known = [state for state in known if any(state is other for other, _, _ in nets)]
        if not known:
            return NOWHERE
        environment = max((state.environment for state in known), key=list(Environment).index)
        summed = [net for state, _, net in nets if state.environment is environment]
        same = [state for state in known if state.environment is environment]
        ages = [at for at in map(_stale_since, same) if at is not None]
        return Beside(
            net=sum(summed) if summed else None,
            environment=environment,
            mixed=len(same) < len(known),
            as_of=min(ages, default=None),
            lines=tuple(
                f"{account_named(state.name, name)}: {net} {state.contracts[symbol].name}"
                for state, name, net in nets
            ),
            drifts=tuple(
                drift
                for drift in self._drifts_in(symbol, known)
                if counted is None or AccountKey(drift.connection, drift.account) in counted
            ),
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
