"""Rules that cannot be meant are refused in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exit_limits import refuse_contradictions
from justtrades_desktop.domain.exits import ExitRules, Level, Unit, level

_ALERT = Level(Unit.ALERT)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"stop": "0 ticks"}, "stop of 0 ticks makes no sense"),
        ({"take_profit": "1000001 ticks"}, "take-profit of 1000001 ticks makes no sense"),
        ({"trail": "100.5 %"}, "trailing stop of 100.5 % would never be reached"),
        ({"stop": "101%"}, "would never be reached"),
        ({"stop": "5 money"}, "stop cannot be in money"),
        ({"take_profit": "25600 price"}, "take-profit cannot be in price"),
        ({"trail": "alert"}, "An alert names no trailing stop"),
        ({"break_even": "alert"}, "An alert names no break-even"),
        ({"trail_after": "4t"}, "has a start but no distance"),
        ({"break_even_offset": "4t"}, "break-even has an offset but no distance"),
        ({"break_even": "4t", "break_even_offset": "4t"}, "must be less than its distance"),
        ({"stop": Level(Unit.POINTS, Decimal("NaN"))}, "makes no sense"),
        ({"stop": Level(Unit.POINTS, Decimal("1e-16"))}, "too many decimals"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        refuse_contradictions(_rules(rules))


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"take_profit": _ALERT, "stop": _ALERT, "session_end": True},
        {"take_profit": "150 %", "stop": "100 %", "trail": "1000000 ticks"},
        {"trail": "1t", "trail_after": "0.5%", "break_even": "4t", "break_even_offset": "3t"},
        {"break_even": "4t", "break_even_offset": "9 points"},
    ],
)
def test_rules_that_make_sense_are_taken(rules: dict[str, Any]) -> None:
    refuse_contradictions(_rules(rules))


def _rules(said: dict[str, Any]) -> ExitRules:
    levels: dict[str, Any] = {k: level(v) if isinstance(v, str) else v for k, v in said.items()}
    return ExitRules(**levels)
