"""PAPER, DEMO or LIVE: the most serious money that orders can reach now, as a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import AccountState, ExecutionState
from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.ui.broker_words import environment_colour, environment_word
from justtrades_desktop.ui.delegates import mixed
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.wording import sentence

translate = QCoreApplication.translate

_SERIOUS: Final = tuple(Environment)
_UNARMED: Final = 0.45


class Mode(NamedTuple):
    """``environment`` None: orders can reach nothing. ``unarmed`` says that a LIVE account is
    there and none is armed. ``said`` is a few words beside it, ``more`` all of it."""

    environment: Environment | None = None
    unarmed: bool = False
    said: str = ""
    more: str = ""

    @property
    def word(self) -> str:
        """PAPER, DEMO, LIVE, "LIVE, not armed", or empty."""
        if self.environment is None:
            return translate("Mode", "LIVE, not armed") if self.unarmed else ""
        return environment_word(self.environment)


def mode_of(state: ExecutionState) -> Mode:
    """How serious it is now."""
    reached = [account.environment for account in state.accounts if _can_be_reached(account)]
    live = [a for a in state.accounts if a.environment is Environment.LIVE]
    unarmed = bool(live) and not any(account.armed for account in live)
    return Mode(
        max(reached, key=_SERIOUS.index, default=None),
        unarmed,
        _links(state, unarmed=unarmed and bool(reached)),
        _lines(state.accounts),
    )


def mode_ground(mode: Mode, colours: Colours) -> QColor:
    """What the word stands on: LIVE that is not armed is a weak shade of LIVE."""
    if mode.environment is None:
        return mixed(colours.live, colours.muted, _UNARMED)
    return environment_colour(mode.environment, colours)


def mode_ink() -> QColor:
    """The word on its ground, in both themes."""
    return QColor("#ffffff")


def brakes_said(state: ExecutionState) -> str:
    """Why entries stop now; empty where they do not."""
    lines = [translate("Mode", "Entries are paused by hand.")] if state.paused else []
    for brake in state.brakes:
        if brake.by_hand and state.paused:
            continue  # the same thing
        said = sentence(brake.said)
        named = brake.key is None or str(brake.key) in said  # most say it themselves
        lines.append(said if named else f"{brake.key}: {said}")
    if not lines:
        return ""
    return " ".join([*lines, translate("Mode", "Exits still go out.")])


def _can_be_reached(account: AccountState) -> bool:
    return account.armed or account.environment is not Environment.LIVE


def _links(state: ExecutionState, *, unarmed: bool) -> str:
    armed = sum(link.mode is LinkMode.ARMED for link in state.links)
    if not state.accounts:
        return translate("TopBar", "Signals only – no broker connected")
    if not state.ready:
        return translate("Mode", "comparing with the brokers, orders wait")
    said = translate("Mode", "no link is armed")
    if armed:
        said = translate("Mode", "links armed: %1 of %2").replace("%1", str(armed))
        said = said.replace("%2", str(len(state.links)))
    return translate("Mode", "LIVE not armed, %1").replace("%1", said) if unarmed else said


def _lines(accounts: Sequence[AccountState]) -> str:
    return "\n".join(
        f"{environment_word(account.environment)} {account.key}: {_reach(account)}"
        for account in accounts
    )


def _reach(account: AccountState) -> str:
    if _can_be_reached(account):
        return translate("Mode", "takes orders")
    return translate("Mode", "not armed, takes no entries")
