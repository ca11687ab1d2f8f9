"""A chart as a file: its picture, and its numbers as CSV; nothing is written over unasked."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QStandardPaths
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.format import tr
from justtrades_desktop.ui.tasks import ask

_YES: Final = QDialog.DialogCode.Accepted.value
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Data:
    """The numbers behind a picture: names of the columns, and rows of what stands in them."""

    columns: Sequence[str]
    rows: Iterable[Sequence[str | float | int | None]]


def as_csv(data: Data) -> bytes:
    """``data`` as CSV in UTF-8 with lines that end in CR LF, as RFC 4180 has them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(data.columns)
    writer.writerows([_cell(value) for value in row] for row in data.rows)
    return text.getvalue().encode()


def as_png(picture: QPixmap) -> bytes:
    """``picture`` as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(buffer.data().data())


async def save(parent: QWidget, title: str, name: str, content: bytes) -> Path | None:
    """Ask where to put ``content``; the file that was written, None where nothing was.

    ``name`` is proposed, and its ending says what may be chosen.
    """
    path = await _ask_path(parent, title, name)
    if path is None or (path.exists() and not await _may_replace(parent, path)):
        return None
    try:
        _write(path, content)
    except OSError as error:
        await _say_failed(parent, path, error)
        return None
    return path


async def _ask_path(parent: QWidget, title: str, name: str) -> Path | None:
    ending = name.rpartition(".")[2]
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(parent, title, folder, f"{ending.upper()} (*.{ending})")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(ending)
    # Qt's own would ask in a nested loop before it replaces a file; we ask ourselves.
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.selectFile(name)
    try:
        chosen = await ask(dialog) == _YES and dialog.selectedFiles()
        return Path(chosen[0]) if chosen else None
    finally:
        dialog.deleteLater()


async def _may_replace(parent: QWidget, path: Path) -> bool:
    question = Question(
        tr("Replace the file?"),
        tr("{} is there already. Its content would be lost.").format(path.name),
        yes=tr("Replace"),
        no=tr("Keep it"),
        parent=parent,
    )
    try:
        return await ask(question) == _YES
    finally:
        question.deleteLater()


async def _say_failed(parent: QWidget, path: Path, error: OSError) -> None:
    reason = error.strerror or str(error)
    dialog = Question(
        tr("The file was not written"),
        tr("{}: {}. What was there before is unchanged.").format(path.name, reason),
        yes=tr("OK"),
        no=tr("Close"),
        parent=parent,
    )
    dialog.no.hide()
    try:
        await ask(dialog)
    finally:
        dialog.deleteLater()


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _cell(value: str | float | int | None) -> str | float | int:
    """A name that a spreadsheet would take for a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value
