"""The signals panel as a trader uses it."""

from __future__ import annotations

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.ui.models.signal_line import REASON
from justtrades_desktop.ui.models.signals import PAGE
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.signals import SignalsView
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until
from tests.ui.test_models import Pages


async def shown_view(stage: Stage) -> SignalsView:
    view = SignalsView(stage.desk, stage.bridge, stage.tasks, stage.colours)
    stage.show(view)
    view.model.fetchMore()
    await until(lambda: not view.model.is_fetching)
    return view


def test_reads_by_itself_when_it_is_shown(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=1)
        view = SignalsView(stage.desk, stage.bridge, stage.tasks, stage.colours)
        stage.show(view)
        await until(lambda: view.model.rowCount() == 1)

    on_stage(play)


def test_the_newest_signal_is_on_top(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        view = await shown_view(stage)
        assert "No alert has come yet" in view.said()
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.send(recorder, "sell", "25601", quantity=1)
        await stage.told()
        assert [line.id for line in view.model.rows] == [2, 1]
        assert view.said() == ""

    on_stage(play)


def test_an_unreadable_one_shows_its_reason_and_can_be_applied(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("JADNQ")
        view = await shown_view(stage)
        wanted: list[SignalLine] = []
        view.apply_by_hand_wanted.connect(wanted.append)
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.send_unreadable(recorder, "its <i>size</i> is money", "<b>buy</b> $500")
        await stage.told()
        details = view.details
        view.table.selectRow(1)
        assert not details.by_hand.isEnabled()
        view.table.selectRow(0)
        assert view.model.index(0, REASON).data() == "its <i>size</i> is money"
        assert details.reason.text() == "its <i>size</i> is money"
        assert details.body.toPlainText() == "<b>buy</b> $500"
        assert "JADNQ" in details.title.text()
        assert "unreadable" in details.title.text()
        details.by_hand.click()
        assert [line.id for line in wanted] == [2]

    on_stage(play)


def test_a_repeat_is_told_in_the_details(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        view = await shown_view(stage)
        await stage.send(recorder, "buy", "25600", quantity=1, sender_id="a")
        await stage.told()
        view.table.selectRow(0)
        assert "again" not in view.details.title.text()
        await stage.send(recorder, "buy", "25600", quantity=1, sender_id="a")
        await stage.told()
        assert "arrived again ×1" in view.details.title.text()

    on_stage(play)


def test_the_whole_of_a_long_alert_is_shown(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send_unreadable(recorder, "too long", "x" * 5_000)
        view = await shown_view(stage)
        view.table.selectRow(0)
        await until(lambda: len(view.details.body.toPlainText()) == 5_000)

    on_stage(play)


def test_scrolling_down_loads_older_ones_and_stays_put(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.told()
        pages = Pages(3 * PAGE)
        stage.desk.signals = pages.signals  # type: ignore[method-assign]
        view = await shown_view(stage)
        bar = view.table.verticalScrollBar()
        await until(lambda: bar.maximum() > 0)
        bar.setValue(bar.maximum())
        await until(lambda: view.model.rowCount() >= 2 * PAGE)
        top = view.model.rows[bar.value()].id
        view.model.insert(0, [view.model.rows[0]] * 3)  # as three new ones would
        assert view.model.rows[bar.value()].id == top

    on_stage(play)


def test_search_waits_for_the_last_key(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.send(recorder, "buy", "6700", ticker="ES1!", quantity=1)
        view = await shown_view(stage)
        view.search.setText("E")
        view.search.setText("ES1!")
        assert view.model.rowCount() == 2
        await until(lambda: view.model.rowCount() == 1)
        view.search.setText("nothing like it")
        await until(lambda: view.said() == "No signal fits")
        view.search.clear()
        view.outcome.setCurrentIndex(view.outcome.findText("unreadable"))
        await until(lambda: not view.model.is_fetching)
        assert view.model.rowCount() == 0
        view.outcome.setCurrentIndex(0)
        await until(lambda: view.model.rowCount() == 2)
        view.set_colours(light_colours())
        assert not view.grab().isNull()

    on_stage(play)
