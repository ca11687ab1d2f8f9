"""What another stop or target would have made of the trades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.what_if import Rule, WhatIf, what_if
from tests.fakes.trades import START, journal, trade


def path(*values: float, id: int = 1, every: float = 300.0) -> Path:
    """A path of a trade's last hour that goes through ``values`` and then stays."""
    opened = (START + timedelta(hours=id - 1)).timestamp()
    points = [(opened + every * n, value) for n, value in enumerate(values)]
    at = points[-1][0]
    filled = [*points]
    while at + 60 < opened + 3600:
        at += 60
        filled.append((at, values[-1] + 0.001 * (len(filled) % 2)))
    return Path(filled)


def tried(
    trades: Trades, paths: dict[int, Path], rule: Rule, ticks: Sequence[int], **more: Any
) -> WhatIf:
    return what_if(
        trades, trades.all(), paths, rule=rule, ticks=ticks, tick_value=lambda _: 0.5, **more
    )


def test_a_stop_ends_what_reaches_it() -> None:
    # A winner that was 20 ticks ($10) under water, a loser of 100 ticks.
    trades = journal([trade("40", 1), trade("-50", 2)])
    paths = {1: path(0, -10, 40), 2: path(0, 5, -50, id=2)}
    found = tried(trades, paths, Rule.STOP, [10, 20, 21, 100, 101])
    assert found.net.tolist() == [-10, -20, 29.5, -10, -10]
    assert found.touched.tolist() == [2, 2, 1, 1, 0]
    assert found.wins.tolist() == [0, 0, 1, 1, 1]
    assert found.drawdown.tolist() == [-10, -20, -10.5, -50, -50]
    assert (found.own, found.decided, found.undecided, found.warning) == (-10, 2, 0, "")


def test_a_target_ends_what_reaches_it_and_counts_all_contracts() -> None:
    trades = journal([trade("-50", 1, size=2)])
    found = tried(trades, {1: path(0, 30, -50)}, Rule.TARGET, [29, 30, 31])
    assert found.net.tolist() == [29, 30, -50]  # a tick of two contracts is $1


def test_a_trade_without_a_dense_path_keeps_its_own_result_and_is_counted() -> None:
    sparse = Path([(START.timestamp(), 0.0), (START.timestamp() + 3500, -500.0)])
    holes = path(*([0.0, -1.0] * 20), id=2, every=10)
    late = Path([(START.timestamp() + 7200 + n, -500.0 - n) for n in range(400)])
    hours = timedelta(hours=4)
    trades = journal(
        [
            trade("-5", 1),
            trade("-5", 2, closed_at=START + hours, opened_at=START),
            trade("-5", 3, closed_at=START + hours, opened_at=START),
            trade("-5", 4),
            trade("-5", 5, origin=Origin.IMPORTED),
            trade("-5", 6, opened_at=None),
        ]
    )
    shifted = Path((at - 3600, value) for at, value in zip(holes.times, holes.values, strict=True))
    shifted.add(START.timestamp() + 3 * 3600, -500.0)
    paths = {1: sparse, 2: shifted, 3: late, 5: path(0, -500, id=5), 6: path(0, -500, id=6)}
    found = tried(trades, paths, Rule.STOP, [2])
    assert found.net.tolist() == [-30]
    assert (found.decided, found.undecided) == (0, 6)
    assert found.warning.startswith("6 of 6 trades keep their own result")


def test_a_flat_stretch_is_no_hole() -> None:
    opened = START.timestamp()
    flat = Path([(opened, 0.0), *((opened + 60 * n, -3.0) for n in range(1, 300))])
    flat.add(opened + 5 * 3600, -4.0)
    dense = Path(
        [(opened, 0.0)]
        + [(opened + n, -1.0 - n % 2) for n in range(1, 100)]
        + [(opened + 5 * 3600 - 60, -2.0), (opened + 5 * 3600, -4.0)]
    )
    closed = START + timedelta(hours=5)
    trades = journal([trade("-4", n, opened_at=START, closed_at=closed) for n in (1, 2)])
    found = tried(trades, {1: flat, 2: dense}, Rule.STOP, [1])
    # The first has four points in five hours, the second enough of them and a flat stretch.
    assert (found.decided, found.undecided) == (1, 1)


def test_a_long_path_that_was_thinned_out_is_still_believed() -> None:
    opened = START.timestamp()
    long = Path((opened + 60 * n, float(-(n % 7))) for n in range(6 * 24 * 60))
    trades = journal([trade("-4", 1, opened_at=START, closed_at=START + timedelta(days=6))])
    assert tried(trades, {1: long}, Rule.STOP, [12]).touched.tolist() == [1]


def test_a_symbol_without_tick_value_is_undecided() -> None:
    trades = journal([trade("-50", 1)])
    found = what_if(
        trades,
        trades.all(),
        {1: path(0, -50)},
        rule=Rule.STOP,
        ticks=[1],
        tick_value=lambda _: None,
    )
    assert (found.net.tolist(), found.undecided) == ([-50], 1)


def test_unknown_profits_are_left_out_and_nonsense_is_refused() -> None:
    trades = journal([trade(None, 1)])
    found = tried(trades, {1: path(0, -50)}, Rule.STOP, [1, 2])
    assert (found.net.tolist(), found.decided, found.undecided) == ([0, 0], 0, 0)
    with pytest.raises(ValueError, match="tick"):
        tried(trades, {}, Rule.STOP, [0])
