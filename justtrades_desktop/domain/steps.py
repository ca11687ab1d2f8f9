"""A recorded signal as the step that it was of its signal position."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.exits import Level
from justtrades_desktop.domain.positions import Leg, LegKind, Position
from justtrades_desktop.domain.signals import Action, Source

_TRADES: Final = (Action.BUY, Action.SELL)


class Step(NamedTuple):
    """From ``before`` to ``after`` signed contracts of the signal position.

    ``source`` is ``alert``, ``hand`` or ``rule``. ``way`` is +1 where the signal bought, -1 where
    it sold, 0 where it does not say so (a close, an add). ``price`` is what the signal filled at,
    ``at`` when it was received. ``exit_reason`` stands where it closed the position.
    """

    signal_id: int
    recorder_id: int
    symbol: str
    before: int
    after: int
    at: datetime
    action: Action
    source: str = Source.ALERT.value
    way: int = 0
    price: Decimal | None = None
    exit_reason: str | None = None
    take_profit: Level | None = None
    stop_loss: Level | None = None
    bygone: bool = False

    @property
    def is_trade(self) -> bool:
        """Whether it is a mere buy or sell: no exit in so many words, and no stated position."""
        return self.action in _TRADES and self.source != Source.RULE

    @property
    def mirrored(self) -> Step:
        """The same step the other way round."""
        return self._replace(before=-self.before, after=-self.after, way=-self.way)


def step_of(event: SignalRecorded) -> Step | None:
    """What ``event`` did to its signal position, None where that did not change."""
    signal, instruction, reading = event.signal, event.signal.instruction, event.signal.reading
    if not event.legs or instruction is None or signal.symbol is None:
        return None
    after = event.open.signed if event.open else 0
    before = sum(_before(each, event.legs) for each in (event.closed, event.open) if each)
    if before == after:
        return None
    return Step(
        signal_id=signal.id,
        recorder_id=signal.recorder_id,
        symbol=signal.symbol,
        before=before,
        after=after,
        at=signal.alert.received_at,
        action=instruction.action,
        source=signal.alert.source.value,
        way=_way(instruction.action, instruction.toward),
        price=signal.fill_price,
        exit_reason=event.closed.exit_reason if event.closed else None,
        take_profit=reading.take_profit if reading else None,
        stop_loss=reading.stop_loss if reading else None,
        bygone=signal.alert.bygone,
    )


def _before(position: Position, legs: tuple[Leg, ...]) -> int:
    """What ``position`` held before these of its legs, signed."""
    moved = sum(
        leg.quantity if leg.kind is LegKind.ENTRY else -leg.quantity
        for leg in legs
        if leg.position_id == position.id
    )
    return position.signed - position.side.sign * moved


def _way(action: Action, toward: int) -> int:
    match action:
        case Action.BUY:
            return 1
        case Action.SELL:
            return -1
        case _:
            return toward
