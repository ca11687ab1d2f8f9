"""Reading old histories: every shape, every spelling, and nothing guessed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.legacy import OldTrade
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.ledger.legacy import read
from tests.fakes.legacy import (
    EARLY_POSITIONS,
    LATE_POSITIONS,
    SIGNALS,
    TRADES,
    OldFile,
    early_open,
)


@pytest.fixture
def old(tmp_path: Path) -> OldFile:
    return OldFile(tmp_path / "old.db", TRADES, SIGNALS, EARLY_POSITIONS)


def only_trade(old: OldFile) -> OldTrade:
    (trade,) = read(old.path).trades
    return trade


def reason(old: OldFile) -> str:
    history = read(old.path)
    assert history.trades == ()
    ((table, _, why),) = history.unreadable
    assert table == "recorded_trades"
    return why


def test_a_trade_keeps_its_figures_to_the_last_digit(old: OldFile) -> None:
    old.trade(
        entry_price=6940.380000000000109,
        pnl=102.40000000000000568,
        fees=1.24,
        quantity=4,
        exit_reason="tp",
        notes="first of the day",
        max_favorable=110.1,
        max_adverse=82.5,
    )
    trade = only_trade(old)
    assert (trade.recorder, trade.symbol, trade.side) == ("ORB", "MNQ1!", Side.LONG)
    assert (trade.entry_price, trade.profit) == (Decimal("6940.38"), Decimal("102.4"))
    assert (trade.quantity, trade.fees) == (4, Decimal("1.24"))
    assert (trade.drawdown, trade.run_up) == (Decimal("-82.5"), Decimal("110.1"))
    assert trade.opened_at == datetime(2025, 12, 29, 21, 43, 42, tzinfo=UTC)
    assert trade.closed_at == datetime(2025, 12, 29, 21, 52, 55, tzinfo=UTC)
    assert (trade.exit_reason, trade.notes, trade.in_journal) == ("tp", "first of the day", True)
    assert json.loads(trade.row)["signal_id"] is None
    assert json.loads(trade.row)["pnl"] == 102.4


def test_the_late_shape_of_positions(tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db", LATE_POSITIONS)
    old.add(
        "recorder_positions",
        **{"recorder_id": 1, "symbol": "CME_MINI:MES1!", "side": "SHORT", "total_quantity": 3},
        entries='[{"price": 6950, "qty": 1, "time": "x"}, {"price": 6951.5, "qty": 2}]',
        **{"avg_entry_price": 6951.0, "exit_price": 6945.0, "realized_pnl": 90.0},
        **{"worst_unrealized_pnl": -12.5, "best_unrealized_pnl": 95.0, "status": "closed"},
        **{"opened_at": "2025-12-29T12:23:00", "closed_at": "2025-12-29T13:02:00.25Z"},
    )
    (position,) = read(old.path).positions
    assert (position.symbol, position.side, position.quantity) == ("CME_MINI:MES1!", Side.SHORT, 3)
    assert (position.adds, position.profit, position.in_journal) == (1, Decimal(90), True)
    assert (position.drawdown, position.run_up) == (Decimal("-12.5"), Decimal(95))
    assert position.closed_at == datetime(2025, 12, 29, 13, 2, 0, 250000, tzinfo=UTC)


def test_the_early_shape_of_positions_open_and_closed(old: OldFile) -> None:
    early_open(old)
    early_open(
        old,
        **{"status": "closed", "realized_pnl": 27.5, "worst_unrealized_pnl": 0.0},
        **{"total_quantity": 0, "exit_price": 25748.75, "exit_time": "2025-12-29 22:53:13"},
    )
    held, closed = read(old.path).positions
    assert (held.open, held.in_journal, held.closed_at, held.profit) == (True, False, None, None)
    assert (held.drawdown, held.run_up) == (Decimal("-0.5"), None)  # no column for the best
    assert (closed.open, closed.in_journal, closed.quantity) == (False, True, 2)
    assert closed.profit == Decimal("27.5")
    assert (closed.drawdown, closed.run_up) == (None, None)  # 0 is what a row begins with


def test_a_position_does_not_tell_again_what_trades_tell(old: OldFile) -> None:
    old.add("recorders", id=2, name="Fade")
    old.trade()
    closed = {"status": "closed", "exit_time": "2025-12-29 22:53:13"}
    early_open(old, **closed)
    early_open(old, recorder_id=2, **closed)
    history = read(old.path)
    assert [(p.recorder, p.in_journal) for p in history.positions] == [
        ("ORB", False),
        ("Fade", True),
    ]
    assert history.trades[0].in_journal


@pytest.mark.parametrize(
    ("favourable", "adverse", "pnl", "drawdown", "run_up"),
    [
        (0.0, 0.0, 20.0, None, None),  # no price was seen while it was open
        (None, None, 20.0, None, None),
        (22.5, 0.0, 20.0, "0", "22.5"),  # it never lost
        (0.0, 7.5, -5.0, "-7.5", "0"),  # it never won
        (0.0, 0.5, 20.0, "-0.5", None),  # it ended with a profit, so 0 was never its best
        (4.0, 0.0, -20.0, None, "4"),
        (22.5, -7.5, 20.0, "-7.5", "22.5"),
    ],
)
def test_what_was_never_measured_is_not_zero(
    old: OldFile,
    favourable: float | None,
    adverse: float | None,
    pnl: float,
    drawdown: str | None,
    run_up: str | None,
) -> None:
    old.trade(max_favorable=favourable, max_adverse=adverse, pnl=pnl)
    trade = only_trade(old)
    assert trade.drawdown == (None if drawdown is None else Decimal(drawdown))
    assert trade.run_up == (None if run_up is None else Decimal(run_up))


def test_excursions_in_points_are_not_taken_for_money(old: OldFile) -> None:
    old.add("recorders", id=2, name="In money")
    for _ in range(3):  # 10 points of MNQ are 20.00
        old.trade(max_favorable=10.25, max_adverse=3.0)
        old.trade(recorder_id=2, max_favorable=20.5, max_adverse=6.0)
    trades = read(old.path).trades
    assert {t.drawdown for t in trades if t.recorder == "ORB"} == {None}
    assert {t.run_up for t in trades if t.recorder == "ORB"} == {None}
    assert {t.drawdown for t in trades if t.recorder == "In money"} == {Decimal(-6)}
    assert json.loads(trades[0].row)["max_adverse"] == 3.0


@pytest.mark.parametrize(
    "spelling",
    [
        "2025-12-29 21:43:42",
        "2025-12-29T21:43:42",
        "2025-12-29 21:43:42.000",
        "2025-12-29T21:43:42.000000Z",
        "2025-12-29 21:43:42 UTC",
        "2025-12-29T16:43:42-05:00",
        "2025-12-29 22:43:42 +01:00",
        1767044622,
        1767044622.0,
        1767044622000,
        "1767044622",
    ],
)
def test_the_spellings_of_a_time(old: OldFile, spelling: object) -> None:
    old.trade(entry_time=spelling)
    assert only_trade(old).opened_at == datetime(2025, 12, 29, 21, 43, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"ticker": None}, "it names no symbol"),
        ({"ticker": "  "}, "it names no symbol"),
        ({"ticker": "M\nNQ"}, "its symbol cannot be one"),
        ({"side": None}, "it names no side"),
        ({"side": "SIDEWAYS"}, "its side is unknown: 'SIDEWAYS'"),
        ({"quantity": "two"}, "quantity is no number: 'two'"),
        ({"quantity": 1.5}, "quantity is no number of contracts: 1.5"),
        ({"quantity": -2}, "quantity is no number of contracts: -2"),
        ({"quantity": None}, "it names no quantity"),
        ({"pnl": "much"}, "pnl is no number: 'much'"),
        ({"pnl": 9e999}, "pnl is no number: inf"),
        ({"pnl": "1e999999"}, "pnl is no number"),
        ({"entry_price": b"\x00\x01"}, "entry_price is no number"),
        ({"exit_price": "n/a"}, "exit_price is no number: 'n/a'"),
        ({"max_adverse": "?"}, "max_adverse is no number: '?'"),
        ({"entry_time": "yesterday"}, "entry_time is no time: 'yesterday'"),
        ({"entry_time": "2025-13-45 10:00:00"}, "entry_time is no time"),
        ({"entry_time": 42}, "entry_time cannot be the time of a trade: '42'"),
        ({"exit_time": "0001-01-01 00:00:00"}, "exit_time cannot be the time of a trade"),
        ({"exit_time": None}, "it is closed, but no column says when"),
        ({"exit_time": "2025-12-29 20:00:00"}, "it was closed before it was opened"),
        ({"status": "rejected"}, "its status is neither open nor closed: 'rejected'"),
    ],
)
def test_what_cannot_be_read_is_named(old: OldFile, columns: dict[str, Any], words: str) -> None:
    old.trade(**columns)
    assert words in reason(old)


def test_the_rest_comes_in_and_the_row_is_named_by_its_old_id(old: OldFile) -> None:
    old.trade(id=6)
    old.trade(id=7, ticker=None)
    old.trade(id=9)
    old.add("recorded_signals", id=15, recorder_id=1, price="dear")
    early_open(old, id=3, side="?")
    history = read(old.path)
    assert [trade.id for trade in history.trades] == ["6", "9"]
    assert [(row.table, row.id) for row in history.unreadable] == [
        ("recorded_trades", "7"),
        ("recorder_positions", "3"),
        ("recorded_signals", "15"),
    ]


def test_without_a_side_the_action_tells_it(old: OldFile) -> None:
    old.trade(side="", action="SELL")
    assert only_trade(old).side is Side.SHORT


def test_a_signal_may_lack_nearly_everything_and_hides_its_secrets(old: OldFile) -> None:
    old.add("recorded_signals", recorder_id=7)
    old.add(
        "recorded_signals",
        **{"recorder_id": 1, "ticker": "MNQ1!", "action": "buy", "price": 25735.5},
        **{"raw_signal": "password=hunter2", "created_at": "2025-12-29 21:27:23"},
    )
    bare, whole = read(old.path, masked=lambda text: text.replace("hunter2", "***")).signals
    assert (bare.recorder, bare.symbol, bare.price) == ("Recorder 7", None, None)
    assert (whole.recorder, whole.action, whole.price) == ("ORB", "buy", Decimal("25735.5"))
    assert whole.received_at == datetime(2025, 12, 29, 21, 27, 23, tzinfo=UTC)
    assert json.loads(whole.row)["raw_signal"] == "password=***"


def test_a_row_is_known_again_in_any_copy(old: OldFile, tmp_path: Path) -> None:
    old.trade()
    early_open(old)
    before = read(old.path)
    old.run("UPDATE recorded_trades SET entry_time = '2025-12-29T21:43:42+00:00', notes = 'x'")
    old.run("UPDATE recorder_positions SET avg_entry_price = 25738, total_quantity = 4")
    after = read(old.text(tmp_path / "later.sql"))
    assert before.trades[0].key == after.trades[0].key
    assert before.positions[0].key == after.positions[0].key  # an average moves with each add
    old.run("UPDATE recorded_trades SET entry_time = '2025-12-29 21:43:43'")
    assert read(old.path).trades[0].key != before.trades[0].key


def test_a_broken_character_costs_nothing_but_itself(old: OldFile) -> None:
    old.trade()
    old.run("UPDATE recorded_trades SET notes = CAST(x'41ff42' AS TEXT)")
    assert only_trade(old).notes == "A\ufffdB"


# The file itself


def test_reading_leaves_the_file_and_its_folder_as_they_are(old: OldFile) -> None:
    old.trade()
    before = (old.path.read_bytes(), old.path.stat().st_mtime_ns)
    old.path.chmod(0o400)
    assert len(read(old.path).trades) == 1
    assert (old.path.read_bytes(), old.path.stat().st_mtime_ns) == before
    assert [path.name for path in old.path.parent.iterdir()] == ["old.db"]


@pytest.mark.parametrize("crashed", [False, True])
def test_what_is_still_in_the_log_is_read_too(
    old: OldFile, tmp_path: Path, *, crashed: bool
) -> None:
    with closing(sqlite3.connect(old.path)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        running.execute("PRAGMA wal_autocheckpoint=0")
        running.execute("INSERT INTO recorded_signals (recorder_id, action) VALUES (1, 'buy')")
        running.commit()
        path = old.path
        if crashed:  # as a kill leaves it: a log, and nobody to tell what is in it
            path = tmp_path / "crash" / "old.db"
            path.parent.mkdir()
            for ending in ("", "-wal"):
                copied = path.with_name(f"old.db{ending}")
                copied.write_bytes(old.path.with_name(f"old.db{ending}").read_bytes())
        before = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.suffix != ".db-shm"}
        assert [signal.action for signal in read(path).signals] == ["buy"]
        after = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.suffix != ".db-shm"}
        assert after == before
        assert path.with_name("old.db-shm").exists() is not crashed


def test_a_database_with_a_log_that_was_closed_stays_alone(old: OldFile) -> None:
    old.run("PRAGMA journal_mode=WAL")
    assert read(old.path).trades == ()
    assert [path.name for path in old.path.parent.iterdir()] == ["old.db"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_sql_text_says_the_same(old: OldFile, tmp_path: Path, encoding: str) -> None:
    old.trade(notes="Zürich")
    early_open(old)
    dump = old.text(tmp_path / "dump.sql")
    dump.write_text(dump.read_text(encoding="utf-8"), encoding=encoding)
    from_text, from_file = read(dump), read(old.path)
    assert from_text.trades == from_file.trades
    assert from_text.positions == from_file.positions
    assert from_text.trades[0].notes == "Zürich"


@pytest.mark.parametrize(
    "harm",
    [
        "ATTACH DATABASE '{}' AS other; CREATE TABLE other.t (x);",
        "CREATE TABLE t (x); VACUUM INTO '{}';",
    ],
)
def test_a_text_reaches_nothing_but_memory(tmp_path: Path, harm: str) -> None:
    path, target = tmp_path / "evil.sql", tmp_path / "target.db"
    path.write_text(harm.format(target))
    with pytest.raises(UserError, match="neither a SQLite database nor the SQL text"):
        read(path)
    assert not target.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Dear broker, please find attached", "neither a SQLite database nor the SQL text"),
        (bytes(range(256)) * 9, "neither a SQLite database nor the SQL text"),
        (b"", "holds no history of Just.Trades"),
        (b"CREATE TABLE recipes (id INTEGER);", "holds no history of Just.Trades"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "damaged"),
    ],
)
def test_another_file_is_refused_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        read(path)


def test_no_file_a_folder_and_our_own_ledger_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read(tmp_path / "missing.db")
    with pytest.raises(UserError, match="cannot be read"):
        read(tmp_path)
    own = OldFile(tmp_path / "own.db", LATE_POSITIONS)
    own.run("CREATE TABLE position_legs (id)")
    own.run("CREATE TABLE imported_trades (id)")
    with pytest.raises(UserError, match="a ledger of this program"):
        read(own.path)
