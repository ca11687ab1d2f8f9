"""The Broker column and the line above it, once links trade on accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.domain.orders import Purpose, Way
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.position_row import Field
from justtrades_desktop.ui.models.table import CellRole
from justtrades_desktop.ui.views.positions import PositionsView
from tests.fakes.brokerage import holding
from tests.fakes.executions import DEMO, PAPER, execution, link_of
from tests.ui.conftest import OnStage
from tests.ui.order_bench import OrderBench, all_three, order_bench
from tests.ui.stage import Stage


async def two_strategies(stage: Stage, folder: Path) -> tuple[OrderBench, PositionsView]:
    """Both long 2; PAPER1, DEMO1 and LIVE1 hold 1 each."""
    bench = order_bench(stage, folder, *all_three(1))
    brokers = bench.desk.brokers
    view = PositionsView(stage.desk, stage.bridge, stage.tasks, stage.colours, brokers=brokers)
    stage.show(view)
    for name in ("ORB", "Fade"):
        recorder = await stage.recorder(name)
        await stage.send(recorder, "buy", "25600", quantity=2)
    await stage.told()
    return bench, view


def line(view: PositionsView) -> str:
    assert view.drift_line is not None
    return view.drift_line.text.text() if view.drift_line.isVisible() else ""


def beside(view: PositionsView, strategy: str) -> tuple[str, Tone]:
    model = view.model
    for row in range(model.rowCount()):
        if model.index(row, Field.STRATEGY).data() == strategy:
            cell = model.index(row, Field.BROKER).data(CellRole)
            return cell.text, cell.tone
    raise AssertionError(f"{strategy} is not listed")


def test_only_accounts_of_armed_links_count_and_the_line_says_why(
    on_stage: OnStage[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await two_strategies(stage, tmp_path)
        assert "signals say long 4" in line(view)  # without links all signals, on every account
        opened = stage.desk.clock()
        monkeypatch.setattr(bench.desk.brokers, "now", lambda: opened + timedelta(minutes=1))
        at = opened + timedelta(seconds=30)
        sold = execution(2, way=Way.SELL, quantity=1, purpose=Purpose.TARGET, at=at)
        bench.tell(links=[link_of(1, 1, DEMO)], executions=[sold])
        said = line(view)
        assert said.startswith("MNQ1!: signals say long 2, Demo DEMO1 holds long 1 MNQZ6 since ")
        assert said.endswith(": a target of ORB sold 1 at 25600.5.")
        assert beside(view, "Fade") == ("–", Tone.MUTED)  # it trades nowhere
        assert beside(view, "ORB") == ("≠ 1", Tone.WARNING)

    on_stage(play)


def test_what_an_order_under_way_may_settle_is_not_told_at_once(
    on_stage: OnStage[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await two_strategies(stage, tmp_path)
        brokers, began = bench.desk.brokers, stage.desk.clock()
        monkeypatch.setattr(brokers, "now", lambda: began)
        bench.tell(links=[link_of(1, 1, DEMO)])
        brokers.look()
        assert line(view) == ""
        assert beside(view, "ORB") == ("1", Tone.TEXT)
        monkeypatch.setattr(brokers, "now", lambda: began + timedelta(seconds=2))
        brokers.look()  # once a second, and nobody has told anything
        assert "Demo DEMO1 holds long 1" in line(view)
        demo = next(state for state in bench.brokerage.states() if state.name == "Demo")
        bench.tell_broker(replace(holding(demo, 2), accounts=demo.accounts))
        assert line(view) == ""

    on_stage(play)


def test_a_link_in_shadow_changes_nothing(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await two_strategies(stage, tmp_path)
        before = line(view), beside(view, "ORB")
        bench.tell(links=[link_of(1, 1, PAPER, mode=LinkMode.SHADOW)])
        assert (line(view), beside(view, "ORB")) == before

    on_stage(play)
