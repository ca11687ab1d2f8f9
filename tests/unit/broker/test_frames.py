"""The socket's framing: what came is said exactly, and nothing that comes is a crash."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.broker.frames import (
    HEARTBEAT,
    Closing,
    Event,
    Heartbeat,
    Malformed,
    Messages,
    Opened,
    Reply,
    json_text,
    read_frame,
    request,
)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("o", Opened()),
        ("h", Heartbeat()),
        ("a[]", Messages(())),
        ('a[{"s":200,"i":7}]', Messages((Reply(200, 7),))),
        (
            'a[{"s":401,"i":2,"d":"Access is denied"}]',
            Messages((Reply(401, 2, "Access is denied"),)),
        ),
        ('a[{"e":"clock","d":"{}"}]', Messages((Event("clock", "{}"),))),
        ('c[3000,"Go away!"]', Closing(3000, "Go away!")),
        ("c[1000]", Closing(1000)),
        ("c[]", Closing()),
        ("c", Closing()),
    ],
)
def test_each_kind_of_frame(text: str, frame: Any) -> None:
    assert read_frame(text) == frame


def test_a_frame_carries_several_messages_in_order() -> None:
    frame = read_frame('a[{"e":"props","d":{"entityType":"fill"}},{"s":200,"i":3,"d":{}}]')

    assert frame == Messages((Event("props", {"entityType": "fill"}), Reply(200, 3, {})))


def test_a_message_that_is_none_does_not_take_its_neighbours_along() -> None:
    frame = read_frame('a[17,{"s":200,"i":3}]')

    assert isinstance(frame, Messages)
    assert isinstance(frame.items[0], Malformed)
    assert frame.items[1] == Reply(200, 3)


def test_numbers_are_exact() -> None:
    frame = read_frame('a[{"s":200,"i":1,"d":{"price":0.0000005,"id":9007199254740993}}]')

    assert isinstance(frame, Messages)
    reply = frame.items[0]
    assert isinstance(reply, Reply)
    assert reply.data == {"price": Decimal("0.0000005"), "id": 9007199254740993}
    assert isinstance(reply.data["price"], Decimal)


@pytest.mark.parametrize(
    "text", ["", "x", "open", "hh", "a", "a{}", "a[NaN]", "a[1,", "a" + "[" * 100_000, "c{", "c[7"]
)
def test_what_cannot_be_read_is_a_value(text: str) -> None:
    frame = read_frame(text)

    assert isinstance(frame, Malformed)
    assert frame.why
    assert len(frame.text) <= 200


@given(st.text(max_size=60) | st.text('aoch[]{}"0,:es', max_size=30))
def test_nothing_that_comes_raises(text: str) -> None:
    read_frame(text)


def test_a_request_has_exactly_three_line_ends() -> None:
    assert request("authorize", 1, body="TOKEN") == "authorize\n1\n\nTOKEN"
    assert request("contract/item", 2, query="id=77") == "contract/item\n2\nid=77\n"
    body = {"users": [123]}
    assert request("user/syncrequest", 3, body=body) == 'user/syncrequest\n3\n\n{"users":[123]}'
    assert request("x", 4, body={"text": "two\nlines"}).count("\n") == 3
    assert HEARTBEAT == "[]"


def test_a_line_end_in_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="line end"):
        request("authorize", 1, body="TO\nKEN")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(_values, st.decimals(allow_nan=False, allow_infinity=False))
def test_what_goes_out_is_the_same_json_with_every_digit(value: Any, price: Decimal) -> None:
    text = json_text({"value": value, "price": price})

    assert "\n" not in text
    read = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert read["price"] == price
    assert json.loads(text)["value"] == value


def test_what_is_no_number_is_not_sent() -> None:
    for odd in (Decimal("NaN"), Decimal("Infinity"), float("nan")):
        with pytest.raises(ValueError, match=r"number|JSON"):
            json_text({"price": odd})
