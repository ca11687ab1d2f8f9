"""The lock files hold what pyproject.toml asks for, with hashes and without an address."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev


def entries(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    text = (dev.LOCKS / f"{lock}.txt").read_text("utf-8")
    return text.replace("\\\n", " ").splitlines()


def pins(lock: str) -> dict[str, str]:
    """Which version of each package a lock holds."""
    found = [re.match(r"([\w.-]+)==([\w.]+)", entry) for entry in entries(lock)]
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def asked_for(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for directly."""
    project = tomllib.loads((dev.ROOT / "pyproject.toml").read_text("utf-8"))
    groups = {
        "run": project["project"]["dependencies"],
        "dev": project["dependency-groups"]["dev"],
        "build": project["dependency-groups"]["build"],
    }
    return [Requirement(line) for line in groups[lock]]


@pytest.mark.parametrize("lock", ["run", "dev", "build"])
def test_s1_every_entry_is_pinned_with_hashes_and_nothing_else(lock: str) -> None:
    pinned = re.compile(r"[\w.-]+==[\w.]+( ; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries(lock) if not pinned.fullmatch(entry)] == []


@pytest.mark.parametrize("lock", ["run", "dev", "build"])
def test_the_lock_answers_pyproject(lock: str) -> None:
    locked = pins(lock)
    for wanted in asked_for(lock):
        version = locked.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted} is not locked: run `make lock`"
        assert wanted.specifier.contains(version), f"{wanted} is locked as {version}"


@pytest.mark.parametrize("lock", ["dev", "build"])
def test_all_that_running_needs_is_in_the_same_version_everywhere(lock: str) -> None:
    assert pins("run").items() <= pins(lock).items()


def test_what_is_shipped_is_built_without_tools_of_development() -> None:
    tools = {"pytest", "pytest-qt", "hypothesis", "mypy", "ruff", "import-linter"}
    assert not tools & set(pins("build"))
