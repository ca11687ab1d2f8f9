"""The caps of each account: how large and how often orders that open may be.

A refusal names the limit and its value. Whatever is under way counts as if it filled, so that no
order of events leads past a cap.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from justtrades_desktop.domain.links import AccountKey, AccountLimits
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Intent,
    IntentState,
    Verdict,
    Way,
    Wish,
    way_of,
)
from justtrades_desktop.domain.sessions import Calendar

_MINUTE: Final = timedelta(minutes=1)
_KEPT: Final = timedelta(hours=1)
_OPENING: Final = frozenset((Wish.ENTER, Wish.ADD, Wish.REVERSE, Wish.HAND))
_NEVER_SENT: Final = frozenset(
    (Verdict.SHADOW, Verdict.NOTHING, Verdict.REFUSED, Verdict.PARKED, Verdict.SUPERSEDED)
)


class Sent(NamedTuple):
    """An entry that was sent: ``orders`` of them at the broker (one for each part of a ladder),
    ``quantity`` contracts in all."""

    key: AccountKey
    at: datetime
    contract: str
    way: Way
    quantity: int
    orders: int = 1


class Refusal(NamedTuple):
    """Not to be sent, in words. ``setting`` is the field of the account's limits that says so,
    ``confirm`` whether a person may have it all the same."""

    reason: str
    setting: str
    value: int
    confirm: bool = False


class Wait(NamedTuple):
    """To be asked again after so many seconds."""

    seconds: float
    reason: str


class Size(NamedTuple):
    """What an account holds and has under way, as :meth:`Caps.ask` was told."""

    held: int
    """Of the contract in question, above 0 where the order adds to it."""
    pending: int
    elsewhere: int
    """Of all other contracts, held and under way."""

    def after(self, quantity: int) -> int:
        """The most that can be held of the contract once everything under way has filled.

        An opposite position is no discount: an exit may close it first.
        """
        return max(self.held, 0) + self.pending + quantity

    def is_reduced(self, quantity: int) -> bool:
        """Whether even everything under way together only lessens what is held."""
        return self.held + self.pending + quantity <= 0


class Caps:
    """Remembers the entries of each account, and asks the limits before the next one.

    Moments are aware. Nothing here touches an exit.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._sent: defaultdict[AccountKey, list[Sent]] = defaultdict(list)

    def ask(
        self,
        key: AccountKey,
        limits: AccountLimits,
        *,
        way: Way,
        contract: str,
        quantity: int,
        held_contract: int,
        held_account: int,
        pending: int,
        now: datetime,
        pending_account: int | None = None,
        orders: int = 1,
        by_hand: bool = False,
        confirmed: bool = False,
    ) -> Refusal | Wait | None:
        """Whether ``quantity`` contracts may be sent now; None says yes.

        ``held_contract`` is signed (what the broker confirms of ``contract``), ``held_account``
        the sum of all contracts of the account without signs. ``pending`` are contracts of own
        entries under way in ``contract`` (either way), ``pending_account`` those of the whole
        account; without it ``pending`` counts for both. ``orders`` is how many the broker gets.
        What only lessens a position (by hand, the other way) is not held back by any size or
        number. Entries in doubt are under way too. Asking, :meth:`count` and adding to what is
        under way belong into one step without an await: else two lanes may both be let through.

        Raises:
            ValueError: ``quantity`` or ``orders`` is below 1.
        """
        if quantity < 1 or orders < 1:
            raise ValueError(f"an entry of {quantity} contracts in {orders} orders")
        everywhere = pending if pending_account is None else max(pending_account, pending)
        elsewhere = max(held_account - abs(held_contract), 0) + everywhere - pending
        size = Size(way.sign * held_contract, pending, elsewhere)
        wanted = Sent(key, now, contract, way, quantity, orders)
        if not size.is_reduced(quantity):
            refused = too_large(limits, quantity, size) or self._too_often(wanted, limits)
            if refused is not None:
                return refused
        return None if confirmed else self._repeated(wanted, limits, by_hand)

    def count(
        self,
        key: AccountKey,
        *,
        way: Way,
        contract: str,
        quantity: int,
        at: datetime,
        orders: int = 1,
    ) -> None:
        """An entry goes out now: from here on it counts, whatever becomes of it."""
        self._add(Sent(key, at, contract, way, quantity, orders))

    def restore(self, entries: Iterable[Sent]) -> None:
        """Forget everything and begin with ``entries``: after a restart."""
        self._sent.clear()
        for sent in entries:
            self._add(sent)

    def minute(self, key: AccountKey, now: datetime) -> int:
        """Orders of the last 60 seconds."""
        return _orders(self._since(key, now - _MINUTE))

    def day(self, key: AccountKey, now: datetime) -> int:
        """Orders of this session day."""
        return _orders(self._since(key, self._begin(now)))

    def _add(self, sent: Sent) -> None:
        kept = self._sent[sent.key]
        # In order of time, should the clock have been set back.
        insort(kept, sent, key=_at)
        # The last hour stays beyond the session's begin: a minute and a repeat may span it.
        oldest = min(self._begin(kept[-1].at), kept[-1].at - _KEPT)
        while kept[0].at < oldest:
            del kept[0]

    def _begin(self, now: datetime) -> datetime:
        # A microsecond earlier, so that what is sent in the first moment counts too.
        begin = self._calendar.begins(self._calendar.session_day(now))
        return begin - timedelta(microseconds=1)

    def _since(self, key: AccountKey, start: datetime) -> Sequence[Sent]:
        """What was sent later than ``start``, oldest first."""
        kept = self._sent.get(key, [])
        return kept[bisect_right(kept, start, key=_at) :]

    def _too_often(self, wanted: Sent, limits: AccountLimits) -> Refusal | None:
        minute, day = self.minute(wanted.key, wanted.at), self.day(wanted.key, wanted.at)
        if limits.minute is not None and minute + wanted.orders > limits.minute:
            said = f"orders that open a minute; {minute} were sent in the last one"
            return _refusal("minute", limits.minute, said)
        if limits.day is not None and day + wanted.orders > limits.day:
            said = f"orders that open a session; {day} were sent in this one"
            return _refusal("day", limits.day, said)
        return None

    def _repeated(
        self, wanted: Sent, limits: AccountLimits, by_hand: bool
    ) -> Refusal | Wait | None:
        left = self._repeat_left(wanted, limits.repeat_seconds)
        if left <= 0:
            return None
        order = f"{wanted.way.value} {wanted.quantity} {wanted.contract}"
        within = f"within {limits.repeat_seconds} s (the account's limit for repeats)"
        if by_hand:
            said = f"{order} was sent already {within}: confirm that a second one is meant."
            return Refusal(said, "repeat_seconds", limits.repeat_seconds, confirm=True)
        return Wait(left, f"{order} was sent already {within}: it waits {left:.1f} s.")

    def _repeat_left(self, wanted: Sent, seconds: int) -> float:
        lately = self._since(wanted.key, wanted.at - timedelta(seconds=seconds))
        last = max((sent.at for sent in lately if sent[2:5] == wanted[2:5]), default=None)
        if last is None:
            return 0.0
        # A clock that was set back must not make it wait longer than the limit says.
        return min(seconds - (wanted.at - last).total_seconds(), float(seconds))


