"""The .deb: the bundle below /usr/lib, the command on the path, an entry in the menu."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from installer.places import DIST, FOLDER, HERE, ICONS, ROOT, VERSION, WORK, tree_bytes

_TREE: Final = WORK / "deb"
_HOME: Final = Path("usr/lib/justtrades")
_ICONS: Final = Path("usr/share/icons/hicolor")
# A font, or all text is boxes; certificates, or no broker can be trusted; and what libraries that
# are brought along read, which their own packages would have depended on.
_ALSO: Final = (
    "fonts-dejavu-core | fonts-liberation | fonts-noto-core",
    "ca-certificates",
    "libx11-data",
    "xkb-data",
)
_KEYRINGS: Final = "gnome-keyring | kwalletmanager"


def make() -> Path:
    """Pack the bundle; the path of the package.

    Raises:
        CalledProcessError: a tool failed, and has said why.
        LookupError: the bundle needs a library that no package here brings.
    """
    shutil.rmtree(_TREE, ignore_errors=True)
    shutil.copytree(FOLDER, _TREE / _HOME, symlinks=True)
    _link(_TREE / "usr/bin/justtrades", Path("../lib/justtrades/justtrades"))
    _put(HERE / "linux/justtrades.desktop", "usr/share/applications/justtrades.desktop")
    _put(ROOT / "resources/icon.svg", _ICONS / "scalable/apps/justtrades.svg")
    for icon in ICONS.glob("*.png"):
        _put(icon, _ICONS / f"{icon.stem}x{icon.stem}/apps/justtrades.png")
    _put(HERE / "linux/copyright", "usr/share/doc/justtrades/copyright")
    changes = _TREE / "usr/share/doc/justtrades/changelog.gz"
    changes.write_bytes(gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), mtime=0))
    architecture = _said("dpkg", "--print-architecture")
    _control(architecture)
    package = DIST / f"justtrades_{VERSION}_{architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(_TREE), str(package)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return package


def _put(source: Path, target: str | Path) -> None:
    path = _TREE / target
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def _link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _control(architecture: str) -> None:
    folder = _TREE / "DEBIAN"
    folder.mkdir()
    fields = {
        "Package": "justtrades",
        "Version": VERSION,
        "Architecture": architecture,
        "Maintainer": "JustTrades Desktop <desktop@justtrades.invalid>",
        "Installed-Size": str(tree_bytes(_TREE) // 1024),
        "Depends": ", ".join([*sorted(needed_packages(FOLDER)), *_ALSO]),
        "Recommends": _KEYRINGS,
        "Section": "misc",
        "Priority": "optional",
        "Description": "TradingView alerts become durable signals, positions and orders\n"
        " Receives alerts on this computer, keeps positions with live profit and loss,\n"
        " and trades them on paper, demo and live futures accounts.",
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (folder / "control").write_text(text, encoding="utf-8")
    for script in ("preinst", "prerm"):
        shutil.copyfile(HERE / "linux/guard.sh", folder / script)
        (folder / script).chmod(0o755)
    # What was unpacked by a careful umask is to be readable by all.
    for path in _TREE.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def needed_packages(folder: Path) -> set[str]:
    """The packages that bring what the bundle's libraries need and the bundle does not hold.

    Raises:
        LookupError: none here brings one of them.
    """
    binaries = [path for path in folder.rglob("*") if path.is_file() and _is_elf(path)]
    held = {path.name for path in folder.rglob("*")}
    facts = "".join(_said("objdump", "-p", *map(str, part)) for part in _parts(binaries))
    names = set(re.findall(r"^\s+NEEDED\s+(\S+)", facts, re.MULTILINE)) - held
    packages = {_bringer(name) for name in names if not name.startswith("ld-linux")}
    versions = re.findall(r"\sGLIBC_(\d+)\.(\d+)", facts)
    newest = max((int(major), int(minor)) for major, minor in versions)
    return {f"libc6 (>= {newest[0]}.{newest[1]})" if p == "libc6" else p for p in packages}


def _bringer(library: str) -> str:
    found = subprocess.run(
        ["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=False
    )
    for line in found.stdout.splitlines():
        package, _, path = line.partition(": ")
        if path.endswith(f"/{library}"):
            return package.split(":")[0]
    raise LookupError(f"no package here brings {library}")


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _parts(paths: list[Path], size: int = 50) -> Iterable[list[Path]]:
    return (paths[at : at + size] for at in range(0, len(paths), size))


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
