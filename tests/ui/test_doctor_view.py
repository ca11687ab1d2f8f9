"""What a trader sees of the doctor: what is wrong in words, and one repair, asked for first."""

from __future__ import annotations

from pathlib import Path

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Repair, Trouble
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.doctor import DoctorView
from tests.fakes.executions import DEMO, finding
from tests.ui.conftest import OnStage
from tests.ui.order_bench import OrderBench, checked_by_qt, order_bench, rows
from tests.ui.stage import Stage, until


def doctor(stage: Stage, bench: OrderBench) -> DoctorView:
    view = DoctorView(bench.desk, bench.commands, stage.bridge, stage.tasks, stage.colours)
    checked_by_qt(view.page.model, view)
    stage.show(view, 320, 520)
    return view


def test_nothing_wrong_is_said_and_what_that_means(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, ready=False)
        view = doctor(stage, bench)
        assert view.page.empty.text().startswith("Not looked yet")
        bench.tell(ready=True)
        assert view.page.empty.text().startswith("Nothing is wrong: every position has")
        assert not view.below.isVisible()
        view.set_colours(light_colours())

    on_stage(play)


def test_a_finding_is_said_in_words_with_its_one_repair(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = doctor(stage, bench)
        unsure = finding("f2", trouble=Trouble.UNSURE, repair=Repair.NONE, repair_said="")
        bench.tell(findings=[unsure, finding("f1")])
        assert rows(view.page.model) == [
            ["No protection", "DEMO", "DEMO1 MNQZ6"],  # what is dangerous comes first
            ["Not sure yet", "DEMO", "DEMO1 MNQZ6"],
        ]
        assert view.title.text() == "No protection"
        assert view.said.text() == "Long 2 MNQZ6 have no stop at the broker."
        assert view.repair.text() == "Protect it…"
        assert view.count == 2
        view.page.table.selectRow(1)
        assert not view.repair.isVisible()

    on_stage(play)


def test_a_repair_is_asked_for_and_says_what_came_of_it(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, findings=[finding("f1")])
        bench.fake.said = "The stop is placed: 2 at 25550.00."
        view = doctor(stage, bench)
        bench.answer = False
        view.repair.click()
        await until(lambda: bench.questions)
        asked = bench.questions[0]
        assert asked.no.isDefault()
        assert asked.asked.title == "No protection: MNQZ6 on DEMO DEMO1?"
        assert "Place the stop" in asked.facts.text_of("Repair")
        await until(view.repair.isEnabled)
        assert bench.fake.named("repair") == []
        bench.answer = True
        view.repair.click()
        await until(lambda: view.result.text() == bench.fake.said)
        assert bench.fake.named("repair") == [("f1",)]
        stage.bridge.tell()
        assert view.page.empty.isVisible()

    on_stage(play)


def test_a_repair_that_cannot_be_done_says_why(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, findings=[finding("f1", key=DEMO)])
        bench.fake.refusal = UserError("The connection is down", "Protect it at the broker.")
        view = doctor(stage, bench)
        view.repair.click()
        await until(lambda: "The connection is down" in view.result.text())
        assert view.repair.isEnabled()

    on_stage(play)
