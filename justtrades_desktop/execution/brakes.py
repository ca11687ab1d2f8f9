"""Brakes: why entries stop now, in words. Exits cannot even be asked about."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeGuard

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import Brake
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Purpose

Opening = Literal[Purpose.ENTRY, Purpose.ADD, Purpose.HAND]
"""The only purposes that a brake can be asked about."""

_LAG_LIMIT: Final = 0.25
_LAG_WINDOW: Final = 10.0


def is_opening(purpose: Purpose) -> TypeGuard[Opening]:
    """Whether ``purpose`` can increase exposure, told to the type checker too."""
    return purpose.opens


class _Sample(NamedTuple):
    at: float
    lag: float


class LoopLag:
    """The event loop's worst lag of the last ``window`` seconds, fed with samples in seconds.

    Once fed it must go on being fed: a loop that stands still, or a meter that died, takes no
    samples, so a silence counts as the lag that it may be.
    """

    def __init__(self, limit: float = _LAG_LIMIT, window: float = _LAG_WINDOW) -> None:
        self.limit = limit
        self.window = window
        self.is_spared = False
        """Whether it stops nothing now: to build a window takes a second, once."""
        self._samples: deque[_Sample] = deque()
        self._last: float | None = None

    def sample(self, lag: float, at: float) -> None:
        """The loop came ``lag`` seconds late at ``at`` (any clock that only goes forward)."""
        self._last = at
        # One that is older and smaller can never be the worst again.
        while self._samples and self._samples[-1].lag <= lag:
            self._samples.pop()
        self._samples.append(_Sample(at, lag))
        self._forget(at)

    def worst(self, now: float) -> float | None:
        """The worst of the window in seconds, None before the first sample."""
        if self._last is None:
            return None
        self._forget(now)
        silence = now - self._last
        worst = self._samples[0].lag if self._samples else 0.0
        return max(worst, silence) if silence > self.window else worst

    def said(self, now: float) -> str:
        """Why entries stop, with the limit; empty while the loop keeps up."""
        worst = self.worst(now)
        if self.is_spared or worst is None or worst <= self.limit:
            return ""
        late, limit = f"{worst * 1000:,.0f} ms late", f"{self.limit * 1000:,.0f} ms"
        return (
            f"The program was up to {late} in the last {self.window:g} s: "
            f"entries stop above {limit}."
        )

    def begin_anew(self) -> None:
        """What came late until now says nothing about how it goes on."""
        self.is_spared = False
        self._samples.clear()

    def _forget(self, now: float) -> None:
        while self._samples and self._samples[0].at <= now - self.window:
            self._samples.popleft()


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """What holds for all accounts. ``lag`` and ``ledger`` say what is wrong, empty where nothing
    is; ``ready`` is True once start-up has compared everything."""

    paused: bool
    ready: bool
    lag: str = ""
    ledger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What holds for one account. ``market_said`` says why there are no prices, empty where there
    are; ``doubts`` are its intents of which nobody knows whether they arrived."""

    key: AccountKey
    environment: Environment
    armed: bool
    up: bool
    market_said: str = ""
    doubts: Sequence[Intent] = ()


def brakes(
    purpose: Opening,
    everywhere: Everywhere,
    here: Here,
    *,
    contract_id: int,
    needs_price: bool,
) -> Sequence[Brake]:
    """Everything that stops an entry into that contract now; empty where it may go out.

    ``needs_price`` says whether its settings cannot be kept without market data. Should a
    purpose that does not open slip through the types, nothing stops it.
    """
    if not purpose.opens:
        return ()
    doubts = [each for each in here.doubts if each.contract_id == contract_id]
    return [*_everywhere(everywhere), *_link(here), *_market(here, needs_price), *_doubts(doubts)]


def standing(everywhere: Everywhere, accounts: Iterable[Here]) -> Sequence[Brake]:
    """All brakes that are on now, to be shown: those of every account and contract too.

    Lost market data is among them: it stops the links that need a price.
    """
    shown = list(_everywhere(everywhere))
    for here in accounts:
        shown += [*_link(here), *_market(here, True), *_doubts(here.doubts)]
    return shown


def _everywhere(known: Everywhere) -> Iterator[Brake]:
    if known.paused:
        yield Brake(said="Entries are paused by hand.", by_hand=True)
    if not known.ready:
        yield Brake(said="The comparison with the brokers after the start is not finished.")
    if known.ledger:
        yield Brake(said=f"The ledger cannot be written: {_sentence(known.ledger)}")
    if known.lag:
        yield Brake(said=known.lag)


def _link(here: Here) -> Iterator[Brake]:
    if here.environment is Environment.LIVE and not here.armed:
        yield Brake(said=f"{here.key} is LIVE and not armed.", key=here.key)
    if not here.up:
        yield Brake(said=f"The link to the broker of {here.key} is down.", key=here.key)


def _market(here: Here, needs_price: bool) -> Iterator[Brake]:
    if needs_price and here.market_said:
        said = f"{here.key} has no market data: {_sentence(here.market_said)}"
        yield Brake(said=said, key=here.key)


def _doubts(doubts: Iterable[Intent]) -> Iterator[Brake]:
    for each in doubts:
        order = f"{each.way.value} {each.quantity} {each.contract}"
        said = f"{each.key}: whether {order} ({each.client_id}) arrived is not known."
        yield Brake(said=said, key=each.key)


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?")) else f"{said}."
