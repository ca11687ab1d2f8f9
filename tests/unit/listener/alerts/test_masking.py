"""No secret is ever stored or logged, whatever the format, and nothing else is changed."""

from __future__ import annotations

import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from justtrades_desktop.listener.alerts import masked

NAMES = [
    "password", "passwd", "pwd", "pass", "secret", "token", "api key", "apikey", "api_key",
    "API-Key", "api_secret", "passphrase", "auth", "Authorization", "access_token", "webhook_token",
    "private_key", "key", "Token", "SECRET", "webhookPassword", "x.token",
]  # fmt: skip

MASKED = {
    "JSON": ('{"token":"S","a":1}', '{"token":"***","a":1}'),
    "a number": ('{"pwd": 12345, "a":1}', '{"pwd": "***", "a":1}'),
    "nothing": ('{"pwd": null}', '{"pwd": "***"}'),
    "an object": ('{"a":{"API_KEY":{"x":["S}"]}}, "b":2}', '{"a":{"API_KEY":"***"}, "b":2}'),
    "a list": ('{"token": ["S", {"a": "S]"}], "b":2}', '{"token": "***", "b":2}'),
    "deep down": ('{"x":[{"token":"S","account":"2"}]}', '{"x":[{"token":"***","account":"2"}]}'),
    "a quote in it": (r'{"token":"S\"S","b":"c"}', '{"token":"***","b":"c"}'),
    "a backslash at its end": (r'{"token":"S\\","b":"c"}', '{"token":"***","b":"c"}'),
    "a comment behind": ('{"token": "S", // hey\n "a": 1}', '{"token": "***", // hey\n "a": 1}'),
    "a coded name": (r'{"\u0074oken":"S","a":1}', r'{"\u0074oken":"***","a":1}'),
    "JSON in JSON": (
        r'"{\"password\": \"S\\\"S\", \"a\":1}"',
        r'"{\"password\": \"***\", \"a\":1}"',
    ),
    "an object in JSON in JSON": (
        r'"{\"token\": {\"a\": \"S}\"}, \"b\": 1}"',
        r'"{\"token\": \"***\", \"b\": 1}"',
    ),
    "broken, no end": ('{"token":"S', '{"token":"***'),
    "broken, quotes inside": ('{"pwd": "S"S", "a": 1}', '{"pwd": "***", "a": 1}'),
    "broken, no quotes": ('{"token": S, "a": 1}', '{"token": ***, "a": 1}'),
    "single quotes": ("{'pwd': 'S', 'a': 1}", "{'pwd': '***', 'a': 1}"),
    "fields": ("key=S;command=PLACE;", "key=***;command=PLACE;"),
    "fields on lines": ("key=S;\r\ncommand=PLACE;\r\n", "key=***;\r\ncommand=PLACE;\r\n"),
    "spaces around": ("api key = S ; a = b", "api key = *** ; a = b"),
    "nothing in it": ("key=; action=BUY;", "key=; action=BUY;"),
    "a quoted field": ('key="S; action=BUY', "key=***; action=BUY"),
    "a field in JSON": ('{"m":"key=S;\\na=b;","x":1}', '{"m":"key=***;\\na=b;","x":1}'),
    "a form": ("action=buy&token=S%26S&a=b", "action=buy&token=***&a=b"),
    "a form's coded name": ("%74oken=S&a=b", "%74oken=***&a=b"),
    "a form's nested name": ("user[password]=S&x=1", "user[password]=***&x=1"),
    "JSON in a form": (
        "payload=%7B%22token%22%3A%22S%22%2C%22a%22%3A1%7D&x=1",
        "payload=%7B%22token%22%3A%22***%22%2C%22a%22%3A1%7D&x=1",
    ),
    "a header line": ("Authorization: Bearer S\naction=buy", "Authorization: ***\naction=buy"),
}

UNCHANGED = [
    '{"ticker": "MNQ1!", "action": "buy", "price": "25600.25"}',
    '{"comment":"key levels: 5","author":"me","idempotency_key":"12","keyword":"x"}',
    "Golden Key: order buy @ 2 filled on MNQ1!. New strategy position is 3",
    "Turnkey: BUY, Price = 1, Ticker = MNQ1!",
    '{"bypass_trade_windows":true,"passed":1}',
    "a=%zz&b=%20%41",
    "\ufeff\r\n{\x00}\r",
    "",
]


