"""The P&L paths of open positions, and what all of them, or a recorder's, make together.

Between two signals P&L is a straight line in the price, so the lowest and the highest price of a
stretch of time, with when they came, hold the path of every position in that instrument.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Final

from justtrades_desktop.domain.events import PathSaved, PriceTicked, ProductSaved, SignalRecorded
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.trading.book import Book, Holding

_CLOSED_KEPT: Final = 50
_HOME: Final = "USD"  # other currencies cannot be added up without a rate


class _Stretch:
    """The prices of one instrument, or sums of P&L, since their paths were last drawn out."""

    __slots__ = ("high", "high_at", "last", "last_at", "low", "low_at")

    def __init__(self, price: float, at: float) -> None:
        self.low = self.high = self.last = price
        self.low_at = self.high_at = self.last_at = at

    def take(self, price: float, at: float) -> None:
        self.last, self.last_at = price, at
        if price < self.low:
            self.low, self.low_at = price, at
        elif price > self.high:
            self.high, self.high_at = price, at

    def points(self) -> Iterable[tuple[float, float]]:
        """Times and prices, in order, at most three."""
        first, second = sorted(((self.low_at, self.low), (self.high_at, self.high)))
        yield first
        if second != first:
            yield second
        if self.last_at > second[0]:
            yield self.last_at, self.last


class Together:
    """Unrealized P&L of several positions, in dollars, and its extremes since all were flat.

    ``worst`` is at most 0, ``best`` at least 0; both count from the program's start at the latest.
    """

    __slots__ = ("best", "count", "value", "worst")

    def __init__(self) -> None:
        self.value = self.worst = self.best = 0.0
        self.count = 0

    def moved(self, by: float) -> None:
        """One position of it gained ``by``."""
        self.value = value = self.value + by
        if value < self.worst:
            self.worst = value
        elif value > self.best:
            self.best = value

    def changed(self, by: float, count: int) -> None:
        """A signal changed one position of it; ``count`` is +1 for a new one, -1 for one less."""
        self.count += count
        if self.count:
            self.moved(by)
        else:
            self.starts_anew()

    def starts_anew(self) -> None:
        """Nothing of it is open."""
        self.value = self.worst = self.best = 0.0


class _Line:
    """One open position: P&L at a price is ``slope * price - cost``."""

    __slots__ = ("cost", "counts", "group", "path", "position", "price", "slope")

    def __init__(self, position: Position, path: Path, group: Together) -> None:
        self.path = path
        self.group = group
        self.price: float | None = None
        self.take(position)

    def take(self, position: Position, price: Decimal | None = None) -> None:
        """Take over what a signal made of it; ``price`` is newer than the signal's own."""
        points = float(position.point_value)
        self.position = position
        self.slope = position.signed * points
        self.cost = position.side.sign * float(position.open_cost) * points
        product = position.product
        self.counts = position.priced and product is not None and product.currency == _HOME
        newest = price or position.last_price
        if newest is not None:
            self.price = float(newest)

    def value(self, price: float) -> float:
        return self.slope * price - self.cost

    @property
    def now(self) -> float:
        return 0.0 if self.price is None else self.value(self.price)


