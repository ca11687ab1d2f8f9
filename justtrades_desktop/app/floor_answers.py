"""How a call to the broker ended, in execution's words."""

from __future__ import annotations

from typing import assert_never

from justtrades_desktop.broker.answers import NotHandled
from justtrades_desktop.broker.results import Commanded, InDoubt, No, Placed, Refused
from justtrades_desktop.execution import ports


def answer_of(result: Placed | No) -> ports.Answer:
    """The end of a new order."""
    if isinstance(result, Placed):
        return ports.Placed(
            order_id=result.order_id, oco_id=result.oco_id, leg_ids=result.bracket_ids
        )
    return _no(result)


def answer_to_a_change(result: Commanded | No) -> ports.Answer:
    """The end of a change or a cancel."""
    return ports.Taken() if isinstance(result, Commanded) else _no(result)


def _no(result: No) -> ports.Answer:
    match result:
        case Refused():
            return ports.Refused(result.said, denied=result.denied)
        case NotHandled(why=why, seconds=seconds):
            return ports.NotSent(why, seconds or 0.0)
        case InDoubt(why=why):
            return ports.Doubt(why)
    assert_never(result)
