"""Options of the test run."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kill-rounds", type=int, default=5, help="rounds of the kill -9 test")
    parser.addoption("--fuzz", type=int, default=2000, help="bodies of the fuzz test")
    parser.addoption(
        "--pictures", type=Path, default=None, help="folder for pictures of the screens"
    )