class Paths:
    """Follows every committed signal and every tick; :meth:`draw_out` moves the paths on."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lines: dict[int, _Line] = {}
        self._in: defaultdict[str, dict[int, _Line]] = defaultdict(dict)
        self._held: dict[Holding, _Line] = {}
        self._stretches: dict[str, _Stretch] = {}
        self._closed: OrderedDict[int, Path] = OrderedDict()
        self._unsaved: dict[int, None] = {}  # in the order in which they grew
        self._unsaved_closed: dict[int, Path] = {}
        self._writing: dict[int, Path] = {}  # closed ones that are on their way to the disk
        self._groups: defaultdict[int, Together] = defaultdict(Together)
        self.everything = Together()
        self.total = Path()
        self._sum: _Stretch | None = None  # since the total was last drawn out

    def load(self, positions: Iterable[Position], paths: Mapping[int, Path]) -> None:
        """Go on where the ledger's paths stopped."""
        for position in positions:
            self._open(position, paths.get(position.id) or Path())
        self._add_up()

    def path_of(self, position_id: int) -> Path | None:
        """The path of an open position, or of one that was closed not long ago."""
        line = self._lines.get(position_id)
        return line.path if line else self._closed.get(position_id)

    def of_recorder(self, recorder_id: int) -> Together:
        """What a recorder's open positions make together."""
        return self._groups[recorder_id]

    # What happens

    def ticked(self, ticked: PriceTicked) -> None:
        """Take a price."""
        symbol, price, at = ticked.symbol, float(ticked.price), ticked.at.timestamp()
        lines = self._in.get(symbol)
        if not lines:
            return
        stretch = self._stretches.get(symbol)
        if stretch is None:
            self._stretches[symbol] = _Stretch(price, at)
        else:
            stretch.take(price, at)
        everything = 0.0
        for line in lines.values():
            before, line.price = line.price, price
            if line.counts and before is not None:
                gained = (price - before) * line.slope
                everything += gained
                # As Together.moved does, without the call: this runs for every position and tick.
                group = line.group
                value = group.value = group.value + gained
                if value < group.worst:
                    group.worst = value
                elif value > group.best:
                    group.best = value
        self.everything.moved(everything)
        self._sum_moved(self.everything.value, at)

    def recorded(self, event: SignalRecorded) -> None:
        """A signal is on disk: what its position was until now is drawn out first."""
        if not event.legs or event.signal.symbol is None:
            return
        self._draw(event.signal.symbol)
        holding = Holding(event.signal.recorder_id, event.signal.symbol)
        before = self._worth(holding)
        at = event.signal.alert.received_at.timestamp()
        if event.closed is not None:
            self._close(event.closed, at)
        opened = event.open
        if opened is not None:
            line = self._lines.get(opened.id)
            if line is None:
                line = self._open(opened, Path([(opened.opened_at.timestamp(), 0.0)]))
            else:
                line.take(opened)
            self._mark(line, at)
            self._see_newest(line)
        now = self._worth(holding)
        for group in (self._groups[holding.recorder_id], self.everything):
            group.changed(now[0] - before[0], now[1] - before[1])

    def product_saved(self, event: ProductSaved) -> None:
        """What was kept in points is money from now on."""
        for line in self._in.get(event.symbol, {}).values():
            before = float(line.position.point_value)
            price = line.price  # newer than the one its last signal left
            line.take(line.position._replace(product=event.product))
            line.price = price
            scale = float(line.position.point_value) / before
            path = Path((at, value * scale) for at, value in zip(*_columns(line.path), strict=True))
            path.all_changed()
            line.path = path
            self._unsaved[line.position.id] = None
        self._closed.clear()  # the ledger has valued them anew
        self._add_up()

    def draw_out(self, *, most: int | None = None) -> None:
        """Move ``most`` paths or some more on to what was ticked, the longest waiting first."""
        drawn = 0
        for symbol in [*self._stretches]:
            if most is not None and drawn >= most:
                break
            drawn += len(self._in[symbol])
            self._draw(symbol)

    def add_up(self, at: float) -> None:
        """Move the path of the sum on to ``at``, in seconds since 1970."""
        self._add_up()
        if self._sum is not None:
            for moment, value in self._sum.points():
                self.total.add(moment, value)
            self._sum = None
        self.total.add(at, self.everything.value)

    def _sum_moved(self, value: float, at: float) -> None:
        if self._sum is None:
            self._sum = _Stretch(value, at)
        else:
            self._sum.take(value, at)

    # For the ledger

    def take_unsaved(self, *, most: int | None = None) -> tuple[PathSaved, ...]:
        """The parts of open positions' paths that grew since the last call, of ``most`` paths."""
        unsaved = [*islice(self._unsaved, most)]
        for id_ in unsaved:
            del self._unsaved[id_]
        return tuple(
            PathSaved(id_, part, points)
            for id_ in unsaved
            if id_ in self._lines
            for part, points in self._lines[id_].path.changed_parts()
        )

    def take_closed(self) -> tuple[PathSaved, ...]:
        """The last parts of paths whose positions were closed since the last call."""
        closed, self._unsaved_closed = self._unsaved_closed, {}
        self._writing |= closed
        return tuple(
            PathSaved(id_, part, points)
            for id_, path in closed.items()
            for part, points in path.changed_parts()
        )

    def stored(self, saved: Iterable[PathSaved]) -> None:
        """They are on disk."""
        if self._writing:
            for one in saved:
                self._writing.pop(one.position_id, None)

    def put_back(self, saved: Iterable[PathSaved]) -> None:
        """They could not be stored: they are still to be saved."""
        for position_id in {one.position_id for one in saved}:
            path = self._writing.pop(position_id, None) or self.path_of(position_id)
            if path is not None:
                path.all_changed()
                if position_id in self._lines:
                    self._unsaved[position_id] = None
                else:
                    self._unsaved_closed[position_id] = path

    # Lines

    def _open(self, position: Position, path: Path) -> _Line:
        line = _Line(position, path, self._groups[position.recorder_id])
        self._lines[position.id] = self._in[position.symbol][position.id] = line
        self._held[Holding(position.recorder_id, position.symbol)] = line
        self._unsaved[position.id] = None
        return line

    def _close(self, closed: Position, at: float) -> None:
        line = self._lines.pop(closed.id, None)
        if line is None:
            return
        self._in[closed.symbol].pop(closed.id, None)
        self._held.pop(Holding(closed.recorder_id, closed.symbol), None)
        line.take(closed._replace(exited=line.position.exited, cost_units=line.position.cost_units))
        self._mark(line, at)
        self._closed[closed.id] = line.path
        self._unsaved_closed[closed.id] = line.path
        if len(self._closed) > _CLOSED_KEPT:
            self._closed.popitem(last=False)

    def _worth(self, holding: Holding) -> tuple[float, int]:
        """What a holding adds to its group, and whether it counts."""
        line = self._held.get(holding)
        return (line.now, 1) if line is not None and line.counts else (0.0, 0)

    def _mark(self, line: _Line, at: float) -> None:
        """Add a point at the line's price; its extremes are never left out."""
        position, path = line.position, line.path
        if not position.priced or line.price is None:
            return
        points = float(position.point_value)
        worst, best = float(position.worst) * points, float(position.best) * points
        for extreme, missing in ((worst, worst < path.low), (best, best > path.high)):
            if missing:
                path.add(at, extreme)
        path.add(at, line.now)
        self._unsaved[position.id] = None

    def _draw(self, symbol: str) -> None:
        stretch = self._stretches.pop(symbol, None)
        if stretch is None:
            return
        points = tuple(stretch.points())
        for line in self._in[symbol].values():
            if not line.position.priced:
                self._look_again(line)
            if line.position.priced:
                for at, price in points:
                    line.path.add(at, line.value(price))
                self._unsaved[line.position.id] = None

    def _see_newest(self, line: _Line) -> None:
        """A tick may have come between the signal's decision and its commit."""
        mark = self._live(line)
        if mark is not None and mark.last is not None:
            line.price = float(mark.last)

    def _look_again(self, line: _Line) -> None:
        """A first tick has priced it by now."""
        mark = self._live(line)
        if mark is not None and mark.position.priced:
            line.take(mark.position, mark.last)

    def _live(self, line: _Line) -> Mark | None:
        holding = Holding(line.position.recorder_id, line.position.symbol)
        mark = self._book.live_mark(holding)
        return mark if mark is not None and mark.position.id == line.position.id else None

    def _add_up(self) -> None:
        """Sum from the lines anew: gains that were added one by one lose a little each time."""
        values: defaultdict[int, float] = defaultdict(float)
        counts: defaultdict[int, int] = defaultdict(int)
        for line in self._lines.values():
            if line.counts:
                values[line.position.recorder_id] += line.now
                counts[line.position.recorder_id] += 1
        for recorder_id in {*self._groups, *values}:
            _settle(self._groups[recorder_id], values[recorder_id], counts[recorder_id])
        _settle(self.everything, sum(values.values()), sum(counts.values()))


def _settle(group: Together, value: float, count: int) -> None:
    group.count = count
    if count:
        group.moved(value - group.value)
    else:
        group.starts_anew()


def _columns(path: Path) -> tuple[list[float], list[float]]:
    return path.times.tolist(), path.values.tolist()
