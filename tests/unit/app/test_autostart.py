"""Starting with the computer: an entry that desktops understand, whatever the folder is called."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from justtrades_desktop.app import autostart
from justtrades_desktop.app.autostart import DesktopEntry, LaunchAgent, is_on, started, switch
from justtrades_desktop.cli.main import main
from justtrades_desktop.domain.errors import UserError

_ODD = 'O\'Müller "Straße" $HOME `x` 50%U back\\slash'


@pytest.fixture(autouse=True)
def _own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "platform", "linux")


def test_it_is_off_until_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_on()
    assert main(["autostart", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"autostart": "off", "starts": None}


def test_the_command_line_switches_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["autostart", "on", "--data-dir", str(tmp_path / "mine"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["autostart"] == "on"
    assert said["starts"].endswith(f'"--in-tray" "--data-dir" "{tmp_path / "mine"}"')
    assert main(["autostart", "off"]) == 0
    assert main(["autostart", "off"]) == 0
    assert list((tmp_path / "config" / "autostart").iterdir()) == []


def test_the_usual_folder_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUSTTRADES_DATA_DIR", str(tmp_path))
    assert autostart.command(tmp_path)[-1] == "--in-tray"


def test_a_bundle_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/usr/lib/justtrades/justtrades")
    assert autostart.command() == ["/usr/lib/justtrades/justtrades", "--in-tray"]


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_desktop_switched_off_is_off(line: str) -> None:
    switch(on=True)
    entry = DesktopEntry()
    entry.path.write_text(entry.path.read_text() + line + "\n")
    assert not is_on()
    switch(on=True)
    assert is_on()


def test_a_relative_config_folder_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert DesktopEntry().path == tmp_path / ".config" / "autostart" / "justtrades.desktop"


def test_an_entry_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(UserError, match="cannot be changed"):
        switch(on=True)
    assert not is_on()


def test_the_words_come_out_as_they_went_in() -> None:
    """By the two rules of the Desktop Entry Specification, undone in their order."""
    DesktopEntry().write([f"/srv/{_ODD}/run", "two words"])
    line = started()
    assert line is not None
    assert _taken_apart(line) == [f"/srv/{_ODD}/run", "two words"]


@pytest.mark.skipif(shutil.which("gio") is None, reason="needs gio, of GLib")
def test_glib_starts_what_is_meant(tmp_path: Path) -> None:
    folder = tmp_path / _ODD.replace("%", "")  # GLib itself finds no program by such a name
    folder.mkdir()
    program = folder / "run me"
    program.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > "$(dirname "$0")/new"\n'
        'mv "$(dirname "$0")/new" "$(dirname "$0")/given"\n'
    )
    program.chmod(0o755)
    DesktopEntry().write([str(program), "--in-tray", _ODD])
    subprocess.run(["gio", "launch", str(DesktopEntry().path)], check=True, timeout=20)
    ends = time.monotonic() + 20
    while not (folder / "given").exists():
        assert time.monotonic() < ends, "it was not started"
        time.sleep(0.02)
    assert (folder / "given").read_text().splitlines() == ["--in-tray", _ODD]


def test_an_agent_of_macos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    agent = LaunchAgent()
    assert agent.read() is None
    agent.write(["/Applications/JustTrades.app/Contents/MacOS/justtrades", "--in-tray"])
    kept = plistlib.loads(agent.path.read_bytes())
    assert kept["RunAtLoad"] is True
    assert kept["ProgramArguments"][1:] == ["--in-tray"]
    assert agent.read() == " ".join(kept["ProgramArguments"])
    agent.remove()
    assert os.listdir(agent.path.parent) == []


def _taken_apart(line: str) -> list[str]:
    value = line.replace("\\\\", "\\")
    words: list[str] = []
    rest = iter(value)
    for sign in rest:
        if sign != '"':
            assert sign == " "
            continue
        word = ""
        while (inner := next(rest)) != '"':
            word += next(rest) if inner == "\\" else inner
        words.append(word.replace("%%", "%"))
    return words
