"""An alert becomes an order on PAPER, with its stop and its target, and the target takes it out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.broker import Brokerage, BrokerOrder, Environment
from justtrades_desktop.domain.execution import AccountState, Executions
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import LinkMode, LinkSettings, Target
from justtrades_desktop.domain.orders import Decision, Purpose, Verdict
from justtrades_desktop.selftest.alerts import send
from justtrades_desktop.selftest.checking import Wrong, is_so, until
from justtrades_desktop.selftest.scene import Program

NAME: Final = "Bracket MNQ"
ENTRY: Final = "25612"
EXIT: Final = "25617"
_BEYOND: Final = "25617.25"
_STOP: Final = Decimal(25602)
_SIZE: Final = 2
_SETTINGS: Final = LinkSettings(
    own_exits=True,
    stop=level("40 ticks"),
    targets=(Target(level("20 ticks"), Decimal(100)),),
)
_OVER: Final = (Verdict.DONE, Verdict.REFUSED, Verdict.FAILED, Verdict.PERSON, Verdict.NOTHING)


class _Fill(NamedTuple):
    """What an execution must say."""

    purpose: Purpose | None
    quantity: int
    price: Decimal


class _Resting(NamedTuple):
    """A working order: what it waits for."""

    kind: str
    price: Decimal | None
    quantity: int | None


async def bracket(program: Program) -> str:
    """Link a strategy to the paper account and follow one trade from its alert to flat."""
    if program.running.brokers is None:
        raise Wrong("expected brokers in this start, found none")
    brokers = await program.running.brokers.get()
    door = await program.running.brokers.executions()
    paper = await _ready(door)
    recorder = await program.desk.add_recorder(NAME)
    _ = await door.add_link(recorder.id, paper.key, _SETTINGS, mode=LinkMode.ARMED)
    await _enter(program, door)
    await _rests(brokers, door)
    program.desk.tick("MNQ1!", Decimal(_BEYOND))
    await _is_flat(brokers, door)
    await _recorded(door)
    close = {"action": "close", "ticker": "MNQ1!", "price": EXIT}
    await send(program, NAME, [json.dumps(close)])
    await _well(door)
    return f"{_SIZE} at {ENTRY}, stop {_STOP} and target {EXIT} rested, the target filled, flat"


async def _ready(door: Executions) -> AccountState:
    """The paper account, once orders may go there."""

    def found() -> AccountState | None:
        state = door.state()
        papers = [each for each in state.accounts if each.environment is Environment.PAPER]
        return papers[0] if state.ready and papers else None

    return await until(found, "the paper account to be ready for orders")


async def _enter(program: Program, door: Executions) -> None:
    program.desk.tick("MNQ1!", Decimal(ENTRY))

    def brakes() -> list[str]:
        return [brake.said for brake in door.state().brakes]

    # Making the window may have held up the loop, which stops entries for some seconds.
    await until(lambda: not brakes(), "entries to be let through", how_it_is=brakes)
    buy = {"action": "buy", "ticker": "MNQ1!", "contracts": _SIZE, "price": ENTRY}
    (answer,) = await send(program, NAME, [json.dumps(buy)])
    await _done(door, answer["signal_id"])


async def _done(door: Executions, signal: int) -> None:
    """Until what became of the signal is an order that filled."""

    def newest() -> Decision | None:
        return next((each for each in door.state().decisions if each.signal_id == signal), None)

    async def decided(*ends: Verdict) -> Decision:
        def found() -> Decision | None:
            made = newest()
            return made if made is not None and made.verdict in ends else None

        return await until(found, "the entry to be filled", how_it_is=newest)

    made = await decided(Verdict.PARKED, *_OVER)
    if made.verdict is Verdict.PARKED:  # held back until it was old: a person may send it still
        await door.send_parked(made.id)
        made = await decided(*_OVER)
    said = f"{made.verdict.value}: {made.reason or made.came}"
    is_so(made.verdict is Verdict.DONE, "that the entry was sent and filled", said)


async def _rests(brokers: Brokerage, door: Executions) -> None:
    wanted = {_Resting("Stop", _STOP, _SIZE), _Resting("Limit", Decimal(EXIT), _SIZE)}

    def resting() -> set[_Resting]:
        return {_resting(order) for order in _working(brokers)}

    def held() -> list[int]:
        return [each.own for each in door.state().held]

    await until(lambda: resting() == wanted, "stop and target to rest", how_it_is=resting)
    await until(lambda: held() == [_SIZE], f"the link to hold {_SIZE}", how_it_is=held)


async def _is_flat(brokers: Brokerage, door: Executions) -> None:
    def left() -> list[object]:
        positions = [each for state in brokers.states() for each in state.positions if each.net]
        return [*positions, *_working(brokers), *(h for h in door.state().held if h.own)]

    await until(lambda: not left(), "the account to be flat, with no order left", how_it_is=left)


async def _recorded(door: Executions) -> None:
    entry = _Fill(Purpose.ENTRY, _SIZE, Decimal(ENTRY))
    target = _Fill(Purpose.TARGET, _SIZE, Decimal(EXIT))

    def fills() -> list[_Fill]:
        """The newest first."""
        return [_Fill(one.purpose, one.quantity, one.price) for one in door.state().executions]

    await until(lambda: fills() == [target, entry], "the fills in the books", how_it_is=fills)


async def _well(door: Executions) -> None:
    def found() -> list[str]:
        return [finding.said for finding in door.state().findings]

    await until(lambda: not found(), "the doctor to find nothing", how_it_is=found)


def _working(brokers: Brokerage) -> list[BrokerOrder]:
    return [order for state in brokers.states() for order in state.working]


def _resting(order: BrokerOrder) -> _Resting:
    return _Resting(order.kind, order.price or order.stop_price, order.quantity)
