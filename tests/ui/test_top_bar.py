"""The top bar's figures: what is open, and what the day makes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QApplication

from justtrades_desktop.ui.totals import day_total, open_now, open_total
from tests.ui.program import Program, perform


def test_the_day_is_what_was_realized_and_what_is_open(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        bar, desk = program.window.top_bar, program.running.desk
        await program.until(lambda: desk.results.today is not None)
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=3, price="25600")
        await program.alert(recorder, action="sell", ticker="MNQ1!", contracts=1, price="25610")
        program.price("MNQ1!", "25590")
        await program.until(lambda: bar.today.text() == "▼ −20.00")
        assert bar.result.text() == "▼ −40.00"
        lines = bar.today.toolTip().splitlines()
        assert lines[0].startswith("Session of ")
        assert lines[1:] == [
            "Realized today: ▲ +20.00",
            "Open now: ▼ −40.00",
            "Realized this week: ▲ +20.00",
        ]
        await program.alert(recorder, action="close", ticker="MNQ1!", price="25590.25")
        await program.until(lambda: bar.today.text() == "▼ −19.00")
        assert bar.result.text() == "0.00"
        program.window.show_page(program.window.welcome)
        assert not bar.today.isVisible()

    perform(qapp, tmp_path, play)


def test_an_unknown_past_is_a_dash_and_not_a_nought(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        desk.results._known_from = None
        total = day_total(desk, open_now(desk, desk.clock()))
        assert total.words == "–"
        assert "Realized today: –" in total.more

    perform(qapp, tmp_path, play)


def test_each_price_grows_old_by_the_limit_of_its_feed(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=1, price="25600")
        later = desk.clock() + timedelta(seconds=12)
        assert open_total(open_now(desk, later)).words == "0.00"
        desk.tick("MNQ1!", desk.book.prices["MNQ1!"].price + 1, source="replay")
        later = desk.clock() + timedelta(seconds=12)
        total = open_total(open_now(desk, later))
        assert total.words == "▲ +2.00 (12 s)"
        assert "Replayed prices are in it" in total.more

    perform(qapp, tmp_path, play)
