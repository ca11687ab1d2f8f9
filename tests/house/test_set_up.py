"""The set-up copes with bare, odd and half-finished machines, and says plainly what it lacks."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev

NO_LIBRARY = "libjusttrades-no-such-thing.so.9"


class Became(BaseException):
    """Stands for the process that dev.py turns into."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        super().__init__(command)
        self.command = list(command)
        self.environment = environment


@pytest.fixture
def no_exec(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop where dev.py would become another program."""

    def become(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        raise Became(command, environment or {})

    monkeypatch.setattr(dev, "become", become)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what is prepared instead of preparing it."""
    done: list[str] = []
    monkeypatch.setattr(dev, "qt_libraries", lambda *, window: {"libQt": f"window={window}"})
    monkeypatch.setattr(
        dev,
        "prepare",
        lambda lock, libraries, programs=None: done.extend(
            [lock, *libraries.values(), *(programs or {})]
        ),
    )
    return done


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record the programs that dev.py would start; all of them succeed."""
    made: list[list[str]] = []

    def run(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        made.append(list(command))
        return subprocess.CompletedProcess(command, 0, stdout="3 11 linux\n")

    monkeypatch.setattr(subprocess, "run", run)
    return made


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, calls: list[list[str]]) -> list[str]:
    """Record what an environment in a scratch folder is made of."""
    del calls  # but its Python answers
    done: list[str] = []

    def make_venv(folder: Path) -> None:
        for stamp in folder.glob("*.txt"):
            stamp.unlink()
        folder.mkdir(exist_ok=True)
        done.append("venv")

    monkeypatch.setattr(dev, "VENV", tmp_path / "venv")
    monkeypatch.setattr(dev, "LOCKS", tmp_path)
    monkeypatch.setattr(dev, "make_venv", make_venv)
    monkeypatch.setattr(dev, "venv_packages", list)
    monkeypatch.setattr(dev, "install_lock", done.append)
    for lock in ("run", "dev", "build"):
        (tmp_path / f"{lock}.txt").write_text(f"{lock}==1\n")
    return done


def on_path(monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)


def started(*arguments: str) -> Became:
    with pytest.raises(Became) as caught:
        dev.main(list(arguments))
    return caught.value


# --- which Python ---------------------------------------------------------------------------------


def test_a_python_too_old_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "is_right_python", lambda: False)
    monkeypatch.setattr(dev, "find_python", lambda: None)
    with pytest.raises(SystemExit, match="1"):
        dev.main(["run"])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in said


@pytest.mark.usefixtures("no_exec")
def test_another_python_takes_over_with_the_same_arguments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dev, "is_right_python", lambda: False)
    monkeypatch.setattr(dev, "find_python", lambda: ["python3.12"])
    assert started("run", "--port", "0").command == [
        "python3.12",
        str(dev.ROOT / "dev.py"),
        "run",
        "--port",
        "0",
    ]


def test_a_hollow_shim_is_no_python(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not dev.is_runnable([str(shim)])
    assert not dev.is_runnable([str(tmp_path / "absent")])


def test_it_parses_on_python_3_8() -> None:
    ast.parse((dev.ROOT / "dev.py").read_text("utf-8"), feature_version=(3, 8))


# --- what the system must bring -------------------------------------------------------------------


def test_a_missing_library_is_found_by_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "has_font", lambda: True)
    assert dev.missing_packages({NO_LIBRARY: "libnothing9"}) == ["libnothing9"]
    assert dev.missing_packages({}) == []


def test_a_machine_without_fonts_gets_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev, "FONT_FOLDERS", (str(tmp_path), str(tmp_path / "absent")))
    there = {"libc.so.6": "libc6"}
    monkeypatch.setattr(dev, "is_missing", lambda _: False)
    assert dev.missing_packages(there) == [dev.FONT_PACKAGE]
    (tmp_path / "dejavu").mkdir()
    (tmp_path / "dejavu" / "Sans.ttf").touch()
    assert dev.missing_packages(there) == []


def test_without_apt_the_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_path(monkeypatch)
    with pytest.raises(SystemExit, match="1"):
        dev.install_packages(["libnothing9"])
    assert capsys.readouterr().err.strip().endswith("libnothing9")


def test_without_rights_the_exact_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_path(monkeypatch, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit, match="1"):
        dev.install_packages(["libnothing9"])
    assert "sudo apt-get install -y libnothing9" in capsys.readouterr().err


@pytest.mark.parametrize(("user", "prefix"), [(0, []), (1000, ["sudo", "-n"])])
def test_with_rights_they_are_installed(
    monkeypatch: pytest.MonkeyPatch, calls: list[list[str]], user: int, prefix: list[str]
) -> None:
    on_path(monkeypatch, "apt-get", "sudo")
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    dev.install_packages(["libnothing9"])
    *_, install = calls
    assert install[: len(prefix)] == prefix
    assert install[-2:] == ["--no-install-recommends", "libnothing9"]


@pytest.mark.parametrize(
    ("screen", "wanted", "unwanted"),
    [
        ("DISPLAY", dev.X11_LIBRARIES, dev.WAYLAND_LIBRARIES),
        ("WAYLAND_DISPLAY", dev.WAYLAND_LIBRARIES, dev.X11_LIBRARIES),
    ],
)
def test_only_the_screen_at_hand_is_provided_for(
    monkeypatch: pytest.MonkeyPatch, screen: str, wanted: dict[str, str], unwanted: dict[str, str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv(screen, ":0")
    libraries = dev.qt_libraries(window=True)
    assert libraries == dev.QT_LIBRARIES | wanted
    assert not libraries.keys() & unwanted.keys()


def test_all_that_is_missing_is_asked_for_at_once(
    monkeypatch: pytest.MonkeyPatch, made: list[str]
) -> None:
    monkeypatch.setattr(dev, "venv_packages", lambda: ["python3-venv"])
    monkeypatch.setattr(dev, "has_font", lambda: True)
    monkeypatch.setattr(dev, "install_packages", made.extend)
    dev.prepare("run", {NO_LIBRARY: "libnothing9"})
    assert made == ["python3-venv", "libnothing9", "venv", "run"]


# --- the environment ------------------------------------------------------------------------------


def test_a_second_run_makes_nothing(made: list[str]) -> None:
    dev.prepare("run", {})
    dev.prepare("run", {})
    assert made == ["venv", "run"]


def test_development_is_laid_over_what_runs_and_serves_both(made: list[str]) -> None:
    dev.prepare("run", {})
    dev.prepare("dev", {})
    dev.prepare("run", {})
    assert made == ["venv", "run", "dev"]


def test_an_unfinished_environment_is_made_anew(made: list[str]) -> None:
    dev.VENV.mkdir()
    dev.prepare("dev", {})
    assert made == ["venv", "dev"]


def test_a_changed_lock_is_installed_anew(made: list[str]) -> None:
    dev.prepare("run", {})
    (dev.LOCKS / "run.txt").write_text("run==2\n")
    dev.prepare("run", {})
    assert made == ["venv", "run", "venv", "run"]


def test_nothing_of_an_outdated_development_lock_stays(made: list[str]) -> None:
    dev.prepare("dev", {})
    (dev.LOCKS / "dev.txt").write_text("dev==2\n")
    dev.prepare("run", {})
    dev.prepare("dev", {})
    assert made == ["venv", "dev", "venv", "dev"]


def test_what_is_built_has_an_environment_of_its_own(made: list[str]) -> None:
    dev.prepare("dev", {})
    dev.prepare("build", {})
    dev.prepare("dev", {})
    dev.prepare("build", {})
    assert made == ["venv", "dev", "venv", "build"]
    assert dev.venv_of("build") not in (dev.VENV, *dev.VENV.parents)
    assert dev.in_venv("python", "build").startswith(str(dev.venv_of("build")))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux brings programs in packages")
def test_programs_that_are_missing_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(monkeypatch, "here")
    assert dev.missing_programs({"here": "a", "gone": "b", "away": "b"}) == ["b"]


# --- the commands ---------------------------------------------------------------------------------


def program(became: Became) -> list[str]:
    """What follows `python -m`."""
    return became.command[2:]


@pytest.mark.usefixtures("no_exec")
def test_run_opens_the_window(monkeypatch: pytest.MonkeyPatch, prepared: list[str]) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert program(started("run", "--", "--demo")) == ["justtrades_desktop", "--demo"]
    assert prepared == ["run", "window=True"]


@pytest.mark.usefixtures("no_exec")
def test_run_serves_where_there_is_no_screen(
    monkeypatch: pytest.MonkeyPatch, prepared: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "has_screen", lambda: False)
    assert program(started("run", "--port", "0")) == ["justtrades_desktop", "serve", "--port", "0"]
    assert prepared == ["run"]
    assert "no screen" in capsys.readouterr().err


@pytest.mark.usefixtures("no_exec", "prepared")
def test_a_command_of_the_program_needs_no_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "has_screen", lambda: False)
    assert program(started("run", "serve")) == ["justtrades_desktop", "serve"]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("no_exec")
def test_tests_run_offscreen_whatever_the_desktop_says(
    monkeypatch: pytest.MonkeyPatch, prepared: list[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")
    became = started("test", "-k", "a or b")
    assert became.environment["QT_QPA_PLATFORM"] == "offscreen"
    assert became.command[-2:] == ["-k", "a or b"]
    assert prepared == ["dev", "window=False"]


@pytest.mark.usefixtures("prepared")
def test_every_check_runs_and_every_failure_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        dev, "CHECKS", {"one": lambda: False, "two": lambda: True, "three": lambda: False}
    )
    with pytest.raises(SystemExit, match="1"):
        dev.main(["check"])
    assert "failed: one three" in capsys.readouterr().err


@pytest.mark.usefixtures("no_exec")
def test_an_installer_is_built_apart_and_proved_as_built(prepared: list[str]) -> None:
    became = started("installer")
    assert prepared[0] == "build"
    assert became.command[0] == dev.in_venv("python", "build")
    assert program(became) == ["installer"]
    assert program(started("prove"))[:3] == ["pytest", "tests/installed", "--installed"]
    assert "Xvfb" in prepared


def test_an_unknown_command_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        dev.main(["rnu"])
    said = capsys.readouterr().err
    assert [name for name in dev.COMMANDS if name not in said] == []


@pytest.mark.parametrize(
    ("line", "is_clean"),
    [
        ("pip install from https://" + "py" + "pi.org/simple", False),
        ("/" + "root/project/file", False),
        ("look in (/" + "opt/wheels)", False),
        ("docs/" + "work/notes, ./opt/x and the root", True),
        ("a pip index", True),
    ],
)
def test_foreign_names_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, is_clean: bool
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "notes.txt").write_text(line + "\n")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.check_names() is is_clean


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gets a .cmd file instead")
def test_the_environment_has_the_command_of_this_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    dev.link_command()
    made = (tmp_path / "bin" / "justtrades").read_text()
    assert made.startswith("#!/bin/sh\n")
    assert str(dev.ROOT) in made
    subprocess.run(["sh", "-n", str(tmp_path / "bin" / "justtrades")], check=True)
