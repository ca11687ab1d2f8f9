"""How long four live charts of 100,000 points each take a frame, seen and hidden."""

from __future__ import annotations

import os
import random
import time
from array import array
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.table import Row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from justtrades_desktop.ui.charts.graph import Graph

CHARTS: Final = 4
POINTS: Final = 100_000
FRAMES: Final = 100
NEW_POINTS: Final = 20  # in each chart, with each frame
GOAL_MS: Final = 10.0
WIDTH: Final = 1400
HEIGHT: Final = 900


def frames() -> list[Row]:
    """Median of a frame: each chart gets new points, is drawn, and is painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from justtrades_desktop.ui.application import application

    app = application()
    page, charts = _page()
    paths = [_path(chart) for chart in range(CHARTS)]
    page.show()
    _frame(app, charts, paths)  # the first one lays out
    seen = median(_frame(app, charts, paths) for _ in range(FRAMES))
    page.hide()
    hidden = median(_frame(app, charts, paths) for _ in range(FRAMES))
    page.deleteLater()
    what = f"{CHARTS} live charts of {POINTS:,} points"
    return [
        Row(f"{what}: frame", f"{seen:.1f} ms", f"under {GOAL_MS:.0f} ms", seen < GOAL_MS),
        Row(f"{what}: hidden", f"{hidden:.2f} ms", "nothing drawn", hidden < 1.0),
    ]


def _page() -> tuple[QWidget, list[Graph]]:
    from PySide6.QtWidgets import QGridLayout, QWidget

    from justtrades_desktop.ui.charts.chart import ChartSetting
    from justtrades_desktop.ui.charts.graph import Graph
    from justtrades_desktop.ui.charts.times import Zones
    from justtrades_desktop.ui.tasks import Tasks
    from justtrades_desktop.ui.theme import dark_colours

    page = QWidget()
    setting = ChartSetting(Tasks(lambda _error, _name: None), Zones(parent=page))
    grid = QGridLayout(page)
    charts = [Graph(f"Chart {n + 1}", dark_colours(), setting) for n in range(CHARTS)]
    for n, chart in enumerate(charts):
        grid.addWidget(chart, n // 2, n % 2)
    page.resize(WIDTH, HEIGHT)
    return page, charts


def _path(seed: int) -> tuple[array[float], array[float], random.Random]:
    chance = random.Random(seed)
    times, values = array("d"), array("d")
    value = 0.0
    for second in range(POINTS):
        value += chance.gauss(0.0, 5.0)
        times.append(1.7e9 + second)
        values.append(value)
    return times, values, chance


def _frame(
    app: QApplication,
    charts: list[Graph],
    paths: list[tuple[array[float], array[float], random.Random]],
) -> float:
    begun = time.perf_counter()
    for chart, (times, values, chance) in zip(charts, paths, strict=True):
        for _ in range(NEW_POINTS):
            times.append(times[-1] + 1.0)
            values.append(values[-1] + chance.gauss(0.0, 5.0))
        chart.draw(times, values)
    app.processEvents()  # paints what was drawn
    return 1000 * (time.perf_counter() - begun)
