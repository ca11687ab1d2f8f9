"""The self test as a trader starts it: well on a well program, and in words where it is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import COMMAND, ROOT

_SECONDS = 170
_STEPS = (
    *("program", "resources", "migration", "keyring", "window", "alerts", "ticks", "bracket"),
    *("journal", "panels", "tray", "end"),
)


@pytest.mark.timeout(180)
def test_all_is_well_drawn_and_nothing_else_is_touched(tmp_path: Path) -> None:
    pictures, elsewhere = tmp_path / "pictures", tmp_path / "the trader's own"
    done = _selftest(ROOT, "--json", "--pictures", str(pictures), JUSTTRADES_DATA_DIR=elsewhere)
    assert done.stderr == ""
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["result"] == "ok"
    assert tuple(step["step"] for step in told["steps"]) == _STEPS
    assert {step["result"] for step in told["steps"]} == {"ok"}
    drawn = {path.stem for path in pictures.iterdir() if path.stat().st_size > 1_000}
    for panel in ("tab-positions", "tab-orders", "orders-executions", "dock-ticket", "dock-doctor"):
        assert {f"{panel}-dark", f"{panel}-light"} <= drawn
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    ("without", "step", "words"),
    [
        ("resources/icon.svg", "resources", "icon.svg"),
        (
            "justtrades_desktop/ledger/migrations/versions/0001_first.py",
            "migration",
            "0001",
        ),
    ],
)
def test_what_is_missing_is_named_by_its_step(
    tmp_path: Path, without: str, step: str, words: str
) -> None:
    for part in ("justtrades_desktop", "resources"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / without).unlink()
    done = _selftest(tmp_path)
    assert done.returncode == 1
    assert f"failed at '{step}'" in done.stderr
    assert words in done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    assert " failed " in rows[step]
    assert " not run " in rows["window"]


def _selftest(root: Path, *options: str, **environment: object) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "QT_QPA_PLATFORM" and not name.startswith("JUSTTRADES_")
    }
    # No keyring: nobody's own is asked.
    inherited["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    inherited["PYTHONPATH"] = str(root)
    return subprocess.run(
        [*COMMAND, "--selftest", *options],
        capture_output=True,
        text=True,
        cwd=root,
        env={**inherited, **{name: str(value) for name, value in environment.items()}},
        timeout=_SECONDS,
        check=False,
    )