@pytest.mark.parametrize(("body", "expected"), MASKED.values(), ids=MASKED.keys())
def test_hides_the_value_and_nothing_else(body: str, expected: str) -> None:
    assert masked(body.encode()) == expected
    assert masked(expected.encode()) == expected


@pytest.mark.parametrize("body", UNCHANGED)
def test_changes_nothing_where_nothing_is_secret(body: str) -> None:
    assert masked(body.encode()) == body


def test_shows_what_is_no_text() -> None:
    assert masked(b'\x00{"note":"\xff"}') == '\x00{"note":"\\xff"}'
    assert masked(b'{"token":"\xff\xfe"}') == '{"token":"***"}'


@pytest.mark.parametrize("name", NAMES)
def test_knows_every_spelling_in_every_format(name: str) -> None:
    for body in (
        json.dumps({"a": 1, name: "S3CR5"}),
        json.dumps({"a": {"b": [{name: "S3CR5", "c": 2}]}}, indent=2),
        json.dumps(json.dumps({name: "S3CR5", "c": 2})),
        json.dumps(f"{name}=S3CR5; action=buy;"),
        f"action=buy;\r\n{name}=S3CR5;\r\nqty=1;",
        urlencode({"action": "buy", name: "S3CR5", "qty": 1}),
        f'{{"{name}": "S3"CR5", "action": "buy", "x": "y"z"}}',
    ):
        assert "S3" not in masked(body.encode())
        assert "CR5" not in masked(body.encode())


# A mark at both ends makes a piece of the secret that came through easy to find.
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
secrets = _text.map(lambda text: f"S3CR{text}S3CR")
names = st.sampled_from(NAMES)
others = st.dictionaries(st.sampled_from(["a", "b", "note"]), _text | st.integers(), max_size=3)
values = secrets | st.lists(secrets, max_size=3) | st.dictionaries(_text, secrets, max_size=3)


def hidden(body: str) -> None:
    text = masked(body.encode())
    assert "S3CR" not in text
    assert masked(text.encode()) == text


@given(names, values, others, st.booleans())
@example("token", 'S3CR"S3CR', {}, True)
def test_hides_any_value_in_json(
    name: str, value: object, other: dict[str, object], ascii_: bool
) -> None:
    whole = {"x": [{"first": 1, name: value, **other}], "last": 2}
    text = json.dumps(whole, ensure_ascii=ascii_)
    hidden(text)
    assert json.loads(masked(text.encode())) == {
        "x": [{"first": 1, name: "***", **other}],
        "last": 2,
    }


@given(names, values, others)
def test_hides_any_value_in_json_in_json(
    name: str, value: object, other: dict[str, object]
) -> None:
    inner = json.dumps({"first": 1, name: value, **other})
    hidden(json.dumps(inner))
    hidden(json.dumps({"message": inner, "x": 1}))
    hidden(json.dumps({"message": json.dumps(inner), "x": 1}))


@given(names, secrets, others)
def test_hides_any_value_in_a_form(name: str, value: str, other: dict[str, object]) -> None:
    hidden(urlencode({"first": 1, name: value, **other}))
    hidden("payload=" + quote_plus(json.dumps({name: value, **other})) + "&x=1")


@given(
    names, secrets.filter(lambda text: not set(text) & set(";\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
)
def test_hides_any_value_in_fields(name: str, value: str) -> None:
    hidden(f"{name}={value};action=buy;")
    hidden(f"action=buy;\r\n{name} = {value}\r\nqty=1")
    hidden(json.dumps(f"action=buy; {name}={value}; qty=1"))
    hidden(json.dumps({"message": f"{name}={value};\naction=buy;", "x": 1}))


@given(names, secrets, st.integers(0, 60))
def test_hides_what_was_cut_off(name: str, value: str, cut: int) -> None:
    whole = json.dumps({"a": 1, name: value, "b": 2})
    hidden(whole[: max(len(whole) - cut, len(name) + 14)])


@given(st.binary(max_size=200) | _text.map(str.encode))
@example(b'{"token":"\\')
@example(b"key=%22key=")
def test_never_raises_and_is_done_after_once(body: bytes) -> None:
    text = masked(body)
    assert masked(text.encode()) == text


_PARTS = [
    '"token"', "key", ":", "=", '"', "\\", "{", "}", "[", ";", "&", ",", " ", "\n", "%22",
    "\\u0022", "a", "'", "//", "/*", "***",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PARTS)))
def test_is_done_after_once_for_broken_texts(parts: list[str]) -> None:
    text = masked("".join(parts).encode())
    assert masked(text.encode()) == text
