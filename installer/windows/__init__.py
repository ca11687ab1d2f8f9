"""Windows: the setup program, by Inno Setup. Not run by the tests of this project."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer.places import DIST, FOLDER, HERE, ICONS, NAME, VERSION


def make() -> Path:
    """Compile the setup program; Inno Setup's ``iscc`` must be on the path."""
    facts = {
        "Version": VERSION,
        "Folder": FOLDER,
        "Output": DIST,
        "Name": NAME,
        "Icon": ICONS / "justtrades.ico",
    }
    defined = [f"/D{name}={value}" for name, value in facts.items()]
    subprocess.run(["iscc", "/Q", *defined, str(HERE / "windows/justtrades.iss")], check=True)
    return DIST / f"{NAME}-setup.exe"
