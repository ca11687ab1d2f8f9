"""The machine that the package is put on: what takes root there, and what the package is to it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import pytest

import dev

NAME: Final = "justtrades"
HOME: Final = Path("/usr/lib/justtrades")
SECONDS: Final = 120

T = TypeVar("T")


def until(found: Callable[[], T | None], what: str, *, seconds: float = 30) -> T:
    """What ``found`` gives once it gives something true; the test fails where it never does."""
    ends = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > ends:
            pytest.fail(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)
    return value


def root() -> list[str]:
    """What to put before a command that takes root; the test fails where that takes a password."""
    prefix = dev.root_prefix()
    if prefix is None:
        pytest.fail("a package is installed by root: run this as root, or allow `sudo -n`")
    return prefix


def as_root(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; whether it succeeds is looked at by the caller."""
    whole = [*root(), "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", *map(str, command)]
    return subprocess.run(
        whole,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )


def version_here() -> str | None:
    """The version that is installed in full, None where none is."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    status, _, version = asked.stdout.partition(" ")
    return version if status == "ii" else None


def field(package: Path, name: str) -> str:
    """A field of a package's own description."""
    command = ["dpkg-deb", "--field", str(package), name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def install(package: Path) -> subprocess.CompletedProcess[str]:
    """Install as the documentation says; with dpkg alone where apt knows of no archive."""
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=60", "install", "-y"]
    apt += ["--no-install-recommends", str(package.absolute())]
    done = as_root(*apt)
    if done.returncode and as_root(*apt, "--simulate").returncode:  # it knows of no archive
        return as_root("dpkg", "--install", package)
    return done


def remove() -> subprocess.CompletedProcess[str]:
    """Remove it as the documentation says."""
    return as_root("apt-get", "-q", "-o", "DPkg::Lock::Timeout=60", "remove", "-y", NAME)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """All that a command said, for a message."""
    return f"{done.stdout}\n{done.stderr}"


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small disk of its own on ``folder``, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    done = as_root("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        gone = as_root("umount", folder)
        assert gone.returncode == 0, said(gone)


def remounted(folder: Path, options: str) -> None:
    """Change how a mounted disk may be used, such as ``ro``."""
    done = as_root("mount", "-o", f"remount,{options}", folder)
    assert done.returncode == 0, said(done)
