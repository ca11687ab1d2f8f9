"""What the package puts on the machine, and that it needs nothing else."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from PySide6.QtGui import QImage

from tests.installed.conftest import DIST
from tests.installed.machine import HOME, NAME, field, version_here
from tests.installed.trader import COMMAND, PATH, Trader

ENTRY = Path("/usr/share/applications/justtrades.desktop")
ICONS = Path("/usr/share/icons/hicolor")
LIBRARIES = HOME / "_internal"
CHECKOUT = DIST.parent


def test_it_is_installed_in_full_with_all_it_depends_on(installed: Path) -> None:
    assert version_here() == field(installed, "Version")
    assert not _said("dpkg", "--audit")
    assert not _said("dpkg", "--verify", NAME)


def test_the_command_is_on_the_path_and_says_its_version(trader: Trader, installed: Path) -> None:
    found = shutil.which(COMMAND, path=PATH)
    assert found == "/usr/bin/justtrades"
    assert Path(found).resolve() == HOME / "justtrades"
    said = trader.run("version")
    assert (said.returncode, said.stderr) == (0, "")
    assert field(installed, "Version") in said.stdout.split()


def test_the_menu_entry_names_what_is_there() -> None:
    entry = menu_entry()
    assert (entry["Type"], entry["Name"], entry["Terminal"]) == (
        "Application",
        "JustTrades",
        "false",
    )
    for key in ("Exec", "TryExec"):
        assert shutil.which(shlex.split(entry[key])[0], path=PATH)
    assert entry["Categories"].endswith(";")
    icon = entry["Icon"]
    assert (ICONS / "scalable/apps" / f"{icon}.svg").read_text("utf-8").lstrip().startswith("<")
    drawn = {path.parts[-3]: QImage(str(path)) for path in ICONS.glob(f"*/apps/{icon}.png")}
    assert "48x48" in drawn
    for size, picture in drawn.items():
        assert f"{picture.width()}x{picture.height()}" == size


def test_licences_and_a_bill_of_materials_come_with_it(installed: Path) -> None:
    bill = json.loads((HOME / "sbom.cdx.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["version"] == field(installed, "Version")
    parts = {part["name"].lower(): part["version"] for part in bill["components"]}
    assert {"python", "pyside6_essentials", "shiboken6", "numpy", "aiohttp", "libssl3"} <= set(
        parts
    )
    papers = {folder.name.lower(): folder for folder in (HOME / "licenses").iterdir()}
    assert set(papers) == {f"{name}-{parts[name].replace(':', '_')}".lower() for name in parts}
    for folder in papers.values():
        texts = [path.stat().st_size for path in folder.iterdir()]
        assert texts, folder
        assert min(texts) > 0, folder
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in "".join(
        path.read_text("utf-8") for path in papers[f"shiboken6-{parts['shiboken6']}"].iterdir()
    )


def test_all_may_read_its_files_and_only_root_may_change_them() -> None:
    paths = [Path(line) for line in _said("dpkg", "--listfiles", NAME).splitlines()]
    own = [path for path in paths if path.is_file() and not path.is_symlink()]
    assert len(own) > 100
    for path in [*own, *HOME.rglob("*")]:
        found = path.lstat()
        assert (found.st_uid, found.st_gid) == (0, 0), path
        if path.is_symlink():
            assert path.resolve().is_relative_to("/usr"), path
            continue
        assert not found.st_mode & (stat.S_IWOTH | stat.S_IWGRP | stat.S_ISUID | stat.S_ISGID), path
        assert found.st_mode & stat.S_IROTH, path


def test_every_library_finds_what_it_needs_in_what_the_package_depends_on() -> None:
    """The machine that builds it has more: what is not asked for would be missing elsewhere."""
    libraries = [path for path in LIBRARIES.rglob("*.so*") if not path.is_symlink()]
    asked = subprocess.run(
        ["ldd", *map(str, libraries)],
        capture_output=True,
        text=True,
        env={"PATH": PATH, "LC_ALL": "C", "LD_LIBRARY_PATH": str(LIBRARIES)},
        check=False,
    )
    assert "linux-vdso" in asked.stdout
    assert [line for line in asked.stdout.splitlines() if "not found" in line] == []
    found = re.findall(r"=> (/\S+)", asked.stdout)
    outside = {Path(path).name for path in found if not Path(path).is_relative_to(HOME)}
    assert "libGL.so.1" in outside
    brought = with_all_they_depend_on(NAME)
    missing = {name for name in outside if not bringing(name) & brought}
    assert missing == set()


def bringing(library: str) -> set[str]:
    """The packages that bring a library of that name."""
    lines = _said("dpkg-query", "-S", f"*/{library}").splitlines()
    return {line.split(":")[0] for line in lines if line.endswith(f"/{library}")}


def with_all_they_depend_on(package: str) -> set[str]:
    """The package, and whatever of this machine's packages it leads to."""
    table = _said("dpkg-query", "-W", "-f", "${Package}\t${Depends}, ${Pre-Depends}\n")
    leads = dict(line.split("\t") for line in table.splitlines())
    reached, waiting = set(), [package]
    while waiting:
        name = waiting.pop()
        if name in leads and name not in reached:
            reached.add(name)
            waiting += re.findall(r"(?:^|[,|])\s*([a-z0-9.+-]+)", leads[name])
    return reached


def test_no_python_and_no_checkout_is_used(at_screen: Trader) -> None:
    """Whatever a trader has set up for another Python is no hindrance."""
    foreign = at_screen.folder / "foreign"
    foreign.mkdir()
    for name in ("json", "sqlite3", "sitecustomize", "justtrades_desktop"):
        (foreign / f"{name}.py").write_text("raise SystemExit('a foreign module')\n")
    hindrances = {
        "PYTHONPATH": str(foreign),
        "PYTHONHOME": str(foreign),
        "PYTHONSTARTUP": str(foreign / "json.py"),
        "QT_PLUGIN_PATH": str(foreign),
    }
    at_screen.more.update(hindrances)
    with at_screen.running() as process:
        used = _files_used(process.popen.pid)
        assert process.complaint() == ""
    ours = {path for path in used if path.is_relative_to(HOME)}
    assert len(ours) > 30
    python = [path for path in used - ours if "python" in path.name or path.suffix == ".py"]
    assert python == []
    assert [path for path in used if path.is_relative_to(CHECKOUT)] == []


def menu_entry() -> dict[str, str]:
    """What the desktop reads of the menu entry."""
    return read_entry(ENTRY)


def read_entry(path: Path) -> dict[str, str]:
    """What a desktop reads of an entry."""
    entry = configparser.RawConfigParser(strict=True, comment_prefixes=("#",), delimiters=("=",))
    entry.optionxform = str  # type: ignore[method-assign, assignment]
    entry.read_string(path.read_text("utf-8"))
    return dict(entry["Desktop Entry"])


def _files_used(process: int) -> set[Path]:
    maps = Path(f"/proc/{process}/maps").read_text("utf-8").splitlines()
    mapped = {line.split(maxsplit=5)[5] for line in maps if "/" in line}
    opened = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            opened.add(os.readlink(link))
    return {Path(name) for name in mapped | opened if name.startswith("/")}


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
