"""A connection in words: its light with an age, its budget, what is about to expire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from justtrades_desktop.domain.broker import BrokerState, Environment, Light, LinkState
from justtrades_desktop.ui.brokers import heard_at
from justtrades_desktop.ui.format import Tone, age, clock, one_line
from justtrades_desktop.ui.said import Level, Said
from justtrades_desktop.ui.theme import Colours

translate = QCoreApplication.translate

_SILENT: Final = 15.0  # seconds: a link that is up says something every few seconds
_TOKEN_NEAR: Final = timedelta(minutes=10)
_PASSWORD_NEAR: Final = timedelta(days=14)
_WORST: Final = (Level.BAD, Level.LATE, Level.GOOD, Level.QUIET)

Link = Callable[[BrokerState], LinkState]


def environment_word(environment: Environment) -> str:
    """PAPER, DEMO or LIVE."""
    return {
        Environment.PAPER: translate("Brokers", "PAPER"),
        Environment.DEMO: translate("Brokers", "DEMO"),
        Environment.LIVE: translate("Brokers", "LIVE"),
    }[environment]


def environment_colour(environment: Environment, colours: Colours) -> QColor:
    """Real money is the colour of danger."""
    return {
        Environment.PAPER: colours.paper,
        Environment.DEMO: colours.demo,
        Environment.LIVE: colours.live,
    }[environment]


# One connection


def link_said(link: LinkState, state: BrokerState, now: datetime) -> Said:
    """How one link of ``state`` is, and how long ago anything came over it."""
    since = heard_at(link, state)
    seconds = None if since is None else max(0.0, (now - since).total_seconds())
    if link.light is Light.OFF:
        return Said(Level.QUIET, translate("Brokers", "off"))
    if link.light is Light.CONNECTING:
        words = translate("Brokers", "connecting")
        return Said(Level.LATE, _with_age(words, seconds), one_line(link.said))
    locked = lockout(state, now)
    if link.light is Light.TROUBLE:
        words = translate("Brokers", "trouble")
        if locked:
            words = translate("Brokers", "locked")
        return Said(Level.BAD, _with_age(words, seconds), one_line(link.said))
    if seconds is None:
        return Said(Level.LATE, translate("Brokers", "up, nothing has come yet"))
    if seconds > _SILENT:
        words = translate("Brokers", "silent for %1").replace("%1", age(seconds))
        return Said(Level.LATE, words, one_line(link.said))
    return Said(Level.GOOD, translate("Brokers", "up, %1").replace("%1", _short(seconds)))


def lockout(state: BrokerState, now: datetime) -> str:
    """How long the broker answers nothing, counted down; empty while it does."""
    until = state.budget.locked_until
    if until is None or until <= now:
        return ""
    seconds = int((until - now).total_seconds())
    left = f"{seconds // 60}:{seconds % 60:02d}"
    why = one_line(state.budget.why_locked)
    said = translate("Brokers", "Locked for %1 more, no call is made until %2").replace("%1", left)
    said = said.replace("%2", clock(until, now))
    return f"{said}: {why}" if why else f"{said}."


def budget(state: BrokerState) -> str:
    """Calls of the last hour; a dash where the limit is not known, nothing where there is none."""
    calls = state.budget
    if state.environment is Environment.PAPER:
        return ""
    if not calls.limit:
        return translate("Brokers", "Calls this hour: –")
    said = translate("Brokers", "Calls this hour: %1 of %2 used, %3 left now, %4 kept for exits")
    for mark, number in zip(
        ("%1", "%2", "%3", "%4"),
        (calls.used, calls.limit, calls.left, calls.reserved),
        strict=True,
    ):
        said = said.replace(mark, f"{number:,}")
    return said


def budget_tone(state: BrokerState) -> Tone:
    """A warning once entries have next to nothing left."""
    calls = state.budget
    if not calls.limit:
        return Tone.MUTED
    left = calls.limit - calls.reserved - calls.used
    return Tone.WARNING if left * 10 < calls.limit or not calls.left else Tone.MUTED


def expiries(state: BrokerState, now: datetime) -> Sequence[str]:
    """What runs out soon, or has."""
    said = []
    token, password = state.token_expires, state.password_expires
    if token is not None and state.orders.light is not Light.OFF and token - now < _TOKEN_NEAR:
        near = translate("Brokers", "The login ends in %1")
        over = translate("Brokers", "The login has expired")
        said.append(_expiry(token, now, near, over))
    if password is not None and password - now < _PASSWORD_NEAR:
        near = translate("Brokers", "The password expires in %1: change it at the broker")
        over = translate("Brokers", "The password has expired: change it at the broker")
        said.append(_expiry(password, now, near, over))
    return said


def _expiry(at: datetime, now: datetime, near: str, over: str) -> str:
    return over if at <= now else near.replace("%1", age((at - now).total_seconds()))


def troubles(state: BrokerState) -> str:
    """What the links themselves say is wrong."""
    links = (state.orders, state.market)
    said = [one_line(link.said) for link in links if link.light is Light.TROUBLE and link.said]
    return " · ".join(dict.fromkeys(said))


def last_error(state: BrokerState, now: datetime) -> str:
    """The broker's own words, with their time."""
    if not state.last_error:
        return ""
    words = one_line(state.last_error)
    if state.last_error_at is None:
        return words
    return f"{clock(state.last_error_at, now)}  {words}"


# All of them


def broker_said(states: Sequence[BrokerState], now: datetime) -> Said:
    """The worst of all links that carry orders."""
    return _worst(translate("Brokers", "Broker"), states, lambda state: state.orders, now)


def data_said(states: Sequence[BrokerState], now: datetime) -> Said:
    """The worst of all links that carry prices."""
    return _worst(translate("Brokers", "Data"), states, lambda state: state.market, now)


def mode_said(states: Sequence[BrokerState]) -> tuple[str, Environment | None]:
    """What is connected in words, and the most serious environment of it."""
    order = list(Environment)
    connected = sorted(
        {s.environment for s in states if s.orders.light is Light.UP}, key=order.index
    )
    if not connected:
        return translate("TopBar", "Signals only – no broker connected"), None
    names = " · ".join(map(environment_word, connected))
    said = translate("Brokers", "%1 connected – signals place no orders")
    return said.replace("%1", names), connected[-1]


def _worst(name: str, states: Sequence[BrokerState], link: Link, now: datetime) -> Said:
    if not states:
        none = translate("Brokers", "There is no connection. Accounts shows how to make one.")
        return Said(Level.QUIET, f"{name} {translate('Brokers', 'off')}", none)
    each = [(state, link_said(link(state), state, now)) for state in states]
    worst = min((said for _, said in each), key=lambda said: _WORST.index(said.level))
    return Said(
        worst.level,
        f"{name} {worst.words}",
        "\n".join(_line(state, said) for state, said in each),
    )


def _line(state: BrokerState, said: Said) -> str:
    line = f"{one_line(state.name)} ({environment_word(state.environment)}): {said.words}"
    return f"{line}. {said.more}" if said.more else line


def _with_age(words: str, seconds: float | None) -> str:
    if seconds is None:
        return words
    last = translate("Brokers", "last heard %1 ago").replace("%1", age(seconds))
    return f"{words}, {last}"


def _short(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else age(seconds)
