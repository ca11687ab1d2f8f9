"""Where an account holds something else than all signals together say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from justtrades_desktop.domain.broker import (
    Account,
    BrokerOrder,
    BrokerPosition,
    BrokerState,
    Drift,
    Environment,
    Light,
    LinkState,
    ResolvedContract,
)
from justtrades_desktop.domain.drift import drifts
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.positions import Position, Stamp, apply

_NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
_MNQ, _ES = 11, 22


def signal(symbol: str, contracts: int, recorder: int = 1) -> Position:
    side = 1 if contracts > 0 else -1
    stamp = Stamp(1, recorder, 1, symbol, _NOW)
    made = apply(None, Plan(enter=abs(contracts), side=side), Decimal(100), stamp).open
    assert made is not None
    return made


def state(
    *held: tuple[int, int], name: str = "Demo", accounts: int = 1, light: Light = Light.UP
) -> BrokerState:
    """One that holds ``(account, contracts of MNQZ6)``."""
    return BrokerState(
        name=name,
        environment=Environment.DEMO,
        orders=LinkState(light=light, progress_at=_NOW),
        synced_at=_NOW,
        accounts=[Account(id=id_, name=f"A{id_}") for id_ in range(1, accounts + 1)],
        positions=[
            BrokerPosition(
                account_id=id_, contract_id=_MNQ, symbol="MNQZ6", net=net, price=None, at=_NOW
            )
            for id_, net in held
        ],
        contracts={"MNQ1!": contract("MNQ1!", "MNQZ6", _MNQ)},
    )


def contract(symbol: str, name: str, id_: int) -> ResolvedContract:
    return ResolvedContract(symbol=symbol, name=name, contract_id=id_, at=_NOW)


def found(
    signals: Sequence[Position], *states: BrokerState, before: Sequence[Drift] = ()
) -> Sequence[Drift]:
    return drifts(signals, states, _NOW, before)


def brief(drift: Drift) -> tuple[str, str, str, int, int]:
    return drift.connection, drift.account, drift.symbol, drift.signals, drift.broker


def test_an_account_that_holds_what_the_signals_say_is_no_drift() -> None:
    assert found([signal("MNQ1!", 2)], state((1, 2))) == []
    assert found([], state()) == []


def test_less_than_the_signals_say_is_told_in_words() -> None:
    (drift,) = found([signal("MNQ1!", 2)], state((1, 1)))
    assert brief(drift) == ("Demo", "A1", "MNQ1!", 2, 1)
    assert drift.said == "MNQ1!: signals say long 2, Demo A1 holds long 1 MNQZ6."
    assert drift.since == _NOW


def test_signals_of_all_strategies_count_together() -> None:
    both = [signal("MNQ1!", 3), signal("MNQ1!", -1, recorder=2)]
    assert found(both, state((1, 2))) == []
    (drift,) = found(both, state((1, 3)))
    assert (drift.signals, drift.broker) == (2, 3)


def test_a_position_the_signals_know_nothing_of_is_a_drift() -> None:
    (drift,) = found([], state((1, -1)))
    assert (drift.signals, drift.broker) == (0, -1)
    assert "signals say flat, Demo A1 holds short 1 MNQZ6" in drift.said


def test_a_flat_account_beside_open_signals_is_a_drift() -> None:
    (drift,) = found([signal("MNQ1!", -2)], state())
    assert "signals say short 2, Demo A1 is flat in MNQZ6" in drift.said


def test_only_what_the_connection_has_resolved_is_compared() -> None:
    assert found([signal("ES1!", 5)], state()) == []


def test_two_names_of_one_contract_count_together() -> None:
    both = {"MNQ1!": contract("MNQ1!", "MNQZ6", _MNQ), "MNQZ6": contract("MNQZ6", "MNQZ6", _MNQ)}
    signals = [signal("MNQ1!", 1), signal("MNQZ6", 1)]
    assert found(signals, replace(state((1, 2)), contracts=both)) == []
    (drift,) = found(signals[1:], replace(state((1, 2)), contracts=both))
    assert drift.symbol == "MNQZ6"  # as the open signal calls it


def test_every_account_is_compared_by_itself() -> None:
    told = found([signal("MNQ1!", 2)], state((1, 2), (2, 1), accounts=3))
    assert [(drift.account, drift.broker) for drift in told] == [("A2", 1), ("A3", 0)]


def test_accounts_that_cannot_trade_are_left_out() -> None:
    quiet = [Account(id=1, name="A1", readonly=True), Account(id=2, name="A2", active=False)]
    assert found([signal("MNQ1!", 2)], replace(state(), accounts=quiet)) == []


def test_paper_money_is_compared_only_where_it_is_used() -> None:
    paper = replace(state(), environment=Environment.PAPER)
    assert found([signal("MNQ1!", 2)], paper) == []
    (drift,) = found([signal("MNQ1!", 2)], replace(paper, positions=state((1, 1)).positions))
    assert drift.broker == 1
    works = BrokerOrder(
        id=1, account_id=1, symbol="MNQZ6", action="Buy", status="Working", alive=True
    )
    assert len(found([signal("MNQ1!", 2)], replace(paper, working=[works]))) == 1


def test_another_contract_of_the_account_is_not_mixed_in() -> None:
    base = state((1, 2))
    other = replace(base.positions[0], contract_id=_ES, symbol="ESZ6", net=7)
    assert found([signal("MNQ1!", 2)], replace(base, positions=[*base.positions, other])) == []


def test_what_is_not_known_is_not_compared() -> None:
    unsynced = replace(state((1, 1)), synced_at=None)
    assert found([signal("MNQ1!", 2)], unsynced) == []
    assert found([signal("MNQ1!", 2)], state((1, 1), light=Light.OFF)) == []


def test_behind_a_broken_link_it_says_that_it_is_the_last_known() -> None:
    (drift,) = found([signal("MNQ1!", 2)], state((1, 1), light=Light.TROUBLE))
    assert drift.said.endswith("as last known before the link broke.")


def test_orders_that_work_in_it_are_counted() -> None:
    working = BrokerOrder(
        id=1, account_id=1, symbol="MNQZ6", action="Buy", status="Working", alive=True
    )
    waits = replace(state(), working=[working, replace(working, id=2, alive=False)])
    (drift,) = found([signal("MNQ1!", 1)], waits)
    assert drift.said.endswith("; working orders there: 1.")


def test_it_is_known_since_it_was_first_seen_until_it_is_gone() -> None:
    signals = [signal("MNQ1!", 2)]
    first = found(signals, state((1, 1)))
    later = _NOW + timedelta(minutes=5)
    again = drifts(signals, [state()], later, first)
    assert [(drift.since, drift.broker) for drift in again] == [(_NOW, 0)]
    agreed = drifts(signals, [state((1, 2))], later, again)
    assert agreed == []
    (anew,) = drifts(signals, [state((1, 1))], later, agreed)
    assert anew.since == later


def test_connections_are_told_apart() -> None:
    told = found([signal("MNQ1!", 1)], state((1, 1)), state(name="Live"))
    assert [drift.connection for drift in told] == ["Live"]
