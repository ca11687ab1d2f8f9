"""Settings as JSON and back: nothing is lost, nothing unknown slips in."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import time
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.link_values import (
    from_values,
    limits_from_values,
    limits_to_values,
    to_values,
)
from justtrades_desktop.domain.links import AccountLimits, LinkSettings, Target, Window

amounts = st.decimals(0, 100_000, places=2)
levels = st.one_of(
    st.just(Level(Unit.ALERT)),
    st.builds(
        Level,
        st.sampled_from([unit for unit in Unit if unit is not Unit.ALERT]),
        st.decimals(0, 10_000, places=3),
    ),
)
KINDS: dict[type[object], st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-5, 1_000),
    str: st.text(max_size=12),
    Decimal: amounts,
    Level: levels,
    Target: st.builds(Target, levels, amounts, st.booleans()),
    Window: st.builds(
        Window,
        st.frozensets(st.integers(0, 6)),
        st.times(),
        st.times(),
        st.sampled_from(["America/New_York", "Europe/Berlin", "UTC"]),
        st.booleans(),
    ),
}


def strategy(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's own type: a new field is covered without a word here."""
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*(st.none() if a is type(None) else strategy(a) for a in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(strategy(get_args(hint)[0]), max_size=3).map(tuple)
    return KINDS[hint] if hint in KINDS else st.sampled_from(list(hint))


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{name: strategy(hint) for name, hint in get_type_hints(kind).items()})


@given(any_of(LinkSettings))
def test_settings_survive_json(settings: LinkSettings) -> None:
    assert from_values(json.loads(json.dumps(to_values(settings)))) == settings


@given(any_of(AccountLimits))
def test_limits_survive_json(limits: AccountLimits) -> None:
    assert limits_from_values(json.loads(json.dumps(limits_to_values(limits)))) == limits


@pytest.mark.parametrize("kind", [LinkSettings, AccountLimits])
def test_every_field_alone_survives(kind: type[Any]) -> None:
    hints = get_type_hints(kind)
    write, read = (
        (to_values, from_values) if kind is LinkSettings else (limits_to_values, limits_from_values)
    )
    for field in fields(kind):
        for chosen in _examples(hints[field.name]):
            settings = kind(**{field.name: chosen})
            expected = {field.name} if chosen != field.default else set()
            assert set(write(settings)) == expected
            assert read(write(settings)) == settings


def _examples(hint: Any) -> list[Any]:
    """One or two values of a type, one of which is no default."""
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not type(None))
        return [None, *_examples(inner)]
    if get_origin(hint) is tuple:
        return [(), tuple(_examples(get_args(hint)[0]))]
    examples: dict[Any, list[Any]] = {
        bool: [False, True],
        int: [0, 7],
        str: ["MESZ6"],
        Decimal: [Decimal(0), Decimal("12.50")],
        Level: [Level(Unit.ALERT), Level(Unit.TICKS, Decimal("0.5"))],
        Target: [Target(Level(Unit.POINTS, Decimal(4)), Decimal(2), percent=False)],
        Window: [
            Window(frozenset((6, 0)), time(20, 0), time(2, 30), "Asia/Tokyo", by_session=True)
        ],
    }
    return examples[hint] if hint in examples else list(hint)


def test_defaults_write_nothing() -> None:
    assert to_values(LinkSettings()) == {}
    assert limits_to_values(AccountLimits()) == {}
    assert from_values({}) == LinkSettings()


def test_a_cap_that_is_switched_off_stays_off() -> None:
    assert limits_from_values(limits_to_values(AccountLimits(minute=None))).minute is None


def test_what_is_written_can_be_read_by_a_person() -> None:
    settings = LinkSettings(
        targets=(Target(Level(Unit.TICKS, Decimal(40)), Decimal(50)),),
        windows=(Window(frozenset((0,)), time(9, 30), time(16)),),
        daily_loss=Decimal(300),
    )

    assert to_values(settings) == {
        "targets": [{"at": "40 ticks", "part": "50", "percent": True}],
        "windows": [
            {
                "days": [0],
                "start": "09:30:00",
                "end": "16:00:00",
                "zone": "America/New_York",
                "by_session": False,
            }
        ],
        "daily_loss": "300",
    }


def test_an_unknown_name_is_refused_by_its_name() -> None:
    with pytest.raises(UserError, match="'initial_size', 'recorder'"):
        from_values({"initial_size": 3, "recorder": 1, "add": 1})
    with pytest.raises(UserError, match="'days'"):
        limits_from_values({"days": 3})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("initial", "3"),
        ("initial", True),
        ("initial", 1.5),
        ("multiplier", None),
        ("adds", 1),
        ("stop", "40"),
        ("stop", 40),
        ("daily_loss", 300.0),
        ("daily_loss", "NaN"),
        ("daily_loss", "much"),
        ("direction", "up"),
        ("direction", 1),
        ("contract", 7),
        ("targets", "40 ticks"),
        ("targets", [{"at": "40 ticks"}]),
        ("targets", [{"at": "40 ticks", "part": 50, "percent": True}]),
        ("windows", [{"days": [7], "start": "09:30", "end": "16:00", "zone": "UTC"}]),
        (
            "windows",
            [{"days": [0], "start": "09:30", "end": "16:00", "zone": "Mars", "by_session": False}],
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(UserError, match=f"^{name} cannot be"):
        from_values({name: value})
