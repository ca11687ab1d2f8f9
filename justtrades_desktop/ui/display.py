"""Whether a window can be shown, found out before Qt is asked: where it cannot, Qt aborts."""

from __future__ import annotations

import ctypes
import importlib
import os
import re
import socket
import sys
import threading
from pathlib import Path
from typing import Final

_CHOICE: Final = "QT_QPA_PLATFORM"
_XCB: Final = "libxcb.so.1"
_PLUGINS: Final = {"xcb": ("libqxcb.so",), "wayland": ("libqwayland.so", "libqwayland-generic.so")}
_SECONDS: Final = 2.0
_MISSING: Final = re.compile(r"(?P<library>\S+\.so[.\d]*): cannot open shared object file")


def why_no_window() -> str | None:
    """Why no window can be shown, as the beginning of a sentence; None where one can.

    Of X and Wayland only what ``QT_QPA_PLATFORM`` names is asked, where it names one; any other
    platform is taken at its word. Where only one of both answers, that variable is set: Qt would
    give up at the other.
    """
    chosen = os.environ.get(_CHOICE, "").partition(";")[0].partition(":")[0].partition("-")[0]
    if sys.platform != "linux" or (chosen and chosen not in _PLUGINS):
        return None
    there = _displays()
    named = {name: there[name] for name in [chosen] * bool(chosen) or there if there[name]}
    if not named:
        return "there is no display"
    answering = [name for name in named if _answers(name)]
    if not answering:
        where = " and ".join(named.values())
        return f"the display {where} does not answer or refuses access"
    missing = _missing_for_qt()
    if missing is None:
        wanting = {name: _missing_for(name) for name in answering}
        answering = [name for name, library in wanting.items() if library is None]
        missing = None if answering else next(iter(wanting.values()))
    if missing is not None:
        return _in_words(missing)
    if len(answering) < len(named) and not chosen:
        os.environ[_CHOICE] = answering[0]
    return None


def package_of(library: str) -> str:
    """The package that Debian's rule of naming makes of a library's file: ``libxcb-cursor0``."""
    name, _, version = library.partition(".so")
    version = version.removeprefix(".")
    hyphen = "-" if name[-1:].isdigit() and version else ""
    return f"{name}{hyphen}{version}".lower().replace("_", "-")


def _displays() -> dict[str, str]:
    return {
        "wayland": os.environ.get("WAYLAND_DISPLAY", ""),
        "xcb": os.environ.get("DISPLAY", ""),
    }


def _answers(name: str) -> bool:
    return _x_answers() if name == "xcb" else _wayland_answers(_displays()[name])


def _wayland_answers(display: str) -> bool:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / display  # an absolute one stands alone
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_SECONDS)
        try:
            asking.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers() -> bool:
    """Whether the X server of ``DISPLAY`` takes a client; true where that cannot be asked."""
    try:
        xcb = ctypes.CDLL(_beside_the_program(_XCB))
    except OSError:
        return True  # its absence is named later
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    answers: list[bool] = []

    def ask() -> None:
        connection = xcb.xcb_connect(None, None)
        answers.append(not xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)

    # It waits for ever where somebody accepts and says nothing, as a forwarded display may.
    asking = threading.Thread(target=ask, name="display", daemon=True)
    asking.start()
    asking.join(_SECONDS)
    return answers == [True]


def _beside_the_program(library: str) -> str:
    bundle = getattr(sys, "_MEIPASS", None)
    shipped = Path(bundle) / library if bundle else None
    return str(shipped) if shipped is not None and shipped.exists() else library


def _missing_for_qt() -> str | None:
    """The library that Qt itself lacks, and cannot be loaded without."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        return _library_in(error)
    return None


def _missing_for(name: str) -> str | None:
    """The library that Qt's plugin for X or Wayland lacks; the plugin where that is missing."""
    from PySide6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    for plugin in _PLUGINS[name]:
        if (folder / plugin).exists():
            try:
                ctypes.CDLL(str(folder / plugin))
            except OSError as error:
                return _library_in(error)
            return None
    return f"Qt's part for {name}"


def _library_in(error: Exception) -> str:
    found = _MISSING.search(str(error))
    return found["library"] if found else str(error)


def _in_words(missing: str) -> str:
    if ".so" not in missing or " " in missing:
        return f"the window cannot be opened ({missing})"
    return (
        f"{missing}, which the window needs, is missing "
        f"(on Debian or Ubuntu `sudo apt install {package_of(missing)}` brings it)"
    )
