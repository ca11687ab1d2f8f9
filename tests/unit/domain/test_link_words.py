"""Each setting in a sentence that says what it does now."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.link_words import sentences
from justtrades_desktop.domain.links import (
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Target,
    Window,
)

TICKS_40 = Level(Unit.TICKS, Decimal(40))
ONE_TICK = Level(Unit.TICKS, Decimal(1))
LADDER = (
    Target(TICKS_40, Decimal(50)),
    Target(Level(Unit.POINTS, Decimal(20)), Decimal(1), percent=False),
    Target(Level(Unit.ALERT), Decimal(50)),
)
WINDOW = Window(frozenset((0, 4)), time(9, 30), time(11))


def said(field: str, **settings: Any) -> str:
    return sentences(LinkSettings(**settings))[field]


def test_every_field_has_a_sentence_and_it_changes_with_the_value() -> None:
    """Own exits and limit entries are on, else their settings are said to be unused."""
    base = LinkSettings(own_exits=True, entry=EntryKind.LIMIT)
    other: dict[str, object] = {
        "initial": 2,
        "add": 2,
        "multiplier": 2,
        "max_contracts": 2,
        "own_exits": False,
        "targets": LADDER,
        "adds": False,
        "add_every": 2,
        "add_apart_ticks": 2,
        "adds_most": 2,
        "direction": Direction.LONG,
        "same_way": SameWay.IGNORE,
        "other_way": OtherWay.CLOSE,
        "windows": (WINDOW,),
        "outside": Outside.FLAT,
        "flat_at_session_end": True,
        "stale_seconds": 2,
        "cooldown_seconds": 2,
        "trades_most": 2,
        "daily_loss": Decimal(2),
        "daily_loss_does": AtLimit.STOP,
        "daily_profit": Decimal(2),
        "daily_profit_does": AtLimit.BOTH,
        "contract": "MESZ6",
        "slippage_ticks": 2,
        "entry": EntryKind.MARKET,
        "limit_ticks": 2,
        "limit_seconds": 2,
        "limit_end": LimitEnd.MARKET,
        "expiry_days": 2,
    }
    exits = ("stop", "trail", "trail_after", "trail_step", "break_even", "break_even_offset")
    other |= dict.fromkeys(exits, TICKS_40)

    assert set(sentences(base)) == {field.name for field in fields(LinkSettings)} == set(other)
    for name, value in other.items():
        changed = sentences(replace(base, **{name: value}))[name]  # type: ignore[arg-type]
        assert changed != sentences(base)[name], name
        assert changed.endswith(".")
        assert changed[0].isupper()


def test_sentences_end_and_hold_no_nothing() -> None:
    for sentence in sentences(LinkSettings()).values():
        assert sentence.endswith(".")
        assert "None" not in sentence


@pytest.mark.parametrize(
    ("field", "settings", "sentence"),
    [
        ("initial", {}, "An entry is as large as the signal's position."),
        (
            "initial",
            {"multiplier": 3},
            "An entry is as large as the signal's position, times 3.",
        ),
        ("initial", {"initial": 2, "multiplier": 3}, "An entry has 2 contracts, times 3."),
        ("initial", {"initial": 0}, "An entry has 0 contracts: nothing is entered."),
        ("add", {"add": 1}, "An add has 1 contract."),
        ("add", {"add": 0}, "An add has 0 contracts: nothing is added."),
        ("multiplier", {"multiplier": 0}, "Every size is multiplied by 0: nothing is traded."),
        (
            "max_contracts",
            {"max_contracts": 0},
            "The link may hold 0 contracts: every entry is refused.",
        ),
        (
            "targets",
            {"own_exits": True, "targets": LADDER},
            "In favour, 50 % leaves at 40 ticks, 1 contract leaves at 20 points, and all that is "
            "left at what the alert names.",
        ),
        (
            "targets",
            {"own_exits": True, "targets": LADDER[:1]},
            "All of it leaves at 40 ticks in favour.",
        ),
        ("stop", {"stop": TICKS_40}, "Not used: the recorder's exits count."),
        (
            "stop",
            {"own_exits": True, "stop": ONE_TICK},
            "All of it leaves at a loss of 1 tick from the average entry.",
        ),
        (
            "break_even_offset",
            {"own_exits": True, "break_even_offset": Level(Unit.TICKS, Decimal(0))},
            "At break-even the stop lies at the average entry.",
        ),
        (
            "windows",
            {"windows": (WINDOW,)},
            "Entries are taken on Mon, Fri from 09:30 to 11:00 (New York).",
        ),
        (
            "windows",
            {"windows": (WINDOW._replace(by_session=True, end=time(9, 30)),)},
            "Entries are taken on CME session days Mon, Fri for a whole day from 09:30 (New York).",
        ),
        (
            "windows",
            {"windows": (WINDOW._replace(days=frozenset()),)},
            "Entries are taken on no day at all.",
        ),
        ("trades_most", {"trades_most": 1}, "At most 1 entry is taken in a session."),
        ("trades_most", {"trades_most": 0}, "No entry is taken: the most trades are 0."),
        ("limit_ticks", {}, "Not used: entries are market orders."),
        (
            "stale_seconds",
            {"stale_seconds": 1},
            "An entry older than 1 second waits for a person. Exits never grow too old.",
        ),
    ],
)
def test_a_sentence_says_the_value(field: str, settings: dict[str, Any], sentence: str) -> None:
    assert said(field, **settings) == sentence


@pytest.mark.parametrize("name", ["loss", "profit"])
def test_s3_a_daily_limit_says_which_of_both_it_does(name: str) -> None:
    def does(what: AtLimit) -> str:
        return said(f"daily_{name}_does", **{f"daily_{name}_does": what})

    assert does(AtLimit.STOP) == (
        f"At the daily {name} limit entries stop; what is open STAYS OPEN."
    )
    assert does(AtLimit.FLATTEN) == (
        f"At the daily {name} limit what is open is closed; entries go on."
    )
    assert does(AtLimit.BOTH) == (
        f"At the daily {name} limit what is open is closed and entries stop."
    )
