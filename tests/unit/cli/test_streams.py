"""A start without streams, and how it tells that nobody reads."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from justtrades_desktop.cli.main import main
from justtrades_desktop.cli.streams import is_unread, lend_streams


def test_a_windowed_program_gets_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    lend_streams()
    lent = [sys.stdin, sys.stdout, sys.stderr]
    try:
        assert sys.stdin.readline() == ""
        sys.stdout.write("ä")
        assert is_unread(sys.stdout)
        assert is_unread(sys.stderr)
    finally:
        for stream in lent:
            stream.close()


def test_streams_that_are_there_stay(capsys: pytest.CaptureFixture[str]) -> None:
    before = (sys.stdin, sys.stdout, sys.stderr)
    lend_streams()
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_who_reads(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, open(os.devnull, "w") as nowhere:
        assert not is_unread(file)
        assert is_unread(nowhere)
    assert is_unread(nowhere)
    assert not is_unread(io.StringIO())


def test_a_failure_that_nobody_reads_is_logged_where_a_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull, "w") as nowhere:
        monkeypatch.setattr(sys, "stderr", nowhere)
        assert main(["positions", "--data-dir", str(tmp_path / "none")]) == 1
        assert not (tmp_path / "none").exists()
        assert main(["positions", "--data-dir", str(tmp_path)]) == 1
    assert "There is no ledger" in (tmp_path / "logs" / "justtrades.log").read_text()


def test_a_failure_that_is_read_leaves_no_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["positions", "--data-dir", str(tmp_path)]) == 1
    assert "There is no ledger" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
