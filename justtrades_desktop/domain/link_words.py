"""Each setting of a link in a sentence that says what it does with the value it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from justtrades_desktop.domain.link_contradictions import contradictions
from justtrades_desktop.domain.link_exit_words import EXITS, contracts, count
from justtrades_desktop.domain.link_limits import refuse
from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Window,
)
from justtrades_desktop.domain.values import plain

__all__ = ["contradictions", "refuse", "sentences"]

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def sentences(settings: LinkSettings) -> Mapping[str, str]:
    """For every field the sentence that says its effect, also where it is off."""
    return {name: say(settings) for name, say in _SAYS.items()}


# Size


def _times(settings: LinkSettings) -> str:
    return "" if settings.multiplier == 1 else f", times {settings.multiplier}"


def _initial(settings: LinkSettings) -> str:
    if settings.initial is None:
        return f"An entry is as large as the signal's position{_times(settings)}."
    if settings.initial == 0:
        return "An entry has 0 contracts: nothing is entered."
    return f"An entry has {contracts(settings.initial)}{_times(settings)}."


def _add(settings: LinkSettings) -> str:
    if settings.add is None:
        return f"An add is as large as the signal's{_times(settings)}."
    if settings.add == 0:
        return "An add has 0 contracts: nothing is added."
    return f"An add has {contracts(settings.add)}{_times(settings)}."


def _multiplier(settings: LinkSettings) -> str:
    if settings.multiplier == 0:
        return "Every size is multiplied by 0: nothing is traded."
    if settings.multiplier == 1:
        return "Sizes are not multiplied."
    by = settings.multiplier
    return f"Entries, adds and targets in contracts are multiplied by {by}; trims follow in part."


def _max_contracts(settings: LinkSettings) -> str:
    if settings.max_contracts is None:
        return "The link may hold any number of contracts."
    if settings.max_contracts == 0:
        return "The link may hold 0 contracts: every entry is refused."
    most = contracts(settings.max_contracts)
    return f"The link holds at most {most}: an entry or add is cut to what still fits."


# Averaging


def _adds(settings: LinkSettings) -> str:
    if settings.adds:
        return "Adds are taken, and the exits follow the new average."
    return "Adds are not taken: the link stays with its entry."


def _add_every(settings: LinkSettings) -> str:
    if settings.add_every == 1:
        return "Every add of the signals counts."
    return f"Of the adds of the signals every number {settings.add_every} is taken."


def _add_apart_ticks(settings: LinkSettings) -> str:
    if not settings.add_apart_ticks:
        return "Adds may be at any distance from each other."
    apart = count(settings.add_apart_ticks, "tick")
    return f"An add is taken at least {apart} away from the last entry or add."


def _adds_most(settings: LinkSettings) -> str:
    if settings.adds_most is None:
        return "A position may be added to any number of times."
    if settings.adds_most == 0:
        return "A position is never added to: the most adds are 0."
    return f"A position is added to at most {count(settings.adds_most, 'time')}."


# Which signals


def _direction(settings: LinkSettings) -> str:
    return {
        Direction.BOTH: "Longs and shorts are entered.",
        Direction.LONG: "Only longs are entered; a signal to reverse into a short closes the long.",
        Direction.SHORT: "Only shorts are entered; a signal to reverse into a long closes it.",
        Direction.INVERSE: "Every signal is traded the other way round: a buy sells.",
    }[settings.direction]


def _same_way(settings: LinkSettings) -> str:
    return {
        SameWay.FOLLOW: "A signal in the direction of the position adds to it.",
        SameWay.IGNORE: "A signal in the direction of the position is ignored.",
    }[settings.same_way]


def _other_way(settings: LinkSettings) -> str:
    return {
        OtherWay.FOLLOW: "A signal against the position does what it does to the signal position.",
        OtherWay.CLOSE: "A signal against the position closes all of it and opens nothing.",
        OtherWay.IGNORE: "A signal against the position is ignored; explicit closes still count.",
    }[settings.other_way]


# When


def _windows(settings: LinkSettings) -> str:
    if not settings.windows:
        return "Entries are taken at any time."
    return f"Entries are taken {'; and '.join(map(_window, settings.windows))}."


def _window(window: Window) -> str:
    if not window.days:
        return "on no day at all"
    days = ", ".join(_DAYS[day] for day in sorted(window.days))
    kind = "on CME session days" if window.by_session else "on"
    city = window.zone.rpartition("/")[2].replace("_", " ")
    if window.start == window.end:
        return f"{kind} {days} for a whole day from {window.start:%H:%M} ({city})"
    return f"{kind} {days} from {window.start:%H:%M} to {window.end:%H:%M} ({city})"


def _outside(settings: LinkSettings) -> str:
    if settings.outside is Outside.FLAT:
        return "When the time windows end, what is open is closed; outside them nothing is entered."
    return "Outside the time windows nothing is entered; what is open stays."


def _flat_at_session_end(settings: LinkSettings) -> str:
    if settings.flat_at_session_end:
        return "What is open at the session's end is closed; in its last minute nothing is entered."
    return "Positions may be held over the session's end."


def _stale_seconds(settings: LinkSettings) -> str:
    if settings.stale_seconds == 0:
        return "Every entry waits for a person, since none has an age of 0 s. Exits never wait."
    age = count(settings.stale_seconds, "second")
    return f"An entry older than {age} waits for a person. Exits never grow too old."


# How often, and how much may be lost or won


def _cooldown_seconds(settings: LinkSettings) -> str:
    if not settings.cooldown_seconds:
        return "After an exit the next entry may come at once."
    pause = count(settings.cooldown_seconds, "second")
    return f"For {pause} after an exit nothing is entered; a reversal is one move and goes through."


def _trades_most(settings: LinkSettings) -> str:
    if settings.trades_most is None:
        return "Any number of entries is taken in a session."
    if settings.trades_most == 0:
        return "No entry is taken: the most trades are 0."
    most = count(settings.trades_most, "entry", "entries")
    return f"At most {most} {'is' if settings.trades_most == 1 else 'are'} taken in a session."


def _daily_loss(settings: LinkSettings) -> str:
    if settings.daily_loss is None:
        return "There is no daily loss limit."
    return f"Once the day has lost {plain(settings.daily_loss)}, the daily loss limit is reached."


def _daily_profit(settings: LinkSettings) -> str:
    if settings.daily_profit is None:
        return "There is no daily profit limit."
    return f"Once the day has won {plain(settings.daily_profit)}, the profit limit is reached."


def _at_limit(does: AtLimit, name: str) -> str:
    return {
        AtLimit.STOP: f"At the daily {name} limit entries stop; what is open STAYS OPEN.",
        AtLimit.FLATTEN: f"At the daily {name} limit what is open is closed; entries go on.",
        AtLimit.BOTH: f"At the daily {name} limit what is open is closed and entries stop.",
    }[does]


# The order


def _contract(settings: LinkSettings) -> str:
    if settings.contract is None:
        return "The instrument of the signal is traded."
    return f"Every signal is traded in {settings.contract}, whatever its own instrument is."


def _slippage_ticks(settings: LinkSettings) -> str:
    if settings.slippage_ticks is None:
        return "Entries are taken however far the market is from the signal's price."
    most = count(settings.slippage_ticks, "tick")
    return f"Nothing is entered while the market is more than {most} from the signal's price."


def _entry(settings: LinkSettings) -> str:
    if settings.entry is EntryKind.LIMIT:
        return "Entries are limit orders."
    return "Entries are market orders."


def _limited(say: Callable[[LinkSettings], str]) -> Callable[[LinkSettings], str]:
    """What ``say`` says where entries are limit orders."""
    unused = "Not used: entries are market orders."
    return lambda settings: say(settings) if settings.entry is EntryKind.LIMIT else unused


def _limit_ticks(settings: LinkSettings) -> str:
    if settings.limit_ticks == 0:
        return "The limit lies at the signal's price."
    return f"The limit lies {count(settings.limit_ticks, 'tick')} worse than the signal's price."


def _limit_seconds(settings: LinkSettings) -> str:
    return f"A limit entry may take {count(settings.limit_seconds, 'second')} to fill."


def _limit_end(settings: LinkSettings) -> str:
    if settings.limit_end is LimitEnd.MARKET:
        return "What has not filled by then is entered at market."
    return "What has not filled by then is cancelled."


def _expiry_days(settings: LinkSettings) -> str:
    if settings.expiry_days == 0:
        return "Entries are taken until the contract expires."
    days = count(settings.expiry_days, "day")
    return f"Nothing is entered within {days} of the contract's expiry."


_SAYS: Final[Mapping[str, Callable[[LinkSettings], str]]] = {
    "initial": _initial,
    "add": _add,
    "multiplier": _multiplier,
    "max_contracts": _max_contracts,
    **EXITS,
    "adds": _adds,
    "add_every": _add_every,
    "add_apart_ticks": _add_apart_ticks,
    "adds_most": _adds_most,
    "direction": _direction,
    "same_way": _same_way,
    "other_way": _other_way,
    "windows": _windows,
    "outside": _outside,
    "flat_at_session_end": _flat_at_session_end,
    "stale_seconds": _stale_seconds,
    "cooldown_seconds": _cooldown_seconds,
    "trades_most": _trades_most,
    "daily_loss": _daily_loss,
    "daily_loss_does": lambda settings: _at_limit(settings.daily_loss_does, "loss"),
    "daily_profit": _daily_profit,
    "daily_profit_does": lambda settings: _at_limit(settings.daily_profit_does, "profit"),
    "contract": _contract,
    "slippage_ticks": _slippage_ticks,
    "entry": _entry,
    "limit_ticks": _limited(_limit_ticks),
    "limit_seconds": _limited(_limit_seconds),
    "limit_end": _limited(_limit_end),
    "expiry_days": _expiry_days,
}
