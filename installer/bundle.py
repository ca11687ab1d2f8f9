"""The folder that needs no Python."""

from __future__ import annotations

import shutil
import subprocess
import sys

from installer.places import DIST, FOLDER, LIBRARIES, ROOT, WORK

_RECIPE = ROOT / "build_installer.spec"


def make() -> None:
    """Have PyInstaller carry out the recipe, from nothing.

    Raises:
        CalledProcessError: it failed, and has said why.
    """
    for folder in (FOLDER, WORK / _RECIPE.stem):
        shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(DIST), "--workpath", str(WORK), str(_RECIPE)]
    subprocess.run(command, cwd=ROOT, check=True)
    _strip_python()


def _strip_python() -> None:
    """Python's own library comes with its debugging symbols, two thirds of it.

    Nothing else is stripped: numpy's OpenBLAS breaks.
    """
    strip = shutil.which("strip")
    if strip is None or sys.platform != "linux":
        return
    for library in LIBRARIES.glob("libpython*.so*"):
        subprocess.run([strip, "--strip-unneeded", str(library)], check=True)
