"""Orders, previews and what becomes of them, in the words of the window."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import Preview, Ticket, Trouble
from justtrades_desktop.domain.orders import (
    Decision,
    IntentState,
    OrderKind,
    Purpose,
    Verdict,
    Way,
    Wish,
)
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr

OURS: Final = "jt-"  # how the ids begin that this program gives its orders


def way_word(way: Way) -> str:
    """Buy or Sell."""
    return tr("Buy") if way is Way.BUY else tr("Sell")


def kind_word(kind: str) -> str:
    """How an order is priced; the broker's own word where it is none of ours."""
    words = {
        OrderKind.MARKET.value: tr("Market"),
        OrderKind.LIMIT.value: tr("Limit"),
        OrderKind.STOP.value: tr("Stop"),
        OrderKind.STOP_LIMIT.value: tr("Stop limit"),
        OrderKind.TRAILING_STOP.value: tr("Trailing stop"),
    }
    return words.get(kind) or shown.one_line(kind)


def purpose_word(purpose: Purpose) -> str:
    """What an order is for."""
    return {
        Purpose.ENTRY: tr("entry"),
        Purpose.ADD: tr("add"),
        Purpose.TARGET: tr("target"),
        Purpose.STOP: tr("stop"),
        Purpose.TRIM: tr("trim"),
        Purpose.CLOSE: tr("close"),
        Purpose.MODIFY: tr("change"),
        Purpose.CANCEL: tr("cancel"),
        Purpose.FLATTEN: tr("flatten"),
        Purpose.HAND: tr("by hand"),
    }[purpose]


def wish_word(wish: Wish) -> str:
    """What a decision is about."""
    return {
        Wish.ENTER: tr("enter"),
        Wish.ADD: tr("add"),
        Wish.TRIM: tr("trim"),
        Wish.CLOSE: tr("close"),
        Wish.REVERSE: tr("reverse"),
        Wish.HOLD: tr("hold"),
        Wish.HAND: tr("by hand"),
        Wish.FLATTEN: tr("flatten"),
        Wish.REPAIR: tr("repair"),
        Wish.MANUAL: tr("traded at the broker"),
    }[wish]


def verdict_word(verdict: Verdict) -> str:
    """What became of a decision."""
    return {
        Verdict.SENT: tr("sent"),
        Verdict.SHADOW: tr("shadow"),
        Verdict.NOTHING: tr("nothing to do"),
        Verdict.REFUSED: tr("refused"),
        Verdict.PARKED: tr("parked"),
        Verdict.SUPERSEDED: tr("superseded"),
        Verdict.WAITING: tr("waiting"),
        Verdict.DONE: tr("done"),
        Verdict.FAILED: tr("failed"),
        Verdict.PERSON: tr("needs a person"),
    }[verdict]


def is_word(decision: Decision) -> bool:
    """Whether it decides nothing: the program has something to say that a person must know."""
    return (
        decision.wish is Wish.HOLD
        and decision.verdict is Verdict.PERSON
        and decision.link_id is None
        and decision.signal_id is None
    )


def word_of(decision: Decision) -> str:
    """What it says, without the account's name before it: that stands in a column of its own."""
    said = shown.one_line(decision.reason or decision.came)
    return said.removeprefix(shown.one_line(f"{decision.key}:")).strip()


VERDICT_TONES: Final[Mapping[Verdict, Tone]] = {
    Verdict.SENT: Tone.ACCENT,
    Verdict.SHADOW: Tone.MUTED,
    Verdict.NOTHING: Tone.MUTED,
    Verdict.REFUSED: Tone.WARNING,
    Verdict.PARKED: Tone.WARNING,
    Verdict.SUPERSEDED: Tone.MUTED,
    Verdict.WAITING: Tone.ACCENT,
    Verdict.DONE: Tone.GOOD,
    Verdict.FAILED: Tone.DANGER,
    Verdict.PERSON: Tone.DANGER,
}
"""The colour of each verdict."""


def intent_state_word(state: IntentState) -> str:
    """How far an intent has come."""
    return {
        IntentState.INTENDED: tr("intended"),
        IntentState.DOUBT: tr("in doubt"),
        IntentState.PLACED: tr("placed"),
        IntentState.FILLED: tr("filled"),
        IntentState.CANCELED: tr("cancelled"),
        IntentState.REJECTED: tr("rejected"),
        IntentState.NOT_SENT: tr("not sent"),
        IntentState.ABSENT: tr("never arrived"),
        IntentState.DONE: tr("done"),
    }[state]


def trouble_word(trouble: Trouble) -> str:
    """What the doctor finds, as a heading."""
    return {
        Trouble.NAKED: tr("No protection"),
        Trouble.DOUBLED: tr("Doubled exits"),
        Trouble.ORPHANED: tr("Orphaned order"),
        Trouble.WRONG_SIZE: tr("Wrong size"),
        Trouble.WRONG_SIDE: tr("Wrong side"),
        Trouble.MANUAL: tr("Traded by hand"),
        Trouble.DOUBT: tr("Order in doubt"),
        Trouble.UNSURE: tr("Not sure yet"),
    }[trouble]


def priced(
    kind: OrderKind,
    price: Decimal | None,
    stop_price: Decimal | None,
    distance: Decimal | None,
    product: Product | None,
) -> str:
    """How an order is priced: ``Limit 25600.25``, ``Trailing stop 10 points behind``."""
    word = kind_word(kind.value)
    if kind is OrderKind.TRAILING_STOP and distance is not None:
        return tr("{} {} points behind").format(word, shown.price(distance, product))
    if kind is OrderKind.STOP_LIMIT:
        stop, limit = shown.price(stop_price, product), shown.price(price, product)
        return tr("Stop {}, limit {}").format(stop, limit)
    at = price if kind is OrderKind.LIMIT else stop_price
    return word if at is None else f"{word} {shown.price(at, product)}"


def ticket_priced(ticket: Ticket, product: Product | None) -> str:
    """How a ticket is priced."""
    return priced(ticket.kind, ticket.price, ticket.stop_price, ticket.distance, product)


def amount(value: Decimal, currency: str) -> str:
    """An amount without sign or arrow; dollars go without saying."""
    text = shown.money(Fraction(abs(value)), None).lstrip(f"{shown.UP} +")
    text = text.removesuffix(shown.unit(None))
    return text if currency == "USD" else f"{text} {currency}"


def stakes(preview: Preview) -> str:
    """``Risks 125.00, aims for 250.00.``; empty where nothing of it is known."""
    risk, aim = preview.stop_money, preview.target_money
    if risk is not None and aim is not None:
        said = tr("Risks {}, aims for {}.")
        return said.format(amount(risk, preview.currency), amount(aim, preview.currency))
    if risk is not None:
        return tr("Risks {}; no target.").format(amount(risk, preview.currency))
    if aim is not None:
        said = tr("Aims for {}; no stop, so what it risks has no end.")
        return said.format(amount(aim, preview.currency))
    return ""
