"""PySide6 must not drop references it does not own: some releases end the process that way."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

ROUNDS = 1_000
# Anything else in the process may let go of a few; the fault drops one at every call.
NOISE = 100


class Source(QObject):
    told = Signal(bool)
    changed = Signal()


def start_and_kill_timers(source: QObject) -> None:
    for _ in range(ROUNDS):
        source.killTimer(source.startTimer(60_000))


def emit_signals(source: Source) -> None:
    for _ in range(ROUNDS):
        source.changed.emit()
        source.told.emit(True)


@pytest.mark.parametrize("use", [start_and_kill_timers, emit_signals])
@pytest.mark.parametrize("constant", [None, True])
def test_qt_calls_keep_references(
    qapp: QApplication, use: Callable[[Source], None], constant: bool | None
) -> None:
    source = Source()
    source.told.connect(lambda _told: None)
    source.changed.connect(lambda: None)
    use(source)  # caches fill on the first use
    before = sys.getrefcount(constant)
    use(source)
    lost = before - sys.getrefcount(constant)
    if sys.version_info >= (3, 12):
        assert lost == 0  # immortal there
    else:
        assert lost < NOISE
