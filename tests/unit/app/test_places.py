"""Where the data lies: the same folder whatever the start was given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from justtrades_desktop.app.places import DATA_DIR_VARIABLE, data_dir
from justtrades_desktop.domain.errors import UserError

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="XDG is Linux's")


@pytest.fixture(autouse=True)
def _no_folder_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_DIR_VARIABLE, raising=False)


@linux_only
def test_a_relative_xdg_folder_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert data_dir(None) == tmp_path / ".local" / "share" / "JustTrades"


@linux_only
@pytest.mark.parametrize("given", [None, "~/data"])
def test_a_user_without_a_home_is_told(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def nobody(_: int) -> object:
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(UserError, match="no home folder"):
        data_dir(given)


def test_a_given_folder_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_dir("here") == Path(os.getcwd()) / "here"
