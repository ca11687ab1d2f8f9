"""Runs first in the bundle: tells Qt where its plugins are, without loading Qt.

PyInstaller's own hook does load it, to set what PySide6's wheels set by themselves; then every
command that needs no window would wait for Qt.
"""

import os
import sys
from pathlib import Path

_HOME = Path(sys._MEIPASS, "PySide6")  # type: ignore[attr-defined]  # set by the bundle

os.environ["QT_PLUGIN_PATH"] = str((_HOME if sys.platform == "win32" else _HOME / "Qt") / "plugins")
