"""Every row of the broker's failures: what it means for an order, and for a read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import (
    LIST,
    Accepted,
    Kind,
    NotHandled,
    Rejected,
    Unknown,
    classify,
    outcome,
    parse,
    said,
)
from justtrades_desktop.domain.broker import Outcome


def order(status: int, body: Any) -> Any:
    return classify(status, body, kind=Kind.ORDER, expect="orderId")


def read(status: int, body: Any, expect: str | None = "id") -> Any:
    return classify(status, body, kind=Kind.READ, expect=expect)


def test_an_answer_with_the_expected_id_is_accepted() -> None:
    assert order(200, {"orderId": 7}) == Accepted({"orderId": 7})
    assert order(200, {"orderId": 7, "failureReason": "Success", "failureText": ""}).body
    assert read(200, [], LIST) == Accepted([])


@pytest.mark.parametrize("kind", Kind)
def test_a_penalty_ticket_was_not_executed_and_says_when_to_come_back(kind: Kind) -> None:
    answer = classify(200, {"p-ticket": "T1", "p-time": 15, "p-captcha": False}, kind=kind)
    assert answer == NotHandled("the broker asks for 15 s of patience", 15.0, ticket="T1")
    assert "T1" not in repr(answer)


def test_a_captcha_is_an_hour_of_silence() -> None:
    answer = order(200, {"p-ticket": "T1", "p-time": 15, "p-captcha": True})
    assert isinstance(answer, NotHandled)
    assert (answer.seconds, answer.captcha, answer.lockout, answer.ticket) == (
        3600.0,
        True,
        True,
        None,
    )


@pytest.mark.parametrize("p_time", [None, "soon", True, -3, [], float("inf")])
def test_a_penalty_without_a_time_waits_a_minute(p_time: object) -> None:
    answer = read(200, {"p-ticket": "T", "p-time": p_time})
    assert isinstance(answer, NotHandled)
    assert answer.seconds == 60.0


def test_e15_the_broker_s_own_words_are_kept() -> None:
    refused = order(200, {"failureReason": "UnknownReason", "failureText": "Margin: 1,200 short"})
    assert refused == Rejected("UnknownReason", "Margin: 1,200 short")
    assert said(refused) == "UnknownReason: Margin: 1,200 short"
    assert said(read(200, {"errorText": "The app is not registered"})) == (
        "The app is not registered"
    )
    assert said(order(500, "Internal Server Error, error id: 4F")) == (
        "the broker answered 500: Internal Server Error, error id: 4F"
    )
    assert said(order(401, "Access is denied")) == "Access is denied"
    assert said(order(200, {"failureReason": "SessionClosed"})) == "SessionClosed"


def test_violations_are_our_bug() -> None:
    body = {"violations": [{"constraint": "maxLength", "value": "s3cret", "description": "64"}]}
    answer = order(200, body)
    assert answer == Rejected("violations", "maxLength: 64")
    assert answer.malformed


@pytest.mark.parametrize(
    "body",
    [
        {},
        "",
        None,
        [],
        "<html>busy</html>",
        {"orderId": None},
        {"orderId": 0},
        {"ok": True},
        {"failureReason": "Success"},
    ],
)
def test_e6_e7_an_order_without_its_id_is_unknown(body: object) -> None:
    assert isinstance(order(200, body), Unknown)


def test_an_order_that_was_named_and_refused_is_unknown_and_keeps_the_words() -> None:
    answer = order(200, {"orderId": 7, "failureReason": "TooLate", "failureText": "too late"})
    assert isinstance(answer, Unknown)
    assert "too late" in answer.why


def test_400_is_our_bug_and_404_unknown_to_the_broker() -> None:
    assert order(400, "bad").malformed
    assert order(404, "") == Rejected("404", "the broker does not know it", 404)


def test_401_is_a_refusal_that_a_new_token_may_heal() -> None:
    assert read(401, "").denied
    assert order(401, "Access is denied").denied


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 302, 418, 403])
def test_e7_an_order_is_in_doubt_after(status: int) -> None:
    answer = order(status, "x")
    assert isinstance(answer, Unknown)
    assert answer.status == status


@pytest.mark.parametrize("status", [423, 429])
@pytest.mark.parametrize("kind", Kind)
def test_b2_a_lockout_is_an_hour(status: int, kind: Kind) -> None:
    answer = classify(status, "", kind=kind)
    assert isinstance(answer, NotHandled)
    assert (answer.lockout, answer.seconds) == (True, 3600.0)
    assert str(status) in answer.why


def test_a_socket_s_reply_is_read_by_the_same_rules() -> None:
    assert classify(401, "Access is denied") == Rejected("401", "Access is denied", 401)
    assert classify(200, None) == Accepted(None)  # authorized, without a word
    assert isinstance(classify(200, {"p-ticket": "T", "p-time": 3}), NotHandled)
    assert isinstance(classify(200, {}, kind=Kind.READ, expect="users"), Unknown)


def test_oauth_says_its_errors_its_own_way() -> None:
    body = {"error": "invalid_grant", "error_description": "Code expired"}
    answer = classify(200, body, kind=Kind.LOGIN, expect="access_token")
    assert said(answer) == "invalid_grant: Code expired"


def test_numbers_are_read_exactly() -> None:
    assert parse('{"price": 0.0000005, "nothing": NaN}') == {
        "price": Decimal("0.0000005"),
        "nothing": None,
    }
    assert parse("Internal Server Error") == "Internal Server Error"
    assert parse("[" * 100_000) == "[" * 100_000


def test_every_answer_has_its_word_for_the_audit() -> None:
    assert outcome(order(200, {"orderId": 1})) is Outcome.ACCEPTED
    assert outcome(order(404, "")) is Outcome.REJECTED
    assert outcome(order(429, "")) is Outcome.NOT_HANDLED
    assert outcome(order(200, {})) is Outcome.UNKNOWN
