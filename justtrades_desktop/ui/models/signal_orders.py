"""What became of a signal at its accounts: each link's decision in a line, all of them in a few
words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Decision, Execution, Purpose, Verdict
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.wording import account_named, held_in_words

_MOST: Final = 5_000  # signals whose story is kept
_SHORT: Final = 0.1  # seconds; below, a second decimal says more than 0.0
_AT_BROKER: Final = (Purpose.TARGET, Purpose.STOP)  # they fill long after the signal
_SERIOUS: Final = (Tone.MUTED, Tone.GOOD, Tone.ACCENT, Tone.WARNING, Tone.DANGER)


class LinkLine(NamedTuple):
    """What one link made of a signal."""

    account: AccountKey
    verdict: Verdict
    said: str

    @property
    def text(self) -> str:
        """``PAPER: bought 2 at 25003.00, 0.4 s``."""
        return f"{account_named(*self.account)}: {self.said}"


Story = tuple[LinkLine, ...]


class SignalOrders(QObject):
    """The stories of the last signals; what execution has forgotten since is kept here."""

    changed = Signal(object)  # set[int], signals whose story is another now

    def __init__(self, orders: OrderDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders = orders
        self._stories: dict[int, Story] = {}
        self._seen: tuple[object, ...] = ()
        orders.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def present(self) -> bool:
        """Whether orders can follow a signal at all."""
        return self._orders.present or self._orders.brokers.present

    def of(self, signal_id: int) -> Story:
        """One line for each link; empty where no link met the signal, or nobody knows."""
        return self._stories.get(signal_id, ())

    def _on_changed(self) -> None:
        state = self._orders.state
        seen = (tuple(state.decisions), tuple(state.executions))
        if seen == self._seen:
            return
        self._seen = seen
        fresh = stories(state.decisions, state.executions, self._product)
        changed = {id_ for id_, story in fresh.items() if self._stories.get(id_) != story}
        self._stories.update(fresh)
        for id_ in sorted(self._stories)[: max(0, len(self._stories) - _MOST)]:
            del self._stories[id_]
        if changed:
            self.changed.emit(changed)

    def _product(self, decision: Decision) -> Product | None:
        symbol = decision.contract or decision.symbol
        return self._orders.product(decision.key.connection, symbol)


def stories(
    decisions: Iterable[Decision],
    executions: Iterable[Execution],
    product: Callable[[Decision], Product | None],
) -> Mapping[int, Story]:
    """By signal; ``decisions`` are newest first, and only the newest of a link counts."""
    fills: defaultdict[int | None, list[Execution]] = defaultdict(list)
    for execution in executions:
        if execution.purpose not in _AT_BROKER:
            fills[execution.decision_id].append(execution)
    newest: defaultdict[int, dict[int | None, Decision]] = defaultdict(dict)
    for decision in decisions:
        if decision.signal_id is not None:
            newest[decision.signal_id].setdefault(decision.link_id, decision)
    return {
        signal_id: tuple(
            _line(decision, fills[decision.id], product(decision))
            for _, decision in sorted(by_link.items(), key=lambda item: item[0] or 0)
        )
        for signal_id, by_link in newest.items()
    }


def in_few_words(story: Story) -> str:
    """One link in full; of several how many were filled, and what else became of them."""
    if len(story) < 2:
        return story[0].text if story else ""
    counts = Counter(line.verdict for line in story)
    filled = counts.pop(Verdict.DONE, 0)
    said = [tr("{} of {} filled").format(filled, len(story))] if filled else []
    said += [
        f"{count} {words.verdict_word(verdict)}"
        for verdict, count in sorted(counts.items(), key=lambda item: -_weight(item[0]))
    ]
    return ", ".join(said)


def in_lines(story: Story) -> str:
    """Each link's line."""
    return "\n".join(line.text for line in story)


def story_tone(story: Story) -> Tone:
    """The colour of the worst of them."""
    tones = (words.VERDICT_TONES[line.verdict] for line in story)
    return max(tones, key=_SERIOUS.index, default=Tone.MUTED)


def _weight(verdict: Verdict) -> int:
    return _SERIOUS.index(words.VERDICT_TONES[verdict])


def _line(decision: Decision, fills: Sequence[Execution], product: Product | None) -> LinkLine:
    return LinkLine(decision.key, decision.verdict, _said(decision, fills, product))


def _said(decision: Decision, fills: Sequence[Execution], product: Product | None) -> str:
    traded = traded_in_words(fills, product)
    verdict, why = words.verdict_word(decision.verdict), shown.one_line(decision.reason)
    came = traded or shown.one_line(decision.came)
    if decision.verdict is Verdict.DONE:
        return came or verdict
    if decision.verdict is Verdict.SHADOW:
        wanted = f"{held_in_words(decision.before)} → {held_in_words(decision.wanted)}"
        return f"{verdict}: {wanted}"
    more = [part for part in (traded, why or came) if part]
    return f"{verdict}: {', '.join(dict.fromkeys(more))}" if more else verdict


def traded_in_words(fills: Sequence[Execution], product: Product | None) -> str:
    """``bought 2 at 25003.00, 0.4 s``; empty where nothing was filled."""
    if not fills:
        return ""
    quantity = sum(fill.quantity for fill in fills)
    average = sum((fill.price * fill.quantity for fill in fills), Decimal(0)) / quantity
    ways = {fill.way for fill in fills}
    if len(ways) > 1:
        said = tr("traded {} at {}")
    else:
        said = tr("bought {} at {}") if fills[0].way.sign > 0 else tr("sold {} at {}")
    said = said.format(quantity, shown.price(round(average, 4), product))
    delays = [fill.delay for fill in fills if fill.delay is not None]
    if not delays:
        return said
    longest = max(delays)
    return tr("{}, {} s").format(said, f"{longest:.1f}" if longest >= _SHORT else f"{longest:.2f}")
