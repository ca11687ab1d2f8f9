"""Where each shipped file came from: a Python package, Python, the system, or this project."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from installer.places import ROOT, SHIPPED, WORK

_SYSTEM_PYTHON: Final = tuple(Path("/usr/share/doc").glob("python3.1*-minimal/copyright"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Something that others made and that is shipped. ``papers`` are its licence files."""

    kind: str  # "pypi", "deb" or "generic", as package URLs call them
    name: str
    version: str
    license: str  # as it calls it itself; empty where it says nothing
    papers: tuple[Path, ...]


class UnknownOrigin(Exception):
    """A file is shipped of which nobody knows whose it is."""


def origins() -> list[Origin]:
    """Whose work the bundle holds, by name; read from what the recipe left behind.

    Raises:
        UnknownOrigin: for a file that nothing here claims.
    """
    sources = {Path(source) for source in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    foreign = {source.resolve() for source in sources if not _is_own(source)}
    found: dict[tuple[str, str], Origin] = {("generic", "python"): _python()}
    ours, rest = _of_packages(foreign)
    for origin in [*ours, *_of_system(rest)]:
        found[origin.kind, origin.name] = origin
    return [found[key] for key in sorted(found, key=lambda key: key[1].lower())]


def _is_own(source: Path) -> bool:
    foreign = source.is_relative_to(sys.prefix)  # the environment lies inside the checkout
    return source.is_relative_to(WORK) or (source.is_relative_to(ROOT) and not foreign)


def _python() -> Origin:
    stdlib = Path(sysconfig.get_path("stdlib"))
    places = (stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt", *_SYSTEM_PYTHON)
    papers = tuple(place for place in places if place.exists())[:1]
    return Origin("generic", "python", platform.python_version(), "PSF-2.0", papers)


def _of_packages(files: set[Path]) -> tuple[list[Origin], set[Path]]:
    """The Python packages that the files belong to, and the files that belong to none."""
    rest, found = set(files), []
    for package in distributions():
        own = {Path(str(package.locate_file(file))).resolve() for file in package.files or ()}
        if own & rest:
            found.append(_package(package))
            rest -= own
    return found, {path for path in rest if not _of_python(path)}


def _of_python(path: Path) -> bool:
    homes = {Path(sys.base_prefix), Path(sys.base_exec_prefix), Path(sysconfig.get_path("stdlib"))}
    if any(path.is_relative_to(home.resolve()) for home in homes if home != Path("/usr")):
        return True
    return "python" in path.name and sys.base_prefix == "/usr"


def _package(package: Distribution) -> Origin:
    facts = package.metadata
    named = [facts[key] for key in ("License-Expression", "License") if key in facts]
    classes = [c for c in facts.get_all("Classifier") or () if c.startswith("License ::")]
    # Some hold the whole text in the field for the name.
    said = [name for name in named if "\n" not in name] + [c.rpartition(" :: ")[2] for c in classes]
    papers = tuple(_papers(package))
    return Origin("pypi", facts["Name"], facts["Version"], said[0] if said else "", papers)


def _papers(package: Distribution) -> Iterable[Path]:
    for file in package.files or ():
        inside = any(part.endswith(".dist-info") for part in file.parts)
        words = ("LICEN", "COPYING", "NOTICE", "AUTHORS")
        if inside and any(word in part.upper() for part in file.parts[1:] for word in words):
            yield Path(str(package.locate_file(file)))


# What is the system's own


def _of_system(files: set[Path]) -> list[Origin]:
    if not files:
        return []
    if sys.platform != "linux" or shutil.which("dpkg-query") is None:
        # Windows and macOS: the runtime libraries beside Python, under Python's own licence.
        return []
    packages = {_owner(path) for path in files}
    return [_system_package(name) for name in sorted(packages)]


@cache
def _owner(path: Path) -> str:
    # Files may be registered by the name before or after /usr was merged.
    bare = Path("/", *path.parts[2:]) if path.parts[:2] == ("/", "usr") else path
    for name in (path, bare):
        command = ["dpkg-query", "-S", str(name)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return answer.stdout.split(":")[0]
    raise UnknownOrigin(f"{path} is shipped, and no package here brings it")


def _system_package(name: str) -> Origin:
    command = ["dpkg-query", "-W", "-f", "${Version}", name]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    paper = Path("/usr/share/doc") / name / "copyright"
    return Origin("deb", name, version, "", (paper,) if paper.exists() else ())
