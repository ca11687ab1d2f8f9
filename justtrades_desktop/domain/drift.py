"""Where an account holds something else than the signals say; told, and never acted upon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from justtrades_desktop.domain.broker import (
    Account,
    BrokerState,
    Drift,
    Environment,
    Light,
    ResolvedContract,
)
from justtrades_desktop.domain.drift_cause import Place
from justtrades_desktop.domain.drift_links import Difference, Linked, any_armed
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.positions import Position


class _Meant(NamedTuple):
    """What all signals together say of one contract, and the instrument they name it by."""

    contract: ResolvedContract
    symbol: str
    contracts: int
    symbols: Set[str]


def drifts(
    signal_positions: Iterable[Position],
    states: Iterable[BrokerState],
    now: datetime,
    before: Iterable[Drift] = (),
    *,
    execution: ExecutionState | None = None,
    names: Mapping[int, str] | None = None,
) -> Sequence[Drift]:
    """Compare every account with the sum of all open signal positions, contract by contract.

    Where ``execution`` knows an armed link, only accounts that have one are compared, each with
    the signals of the recorders linked there (``names`` are theirs, by id), and the drift says
    why, and since when.

    Only contracts that the account's connection has resolved are compared, and only where it has
    told what its accounts hold; closed and read-only accounts are left out, and without links
    PAPER ones that neither hold anything nor have an order: most traders never use them.
    ``before`` is what this function said last: a drift that was there already keeps its
    ``since``, a new one is seen ``now``.
    """
    positions = tuple(signal_positions)
    summed = _summed(positions)
    known = {_key(drift): drift.since for drift in before}
    told = [state for state in states if is_known(state)]
    if execution is not None and any_armed(execution):
        linked = Linked.of(positions, execution, names or {})
        return [d for state in told for d in _of_links(state, summed, linked, known, now)]
    found = (drift for state in told for drift in _of(state, summed, now))
    return [replace(drift, since=known.get(_key(drift), now)) for drift in found]


def is_known(state: BrokerState) -> bool:
    """Whether ``state`` says what its accounts hold, be it as they were before the link broke."""
    return state.orders.light is not Light.OFF and state.synced_at is not None


def held(state: BrokerState, contract: ResolvedContract) -> Mapping[Account, int]:
    """What each account that may trade holds of ``contract``; 0 where flat."""
    nets = {account: 0 for account in state.accounts if account.active and not account.readonly}
    by_id = {account.id: account for account in nets}
    for position in state.positions:
        account = by_id.get(position.account_id)
        if account is not None and position.contract_id == contract.contract_id:
            nets[account] += position.net
    return nets


def _summed(positions: Iterable[Position]) -> Mapping[str, int]:
    summed: defaultdict[str, int] = defaultdict(int)
    for position in positions:
        if position.closed_at is None:
            summed[position.symbol] += position.signed
    return summed


def _of(state: BrokerState, summed: Mapping[str, int], now: datetime) -> Iterator[Drift]:
    unused = _unused(state)
    for meant in _meant(state, summed):
        for account, net in held(state, meant.contract).items():
            if net != meant.contracts and account.id not in unused:
                yield Drift(
                    connection=state.name,
                    account=account.name,
                    symbol=meant.symbol,
                    signals=meant.contracts,
                    broker=net,
                    since=now,
                    said=_said(state, account, meant, net),
                )


def _of_links(
    state: BrokerState,
    summed: Mapping[str, int],
    linked: Linked,
    known: Mapping[tuple[str, str, str], datetime],
    now: datetime,
) -> Iterator[Drift]:
    for meant in _meant(state, summed):
        contract = meant.contract
        for account, net in held(state, contract).items():
            key = AccountKey(state.name, account.name)
            if key not in linked.links:
                continue
            place = Place(key, contract.contract_id, contract.name, meant.symbols)
            found = linked.difference(place, net)
            if found is None:
                continue
            since = known.get((state.name, account.name, meant.symbol), now)
            yield Drift(
                connection=state.name,
                account=account.name,
                symbol=meant.symbol,
                signals=found.signals,
                broker=net,
                since=found.cause.at or since,
                said=_said_of_links(state, account, meant, net, found),
                why=found.cause.said,
            )


def _unused(state: BrokerState) -> Set[int]:
    if state.environment is not Environment.PAPER:
        return frozenset()
    used = {position.account_id for position in state.positions}
    used |= {order.account_id for order in state.working}
    return {account.id for account in state.accounts} - used


def _meant(state: BrokerState, summed: Mapping[str, int]) -> Iterator[_Meant]:
    """One for each contract: ``MNQ1!`` and ``MNQZ6`` may be the same."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for symbol, contract in state.contracts.items():
        names[contract.contract_id].append(symbol)
    for symbols in names.values():
        # The name that signals use comes first: the trader knows it by that one.
        symbol = min(symbols, key=lambda each: (not summed.get(each, 0), each))
        total = sum(summed.get(each, 0) for each in symbols)
        every = {*symbols, state.contracts[symbol].name}
        yield _Meant(state.contracts[symbol], symbol, total, every)


def _said(state: BrokerState, account: Account, meant: _Meant, net: int) -> str:
    said = f"{meant.symbol}: signals say {_side(meant.contracts)}, {_who(state, account)} "
    said += _holding(state, meant, net)
    orders = [o for o in state.working if o.account_id == account.id and o.alive]
    working = sum(order.symbol == meant.contract.name for order in orders)
    if working:
        said += f"; working orders there: {working}"
    return f"{said}."


def _said_of_links(
    state: BrokerState, account: Account, meant: _Meant, net: int, found: Difference
) -> str:
    """Without the orders that rest there: they are the links' exits."""
    inverse = " and are traded the other way round" if found.inverse else ""
    said = f"{meant.symbol}: signals say {_side(found.signals)}{inverse}, "
    return f"{said}{_who(state, account)} {_holding(state, meant, net)}."


def _who(state: BrokerState, account: Account) -> str:
    """Connection and account, once where they have the same name."""
    return account.name if state.name == account.name else f"{state.name} {account.name}"


def _holding(state: BrokerState, meant: _Meant, net: int) -> str:
    name = meant.contract.name
    said = f"holds {_side(net)} {name}" if net else f"is flat in {name}"
    if state.orders.light is not Light.UP:
        said += ", as last known before the link broke"
    return said


def _side(contracts: int) -> str:
    if contracts == 0:
        return "flat"
    return f"{'long' if contracts > 0 else 'short'} {abs(contracts)}"


def _key(drift: Drift) -> tuple[str, str, str]:
    return drift.connection, drift.account, drift.symbol
