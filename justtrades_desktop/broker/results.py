"""How a call that changes something ends: done, refused, not handled, or in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from justtrades_desktop.broker.answers import (
    Accepted,
    Answer,
    NotHandled,
    Rejected,
    Trouble,
    Unknown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The broker has the order; whether it works or fills is told by events, not here.

    ``bracket_ids`` may be fewer than were asked for: then the children are found by their parent.
    """

    order_id: int
    oco_id: int | None = None
    bracket_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Commanded:
    """The broker has the change or the cancel; what becomes of it is told by events."""

    command_id: int


@dataclass(frozen=True, slots=True)
class StrategyStarted:
    """The broker keeps the order with its exits."""

    strategy_id: int


@dataclass(frozen=True, slots=True)
class Done:
    """The broker said yes, without a number."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not placed: the broker's own word (may be empty), and its own text."""

    reason: str
    text: str
    denied: bool = False
    """The token, a permission or the device; or the order to be cancelled was over already."""

    @property
    def said(self) -> str:
        """Both, as one shows them."""
        return ": ".join(word for word in (self.reason, self.text) if word)


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Placed or not: look it up before anything else is done."""

    why: str


No = Refused | NotHandled | InDoubt
"""What is no yes; ``NotHandled`` was certainly not executed. Also for ``isinstance``."""


def placed(answer: Answer) -> Placed | No:
    """The end of a new order."""
    if not isinstance(answer, Accepted):
        return no(answer)
    body = answer.body
    order_id = _id(body, "orderId")
    if order_id is None:
        return InDoubt(f"the broker's answer names no order: {body.get('orderId')!r}")
    brackets = (_id(body, key) for key in ("oso1Id", "oso2Id"))
    return Placed(
        order_id=order_id,
        oco_id=_id(body, "ocoId"),
        bracket_ids=tuple(each for each in brackets if each is not None),
    )


def done(answer: Answer) -> Done | No:
    """The end of a call that names nothing."""
    return Done() if isinstance(answer, Accepted) else no(answer)


def commanded(answer: Answer) -> Commanded | No:
    """The end of a change or a cancel."""
    if not isinstance(answer, Accepted):
        return no(answer)
    command_id = _id(answer.body, "commandId")
    if command_id is None:
        return InDoubt("the broker's answer names no command")
    return Commanded(command_id)


def started(answer: Answer) -> StrategyStarted | No:
    """The end of a call about a strategy."""
    if not isinstance(answer, Accepted):
        return no(answer)
    strategy = answer.body["orderStrategy"]
    strategy_id = _id(strategy, "id") if isinstance(strategy, dict) else None
    if strategy_id is None:
        return InDoubt("the broker's answer names no strategy")
    return StrategyStarted(strategy_id)


def no(answer: Trouble) -> No:
    """What ``answer`` means where it is no yes."""
    match answer:
        case Rejected(reason, text):
            return Refused("" if reason.isdigit() else reason, text, denied=answer.denied)
        case NotHandled():
            return answer
        case Unknown(why):
            return InDoubt(why)


def _id(body: Any, key: str) -> int | None:
    value = body.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
