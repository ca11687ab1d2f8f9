"""The replay's dialog: it plays, holds, steps and says what it does to positions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.market.replay import State
from justtrades_desktop.ui.models.position_row import Field
from tests.ui.program import Program, perform


def _prices(folder: Path, *rows: str) -> Path:
    path = folder / "prices.csv"
    path.write_text("time,symbol,price\n" + "\n".join(rows) + "\n")
    return path


def _hourly(folder: Path) -> Path:
    return _prices(folder, *(f"{1795188600 + n * 3600},MNQ1!,{25600 + n}" for n in range(50)))


def test_it_plays_what_was_chosen_and_steps(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        dialog, book = program.window.replay, program.running.desk.book
        assert not dialog.isVisible()
        action = next(
            action
            for action in program.window.menus.findChildren(QAction)
            if "Replay" in action.text()
        )
        action.trigger()
        assert dialog.isVisible()
        assert "move the P&L" in dialog.warning.text()
        assert not dialog.play_button.isEnabled()
        dialog.file.setText(str(_hourly(tmp_path)))
        dialog.step_button.click()
        await program.until(lambda: "MNQ1!" in book.prices)
        assert book.prices["MNQ1!"].price == 25600
        assert book.prices["MNQ1!"].source == "replay"
        assert not dialog.file.isEnabled()
        dialog.step_button.click()
        await program.until(lambda: book.prices["MNQ1!"].price == 25601)
        dialog.refresh()
        assert "Paused · prices.csv · line 3 · 2 prices · in the file it is" in dialog.said.text()
        assert dialog.play_button.text() == "&Go on"
        # An hour to the next one: nothing comes until it is as fast as possible.
        dialog.play_button.click()
        assert dialog.play_button.text() == "&Pause"
        dialog.speed.setCurrentIndex(dialog.speed.count() - 1)
        dialog.speed.activated.emit(dialog.speed.currentIndex())
        replay = program.running.feeds.replay
        assert replay is not None
        await program.until(lambda: replay.over)
        dialog.refresh()
        assert dialog.said.text().startswith("Played to the end")
        assert dialog.bar.value() == dialog.bar.maximum()
        assert dialog.file.isEnabled()
        assert book.prices["MNQ1!"].price == 25649
        dialog.close()

    perform(qapp, tmp_path / "data", play)


def test_stop_and_a_bad_line_and_a_missing_file(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        dialog, feeds = program.window.replay, program.running.feeds
        dialog.bring_up()
        dialog.file.setText(str(tmp_path / "none.csv"))
        dialog.play_button.click()
        assert "There is no file" in dialog.problem.text()
        dialog.file.setText(str(_hourly(tmp_path)))
        dialog.play_button.click()
        assert feeds.replay is not None
        assert not dialog.problem.isVisible()
        dialog.stop_button.click()
        assert feeds.replay.progress.state is State.STOPPED
        dialog.file.setText(str(_prices(tmp_path, "1795188600,MNQ1!,many")))
        dialog.play_button.click()
        await program.until(lambda: feeds.replay is not None and feeds.replay.over)
        dialog.refresh()
        assert "line 2: 'many' is not a price" in dialog.problem.text()
        dialog.close()
        # Whoever started it from the command line hears of it too, once.
        banner = program.window.top_bar.error_banner
        await program.until(banner.isVisible)
        assert "The replay of prices.csv broke off" in banner.text.text()
        banner.close_button.click()
        dialog.look()
        assert not banner.isVisible()

    perform(qapp, tmp_path / "data", play)


def test_a_file_is_chosen_in_a_dialog(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        dialog = program.window.replay
        dialog.bring_up()
        path = _hourly(tmp_path)
        dialog.choose_button.click()
        chooser = await program.dialog(QFileDialog)
        name = chooser.findChild(QLineEdit)
        assert name is not None
        name.setText(str(path))
        chooser.accept()
        await program.until(lambda: bool(dialog.file.text()))
        assert Path(dialog.file.text()) == path
        dialog.close()

    perform(qapp, tmp_path / "data", play)


def test_replayed_prices_say_so_beside_the_position(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        table = program.window.positions.model
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=1, price="25600")
        await program.until(lambda: table.rowCount() == 1)
        index = table.index(0, Field.LAST)
        assert index.data() == "25600.00"
        program.running.desk.tick("MNQ1!", Decimal("25600"), source="replay")
        await program.until(lambda: index.data() == "replay · 25600.00")

    perform(qapp, tmp_path / "data", play)


def test_only_one_at_a_time(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        feeds = program.running.feeds
        feeds.start_replay(_hourly(tmp_path), paused=True)
        with pytest.raises(UserError, match="is being replayed"):
            feeds.start_replay(_hourly(tmp_path))

    perform(qapp, tmp_path / "data", play)
