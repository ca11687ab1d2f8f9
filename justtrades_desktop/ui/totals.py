"""What the top bar adds up: the P&L of all that is open, and the result of the day and the week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QDate, QLocale

from justtrades_desktop.domain.feeds import REPLAY, stale_after
from justtrades_desktop.domain.results import Result
from justtrades_desktop.domain.values import from_units
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone

_HOME: Final = "USD"

Money = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Total:
    """An amount in words, and what the words leave out."""

    words: str
    tone: Tone
    more: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Open P&L by currency; ``oldest`` seconds is the age of its oldest price, 0 if none is old."""

    money: Money
    left_out: int
    oldest: float
    replayed: bool


def open_now(desk: Desk, now: datetime) -> Opened:
    """Add up the open positions."""
    sums: defaultdict[str, int] = defaultdict(int)
    left_out, oldest, replayed = 0, 0.0, False
    for mark in desk.book.live():
        position = mark.position
        product = position.product
        result = position.money_units(position.unrealized_units(mark.last))
        if product is None or result is None:
            left_out += 1
            continue
        sums[product.currency] += result
        ticked = desk.book.prices.get(position.symbol)
        if ticked is not None:
            seconds = (now - ticked.at).total_seconds()
            oldest = max(oldest, seconds if seconds > stale_after(ticked.source) else 0.0)
            replayed = replayed or ticked.source == REPLAY
    money = {currency: from_units(total) for currency, total in sums.items()}
    return Opened(money, left_out, oldest, replayed)


def open_total(opened: Opened) -> Total:
    """The open P&L in words."""
    if not opened.money:
        return Total(shown.UNKNOWN if opened.left_out else "0.00", Tone.MUTED, "")
    more = " ".join(_doubts(opened))
    words = in_words(opened.money)
    if opened.oldest:
        return Total(f"{words} ({shown.age(opened.oldest)})", Tone.MUTED, more)
    return Total(words, _tone(opened.money), more)


def day_total(desk: Desk, opened: Opened) -> Total:
    """The result of the session day: what was realized, and what is open now."""
    results = desk.results
    day, realized, week = results.day, results.today, results.week
    lines = [
        shown.tr("Session of {}").format(_day_name(day)),
        shown.tr("Realized today: {}").format(_realized(realized)),
        shown.tr("Open now: {}").format(open_total(opened).words),
        shown.tr("Realized this week: {}").format(_realized(week)),
    ]
    if realized is not None and realized.left_out:
        lines.append(
            shown.tr("{} exits without a price or a tick value are not in it.").format(
                realized.left_out
            )
        )
    more = "\n".join([*lines, *_doubts(opened)])
    if realized is None:
        return Total(shown.UNKNOWN, Tone.MUTED, more)
    money = _together(realized.money, opened.money)
    tone = Tone.MUTED if opened.oldest or not money else _tone(money)
    return Total(in_words(money), tone, more)


def in_words(money: Money) -> str:
    """Amounts with arrow and sign, dollars first; ``0.00`` where there is none."""
    ordered = sorted(money.items(), key=lambda each: (each[0] != _HOME, each[0]))
    words = " · ".join(
        shown.money(amount, None).removesuffix(shown.unit(None))
        + ("" if currency == _HOME else f" {currency}")
        for currency, amount in ordered
    )
    return words or "0.00"


def _realized(result: Result | None) -> str:
    return shown.UNKNOWN if result is None else in_words(result.money)


def _doubts(opened: Opened) -> list[str]:
    doubts = []
    if opened.left_out:
        left_out = shown.tr("{} without a price or a tick value are not in it.")
        doubts.append(left_out.format(opened.left_out))
    if opened.replayed:
        doubts.append(shown.tr("Replayed prices are in it: this is not the market of now."))
    if opened.oldest:
        doubts.append(
            shown.tr("The oldest price in it is {} old.").format(shown.age(opened.oldest))
        )
    return doubts


def _tone(money: Money) -> Tone:
    return shown.tone(next(iter(money.values()))) if len(money) == 1 else Tone.NEUTRAL


def _together(one: Money, other: Money) -> Money:
    return {
        currency: one.get(currency, Fraction(0)) + other.get(currency, Fraction(0))
        for currency in {**one, **other}
    }


def _day_name(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), "dddd, d MMMM")
