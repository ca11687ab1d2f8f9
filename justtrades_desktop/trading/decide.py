"""The decision on one alert: what it does to its recorder's position, and why. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Instrument
from justtrades_desktop.domain.events import Signal, SignalRecorded
from justtrades_desktop.domain.exits import levels
from justtrades_desktop.domain.instructions import Nothing, instruct, missed, plan
from justtrades_desktop.domain.positions import Position, Stamp, apply
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert, Outcome, Reading, Source, Unreadable

OFF = "the recorder is switched off"
NO_INSTRUMENT = "the alert names no instrument and the recorder has no default one"
WAITS = "no price is known yet: the first tick will price it"
TWICE = "possibly sent twice: the same alert came within 15 s"


class Situation(NamedTuple):
    """All that a decision rests on, besides the alert and its recorder.

    ``position`` is what is open, with every tick worked in; ``last_price`` the instrument's newest.
    """

    signal_id: int
    new_position_id: int
    instrument: Instrument | None = None
    position: Position | None = None
    last_price: Decimal | None = None
    key: bytes | None = None
    twice: bool = False


def decide(recorder: Recorder, alert: Alert, now: Situation) -> SignalRecorded:
    """The signal that ``alert`` becomes, and the positions and legs it leaves."""
    if not recorder.enabled and alert.source is not Source.RULE:  # rules go on protecting
        return _unchanged(recorder, alert, now, Outcome.IGNORED, OFF)
    if isinstance(alert.reading, Unreadable):
        return _unchanged(recorder, alert, now, Outcome.UNREADABLE, alert.reading.reason)
    if now.instrument is None:
        return _unchanged(recorder, alert, now, Outcome.UNREADABLE, NO_INSTRUMENT)
    return _decided(recorder, alert, alert.reading, now, now.instrument)


def _decided(
    recorder: Recorder, alert: Alert, reading: Reading, now: Situation, instrument: Instrument
) -> SignalRecorded:
    held = now.position.signed if now.position else 0
    instruction = instruct(reading, recorder)
    if isinstance(instruction, Nothing):
        return _unchanged(recorder, alert, now, Outcome.IGNORED, instruction.reason)
    gap = missed(held, instruction)
    step = plan(held, instruction)
    if isinstance(step, Nothing):
        reason = _joined(step.reason, gap and f"gap: {gap}", now.twice and TWICE)
        return SignalRecorded(
            Signal(
                id=now.signal_id,
                recorder_id=recorder.id,
                alert=alert,
                outcome=Outcome.IGNORED,
                reason=reason,
                gap=gap,
                symbol=instrument.symbol,
                instruction=instruction,
                position_id=now.position.id if now.position else None,
                key=now.key,
            ),
            open=now.position,
        )
    price = _price(reading, now)
    stamp = Stamp(
        signal_id=now.signal_id,
        new_position_id=now.new_position_id,
        recorder_id=recorder.id,
        symbol=instrument.symbol,
        at=alert.received_at,
        exit_reason=alert.exit_reason or alert.source.exit_reason,
        product=instrument.product,
        take_profit=reading.take_profit,
        stop_loss=reading.stop_loss,
    )
    change = apply(now.position, step, price, stamp)
    left = change.open or change.closed
    signal = Signal(
        id=now.signal_id,
        recorder_id=recorder.id,
        alert=alert,
        outcome=Outcome.APPLIED,
        reason=_joined(gap and f"gap: {gap}", now.twice and TWICE, price is None and WAITS),
        gap=gap,
        symbol=instrument.symbol,
        instruction=instruction,
        fill_price=price,
        position_id=left.id if left else None,
        key=now.key,
    )
    left_open = change.open
    if left_open is not None and (now.position is None or left_open.id != now.position.id):
        left_open = _with_risk(left_open, recorder)
    return SignalRecorded(signal, change.closed, left_open, change.legs)


def _with_risk(opened: Position, recorder: Recorder) -> Position:
    """A new position with what its first stop would lose (R), where there is one."""
    if recorder.exits.stop is None:
        return opened
    stop = levels(opened, recorder.exits, opened.favourable).stop
    lost = opened.unrealized_units(stop) if stop is not None else None
    return opened._replace(risk_units=-lost) if lost is not None and lost < 0 else opened


def _price(reading: Reading, now: Situation) -> Decimal | None:
    """The alert's own price, else the newest known one; a priced position always has one."""
    if reading.price is not None:
        return reading.price
    if now.last_price is not None or now.position is None:
        return now.last_price
    return now.position.last_price


def _unchanged(
    recorder: Recorder, alert: Alert, now: Situation, outcome: Outcome, reason: str
) -> SignalRecorded:
    return SignalRecorded(
        Signal(
            id=now.signal_id,
            recorder_id=recorder.id,
            alert=alert,
            outcome=outcome,
            reason=reason,
            symbol=now.instrument.symbol if now.instrument else None,
            key=now.key,
        ),
        open=now.position,
    )


def _joined(*reasons: str | bool | None) -> str | None:
    return "; ".join(reason for reason in reasons if isinstance(reason, str)) or None
