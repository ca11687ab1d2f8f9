"""macOS: the disk image. Not run by the tests of this project."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from installer.papers import BILL, LICENSES
from installer.places import DIST, NAME, WORK


def make() -> Path:
    """Make the image: the application, its papers, and a link to where it is dragged."""
    stage, image = WORK / "dmg", DIST / f"{NAME}.dmg"
    shutil.rmtree(stage, ignore_errors=True)
    # Links inside the application stay links, or its signature breaks.
    shutil.copytree(DIST / "JustTrades.app", stage / "JustTrades.app", symlinks=True)
    shutil.copytree(LICENSES, stage / LICENSES.name)
    shutil.copyfile(BILL, stage / BILL.name)
    (stage / "Applications").symlink_to("/Applications")
    command = ["hdiutil", "create", "-volname", "JustTrades", "-format", "UDZO", "-ov"]
    subprocess.run([*command, "-srcfolder", str(stage), str(image)], check=True)
    return image
