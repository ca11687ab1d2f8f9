"""What the self test says of its steps, whatever comes of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.cli.arguments import parse
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.selftest import checking, run
from justtrades_desktop.selftest.checking import Wrong, is_so, same, until
from justtrades_desktop.selftest.ending import ending
from justtrades_desktop.selftest.noticed import Noticed
from justtrades_desktop.selftest.report import Report, Result
from justtrades_desktop.selftest.scene import Scene
from justtrades_desktop.ui import run as ui

Play = Callable[[], Awaitable[str]]


async def well() -> str:
    return "two of two"


async def broken() -> str:
    same("contracts", 2, 3)
    return "never said"


async def test_after_the_first_failure_nothing_more_is_run() -> None:
    report = Report(["one", "two", "three"])
    for play in (well, broken, well):
        await report.take(play)
    assert [row.result for row in report.rows] == [Result.OK, Result.FAILED, Result.NOT_RUN]
    assert not report.is_well
    assert report.failure is not None
    assert report.failure.step == "two"
    assert report.failure.said == "contracts: expected 3, found 2"


async def test_its_json_has_every_step_and_is_well_only_when_all_are() -> None:
    report = Report(["one", "two"])
    await report.take(well)
    told = report.as_json()
    assert told["result"] == "failed"
    assert [step["result"] for step in told["steps"]] == ["ok", "not run"]
    assert told["steps"][1]["seconds"] is None
    await report.take(well)
    assert report.as_json()["result"] == "ok"


async def test_a_failure_is_in_words_and_a_bug_says_where_it_is() -> None:
    for error, words in (
        (Wrong("expected a, found b"), "expected a, found b"),
        (UserError("The disk is full", "Make room."), "The disk is full. Make room."),
    ):
        report = Report(["one"])
        report.failed(error)
        assert report.rows[0].said == words

    async def bug() -> str:
        raise ZeroDivisionError("by nothing")

    report = Report(["one"])
    await report.take(bug)
    assert report.rows[0].said.startswith("ZeroDivisionError: by nothing (test_report.py:")


async def test_a_wait_says_what_it_waited_for_and_how_it_is_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await until(lambda: "there", "it") == "there"
    monkeypatch.setattr(checking, "PATIENCE", 0.05)
    with pytest.raises(Wrong, match=r"waited 0 s for a flat account; it is 2 contracts"):
        await until(lambda: False, "a flat account", how_it_is=lambda: "2 contracts")
    with pytest.raises(Wrong, match="expected a locked vault, found an open one"):
        is_so(False, "a locked vault", "an open one")


def test_a_window_that_cannot_be_had_fails_the_step_of_the_window(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def cannot(*_: object, **__: object) -> int:
        raise UserError("The address cannot be had", "Take another.")

    rows = _program(monkeypatch, tmp_path, cannot)
    assert rows["window"] == (Result.FAILED, "The address cannot be had. Take another.")
    assert rows["alerts"][0] is Result.NOT_RUN


def test_a_program_that_is_quit_before_its_steps_were_run_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = _program(monkeypatch, tmp_path, lambda *_, **__: 0)
    assert rows["window"][0] is Result.FAILED
    assert rows["end"][0] is Result.NOT_RUN


def test_an_error_in_the_log_fails_the_end(tmp_path: Path) -> None:
    with Noticed() as noticed:
        seen = ending(Scene(folder=tmp_path), noticed)
        logging.getLogger("elsewhere").warning("that happens")
        logging.getLogger("elsewhere").error("that must not")
    assert noticed.lines == ["WARNING elsewhere: that happens", "ERROR elsewhere: that must not"]
    with pytest.raises(Wrong, match="that must not"):
        seen()


def test_the_platform_that_was_asked_for_stays_and_ours_is_out_of_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import os

    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("JUSTTRADES_DATA_DIR", "somewhere")
    with run._own_environment():
        assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
        assert "JUSTTRADES_DATA_DIR" not in os.environ
    assert os.environ["JUSTTRADES_DATA_DIR"] == "somewhere"
    assert "QT_QPA_PLATFORM" not in os.environ
    monkeypatch.setenv("QT_QPA_PLATFORM", "minimal")
    with run._own_environment():
        assert os.environ["QT_QPA_PLATFORM"] == "minimal"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("--pictures here", "--pictures goes with --selftest"),
        ("--selftest --demo", "--selftest goes alone"),
        ("--selftest --data-dir here", "--selftest goes alone"),
        ("--selftest --port 0", "--selftest goes alone"),
        ("--selftest positions", "--selftest goes alone"),
    ],
)
def test_a_self_test_is_told_nothing_that_it_would_not_heed(
    line: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def _program(
    monkeypatch: pytest.MonkeyPatch, folder: Path, instead: Callable[..., Any]
) -> dict[str, tuple[Result, str]]:
    """What the rows say after the steps before the window, with something else for the window."""
    report = Report([*run._BEFORE, *run._INSIDE, run._END])
    for _ in run._BEFORE:
        asyncio.run(report.take(well))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(ui, "run", instead)
    run._run_program(Scene(folder=folder), Noticed(), report)
    return {row.step: (row.result, row.said) for row in report.rows}
