"""What the command line prints for people."""

from __future__ import annotations

import pytest

from justtrades_desktop.cli.out import emit


def test_lists_of_legs_and_of_numbers_stand_in_one_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    emit(
        {"brackets": [1081, 1083], "exits": [{"quantity": 2, "price": "25600"}], "entries": []},
        as_json=False,
    )
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "1081, 1083",
        "2 @ 25600",
        "-",
    ]
