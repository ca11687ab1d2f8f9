"""What may stop an entry or an add of a link, each in words that name the setting. Pure.

Nothing here ever stops an exit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.link_memory import Memory
from justtrades_desktop.domain.links import AtLimit, Direction, LinkSettings
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.domain.steps import Step
from justtrades_desktop.domain.trading_hours import LAST_MINUTE, is_open
from justtrades_desktop.domain.values import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All that routing rests on besides step, settings and memory.

    ``price`` is the market's, ``day`` the session day, ``expires`` the end of the contract,
    ``day_pnl`` realized and unrealized P&L of the day in money. ``held`` is the link's real signed
    position, None where it is unknown or an order that opens is still under way. ``brakes`` are
    reasons why entries stop now.
    """

    now: datetime
    day: date
    price: Decimal | None = None
    product: Product | None = None
    expires: datetime | None = None
    day_pnl: Decimal | None = None
    held: int | None = None
    brakes: tuple[str, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)


class Case(NamedTuple):
    """What an entry rule looks at; ``step`` as the link sees it, ``is_add`` for an add."""

    step: Step
    settings: LinkSettings
    memory: Memory
    conditions: Conditions
    is_add: bool = False

    @property
    def price(self) -> Decimal | None:
        """The signal's price, else the market's."""
        return self.step.price if self.step.price is not None else self.conditions.price


def refusal(case: Case) -> str | None:
    """Why this entry or add is not allowed, None where it is."""
    return next((said for rule in _RULES if (said := rule(case)) is not None), None)


def too_old(case: Case) -> str | None:
    """Why it must wait for a person, None where it is fresh."""
    age = (case.conditions.now - case.step.at).total_seconds()
    if age <= case.settings.stale_seconds:
        return None
    return f"the signal is {age:.0f} s old, and entries wait after {case.settings.stale_seconds} s"


def limit_reached(settings: LinkSettings, day_pnl: Decimal | None) -> tuple[bool, bool, str] | None:
    """Whether a daily limit is reached: (entries stop, position is closed, in words)."""
    if day_pnl is None:
        return None
    loss, profit = settings.daily_loss, settings.daily_profit
    if loss is not None and day_pnl <= -loss:
        said = f"the daily loss limit of {plain(loss)} is reached ({plain(day_pnl)})"
        return _at_limit(settings.daily_loss_does, said)
    if profit is not None and day_pnl >= profit:
        said = f"the daily profit limit of {plain(profit)} is reached ({plain(day_pnl)})"
        return _at_limit(settings.daily_profit_does, said)
    return None


def _at_limit(does: AtLimit, said: str) -> tuple[bool, bool, str]:
    stops, flattens = does is not AtLimit.FLATTEN, does is not AtLimit.STOP
    match does:
        case AtLimit.STOP:
            said += ": no entries, what is open stays"
        case AtLimit.FLATTEN:
            said += ": what is open is closed, entries go on"
        case AtLimit.BOTH:
            said += ": what is open is closed, no entries"
    return stops, flattens, said


def _direction(case: Case) -> str | None:
    side, allowed = case.step.after, case.settings.direction
    if allowed is Direction.LONG and side < 0:
        return "the direction is long only, and this is a short"
    if allowed is Direction.SHORT and side > 0:
        return "the direction is short only, and this is a long"
    return None


def _brakes(case: Case) -> str | None:
    return "; ".join(case.conditions.brakes) or None


def _windows(case: Case) -> str | None:
    now, calendar = case.conditions.now, case.conditions.calendar
    return None if is_open(case.settings.windows, now, calendar) else "outside the time windows"


def _session_end(case: Case) -> str | None:
    if not case.settings.flat_at_session_end:
        return None
    now = case.conditions.now
    if case.conditions.calendar.session_end(now) - now > LAST_MINUTE:
        return None
    return "the session ends within a minute, and the link is to be flat at its end"


def _cooldown(case: Case) -> str | None:
    pause, left_at = case.settings.cooldown_seconds, case.memory.last_exit
    if case.is_add or not pause or left_at is None:
        return None
    over = (case.conditions.now - left_at).total_seconds()
    if over >= pause:
        return None
    return f"the cooldown of {pause} s after the last exit lasts {pause - over:.0f} s more"


def _trades(case: Case) -> str | None:
    most = case.settings.trades_most
    if case.is_add or most is None:
        return None
    if case.memory.entries_on(case.conditions.day) < most:
        return None
    return f"the most trades a session are {most}, and they are taken"


def _day_limits(case: Case) -> str | None:
    settings, day_pnl = case.settings, case.conditions.day_pnl
    reached = limit_reached(settings, day_pnl)
    if reached is not None:
        return reached[2] if reached[0] else None
    for amount, does, name in (
        (settings.daily_loss, settings.daily_loss_does, "loss"),
        (settings.daily_profit, settings.daily_profit_does, "profit"),
    ):
        if day_pnl is None and amount is not None and does is not AtLimit.FLATTEN:
            return f"the day's P&L is not known, and there is a daily {name} limit"
    return None


def _expiry(case: Case) -> str | None:
    days, expires = case.settings.expiry_days, case.conditions.expires
    if expires is None or expires - case.conditions.now > timedelta(days=days):
        return None
    end = expires.date().isoformat()
    return f"the contract expires on {end}, and entries stop {_days(days)} before"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _slippage(case: Case) -> str | None:
    most, market, signal = case.settings.slippage_ticks, case.conditions.price, case.step.price
    if most is None:
        return None
    name = f"the slippage limit of {most} ticks"
    product = case.conditions.product
    if product is None:
        return f"{name} cannot be checked: the tick size is not known"
    if market is None or signal is None:
        whose = "market" if market is None else "signal"
        return f"{name} cannot be checked: there is no price of the {whose}"
    away = ticks_between(market, signal, product)
    if away <= most:
        return None
    return f"the market is {_count(away)} ticks from the signal's price, over {name}"


def ticks_between(one: Decimal, other: Decimal, product: Product) -> Fraction:
    """How far two prices are apart, at least 0, in ticks."""
    return abs(Fraction(one) - Fraction(other)) / Fraction(product.tick_size)


def _count(ticks: Fraction) -> str:
    return f"{float(ticks):.4g}" if ticks < 10_000 else f"{int(ticks)}"


def add_refusal(case: Case) -> str | None:
    """Why averaging leaves this add out, None where it does not; ``memory`` has counted it."""
    settings, memory = case.settings, case.memory
    if memory.adds_seen % max(settings.add_every, 1):
        return f"every add number {settings.add_every} is taken, and this is {memory.adds_seen}"
    if settings.adds_most is not None and memory.adds >= settings.adds_most:
        return f"the most adds are {settings.adds_most}, and they are taken"
    return _apart(case)


def _apart(case: Case) -> str | None:
    least, last, price = case.settings.add_apart_ticks, case.memory.last_price, case.price
    if not least:
        return None
    name = f"adds are to be {least} ticks apart"
    product = case.conditions.product
    if product is None or last is None or price is None:
        missing = "the tick size" if product is None else "a price"
        return f"{name}, which cannot be checked: {missing} is not known"
    away = ticks_between(price, last, product)
    return f"{name}, and this one is {_count(away)}" if away < least else None


_RULES: Final[tuple[Callable[[Case], str | None], ...]] = (
    _direction,
    _brakes,
    _windows,
    _session_end,
    _cooldown,
    _trades,
    _day_limits,
    _expiry,
    _slippage,
)
