"""The package is installed before all else and removed at the end, whatever happens between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from justtrades_desktop import __version__
from tests.installed import machine
from tests.installed.screen import Screen, screen
from tests.installed.trader import Prepared, Trader

HERE = Path(__file__).parent
DIST = HERE.parents[1] / "dist"
ORDER = ("package", "selftest", "window", "starts", "upgrade", "logout", "replacing", "removal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Install first, remove last."""

    def place(item: pytest.Item) -> int:
        return ORDER.index(item.path.stem.removeprefix("test_"))

    at = [number for number, item in enumerate(items) if item.path.parent == HERE]
    ordered = sorted((items[number] for number in at), key=place)
    for number, item in zip(at, ordered, strict=True):
        items[number] = item


@pytest.fixture(scope="session")
def package(request: pytest.FixtureRequest) -> Path:
    """The package under test: the one given, else the one that was built of this version."""
    given = request.config.getoption("--deb")
    if given is not None:
        path: Path = given.absolute()
        assert path.is_file(), f"there is no package {path}"
        return path
    built = sorted(DIST.glob(f"justtrades_{__version__}_*.deb"))
    assert built, f"no package of version {__version__} was built: `make installer` makes it"
    assert len(built) == 1, f"several were built, name one with --deb: {built}"
    return built[0]


@pytest.fixture(scope="session", autouse=True)
def installed(package: Path) -> Iterator[Path]:
    """The package, installed; removed at the end."""
    here = machine.version_here()
    # Somebody may work with it; and what a broken run left behind proves nothing.
    assert here is None, f"justtrades {here} is installed here already: remove it first"
    try:
        done = machine.install(package)
        assert done.returncode == 0, machine.said(done)
        yield package
    finally:
        gone = machine.as_root("dpkg", "--purge", machine.NAME)
        assert machine.version_here() is None, machine.said(gone)


@pytest.fixture(scope="session")
def prepared(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What the installed command makes of a first ``recorder add``; made once, for its time."""
    first = Trader(tmp_path_factory.mktemp("prepared"))
    path = first.webhook()
    return Prepared(first.data_dir, path)


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    """Somebody who has never started it, without a screen."""
    return Trader(tmp_path)


@pytest.fixture(scope="session")
def shared_screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A screen for all tests that do not end it."""
    with screen(tmp_path_factory.mktemp("screen")) as shown:
        yield shown


@pytest.fixture
def at_screen(tmp_path: Path, shared_screen: Screen) -> Trader:
    """Somebody who has never started it, at a screen."""
    return Trader(tmp_path, display=shared_screen.name)


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures are kept: the folder given with ``--pictures``, else one thrown away."""
    given: Path | None = request.config.getoption("--pictures")
    folder = tmp_path / "pictures" if given is None else given.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
