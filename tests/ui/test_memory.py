"""What the window remembers, and that a newer version's file stays as it is."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from justtrades_desktop.ui.memory import Look, Memory, Zone

OF_THE_FIRST = """[General]
look=dark
public_address=https://alerts.example
zone=exchange

[said]
hides%20to%20the%20tray=true

[unasked]
cancel=true
"""
LAYOUT = QByteArray(b"geometry"), QByteArray(b"docks")


def change_everything(memory: Memory) -> None:
    memory.look = Look.LIGHT
    memory.keep_zone(Zone.UTC)
    memory.public_address = "https://else.example"
    memory.keep_layout(*LAYOUT)
    _ = memory.first_time("something")
    memory.stop_asking_on_paper("cancel")
    memory.ask_on_paper_again()
    memory.stop_asking_on_paper("flatten")
    memory.save()


def test_a_file_of_the_first_version_is_read_and_gets_a_format(tmp_path: Path) -> None:
    """It wrote no format."""
    (tmp_path / "window.ini").write_text(OF_THE_FIRST)
    memory = Memory(tmp_path)
    assert (memory.look, memory.zone) == (Look.DARK, Zone.EXCHANGE)
    assert memory.public_address == "https://alerts.example"
    assert not memory.first_time("hides to the tray")
    assert not memory.asks_on_paper("cancel")
    change_everything(memory)
    again = Memory(tmp_path)
    assert (again.look, again.zone, again.layout()) == (Look.LIGHT, Zone.UTC, LAYOUT)
    assert [again.asks_on_paper(action) for action in ("cancel", "flatten")] == [True, False]
    assert "format=1" in (tmp_path / "window.ini").read_text()


def test_a_newer_file_is_said_and_not_touched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "window.ini"
    path.write_text("[General]\nformat=2\nlook=purple\n")
    before = path.read_bytes()
    with caplog.at_level(logging.WARNING):
        memory = Memory(tmp_path)
    (said,) = caplog.messages
    assert said == (
        f"The window's memory {path} was written by a newer version of JustTrades (format 2; this "
        "one knows 1). Update JustTrades. The file was not touched."
    )
    assert memory.look is Look.SYSTEM
    change_everything(memory)
    assert (memory.look, memory.zone) == (Look.LIGHT, Zone.UTC)
    assert [memory.asks_on_paper(action) for action in ("cancel", "flatten")] == [True, False]
    assert not memory.first_time("something")
    del memory
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


def test_a_newer_layout_is_neither_used_nor_replaced(tmp_path: Path) -> None:
    newer = Memory(tmp_path)
    newer.keep_layout(*LAYOUT)
    newer.save()
    text = (tmp_path / "window.ini").read_text()
    assert "version=2" in text
    (tmp_path / "window.ini").write_text(text.replace("version=2", "version=99"))
    memory = Memory(tmp_path)
    assert memory.layout() is None
    memory.keep_layout(QByteArray(b"mine"), QByteArray(b"mine"))
    memory.look = Look.DARK
    memory.save()
    text = (tmp_path / "window.ini").read_text()
    assert "version=99" in text
    assert "docks=@ByteArray(docks)" in text
    assert "look=dark" in text


@pytest.mark.parametrize("text", ["", "not an ini at all\x00\xff", "[General]\nformat=much\n"])
def test_damage_is_not_taken_for_a_newer_version(tmp_path: Path, text: str) -> None:
    (tmp_path / "window.ini").write_text(text)
    memory = Memory(tmp_path)
    memory.look = Look.DARK
    memory.save()
    assert Memory(tmp_path).look is Look.DARK
