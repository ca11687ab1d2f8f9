"""The program goes, the data stays; and the data goes when its trader says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.installed.machine import HOME, remove, said, version_here
from tests.installed.test_package import ENTRY, ICONS
from tests.installed.test_replacing import contents
from tests.installed.trader import COMMAND, PATH, Prepared, Trader, buy


def test_a_purge_takes_the_data_and_nothing_else(trader: Trader, prepared: Prepared) -> None:
    _used(trader, prepared)
    own = trader.data_dir / "my notes.txt"
    own.write_text("of the trader's own")
    asked = trader.run("purge")
    assert asked.returncode == 1
    assert "Nothing was removed" in asked.stderr
    assert "justtrades purge --yes" in asked.stderr
    assert (trader.data_dir / "ledger.sqlite3").exists()
    done = trader.run("purge", "--yes")
    assert done.returncode == 0, done.stderr
    assert contents(trader.home) == {
        ".local": None,
        ".local/share": None,
        ".local/share/JustTrades": None,
        ".local/share/JustTrades/my notes.txt": b"of the trader's own",
    }


def test_a_removal_leaves_the_data_byte_for_byte(trader: Trader, prepared: Prepared) -> None:
    _used(trader, prepared)
    data = contents(trader.home)
    done = remove()
    assert done.returncode == 0, said(done)
    assert version_here() is None
    assert shutil.which(COMMAND, path=PATH) is None
    for path in (HOME, ENTRY, *ICONS.glob("*/apps/justtrades.*"), Path("/usr/bin/justtrades")):
        assert not path.exists(), path
        assert not path.is_symlink(), path
    assert contents(trader.home) == data
    with pytest.raises(FileNotFoundError):
        trader.run("version")


def _used(trader: Trader, prepared: Prepared) -> None:
    path = trader.take(prepared)
    with trader.running() as process:
        process.alert(path, buy())
        assert process.end() == 0
