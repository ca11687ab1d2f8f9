"""Broker positions in lines: what is open, for which link, and what rests to close it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from justtrades_desktop.domain.broker import (
    BrokerOrder,
    BrokerPosition,
    BrokerState,
    Environment,
)
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Held, OrderKind, way_of
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.executions import NO_PRICE, OrderDesk, Priced
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models import cells
from justtrades_desktop.ui.models.broker_rows import age_of
from justtrades_desktop.ui.models.table import Column
from justtrades_desktop.ui.models.working_rows import account_key
from justtrades_desktop.ui.wording import held_in_words

_SUSPENDED: Final = "Suspended"  # hangs on an entry that has not filled: it protects nothing yet
PNL: Final = 6


class Exits(NamedTuple):
    """Contracts that rest as targets and as stops against a position."""

    targets: int = 0
    stops: int = 0


NO_EXITS: Final = Exits()


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What an account holds in one contract."""

    account: AccountKey
    environment: Environment
    position: BrokerPosition
    exits: Exits = NO_EXITS
    held: Held | None = None
    strategy: str = ""
    product: Product | None = None
    last: Priced = NO_PRICE
    old: str = ""
    naked: bool = False

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.account, self.position.contract_id

    @property
    def pnl(self) -> Fraction | None:
        """Open P&L in money, in points where no tick value is known; None where unknown."""
        if self.last.price is None or self.position.price is None:
            return None
        points = Fraction(self.last.price) - Fraction(self.position.price)
        value = self.product.point_value if self.product else Fraction(1)
        return points * self.position.net * value


def held_lines(orders: OrderDesk) -> Iterator[HeldLine]:
    """Everything that any account holds."""
    now = orders.now()
    for state in orders.brokers.states:
        old = age_of(state, now)
        for position in state.positions:
            if position.net:
                yield _line(orders, state, position, old)


def _line(orders: OrderDesk, state: BrokerState, position: BrokerPosition, old: str) -> HeldLine:
    key = account_key(state, position.account_id)
    contract = position.contract_id
    held = (h for h in orders.state.held if h.key == key and h.contract_id == contract)
    link = next(held, None)
    naked = any(
        f.trouble is Trouble.NAKED and f.key == key and f.contract == position.symbol
        for f in orders.state.findings
    )
    return HeldLine(
        account=key,
        environment=state.environment,
        position=position,
        exits=resting(position, state.working),
        held=link,
        strategy="" if link is None else orders.strategy(link.link_id),
        product=orders.product(state.name, position.symbol),
        last=orders.price(state.name, position.symbol),
        old=old,
        naked=naked,
    )


def resting(position: BrokerPosition, working: Sequence[BrokerOrder]) -> Exits:
    """What rests at the broker to close ``position``."""
    out = way_of(-position.net).value
    targets = stops = 0
    for order in working:
        same = order.account_id == position.account_id and order.symbol == position.symbol
        if not same or order.action != out or order.status == _SUSPENDED or not order.alive:
            continue
        left = (order.quantity or 0) - order.filled
        if order.kind == OrderKind.LIMIT.value:
            targets += left
        elif order.kind != OrderKind.MARKET.value:
            stops += left
    return Exits(targets, stops)


def held_columns() -> list[Column[HeldLine]]:
    """The columns from left to right."""
    row = HeldLine
    return [
        *cells.whose_account(row),
        cells.text(row, tr("Contract"), lambda r: r.position.symbol, tone=_old),
        cells.number(
            row,
            tr("Size"),
            lambda r: r.position.net,
            tone=_old,
            spoken=lambda r: held_in_words(r.position.net),
        ),
        cells.price(row, tr("Average"), lambda r: r.position.price, lambda r: r.product),
        cells.number(row, tr("Last"), lambda r: r.last.price, _last, tone=_last_tone),
        cells.number(
            row,
            tr("Open P&L"),
            lambda r: r.pnl,
            lambda r: shown.money(r.pnl, r.product),
            tone=_pnl_tone,
            spoken=lambda r: shown.spoken(r.pnl, r.product),
        ),
        cells.text(row, tr("Held by"), _holder, tone=_holder_tone, tip=_holder_tip),
        cells.text(row, tr("Wants"), _wants, tone=_wants_tone),
        cells.text(row, tr("Targets"), _targets, tone=_targets_tone, tip=_exits_tip),
        cells.text(row, tr("Stops"), _stops, tone=_stops_tone, tip=_exits_tip),
    ]


def _last(row: HeldLine) -> str:
    said = shown.price(row.last.price, row.product)
    return f"{row.last.age} · {said}" if row.last.age else said


def _last_tone(row: HeldLine) -> Tone:
    return Tone.MUTED if row.last.age or row.last.price is None else Tone.TEXT


def _pnl_tone(row: HeldLine) -> Tone:
    return Tone.MUTED if row.last.age or row.old else shown.tone(row.pnl)


def _holder(row: HeldLine) -> str:
    if row.held is None:
        return tr("no strategy")
    if row.held.manual:
        return tr("{}, {} by hand").format(row.strategy, shown.whole(row.held.manual))
    return row.strategy


def _holder_tone(row: HeldLine) -> Tone:
    if row.held is None:
        return Tone.MUTED
    return Tone.WARNING if row.held.manual else Tone.TEXT


def _holder_tip(row: HeldLine) -> str:
    if row.held is None:
        return tr("No link holds it: it was traded by hand or at the broker.")
    return ""


def _wants(row: HeldLine) -> str:
    return "" if row.held is None else held_in_words(row.held.wanted)


def _wants_tone(row: HeldLine) -> Tone:
    if row.held is None:
        return Tone.MUTED
    return Tone.TEXT if row.held.wanted == row.position.net - row.held.manual else Tone.WARNING


def _targets(row: HeldLine) -> str:
    return _of_size(row.exits.targets, row)


def _stops(row: HeldLine) -> str:
    return tr("no stop") if row.naked and not row.exits.stops else _of_size(row.exits.stops, row)


def _of_size(resting: int, row: HeldLine) -> str:
    return tr("{} of {}").format(resting, abs(row.position.net)) if resting else ""


def _targets_tone(row: HeldLine) -> Tone:
    return _exit_tone(row, row.exits.targets)


def _stops_tone(row: HeldLine) -> Tone:
    return Tone.DANGER if row.naked and not row.exits.stops else _exit_tone(row, row.exits.stops)


def _exit_tone(row: HeldLine, resting: int) -> Tone:
    if row.old or not resting:
        return Tone.MUTED
    return Tone.TEXT if resting == abs(row.position.net) else Tone.WARNING


def _exits_tip(row: HeldLine) -> str:
    size, said = abs(row.position.net), []
    for name, resting in ((tr("Targets"), row.exits.targets), (tr("Stops"), row.exits.stops)):
        if resting and resting != size:
            said.append(tr("{} rest for {} contracts, {} are open.").format(name, resting, size))
    if not row.exits.stops:
        said.append(tr("No stop rests at the broker."))
    return "\n".join(said)


def _old(row: HeldLine) -> Tone:
    return Tone.MUTED if row.old else Tone.TEXT
