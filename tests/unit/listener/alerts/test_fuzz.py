"""No bytes make the reader raise, and how an alert is dressed does not change what it says."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from justtrades_desktop.domain.signals import Reading, Unreadable
from justtrades_desktop.listener.alerts import masked, read
from tests.unit.listener.alerts.test_known_alerts import ALERTS
from tests.unit.listener.alerts.test_variants import VARIANTS

BODIES = [alert["body"] for alert in ALERTS] + [variant[1] for variant in VARIANTS]


def _object(body: str) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


OBJECTS = [found for found in map(_object, BODIES) if found]


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b'"\\ud800"')
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert isinstance(read(body), Reading | Unreadable)


@given(st.sampled_from(BODIES), st.integers(0, 400), st.integers(0, 5), st.binary(max_size=4))
def test_a_damaged_alert_is_read_or_refused(body: str, at: int, gone: int, new: bytes) -> None:
    whole = body.encode()
    assert isinstance(read(whole[:at] + new + whole[at + gone :]), Reading | Unreadable)


words = st.sampled_from(
    ["buy", "sell", "flat", "long", "{{x}}", "50%", "-3", "2.0", "1e9", "", "NaN", "ES,NQ", "MNQ1!"]
)
keys = st.sampled_from(
    ["action", "side", "ticker", "quantity", "qty", "price", "position_size", "market_position",
     "market_position_size", "percent", "quantityType", "order", "strategy", "id", "time", "amount"]
)  # fmt: skip
values = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(keys, values, max_size=6))
def test_any_fields_are_read_or_refused(fields: dict[str, Any]) -> None:
    result = read(json.dumps(fields).encode())
    assert isinstance(result, Reading | Unreadable)
    if isinstance(result, Reading):
        assert result.quantity is None or result.quantity >= 0
        assert result.percent is None or (0 < result.percent <= 100 and result.quantity is None)
        assert read(masked(json.dumps(fields).encode()).encode()) == result


@given(st.sampled_from(OBJECTS), st.randoms(use_true_random=False))
def test_the_order_of_the_keys_says_nothing(fields: dict[str, Any], chance: random.Random) -> None:
    shuffled = list(fields.items())
    chance.shuffle(shuffled)
    assert _told(dict(shuffled)) == _told(fields)


@given(st.sampled_from(OBJECTS))
def test_upper_case_keys_say_the_same(fields: dict[str, Any]) -> None:
    assert _told(_upper(fields)) == _told(fields)


@given(st.sampled_from(OBJECTS))
def test_quoted_numbers_say_the_same(fields: dict[str, Any]) -> None:
    assert _told(_quoted(fields)) == _told(fields)


@given(st.sampled_from(BODIES), st.sampled_from(["", " ", "\r\n", "\ufeff", "\ufeff \t\n"]))
def test_what_stands_around_says_nothing(body: str, around: str) -> None:
    plain = read(body.encode())
    assert read((around + body + around.strip("\ufeff")).encode(), "text/plain") == plain


@given(st.sampled_from([body for body in BODIES if '"comment"' not in body]))
def test_line_ends_say_nothing(body: str) -> None:
    unix = body.replace("\r\n", "\n")
    assert read(unix.replace("\n", "\r\n").encode()) == read(unix.encode())


@given(st.sampled_from(OBJECTS))
def test_a_json_string_says_what_its_text_says(fields: dict[str, Any]) -> None:
    assert read(json.dumps(json.dumps(fields)).encode()) == read(json.dumps(fields).encode())


def _told(fields: dict[str, Any]) -> Reading | str:
    result = read(json.dumps(fields).encode())
    return "refused" if isinstance(result, Unreadable) else result


def _upper(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.upper(): _upper(one) for key, one in value.items()}
    return value


def _quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _quoted(one) for key, one in value.items()}
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
