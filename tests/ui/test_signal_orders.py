"""What the Signals panel says of the orders that followed a signal."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Purpose, Verdict, Way, Wish
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.signal_line import ORDERS
from justtrades_desktop.ui.models.table import CellRole
from justtrades_desktop.ui.views.signals import SignalsView
from tests.fakes.executions import DEMO, LIVE, PAPER, decision, execution
from tests.ui.conftest import OnStage
from tests.ui.order_bench import OrderBench, order_bench
from tests.ui.stage import Stage, until

_NAMED_ONCE = AccountKey("PAPER", "PAPER")


async def a_signal(stage: Stage, folder: Path) -> tuple[OrderBench, SignalsView]:
    """One alert in the panel, which no link has met yet."""
    bench = order_bench(stage, folder)
    view = SignalsView(stage.desk, stage.bridge, stage.tasks, stage.colours, orders=bench.desk)
    stage.show(view)
    await stage.send(await stage.recorder(), "buy", "25600", quantity=2)
    await stage.told()
    await until(lambda: view.model.rowCount() == 1)
    return bench, view


def said(view: SignalsView) -> str:
    return str(view.model.index(0, ORDERS).data())


def tone(view: SignalsView) -> Tone:
    found = view.model.index(0, ORDERS).data(CellRole).tone
    assert isinstance(found, Tone)
    return found


def test_a_fill_is_told_with_price_and_delay(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await a_signal(stage, tmp_path)
        assert said(view) == ""
        changed: list[int] = []
        view.model.dataChanged.connect(lambda first, _: changed.append(first.column()))
        bench.tell(decisions=[decision(key=_NAMED_ONCE, verdict=Verdict.SENT)])
        assert said(view) == "PAPER: sent"
        assert tone(view) is Tone.ACCENT
        fills = [execution(2, delay=0.02, quantity=1), execution(1, quantity=1)]
        exit_ = execution(3, way=Way.SELL, purpose=Purpose.TARGET, delay=None)
        bench.tell(decisions=[decision(key=_NAMED_ONCE)], executions=[exit_, *fills])
        assert said(view) == "PAPER: bought 2 at 25600.50, 0.4 s"
        assert tone(view) is Tone.GOOD
        assert changed == [ORDERS, ORDERS]

    on_stage(play)


def test_why_nothing_was_sent_is_told(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await a_signal(stage, tmp_path)
        for verdict, text in (
            (Verdict.REFUSED, "Demo DEMO1: refused: outside <b>its</b> windows"),
            (Verdict.PARKED, "Demo DEMO1: parked: outside <b>its</b> windows"),
        ):
            refused = decision(verdict=verdict, reason="outside <b>its</b>\nwindows")
            bench.tell(decisions=[refused])
            assert said(view) == text
            assert tone(view) is Tone.WARNING
        bench.tell(decisions=[decision(verdict=Verdict.SHADOW)])
        assert said(view) == "Demo DEMO1: shadow: flat → long 2"

    on_stage(play)


def test_several_links_are_counted_and_named_in_the_tip_and_below(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await a_signal(stage, tmp_path)
        view.table.selectRow(0)
        assert not view.details.orders.isVisible()
        refused = decision(3, link_id=3, key=LIVE, verdict=Verdict.REFUSED, reason="not armed")
        bench.tell(
            decisions=[
                refused,
                decision(2, link_id=2, key=DEMO, came="bought 2 at 25601"),
                decision(1, link_id=1, key=PAPER, came="bought 2 at 25600"),
            ]
        )
        assert said(view) == "2 of 3 filled, 1 refused"
        assert tone(view) is Tone.WARNING
        lines = [
            "Paper PAPER1: bought 2 at 25600",
            "Demo DEMO1: bought 2 at 25601",
            "Live LIVE1: refused: not armed",
        ]
        tip = view.model.index(0, ORDERS).data(Qt.ItemDataRole.ToolTipRole)
        assert all(line in tip for line in lines)
        assert view.details.orders.isVisible()
        assert view.details.orders.text().splitlines() == lines

    on_stage(play)


def test_a_parked_entry_that_was_sent_after_all_is_told_as_such(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await a_signal(stage, tmp_path)
        parked = decision(1, verdict=Verdict.DONE, came="a person sent it")
        bench.tell(decisions=[decision(2, came="bought 2 at 25600"), parked])
        assert said(view) == "Demo DEMO1: bought 2 at 25600"

    on_stage(play)


def test_what_execution_has_forgotten_stays_told(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await a_signal(stage, tmp_path)
        bench.tell(decisions=[decision(came="bought 2 at 25600")])
        bench.tell(decisions=[decision(9, signal_id=77, wish=Wish.CLOSE)])
        assert said(view) == "Demo DEMO1: bought 2 at 25600"

    on_stage(play)


def test_without_brokers_there_is_no_such_column(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = SignalsView(stage.desk, stage.bridge, stage.tasks, stage.colours)
        stage.show(view)
        assert view.table.isColumnHidden(ORDERS)

    on_stage(play)
