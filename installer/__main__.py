"""``python -m installer``: bundle, papers, packages of this system, and a table of figures."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from installer import bundle, icons, measure
from installer.origins import origins
from installer.papers import add
from installer.places import DIST, FOLDER, ICONS, VERSION, program, tree_bytes

_MB: Final = 1_000_000
_MOST_FOLDER: Final = 245
_MOST_PACKAGE: Final = 70
_MOST_START: Final = 1.2

_T = TypeVar("_T")


def main() -> int:
    """Build everything; 1 where the result does not run or is larger than it may be."""
    rows: list[tuple[str, str, str, bool]] = []

    def timed(name: str, work: Callable[[], _T]) -> _T:
        print(f"installer: {name}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        done = work()
        rows.append((name, f"{time.perf_counter() - started:.0f} s", "", True))
        return done

    DIST.mkdir(exist_ok=True)
    icons.draw(ICONS)
    timed("the bundle", bundle.make)
    timed("licences and bill of materials", lambda: add(origins()))
    said = subprocess.run([str(program()), "version"], capture_output=True, text=True, check=True)
    if VERSION not in said.stdout:
        raise RuntimeError(f"the bundle says it is {said.stdout.strip()}, not {VERSION}")
    sizes = [_size("the folder", FOLDER, _MOST_FOLDER)]
    for path in timed("packages", _packages):
        sizes.append(_size(path.name, path, _MOST_PACKAGE if path.suffix == ".deb" else None))
    rows += sizes
    for name, kind in (("serve", "serve"), ("the window", "")):
        frozen, source = measure.starts(kind)
        ratio = frozen / source
        figure = f"{frozen:.2f} s, {ratio:.2f} x unfrozen"
        # A figure of a shared machine: it is printed, and fails nothing.
        rows.append((f"{name} listens after", figure, f"{_MOST_START} x", ratio <= _MOST_START))
    _print(rows)
    return 0 if all(met for *_, met in sizes) else 1


def _packages() -> list[Path]:
    if sys.platform == "win32":
        from installer import windows

        return [windows.make()]
    if sys.platform == "darwin":
        from installer import macos

        return [macos.make()]
    from installer import archive, debian

    # Each keeps one core busy, mostly: compressing takes longer than anything but the bundle.
    with ThreadPoolExecutor() as side_by_side:
        return [each.result() for each in map(side_by_side.submit, (debian.make, archive.make))]


def _size(name: str, path: Path, most: int | None) -> tuple[str, str, str, bool]:
    size = (tree_bytes(path) if path.is_dir() else path.stat().st_size) / _MB
    goal = f"{most} MB" if most else ""
    return (name, f"{size:.0f} MB", goal, most is None or size <= most)


def _print(rows: list[tuple[str, str, str, bool]]) -> None:
    print(f"{'what':36} {'figure':26} {'at most':10}")
    for name, figure, goal, met in rows:
        print(f"{name:36} {figure:26} {goal:10}{'' if met else ' NOT MET'}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
