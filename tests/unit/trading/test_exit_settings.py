"""Exits by rule as settings: what is kept, what stays, what is refused."""

from __future__ import annotations

import pytest

from justtrades_desktop.app.commands import execute, recorder_json
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import ExitRules, level
from tests.fakes.desk import TestDesk


async def test_rules_are_set_whole_or_one_by_one() -> None:
    desk = TestDesk().desk
    made = await desk.add_recorder("T", exits=ExitRules(stop=level("20t"), session_end=True))
    changed = await desk.change_recorder(made.id, exits={"take_profit": level("40t")})
    assert changed.exits == ExitRules(take_profit=level("40t"), stop=level("20t"), session_end=True)
    changed = await desk.change_recorder(made.id, exits={"stop": None})
    assert changed.exits == ExitRules(take_profit=level("40t"), session_end=True)
    changed = await desk.change_recorder(made.id, exits=ExitRules(trail=level("1%")))
    assert changed.exits == ExitRules(trail=level("1%"))
    assert (await desk.change_recorder(made.id, quantity=2)).exits == changed.exits


async def test_a_contradiction_changes_nothing() -> None:
    desk = TestDesk().desk
    with pytest.raises(UserError, match="no distance"):
        await desk.add_recorder("T", exits=ExitRules(trail_after=level("4t")))
    kept = ExitRules(trail=level("4t"), trail_after=level("4t"))
    made = await desk.add_recorder("T", exits=kept)
    with pytest.raises(UserError, match="has a start but no distance"):
        await desk.change_recorder(made.id, exits={"trail": None})
    assert desk.book.recorders[made.id].exits == kept


async def test_settings_travel_as_text() -> None:
    desk = TestDesk().desk
    given = {"take_profit": "40 ticks", "stop": "alert", "trail": None, "session_end": True}
    made = await execute(desk, "recorder.add", {"name": "T", "settings": {"exits": given}})
    on = {"take_profit": "40 ticks", "stop": "alert", "session_end": True}
    assert made["exits"] == on
    settings = {"exits": {"stop": "0.5 %", "session_end": False}}
    changed = await execute(desk, "recorder.change", {"name": "T", "settings": settings})
    assert changed["exits"] == {"take_profit": "40 ticks", "stop": "0.5 %"}
    assert recorder_json(desk.recorder_named("ORB"))["exits"] == {}
