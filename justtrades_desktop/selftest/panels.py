"""Every panel drawn in both themes: the size it has, and more than an empty surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDockWidget, QWidget

from justtrades_desktop.selftest.checking import is_so, same, until
from justtrades_desktop.selftest.scene import Program
from justtrades_desktop.ui.memory import Look
from justtrades_desktop.ui.window import MainWindow

FEWEST_COLOURS: Final = 12
_STEP: Final = 3  # looking at every ninth pixel is enough
_SIZE: Final = (1400, 900)
_LEAST: Final = (150, 100)
_LOOKS: Final = (Look.DARK, Look.LIGHT)


class Panel(NamedTuple):
    """Something to be drawn: ``show`` brings it up, ``widget`` is what the picture is of.

    ``is_filled`` says whether it has read what it is to show.
    """

    name: str
    widget: QWidget
    show: Callable[[], object]
    is_filled: Callable[[], object] = lambda: True


async def panels(program: Program) -> str:
    """Draw them all, one theme after the other."""
    window, folder = program.window, program.scene.pictures
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    window.resize(*_SIZE)
    drawn = 0
    for look in _LOOKS:
        program.shell.choose_look(look)
        window.reset_layout()
        window.charts.show_all()
        for panel in _panels(program):
            await _draw(panel, look, folder)
            drawn += 1
    return f"{drawn} pictures, each of its panel's size and of {FEWEST_COLOURS} colours or more"


async def _draw(panel: Panel, look: Look, folder: Path | None) -> None:
    panel.show()
    name = f"{panel.name}-{look.value}"
    await until(panel.widget.isVisible, f"the panel of {name} to be shown")
    await until(panel.is_filled, f"the panel of {name} to be filled")
    picture = await _settled(panel.widget, name)
    if folder is not None:
        path = folder / f"{name}.png"
        is_so(picture.save(str(path)), f"a picture that can be written to {path}")
    _see(name, panel.widget, picture)


async def _settled(widget: QWidget, name: str) -> QPixmap:
    """Its picture once it is laid out and has been told everything: twice the same, not bare."""
    drawn: list[QImage] = []

    def found() -> QPixmap | None:
        picture = widget.grab()
        drawn.append(picture.toImage())
        rests = len(drawn) > 1 and drawn[-1] == drawn.pop(0)
        return picture if rests and _colours(drawn[-1]) >= FEWEST_COLOURS else None

    def how_it_is() -> str:
        return f"moving, or of {_colours(drawn[-1])} colours only"

    what = f"the picture {name} to rest with {FEWEST_COLOURS} colours"
    return await until(found, what, how_it_is=how_it_is)


def _see(name: str, widget: QWidget, picture: QPixmap) -> None:
    ratio = picture.devicePixelRatio()
    size = (round(picture.width() / ratio), round(picture.height() / ratio))
    same(f"size of the picture {name}", size, (widget.width(), widget.height()))
    big = size[0] >= _LEAST[0] and size[1] >= _LEAST[1]
    is_so(big, f"a picture {name} of at least {_LEAST[0]} x {_LEAST[1]}", f"{size[0]} x {size[1]}")


def _colours(image: QImage) -> int:
    """How many different ones there are, counted as far as it matters."""
    found: set[int] = set()
    for y in range(0, image.height(), _STEP):
        found.update(image.pixel(x, y) for x in range(0, image.width(), _STEP))
        if len(found) >= FEWEST_COLOURS:
            break
    return len(found)


def _panels(program: Program) -> Iterator[Panel]:
    window = program.window
    yield Panel("welcome", window, lambda: window.show_page(window.welcome))
    first = program.desk.recorders[0]
    yield Panel("connect", window, lambda: window.show_connection(first.id))
    yield from _tabs(window)
    yield from _journal_pages(window)
    yield from _order_pages(window)
    yield from _docks(window)
    held = program.desk.open_positions()[0]
    yield Panel(
        "chart-of-a-position",
        window.charts_dock,
        lambda: window.charts.show_position(held.recorder_id, held.symbol),
        lambda: window.charts.followed.path,
    )
    yield Panel("replay", window.replay, window.replay.bring_up)
    window.replay.close()


def _tabs(window: MainWindow) -> Iterator[Panel]:
    """All that the work area has, whatever it has."""
    window.show_work()
    for index in range(window.work.count()):
        if window.work.isTabVisible(index):
            name = window.work.tabText(index).lower()

            def show(index: int = index) -> None:
                window.work.setCurrentIndex(index)

            yield Panel(f"tab-{name}", window, show)


def _journal_pages(window: MainWindow) -> Iterator[Panel]:
    view = window.journal
    window.work.setCurrentWidget(view)
    yield Panel(
        "journal-what-if",
        view,
        lambda: view.aside.setCurrentWidget(view.what_if),
        lambda: view.what_if.said.text(),
    )
    view.aside.setCurrentIndex(0)
    newest = view.model.rows[0]
    yield Panel(
        "journal-trade",
        view.trade_page,
        lambda: view.open_trade(newest.origin, newest.id),
        lambda: view.trade_page.is_loaded,
    )
    view.show_list()


def _order_pages(window: MainWindow) -> Iterator[Panel]:
    orders = window.order_panels.orders
    window.work.setCurrentWidget(orders)
    for index in range(orders.sections.count()):

        def show(index: int = index) -> None:
            orders.sections.setCurrentIndex(index)

        words = orders.sections.tabText(index).lower().split()
        name = "-".join(word for word in words if word.isalpha())
        yield Panel(f"orders-{name}", orders, show)


def _docks(window: MainWindow) -> Iterator[Panel]:
    for dock in (window.recorders_dock, window.charts_dock, *window.order_panels.docks):

        def show(dock: QDockWidget = dock) -> None:
            dock.show()
            dock.raise_()

        yield Panel(f"dock-{dock.objectName()}", dock, show)
