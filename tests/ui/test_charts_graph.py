"""One chart over time: crosshair, moving about, clocks, and what can be taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget

from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.curve import Curve
from justtrades_desktop.ui.charts.export import as_csv
from justtrades_desktop.ui.charts.graph import Graph
from justtrades_desktop.ui.charts.marker import Marker
from justtrades_desktop.ui.charts.pixels import Kept, Range, per_pixel
from justtrades_desktop.ui.charts.span import Span
from justtrades_desktop.ui.charts.times import Zones, ticks
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.memory import Memory, Zone
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until

Dialog = TypeVar("Dialog", bound=QDialog)

START = datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp()


def shown_graph(stage: Stage, zones: Zones | None = None, span: Span | None = None) -> Graph:
    setting = ChartSetting(stage.tasks, zones or Zones(Zone.UTC))
    graph = Graph("P&L", stage.colours, setting, span=span, column="unrealized")
    stage.show(graph, 800, 300)
    return graph


def hour(values: int = 3600) -> tuple[list[float], list[float]]:
    return [START + n for n in range(values)], [float(n % 100 - 50) for n in range(values)]


def test_the_crosshair_says_value_and_time(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw([START, START + 60, START + 120], [0.0, 40.0, -38.5])
        graph.point_at(START + 70)  # the nearest point counts, not what lies between two
        assert graph.said == "▲ +40.00  20 Nov 14:31:00 UTC"
        place = graph.place_of(START + 120, -38.5)
        QTest.mouseMove(_viewport(graph), place)
        await until(lambda: graph.said == "▼ −38.50  20 Nov 14:32:00 UTC")
        graph.span.point(None)
        assert graph.said == ""

    on_stage(play)


def test_the_crosshair_moves_by_key(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw([START, START + 60, START + 120], [0.0, 40.0, -38.5])
        shift = Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(graph, Qt.Key.Key_Left, shift)
        assert graph.said.startswith("▼ −38.50")
        QTest.keyClick(graph, Qt.Key.Key_Left, shift)
        assert graph.said.startswith("▲ +40.00")
        QTest.keyClick(graph, Qt.Key.Key_Escape)
        assert graph.said == ""

    on_stage(play)


def test_a_marker_says_what_it_is(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        marker = Marker(START + 1800, bought=False, entered=True, text="Entry: sold 1 @ 99.75")
        graph.draw(*hour(), [marker])
        graph.point_at(START + 1803)
        assert graph.said.startswith("Entry: sold 1 @ 99.75\n")
        graph.point_at(START + 900)
        assert "Entry" not in graph.said

    on_stage(play)


def test_moved_it_stands_still_until_back_to_live(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        times, values = hour()
        graph.draw(times, values)
        assert not graph.back_offered
        _wheel(graph, 120)
        moved = graph.span.shown
        assert graph.back_offered
        assert moved.size < 3600
        later = times[-1] + 1800
        graph.draw([*times, later], [*values, 1.0])
        assert graph.span.shown == moved
        graph.plot.back.click()
        assert not graph.back_offered
        assert graph.span.shown.high >= later
        graph.draw([*times, later, later + 3600], [*values, 1.0, 2.0])
        assert graph.span.shown.high >= later + 3600

    on_stage(play)


def test_zooms_and_pans_by_key_and_drag(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw(*hour())
        whole = graph.span.shown
        QTest.keyClick(graph, Qt.Key.Key_Plus)
        zoomed = graph.span.shown
        assert zoomed.size == pytest.approx(whole.size / 1.5)
        QTest.keyClick(graph, Qt.Key.Key_Left)
        assert graph.span.shown.low < zoomed.low
        assert graph.span.shown.size == pytest.approx(zoomed.size)
        before = graph.span.shown
        _drag(graph, QPoint(400, 100), QPoint(380, 100))
        assert graph.span.shown.low > before.low
        QTest.keyClick(graph, Qt.Key.Key_Home)
        assert graph.span.live
        QTest.keyClick(graph, Qt.Key.Key_Left)  # there is nothing earlier
        assert graph.span.live

    on_stage(play)


def test_two_charts_on_one_span_move_and_point_together(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        span = Span()
        above, below = shown_graph(stage, span=span), shown_graph(stage, span=span)
        times, values = hour()
        above.draw(times, values)
        below.draw(times, [-1.0] * len(times))
        _wheel(below, 120)
        assert above.back_offered
        above.point_at(START + 1800)
        assert below.said.startswith("▼ −1.00  20 Nov 15:00:00")

    on_stage(play)


def test_another_clock_changes_the_labels(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        zones = Zones(Zone.UTC)
        graph = shown_graph(stage, zones)
        graph.draw(*hour())
        assert "14:40" in graph.axis_labels
        before = _strip_of_labels(graph)
        zones.choose(Zone.EXCHANGE)
        assert _strip_of_labels(graph) != before
        assert "08:40" in graph.axis_labels
        graph.point_at(START)
        assert graph.said.endswith("20 Nov 08:30:00 Chicago")

    on_stage(play)


def test_the_clock_is_remembered(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert memory.zone is Zone.LOCAL
    memory.keep_zone(Zone.EXCHANGE)
    memory.save()
    assert Memory(tmp_path).zone is Zone.EXCHANGE


def test_days_are_marked_where_the_clock_on_the_wall_has_them() -> None:
    first = datetime(2026, 10, 30, tzinfo=UTC).timestamp()
    marked = ticks(first, first + 5 * 86_400, 6, Zone.EXCHANGE)
    assert [text for _, text in marked] == ["30 Oct", "31 Oct", "1 Nov", "2 Nov", "3 Nov"]
    # On 1 November clocks in Chicago go back: that day has 25 hours.
    assert [b[0] - a[0] for a, b in pairwise(marked)] == [
        86_400,
        86_400,
        90_000,
        86_400,
    ]


def test_months_and_years_are_marked() -> None:
    first = datetime(2025, 11, 15, tzinfo=UTC).timestamp()
    marked = ticks(first, first + 120 * 86_400, 5, Zone.UTC)
    assert [text for _, text in marked] == ["Dec", "2026", "Feb", "Mar"]


def test_csv_is_what_is_drawn(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw([START, START + 0.25], [0.0, -38.5])
        rows = list(csv.reader(io.StringIO(as_csv(graph.data()).decode())))
        assert rows == [
            ["time_utc", "unrealized"],
            ["2026-11-20T14:30:00.000+00:00", "0.0"],
            ["2026-11-20T14:30:00.250+00:00", "-38.5"],
        ]

    on_stage(play)


def test_a_picture_is_written_and_nothing_replaced_unasked(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    file = tmp_path / "chart.png"
    file.write_text("mine")

    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw(*hour())
        for answer, kept in ((False, True), (True, False)):
            graph.save_picture()
            dialog = await _opened(graph, QFileDialog)
            _name(dialog, file)
            question = await _opened(graph, Question)
            (question.yes if answer else question.no).click()
            await until(lambda: not graph.findChildren(Question))
            assert (file.read_bytes() == b"mine") is kept
        assert file.read_bytes().startswith(b"\x89PNG")

    on_stage(play)
    assert [path.name for path in tmp_path.iterdir() if "chart" in path.name] == ["chart.png"]


def test_data_that_cannot_be_written_is_said(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw(*hour())
        graph.save_data()
        folder = tmp_path / "gone"
        folder.mkdir()
        dialog = await _opened(graph, QFileDialog)
        _name(dialog, folder / "a.csv", before=folder.rmdir)
        told = await _opened(graph, Question)
        assert "not written" in told.windowTitle()
        told.yes.click()
        await until(lambda: not graph.findChildren(Question))

    on_stage(play)


def test_copies_the_picture(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        graph = shown_graph(stage)
        graph.draw(*hour())
        graph.copy_picture()
        assert QGuiApplication.clipboard().pixmap().size() == graph.size()

    on_stage(play)


def test_names_that_look_like_formulas_are_marked_as_text() -> None:
    from justtrades_desktop.ui.charts.export import Data

    written = as_csv(Data(("a", "b"), [("=1+1", -5.0), ("-x", None)])).decode()
    assert written == "a,b\r\n'=1+1,-5.0\r\n'-x,\r\n"


def test_peaks_survive_thinning_to_pixels() -> None:
    x = np.arange(100_000, dtype=float)
    y = np.sin(x)
    y[77_777], y[4_321] = 500.0, -500.0
    _, drawn = per_pixel(x, y, Range(0.0, 110_000.0), 600)
    assert len(drawn) <= 1200
    assert (drawn.max(), drawn.min()) == (500.0, -500.0)


def test_a_growing_array_is_copied_as_it_is() -> None:
    from array import array

    kept, numbers = Kept(), array("d", range(10))
    assert kept.copy_of(numbers).tolist() == list(range(10))
    numbers[-1] = 99.0  # a level stretch is drawn out
    numbers.extend(range(100))
    assert kept.copy_of(numbers).tolist() == numbers.tolist()
    assert kept.copy_of(array("d", [3.0])).tolist() == [3.0]


def test_a_curve_says_its_warning_and_its_points(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        setting = ChartSetting(stage.tasks, Zones())
        curve = Curve(
            "What if", stage.colours, setting, x_title="Stop, ticks", y_title="Result, USD"
        )
        stage.show(curve, 500, 300)
        curve.draw([10, 20, 30], [-5.0, float("nan"), 12.5], "Only 3 trades", now=20.0)
        assert curve.warning == "Only 3 trades"
        curve.point_at(29)
        assert curve.said == "Stop, ticks 30.00: ▲ +12.50"
        assert [tuple(row) for row in curve.data().rows] == [(10.0, -5.0), (30.0, 12.5)]
        assert not curve.grab().isNull()

    on_stage(play)


# Hands


def _viewport(graph: Graph) -> QWidget:
    viewport = graph.plot.viewport()
    assert isinstance(viewport, QWidget)
    return viewport


def _strip_of_labels(graph: Graph) -> QImage:
    picture = graph.grab().toImage()
    return picture.copy(200, picture.height() - 24, 500, 24)


def _wheel(graph: Graph, delta: int) -> None:
    viewport = _viewport(graph)
    here = QPointF(viewport.rect().center())
    event = QWheelEvent(
        here,
        QPointF(viewport.mapToGlobal(here)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def _drag(graph: Graph, start: QPoint, end: QPoint) -> None:
    viewport = _viewport(graph)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)


def _name(dialog: QFileDialog, path: Path, before: Callable[[], None] | None = None) -> None:
    dialog.setDirectory(str(path.parent))
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(path.name)
    if before is not None:
        before()
    dialog.accept()


async def _opened(parent: QWidget, kind: type[Dialog]) -> Dialog:
    found: list[Dialog] = []

    def look() -> bool:
        found[:] = [dialog for dialog in parent.findChildren(kind) if dialog.isVisible()]
        return bool(found)

    await until(look)
    return found[0]
