"""No secret survives masking, whatever it is wrapped in."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from justtrades_desktop.broker.masks import LONGEST_TEXT, MASK, Masks

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "sec",
        "accessToken",
        "mdAccessToken",
        "access_token",
        "p-ticket",
        "Authorization",
        "client_secret",
        "code",
    ],
)
def test_secret_fields_are_hidden_at_any_depth(key: str) -> None:
    text = Masks().text({"name": "joe", "deeper": [{key: SECRET}], key: {"a": SECRET}})
    assert SECRET not in text
    assert json.loads(text)["name"] == "joe"


def test_known_values_are_hidden_wherever_they_stand() -> None:
    masks = Masks()
    masks.learn(SECRET, 'quo"te\\d', None, "")
    assert SECRET not in masks.text({"errorText": f"wrong token {SECRET}!"})
    assert SECRET not in masks.plain(f"<html>{SECRET}</html>")
    assert "te\\\\d" not in masks.text({"text": 'it was quo"te\\d'})
    assert SECRET not in repr(masks)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f'cut off {{"accessToken":"{SECRET}',
        f"password={SECRET}&name=joe",
        f'{{\\"mdAccessToken\\": \\"{SECRET}',
    ],
)
def test_text_that_is_no_json_is_masked_too(text: str) -> None:
    assert SECRET not in Masks().plain(text)


def test_the_rest_stays_readable_and_exact() -> None:
    text = Masks().text({"price": Decimal("25600.25"), "qty": 2, "security": "MNQ", "code2": 1})
    assert text == '{"price": 25600.25, "qty": 2, "security": "MNQ", "code2": 1}'


def test_very_long_ones_are_cut() -> None:
    text = Masks().text([{"id": number} for number in range(100_000)])
    assert "99900 more" in text
    assert len(Masks().plain("x" * 1_000_000)) < LONGEST_TEXT + 100
    assert MASK in Masks().text({"password": "p", "long": "x" * 100_000})
