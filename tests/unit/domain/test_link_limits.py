"""Settings that cannot be meant are refused by their name."""

from __future__ import annotations

from datetime import UTC, time
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.link_words import refuse
from justtrades_desktop.domain.links import LinkSettings, Target, Window

NUMBERS = (
    "initial",
    "add",
    "multiplier",
    "max_contracts",
    "add_apart_ticks",
    "adds_most",
    "stale_seconds",
    "cooldown_seconds",
    "trades_most",
    "slippage_ticks",
    "limit_ticks",
    "expiry_days",
)
LEVELS = ("stop", "trail", "trail_after", "trail_step", "break_even", "break_even_offset")


def level_of(unit: Unit, value: str) -> Level:
    return Level(unit, Decimal(value))


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_negative_and_0_is_one(name: str) -> None:
    refuse(LinkSettings(**{name: 0}))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="cannot be -1"):
        refuse(LinkSettings(**{name: -1}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["add_every", "limit_seconds"])
def test_some_numbers_are_at_least_1(name: str) -> None:
    refuse(LinkSettings(**{name: 1}))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="cannot be 0"):
        refuse(LinkSettings(**{name: 0}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["daily_loss", "daily_profit"])
@pytest.mark.parametrize("value", ["-300", "NaN", "Infinity"])
def test_an_amount_is_a_number_from_0_on(name: str, value: str) -> None:
    refuse(LinkSettings(**{name: Decimal(0)}))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="The daily"):
        refuse(LinkSettings(**{name: Decimal(value)}))  # type: ignore[arg-type]


def test_a_negative_multiplier_says_what_was_meant() -> None:
    with pytest.raises(UserError, match="inverse"):
        refuse(LinkSettings(multiplier=-2))


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize(
    "chosen",
    [
        level_of(Unit.TICKS, "-1"),
        level_of(Unit.TICKS, "NaN"),
        level_of(Unit.POINTS, "1000001"),
        level_of(Unit.PRICE, "25600"),
        level_of(Unit.POINTS, "0.1234567890123456"),
    ],
)
def test_a_level_that_makes_no_sense_is_refused(name: str, chosen: Level) -> None:
    with pytest.raises(UserError):
        refuse(LinkSettings(**{name: chosen}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LEVELS)
def test_a_level_of_0_is_refused_unless_it_means_at_once(name: str) -> None:
    settings = LinkSettings(**{name: level_of(Unit.TICKS, "0")})  # type: ignore[arg-type]
    if name in ("trail_after", "break_even_offset"):
        refuse(settings)
    else:
        with pytest.raises(UserError, match="makes no sense"):
            refuse(settings)


def test_only_stops_and_targets_may_be_the_alerts() -> None:
    alert = Level(Unit.ALERT)

    refuse(LinkSettings(stop=alert, targets=(Target(alert, Decimal(100)),)))
    for name in LEVELS[1:]:
        with pytest.raises(UserError, match="An alert names no"):
            refuse(LinkSettings(**{name: alert}))  # type: ignore[arg-type]


def test_a_stop_beyond_everything_is_refused() -> None:
    refuse(LinkSettings(stop=level_of(Unit.PERCENT, "100")))
    with pytest.raises(UserError, match="never be reached"):
        refuse(LinkSettings(stop=level_of(Unit.PERCENT, "101")))


@pytest.mark.parametrize(
    ("part", "percent"), [("0", True), ("-1", True), ("101", True), ("1.5", False), ("NaN", False)]
)
def test_a_part_that_is_none_is_refused_by_the_number_of_its_target(
    part: str, percent: bool
) -> None:
    good = Target(level_of(Unit.TICKS, "40"), Decimal(50))
    bad = Target(level_of(Unit.TICKS, "80"), Decimal(part), percent)

    with pytest.raises(UserError, match="target 2"):
        refuse(LinkSettings(targets=(good, bad)))


def test_a_target_at_no_distance_is_refused() -> None:
    with pytest.raises(UserError, match="target 1"):
        refuse(LinkSettings(targets=(Target(level_of(Unit.TICKS, "0"), Decimal(50)),)))


@pytest.mark.parametrize(
    "changed",
    [
        {"days": frozenset((7,))},
        {"zone": "Mars/Phobos"},
        {"zone": ""},
        {"zone": "America"},
        {"start": time(9, 30, tzinfo=UTC)},
    ],
)
def test_a_window_that_nobody_can_read_is_refused(changed: dict[str, Any]) -> None:
    window = Window(frozenset((0,)), time(9, 30), time(11))
    refuse(LinkSettings(windows=(window,)))

    with pytest.raises(UserError, match="time window 1"):
        refuse(LinkSettings(windows=(window._replace(**changed),)))


def test_a_contract_has_a_name() -> None:
    with pytest.raises(UserError, match="no name"):
        refuse(LinkSettings(contract=" "))
