"""One line of the signals table: what arrived, how it was read, what became of it and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.instructions import described
from justtrades_desktop.domain.signals import Action, Outcome, Source
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.signal_orders import Story, in_few_words, in_lines, story_tone
from justtrades_desktop.ui.models.table import Column

_TONES: Final = {
    Outcome.APPLIED.value: Tone.GOOD,
    Outcome.IGNORED.value: Tone.MUTED,
    Outcome.UNREADABLE.value: Tone.DANGER,
}
RECEIVED, RECORDER, OUTCOME, READ_AS, ORDERS, REASON, AGAIN, BODY = range(8)


def columns(
    recorder: Callable[[SignalLine], str], orders: Callable[[SignalLine], Story]
) -> list[Column[SignalLine]]:
    """The columns from left to right; ``recorder`` names who received a signal, ``orders`` says
    what its links made of it."""
    return [
        Column(
            title=tr("Received"),
            text=lambda line: shown.clock(line.received_at, datetime.now(UTC)),
            sort_key=lambda line: line.id,
            tone=lambda _: Tone.MUTED,
            tooltip=lambda line: shown.moment(line.received_at),
        ),
        Column(title=tr("Recorder"), text=recorder, sort_key=recorder),
        Column(title=tr("Outcome"), text=outcome, sort_key=outcome, tone=outcome_tone),
        Column(
            title=tr("Read as"),
            text=read_as,
            sort_key=read_as,
            hint=tr("In the alert's own numbers; behind the arrow the position it states"),
        ),
        Column(
            title=tr("Orders"),
            text=lambda line: in_few_words(orders(line)),
            sort_key=lambda line: in_few_words(orders(line)) or None,
            tone=lambda line: story_tone(orders(line)),
            tooltip=lambda line: in_lines(orders(line)),
            hint=tr("What the accounts that follow the strategy made of it"),
        ),
        Column(
            title=tr("Reason"),
            text=lambda line: shown.one_line(line.reason or ""),
            sort_key=lambda line: line.reason or "",
            tone=_reason_tone,
            tooltip=lambda line: shown.several_lines(line.reason or ""),
        ),
        Column(
            title=tr("Again"),
            text=lambda line: f"×{line.repeats}" if line.repeats else "",
            sort_key=lambda line: line.repeats,
            numeric=True,
            tone=lambda _: Tone.WARNING,
            hint=tr("How often the same alert arrived again; it was applied once"),
            spoken=lambda line: tr("arrived again {} times").format(line.repeats),
        ),
        Column(
            title=tr("Alert"),
            text=lambda line: shown.one_line(line.body),
            sort_key=lambda line: line.body,
            tone=lambda _: Tone.MUTED,
        ),
    ]


def outcome_words() -> dict[Outcome, str]:
    """What each outcome is called; a repeat and a price make no line of their own."""
    return {
        Outcome.APPLIED: tr("applied"),
        Outcome.IGNORED: tr("ignored"),
        Outcome.UNREADABLE: tr("unreadable"),
    }


def outcome(line: SignalLine) -> str:
    """What became of it, in a word."""
    return next(
        (word for known, word in outcome_words().items() if known.value == line.outcome),
        line.outcome,
    )


def outcome_tone(line: SignalLine) -> Tone:
    """The colour of that word."""
    return _TONES.get(line.outcome, Tone.MUTED)


def read_as(line: SignalLine) -> str:
    """The instruction in a line: ``buy 2 MNQ1! @ 25600.25 → long 3``."""
    if line.action is None:
        return shown.UNKNOWN
    symbol = shown.one_line(line.symbol or "")
    words = [_asked(line), symbol, _at(line), _states(line)]
    text = " ".join(word for word in words if word)
    return tr("by hand: {}").format(text) if line.source == Source.HAND.value else text


def _asked(line: SignalLine) -> str:
    if line.action == Action.TARGET.value:
        return tr("position")
    size = "" if line.quantity is None else f" {line.quantity}"
    return f"{tr(line.action or '')}{size}"


def _at(line: SignalLine) -> str:
    return "" if line.price is None else f"@ {shown.price(line.price, None)}"


def _states(line: SignalLine) -> str:
    return "" if line.target is None else f"→ {tr(described(line.target))}"


def _reason_tone(line: SignalLine) -> Tone:
    if line.outcome == Outcome.UNREADABLE.value:
        return Tone.DANGER
    return Tone.WARNING if line.outcome == Outcome.APPLIED.value else Tone.MUTED


def is_unreadable(line: SignalLine) -> bool:
    """Whether a person may apply it by hand."""
    return line.outcome == Outcome.UNREADABLE.value
