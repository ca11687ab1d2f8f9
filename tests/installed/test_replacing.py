"""A newer package over this one: not under a running program, and with the data left alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installed.machine import NAME, as_root, field, install, remove, said, version_here
from tests.installed.trader import Prepared, Trader, buy

MARK = Path("usr/share/doc/justtrades/newer")
CLOSE = {"action": "close", "ticker": "MNQ1!", "price": "25610"}
RUNNING = "JustTrades is running: quit it"


@pytest.fixture(scope="module")
def newer(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same package with a higher version and one file more."""
    folder = tmp_path_factory.mktemp("newer")
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(tree)], check=True)
    version = f"{field(package, 'Version')}+1"
    control = tree / "DEBIAN/control"
    lines = control.read_text("utf-8").splitlines(keepends=True)
    control.write_text(
        "".join(f"Version: {version}\n" if line.startswith("Version:") else line for line in lines),
        encoding="utf-8",
    )
    (tree / MARK).write_text("newer\n")
    made = folder / f"justtrades_{version}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    yield made
    made.unlink()
    subprocess.run(["rm", "-r", str(tree)], check=True)


def test_it_is_neither_replaced_nor_removed_while_it_runs(
    trader: Trader, package: Path, newer: Path, prepared: Prepared
) -> None:
    path = trader.take(prepared)
    with trader.running() as process:
        for refused in (as_root("dpkg", "--install", newer), remove()):
            assert refused.returncode != 0
            assert RUNNING in said(refused)
            assert version_here() == field(package, "Version")
            assert not as_root("dpkg", "--verify", NAME).stdout
            assert not (Path("/") / MARK).exists()
        assert process.alert(path, buy(3))["position"] == 3
        assert process.end() == 0


def test_once_it_has_ended_the_newer_one_goes_on_with_the_data(
    trader: Trader, newer: Path, prepared: Prepared
) -> None:
    path = trader.take(prepared)
    with trader.running() as process:
        process.alert(path, buy(2))
        process.end()
    data = contents(trader.data_dir)
    done = install(newer)
    assert done.returncode == 0, said(done)
    assert version_here() == field(newer, "Version")
    assert (Path("/") / MARK).read_text() == "newer\n"
    assert contents(trader.data_dir) == data
    with trader.running() as process:
        assert trader.open_positions() == [("MNQ1!", "long", 2)]
        assert process.alert(path, CLOSE)["position"] == 0
        assert process.end() == 0


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file in a folder byte for byte, and every folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
