"""The status bar: every part shows its own heartbeat, and a late one turns its light with words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QWidget

from justtrades_desktop import __version__
from justtrades_desktop.app.post import answer_seconds
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.events import ALERTS, PriceTicked
from justtrades_desktop.domain.feeds import feed_named, stale_after
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ui.broker_words import broker_said, data_said
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.format import age
from justtrades_desktop.ui.parts import Dot, plain_label, plain_tip
from justtrades_desktop.ui.said import Level, Said, level_colour
from justtrades_desktop.ui.theme import GRID, Colours

PROBE_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 4.0
_LOST_SECONDS: Final = 15.0  # three probes without an answer
_LATE_LAG: Final = 0.1
_BAD_LAG: Final = 0.5
_MOVING_MS: Final = 500
_IN_USE: Final = timedelta(hours=1)  # a feed silent for longer is shown only if it is the last

translate = QCoreApplication.translate


@dataclass(slots=True)
class Beat:
    """The heartbeat of a part that is asked now and then."""

    ok_at: datetime | None = None
    seconds: float | None = None
    trouble: str | None = field(default=None)

    def came(self, now: datetime, seconds: float) -> None:
        """It answered."""
        self.ok_at, self.seconds, self.trouble = now, seconds, None

    def age(self, now: datetime) -> float | None:
        """Seconds since its last answer."""
        return None if self.ok_at is None else (now - self.ok_at).total_seconds()


def listener_said(beat: Beat, now: datetime) -> Said:
    """The listener, asked over HTTP as TradingView would."""
    name = translate("Status", "Listener")
    return _beaten(name, beat, now, translate("Status", "asked over HTTP every 5 s"))


def ledger_said(beat: Beat, now: datetime, trouble: str | None, commit: float | None) -> Said:
    """The ledger: whether its thread answers, and how long the last commit took."""
    name = translate("Status", "Ledger")
    if trouble is not None:
        words = translate("Status", "cannot write")
        return Said(Level.BAD, f"{name} {words}", trouble)
    said = _beaten(name, beat, now, translate("Status", "time of the last commit to disk"))
    if commit is not None and said.level is Level.GOOD:
        return Said(said.level, f"{name} {commit * 1000:.1f} ms", said.more)
    return said


def loop_said(latest: float, worst: float) -> Said:
    """The event loop: how late it wakes."""
    name = translate("Status", "Loop")
    level = Level.GOOD
    if latest >= _LATE_LAG:
        level = Level.BAD if latest >= _BAD_LAG else Level.LATE
    more = translate("Status", "worst of the last minute: %1 ms").replace(
        "%1", f"{worst * 1000:.0f}"
    )
    return Said(level, f"{name} {latest * 1000:.0f} ms", more)


def newest_by_feed(prices: Iterable[PriceTicked], now: datetime) -> dict[str, datetime]:
    """When each feed in use brought its newest price, by its name; the freshest feed first."""
    newest: dict[str, datetime] = {}
    for ticked in prices:
        newest[ticked.source] = max(ticked.at, newest.get(ticked.source, ticked.at))
    ordered = sorted(newest.items(), key=lambda each: each[1], reverse=True)
    return dict(each for n, each in enumerate(ordered) if n == 0 or now - each[1] <= _IN_USE)


def prices_said(
    newest: Mapping[str, datetime],
    now: datetime,
    *,
    positions: bool,
    held: Sequence[PriceTicked] = (),
) -> Said:
    """The age of each feed's newest price; old ones matter only while something is open.

    ``held`` are prices that nobody believes before a second one confirms them.
    """
    name = translate("Status", "Prices")
    if not newest:
        none = translate("Status", "none yet")
        return Said(Level.QUIET, f"{name} {none}", _what_prices())
    ages = {feed: max((now - at).total_seconds(), 0.0) for feed, at in newest.items()}
    if [*ages] == [ALERTS]:
        said = translate("Status", "%1 old").replace("%1", _seconds(*ages.values()))
    else:
        said = " · ".join(f"{feed} {_seconds(seconds)}" for feed, seconds in ages.items())
    level = Level.GOOD
    if all(seconds > stale_after(feed) for feed, seconds in ages.items()):
        level = Level.LATE if positions else Level.QUIET
    lines = [_feed_line(feed, seconds) for feed, seconds in ages.items()]
    if held:
        level = Level.LATE
        first = translate("Status", "%1 %2 held back").replace("%1", held[0].symbol)
        said += " · " + first.replace("%2", plain(held[0].price))
        lines += map(_held_line, held)
    return Said(level, f"{name} {said}", "\n".join([_what_prices(), *lines]))


def _held_line(ticked: PriceTicked) -> str:
    line = translate(
        "Status",
        "%1: %2 from %3 is absurdly far from the last price. It moves nothing until a second "
        "price confirms it.",
    )
    feed = translate("Feeds", feed_named(ticked.source).title)
    return line.replace("%1", ticked.symbol).replace("%2", plain(ticked.price)).replace("%3", feed)


def _feed_line(name: str, seconds: float) -> str:
    feed = feed_named(name)
    line = translate("Status", "%1: %2 old, grey after %3")
    return (
        line.replace("%1", translate("Feeds", feed.title))
        .replace("%2", _seconds(seconds))
        .replace("%3", age(feed.stale_seconds))
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else age(seconds)


def _what_prices() -> str:
    return translate("Status", "the age of the newest price of any instrument, by feed")


def _beaten(name: str, beat: Beat, now: datetime, more: str) -> Said:
    seconds = beat.age(now)
    if seconds is None:
        level = Level.QUIET if beat.trouble is None else Level.BAD
        words = translate("Status", "…") if beat.trouble is None else beat.trouble
        return Said(level, f"{name} {words}", more)
    if seconds > _LOST_SECONDS or beat.trouble is not None:
        level = Level.BAD if seconds > _LOST_SECONDS else Level.LATE
        silent = translate("Status", "silent for %1").replace("%1", age(seconds))
        return Said(level, f"{name} {silent}", beat.trouble or more)
    return Said(Level.GOOD, f"{name} {(beat.seconds or 0.0) * 1000:.1f} ms", more)


class Part(QWidget):
    """A light with words."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.dot = Dot(colours.muted)
        self.label = plain_label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID - 2)
        row.addWidget(self.dot)
        row.addWidget(self.label)

    def show_said(self, said: Said, colours: Colours) -> None:
        """Show a state."""
        self.dot.set_colour(level_colour(said.level, colours))
        if self.label.text() != said.words:
            self.label.setText(said.words)
            self.setAccessibleName(said.words)
        self.setToolTip(plain_tip(said.more))


