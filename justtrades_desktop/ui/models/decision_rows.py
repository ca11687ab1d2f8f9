"""Decisions in lines: signal, wanted, sent, came; one of each signal and link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Decision, Execution, Intent, Purpose
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import tr
from justtrades_desktop.ui.models import cells
from justtrades_desktop.ui.models.execution_rows import delay, slippage
from justtrades_desktop.ui.models.table import Column
from justtrades_desktop.ui.wording import held_in_words

VERDICT: Final = 6
"""The column of the verdict."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with what was sent for it and what came."""

    decision: Decision
    environment: Environment | None
    strategy: str
    intents: Sequence[Intent] = ()
    executions: Sequence[Execution] = ()
    product: Product | None = None

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.decision.id

    @property
    def account(self) -> AccountKey:
        """Where it was."""
        return self.decision.key


def decision_rows(
    orders: OrderDesk, decisions: Sequence[Decision] | None = None
) -> Iterator[DecisionRow]:
    """Every decision that is known, newest first; or those given."""
    listed = orders.state.decisions if decisions is None else decisions
    ids = {decision.id for decision in listed}
    intents: dict[int, list[Intent]] = {}
    for intent in orders.state.intents:
        if intent.decision_id in ids:
            intents.setdefault(intent.decision_id, []).append(intent)
    fills: dict[int, list[Execution]] = {}
    for execution in orders.state.executions:
        if execution.decision_id in ids:
            fills.setdefault(execution.decision_id or 0, []).append(execution)
    for decision in listed:
        yield DecisionRow(
            decision,
            orders.environment(decision.key),
            _who(orders, decision),
            tuple(sorted(intents.get(decision.id, ()), key=lambda i: i.at)),
            tuple(sorted(fills.get(decision.id, ()), key=lambda e: e.at)),
            orders.product(decision.key.connection, decision.contract or decision.symbol),
        )


def decision_columns() -> list[Column[DecisionRow]]:
    """The columns from left to right."""
    row = DecisionRow
    return [
        cells.when(row, tr("Time"), lambda r: r.decision.at),
        cells.text(row, tr("Strategy"), lambda r: r.strategy),
        cells.text(row, tr("Signal"), _signal, tip=lambda r: r.decision.symbol),
        *cells.whose_account(row),
        cells.text(row, tr("Wanted"), _wanted, hint=tr("Held before, and to be held then")),
        cells.text(
            row,
            tr("Verdict"),
            lambda r: words.verdict_word(r.decision.verdict),
            tone=lambda r: words.VERDICT_TONES[r.decision.verdict],
        ),
        cells.text(row, tr("Sent"), sent, tip=lambda r: "\n".join(map(intent_said, r.intents))),
        cells.text(row, tr("Came"), _came, tip=_came),
        cells.text(row, tr("Why"), _why, tip=lambda r: r.decision.reason),
    ]


def story(row: DecisionRow) -> Sequence[tuple[str, str]]:
    """The whole story, line by line: a name and what it says."""
    decision = row.decision
    lines = [
        (tr("Signal"), _signal_in_full(row)),
        (tr("Strategy"), row.strategy or shown.UNKNOWN),
        (tr("Wanted"), _wanted_in_full(row)),
        (tr("Verdict"), words.verdict_word(decision.verdict)),
        (tr("Why"), shown.several_lines(decision.reason) or shown.UNKNOWN),
    ]
    lines += [(tr("Sent"), intent_in_full(intent, row.product)) for intent in row.intents]
    if not row.intents:
        lines.append((tr("Sent"), tr("nothing")))
    lines += [(tr("Filled"), _fill_said(fill, row.product)) for fill in row.executions]
    lines.append((tr("Came"), shown.several_lines(decision.came) or shown.UNKNOWN))
    return lines


def sent(row: DecisionRow) -> str:
    """What was sent, in a few words; how many more where it was more than one."""
    if not row.intents:
        return ""
    more = len(row.intents) - 1
    first = intent_said(row.intents[0])
    return tr("{} and {} more").format(first, more) if more else first


def intent_said(intent: Intent) -> str:
    """An intent in a few words: ``entry: Buy 2, filled``."""
    what = words.purpose_word(intent.purpose)
    state = words.intent_state_word(intent.state)
    if intent.purpose is Purpose.CANCEL:
        return f"{what}: {state}"
    return f"{what}: {words.way_word(intent.way)} {intent.quantity}, {state}"


def intent_in_full(intent: Intent, product: Product | None) -> str:
    """An intent with time, price, legs, number, and the broker's own words."""
    at = words.priced(intent.kind, intent.price, intent.stop_price, intent.distance, product)
    legs = [
        f"{words.purpose_word(leg.purpose)} "
        + words.priced(leg.kind, leg.price, leg.stop_price, leg.distance, product)
        for leg in intent.legs
    ]
    number = "" if intent.order_id is None else tr("order {}").format(intent.order_id)
    parts = [
        f"{intent.at.astimezone():%H:%M:%S} {intent_said(intent)}",
        at,
        *legs,
        number,
        shown.one_line(intent.said),
    ]
    return " · ".join(part for part in parts if part)


def _why(row: DecisionRow) -> str:
    return words.word_of(row.decision) if words.is_word(row.decision) else row.decision.reason


def _who(orders: OrderDesk, decision: Decision) -> str:
    if words.is_word(decision):
        return "JustTrades"
    return orders.strategy(decision.link_id) or words.wish_word(decision.wish)


def _signal(row: DecisionRow) -> str:
    decision = row.decision
    if decision.signal_id is None:
        return ""
    at = "" if decision.price is None else f" @ {shown.price(decision.price, row.product)}"
    return f"#{decision.signal_id} {words.wish_word(decision.wish)}{at}"


def _signal_in_full(row: DecisionRow) -> str:
    decision = row.decision
    if decision.signal_id is None:
        wish = words.wish_word(decision.wish)
        return tr("none") if words.is_word(decision) else tr("none: {}").format(wish)
    at = "" if decision.signal_at is None else shown.moment(decision.signal_at)
    parts = [f"{_signal(row)}", shown.one_line(decision.symbol), at]
    return " · ".join(part for part in parts if part)


def _wanted(row: DecisionRow) -> str:
    if words.is_word(row.decision):
        return ""
    before, wanted = row.decision.before, row.decision.wanted
    contract = shown.one_line(row.decision.contract or row.decision.symbol)
    return f"{held_in_words(before)} → {held_in_words(wanted)} {contract}".rstrip()


def _wanted_in_full(row: DecisionRow) -> str:
    wanted = _wanted(row)
    return f"{words.wish_word(row.decision.wish)}: {wanted}" if wanted else shown.UNKNOWN


def _came(row: DecisionRow) -> str:
    """The decision's own words, else what its fills say."""
    if row.decision.came:
        return row.decision.came
    return ", ".join(_fill_said(fill, row.product) for fill in row.executions)


def _fill_said(fill: Execution, product: Product | None) -> str:
    said = f"{words.way_word(fill.way)} {fill.quantity} @ {shown.price(fill.price, product)}"
    if fill.slippage is not None:
        said = tr("{}, slippage {} ticks").format(said, slippage(fill.slippage))
    return said if fill.delay is None else f"{said}, {delay(fill.delay)}"
