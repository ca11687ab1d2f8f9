"""The card of the process that runs is found whichever version left it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from justtrades_desktop.app.instance import Card, leave_card, read_card

CARD = Card(7, "http://127.0.0.1:8787", "http://127.0.0.1:9", "s")


def test_what_a_newer_version_says_besides_is_passed_over(tmp_path: Path) -> None:
    leave_card(tmp_path, CARD)
    told = asdict(CARD) | {"format": 9, "version": "9.0.0"}
    (tmp_path / "running.json").write_text(json.dumps(told))
    assert read_card(tmp_path) == CARD


@pytest.mark.parametrize("text", ["", "[]", "null", '{"pid": 7}', '"running"'])
def test_what_is_no_card_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text)
    assert read_card(tmp_path) is None