class StatusBar(QStatusBar):
    """Listener, ledger, loop, prices and brokers on the left, clock and version on the right."""

    def __init__(self, running: Serving, colours: Colours, brokers: Brokers | None = None) -> None:
        super().__init__()
        self._running = running
        self._brokers = brokers if brokers is not None and brokers.present else None
        self._colours = colours
        self.listener_beat, self.ledger_beat = Beat(), Beat()
        self.setSizeGripEnabled(False)
        self.parts = {name: Part(colours) for name in self._names()}
        for part in self.parts.values():
            self.addWidget(part)
        self.clock = plain_label("")
        self.clock.setAccessibleName(self.tr("Time"))
        version = plain_label(f"v{__version__}")
        version.setContentsMargins(GRID, 0, GRID, 0)
        self.addPermanentWidget(self.clock)
        self.addPermanentWidget(version)
        self._moving = QTimer(self)
        self._moving.setInterval(_MOVING_MS)
        self._moving.timeout.connect(self.refresh)
        self._moving.start()
        self.refresh()

    def _names(self) -> Sequence[str]:
        own = ("listener", "ledger", "loop", "prices")
        return own if self._brokers is None else (*own, "broker", "data")

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self.refresh()

    async def keep_asking(self) -> None:
        """Ask listener and ledger for a sign of life until cancelled."""
        while True:
            await asyncio.gather(
                self._ask(self.listener_beat, self._ask_listener),
                self._ask(self.ledger_beat, self._ask_ledger),
            )
            self.refresh()
            await asyncio.sleep(PROBE_SECONDS)

    def refresh(self) -> None:
        """Show how all parts are now."""
        desk, health = self._running.desk, self._running.health
        now = desk.clock()
        newest = newest_by_feed(desk.book.prices.values(), now)
        opened = next(desk.book.live(), None) is not None
        said = {
            "listener": listener_said(self.listener_beat, now),
            "ledger": ledger_said(
                self.ledger_beat, now, health.ledger_trouble, health.database_seconds
            ),
            "loop": loop_said(health.pulse.latest, health.pulse.worst),
            "prices": prices_said(newest, now, positions=opened, held=desk.held_prices),
        }
        if self._brokers is not None:
            said["broker"] = broker_said(self._brokers.states, now)
            said["data"] = data_said(self._brokers.states, now)
        for name, part in self.parts.items():
            part.show_said(said[name], self._colours)
        self.clock.setText(f"{now.astimezone():%H:%M:%S}")

    async def _ask(self, beat: Beat, question: Callable[[], Awaitable[float]]) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                seconds = await question()
        except (UserError, NotStored) as error:
            beat.trouble = str(error)
        except TimeoutError:
            beat.trouble = self.tr("does not answer")
        else:
            beat.came(self._running.desk.clock(), seconds)

    async def _ask_listener(self) -> float:
        return await answer_seconds(self._running.url)

    async def _ask_ledger(self) -> float:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await self._running.desk.flush()
        return loop.time() - started
