"""Options of the test run; windows are made without a screen unless one is asked for."""

import os
import signal
import sys
from pathlib import Path

import pytest

INSTALLED = Path(__file__).parent / "installed"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Dozens of processes start in a run, and each would compile all of the program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Started in the background or under nohup, a run ignores these, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if os.name != "nt" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kill-rounds", type=int, default=3, help="rounds of the kill -9 tests")
    parser.addoption("--fuzz", type=int, default=1000, help="bodies of the fuzz test")
    parser.addoption("--schedules", type=int, default=30, help="schedules of broker faults")
    parser.addoption("--first-schedule", type=int, default=0, help="number of the first of them")
    parser.addoption("--endurance", type=float, default=5.0, help="seconds of the endurance test")
    parser.addoption(
        "--pictures", type=Path, default=None, help="folder for pictures of the screens"
    )
    parser.addoption(
        "--installed", action="store_true", help="install the package and prove it, see make prove"
    )
    parser.addoption("--deb", type=Path, default=None, help="the package, else the one in dist")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what installs a package, unless it is asked for."""
    asked_for = config.getoption("--installed") or not collection_path.is_relative_to(INSTALLED)
    return None if asked_for else True