def _at(sent: Sent) -> datetime:
    return sent.at


def _orders(sent: Iterable[Sent]) -> int:
    return sum(each.orders for each in sent)


def too_large(limits: AccountLimits, quantity: int, size: Size) -> Refusal | None:
    """The cap on an order, a position or an account that ``quantity`` contracts more exceed."""
    after = size.after(quantity)
    under_way = f", {size.pending} of them under way" if size.pending else ""
    if limits.order is not None and quantity > limits.order:
        return _refusal("order", limits.order, f"contracts an order; this is one of {quantity}")
    if limits.position is not None and after > limits.position:
        said = f"contracts a position; it could become {after}{under_way}"
        return _refusal("position", limits.position, said)
    total = after + size.elsewhere
    if limits.account is not None and total > limits.account:
        said = f"contracts in the whole account; they could become {total}"
        return _refusal("account", limits.account, said)
    return None


def _refusal(setting: str, value: int, said: str) -> Refusal:
    return Refusal(f"The account's limit is {value} {said}.", setting, value)


def entries_of(
    decisions: Iterable[Decision], executions: Iterable[Execution], intents: Iterable[Intent] = ()
) -> Sequence[Sent]:
    """What was sent, from what the second ledger keeps, for :meth:`Caps.restore`.

    A decision that may have sent something counts, filled or not; where its fills or intents are
    known they say how many orders it was. Entries without a known decision count as well.
    """
    orders = _orders_filled(executions)
    for each in filter(_may_be_there, intents):
        sent = Sent(each.key, each.at, each.contract, each.way, each.quantity)
        orders[each.decision_id][each.client_id] = sent
    known = [each for each in decisions if _may_have_sent(each)]
    entries = [_of_decision(each, orders.pop(each.id, {})) for each in known]
    return entries + [sent for of_one in orders.values() for sent in of_one.values()]


def _may_be_there(intent: Intent) -> bool:
    return intent.purpose.opens and intent.state is not IntentState.NOT_SENT


def _may_have_sent(decision: Decision) -> bool:
    return decision.wish in _OPENING and decision.verdict not in _NEVER_SENT


def _of_decision(decision: Decision, orders: Mapping[str, Sent]) -> Sent:
    difference = decision.wanted - decision.before
    signed = decision.wanted if decision.wish is Wish.REVERSE else difference
    return Sent(
        decision.key,
        decision.at,
        decision.contract,
        way_of(signed),
        abs(signed),
        max(len(orders), 1),
    )


def _orders_filled(executions: Iterable[Execution]) -> defaultdict[int, dict[str, Sent]]:
    """Opening orders with a fill, by decision (0: none) and by client id."""
    orders: defaultdict[int, dict[str, Sent]] = defaultdict(dict)
    for fill in _opening(executions):
        of_decision = orders[fill.decision_id or 0]
        name = fill.client_id or f"{fill.key}/{fill.order_id}"
        quantity = fill.quantity + (of_decision[name].quantity if name in of_decision else 0)
        of_decision[name] = Sent(fill.key, fill.at, fill.contract, fill.way, quantity)
    return orders


def _opening(executions: Iterable[Execution]) -> Iterator[Execution]:
    return (each for each in executions if each.purpose is not None and each.purpose.opens)
