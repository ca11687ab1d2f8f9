"""What execution did that a person must hear of, from one state to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.orders import Decision, Verdict
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.notices import Notice
from justtrades_desktop.ui.order_words import is_word, word_of

translate = QCoreApplication.translate

_NEED = (Verdict.FAILED, Verdict.PERSON)


class ExecutionNews:
    """Compares what it is shown with what it saw before; the first state is no news."""

    def __init__(self) -> None:
        self._seen: ExecutionState | None = None

    def of(self, state: ExecutionState) -> Sequence[Notice]:
        """One notice for each thing that is new."""
        before, self._seen = self._seen, state
        if before is None or not before.ready:
            return ()  # what was there when it started is shown, not shouted
        return [
            *_parked(before, state),
            *_failed(before, state),
            *_braked(before, state),
            *_flattened(before, state),
        ]


def gathered(notices: Sequence[Notice]) -> Notice | None:
    """One notice for all of them."""
    if len(notices) < 2:
        return notices[0] if notices else None
    title = translate("ExecutionNews", "%1 messages about orders").replace("%1", str(len(notices)))
    text = "\n".join(dict.fromkeys(notice.title for notice in notices))
    return Notice(title, text, serious=any(notice.serious for notice in notices))


def with_signals(orders: Notice | None, signals: Notice | None) -> Notice | None:
    """Both in one, what happened to orders first."""
    if orders is None or signals is None:
        return orders or signals
    text = "\n".join(filter(None, (orders.text, signals.title)))
    return Notice(orders.title, text, serious=orders.serious or signals.serious)


def _parked(before: ExecutionState, state: ExecutionState) -> Iterator[Notice]:
    known = {decision.id for decision in before.parked}
    for decision in state.parked:
        if decision.id not in known:
            title = translate("ExecutionNews", "%1: an entry waits for you")
            yield _notice(title, decision, decision.reason)


def _failed(before: ExecutionState, state: ExecutionState) -> Iterator[Notice]:
    known = {(decision.id, decision.verdict) for decision in before.decisions}
    new = [
        decision
        for decision in state.decisions
        if decision.verdict in _NEED and (decision.id, decision.verdict) not in known
    ]
    said = {text for decision in new if not is_word(decision) for text in _texts(decision)}
    for decision in new:
        if not is_word(decision):
            title = translate("ExecutionNews", "%1: an order failed")
            if decision.verdict is Verdict.PERSON:
                title = translate("ExecutionNews", "%1: an order needs you")
            yield _notice(title, decision, decision.came or decision.reason)
        elif (text := word_of(decision)).rstrip(".") not in said:
            yield _notice(translate("ExecutionNews", "%1: look at this"), decision, text)


def _texts(decision: Decision) -> Iterator[str]:
    """How the engine's word about it may repeat it."""
    came, why = one_line(decision.came), one_line(decision.reason)
    for text in (came, why, f"{came} {why}"):
        yield text.strip().rstrip(".")


def _braked(before: ExecutionState, state: ExecutionState) -> Iterator[Notice]:
    known = {(brake.key, brake.said) for brake in before.brakes}
    for brake in state.brakes:
        if not brake.by_hand and (brake.key, brake.said) not in known:
            title = translate("ExecutionNews", "Entries are stopped")
            if brake.key is not None:
                title = translate("ExecutionNews", "%1: entries are stopped")
                title = title.replace("%1", one_line(str(brake.key)))
            yield Notice(title, one_line(brake.said), serious=True)


def _flattened(before: ExecutionState, state: ExecutionState) -> Iterator[Notice]:
    was = bool(before.flattening) and all(each.over for each in before.flattening)
    over = bool(state.flattening) and all(each.over for each in state.flattening)
    if not over or (was and tuple(before.flattening) == tuple(state.flattening)):
        return
    lines = "\n".join(f"{each.key}: {one_line(each.said)}" for each in state.flattening)
    if all(each.flat for each in state.flattening):
        yield Notice(translate("ExecutionNews", "Flatten all is done: all is flat"), lines)
    else:
        title = translate("ExecutionNews", "Flatten all is over, and NOT all is flat")
        yield Notice(title, lines, serious=True)


def _notice(title: str, decision: Decision, text: str) -> Notice:
    where = f"{decision.contract or decision.symbol} {decision.key}".strip()
    return Notice(title.replace("%1", one_line(where)), one_line(text), serious=True)
