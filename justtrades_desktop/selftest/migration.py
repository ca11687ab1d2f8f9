"""A ledger as the first version left it is opened by this one, and stays as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from justtrades_desktop.app.upgrade import BACKUP, FOLDER
from justtrades_desktop.app.wiring import Core, open_core
from justtrades_desktop.domain.signals import Action, Outcome, Reading
from justtrades_desktop.ledger import migrate as migrations
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import create_private, path_in, recognise, writing_engine
from justtrades_desktop.ledger.schema import REVISION
from justtrades_desktop.selftest.checking import is_so, same
from justtrades_desktop.selftest.scene import Scene

_FIRST: Final = "0001"
# A recorder that bought 2 at 25600 and 1 at 25594; its price has been at 25591.33 meanwhile.
_CONTENT: Final = """
INSERT INTO recorders VALUES
    (1, 'Old trend', 'a-token-that-opens-nothing', 1, 1, 1, NULL, 'net', 1);
INSERT INTO last_prices VALUES ('MNQ1!', '25594', '2026-01-05T15:31:00.000000Z');
INSERT INTO heartbeat VALUES (1, '2026-01-05T15:32:00.000000Z');
INSERT INTO recorder_positions VALUES
    (1, 1, 'MNQ1!', 'LONG', 3, 3, 3, 0, 1, '76794', '0', '76794', '25598', '25594', '-24', '-40',
     '0', NULL, NULL, '0', '0.25', '0.5', 'USD', 'open', '2026-01-05T15:30:00.000000Z', NULL,
     '2026-01-05T15:31:00.000000Z');
INSERT INTO signals VALUES
    (1, 1, '2026-01-05T15:30:00.000000Z', 'alert', '', 'buy 2 MNQ1! at 25600', 'applied', NULL,
     NULL, 'buy', 'MNQ1!', 'MNQ1!', 2, '25600', NULL, NULL, NULL, NULL, 'buy', 2, NULL, NULL, 'net',
     '25600', NULL, 1, NULL, 0, NULL),
    (2, 1, '2026-01-05T15:31:00.000000Z', 'alert', '', 'buy 1 MNQ1! at 25594', 'applied', NULL,
     NULL, 'buy', 'MNQ1!', 'MNQ1!', 1, '25594', NULL, NULL, NULL, NULL, 'buy', 1, NULL, NULL, 'net',
     '25594', NULL, 1, NULL, 0, NULL),
    (3, 1, '2026-01-05T15:31:30.000000Z', 'alert', '', 'hello', 'unreadable', 'it is a greeting',
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, 0, NULL);
INSERT INTO position_legs VALUES
    (1, 1, 1, 'entry', 2, '25600', '2026-01-05T15:30:00.000000Z'),
    (2, 1, 2, 'entry', 1, '25594', '2026-01-05T15:31:00.000000Z');
"""
_BODIES: Final = ["hello", "buy 1 MNQ1! at 25594", "buy 2 MNQ1! at 25600"]
_COST: Final = Fraction(25598)
_WORST: Final = Fraction(-40)
_RESULT: Final = Fraction(72)  # 3 contracts, 12 points, 2 dollars


async def migration(scene: Scene) -> str:
    """Make an old ledger, open it, go on with it, and fold all of it again."""
    folder = scene.other("first schema")
    path = path_in(folder)
    _make_old(path)
    same("revision of the old ledger", recognise(path), _FIRST)
    async with open_core(folder) as core:
        same("revision of the opened ledger", recognise(path), REVISION)
        await _as_it_was(core)
        await _go_on(core)
    _kept(folder)
    folded, differences = check(path)
    same("differences after folding all signals again", differences, [])
    same("signals folded", folded, 4)
    return f"{_FIRST} to {REVISION}: kept first, 3 signals and an open position as they were"


def _make_old(path: Path) -> None:
    create_private(path)
    config = Config()
    folder = Path(str(migrations.__file__)).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    engine = writing_engine(path)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, _FIRST)
    engine.dispose()
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(_CONTENT)


def _kept(folder: Path) -> None:
    """A copy was made before, and it is what there was."""
    kept = [path for path in (folder / FOLDER).iterdir() if BACKUP.fullmatch(path.name)]
    same("copies made before", len(kept), 1)
    same("revision of the copy", recognise(path_in(kept[0])), _FIRST)
    with closing(sqlite3.connect(path_in(kept[0]))) as plain:
        (signals,) = plain.execute("SELECT count(*) FROM signals").fetchone()
    same("signals in the copy", signals, 3)


async def _as_it_was(core: Core) -> None:
    desk = core.desk
    same("recorders", [recorder.name for recorder in desk.recorders], ["Old trend"])
    same("open positions", len(desk.open_positions()), 1)
    (position,) = desk.open_positions()
    same("contracts", position.signed, 3)
    same("average entry", position.average_entry, _COST)
    same("drawdown", position.in_money(position.worst), _WORST)
    kept = await desk.signals(limit=10)
    same("signals, newest first", [line.body for line in kept], _BODIES)
    is_so(not desk.recorders[0].exits, "no exit rules, which the first version did not have")


async def _go_on(core: Core) -> None:
    close = Reading(action=Action.CLOSE, ticker="MNQ1!", price=Decimal(25610))
    receipt = await core.desk.apply_by_hand(1, close, "close at 25610")
    same("outcome of the next signal", receipt.outcome, Outcome.APPLIED)
    same("its number", receipt.signal_id, 4)
    (closed,) = await core.desk.closed_positions(limit=2)
    same("result of the position", closed.in_money(closed.realized), _RESULT)
