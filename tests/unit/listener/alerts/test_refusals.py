"""What must never be guessed, and the words in which the trader is told."""

from __future__ import annotations

import json
import time

import pytest

from justtrades_desktop.domain.signals import Unreadable
from justtrades_desktop.listener.alerts import read

# body, a part of the reason
REFUSED = {
    # nothing to read
    "empty": ("", "it is empty"),
    "spaces": (" \r\n\t ", "it is empty"),
    "prose": ("MNQ looks strong, buy the dip", "plain text"),
    "prose with signs": ("RSI = 30; buy MNQ1! now", "plain text"),
    "prose with a colon": ("Buy: MNQ1! at 5, soon", "plain text"),
    "prose in a JSON string": ('"go long now"', "plain text"),
    "an empty JSON string": ('""', "plain text"),
    "a string in a string in a string": (json.dumps(json.dumps(json.dumps("a=b"))), "plain text"),
    "a number": ("42", "plain text"),
    "an empty object": ("{}", "no action"),
    "no trade field": ('{"key": "k", "note": "hello"}', "no action"),
    "an id alone": ('{"id": "1", "time": "2026-11-20"}', "no action"),
    "a quantity without an action": ('{"ticker": "MNQ1!", "price": 5, "qty": 2}', "no action"),
    "a sentiment without an action": ('{"ticker": "MNQ1!", "sentiment": "long"}', "no action"),
    "a price without an instrument": ('{"action": "price", "price": 5}', "needs an instrument"),
    "a price of zero": ('{"ticker": "MNQ1!", "price": 0}', "no action"),
    # words
    "an unknown action": ('{"action": "bu", "ticker": "NQ"}', "action bu is no action"),
    "an empty action": ('{"action": "", "ticker": "NQ", "price": 5}', "action is empty"),
    "a null action": ('{"action": null, "ticker": "NQ", "price": 5}', "action is empty"),
    "an action that is an object": ('{"action": {"a": 1}, "ticker": "NQ"}', "not a word"),
    "an action that is a number": ('{"action": 1, "ticker": "NQ"}', "not a word"),
    "cancel": ('{"action": "cancel", "ticker": "NQ"}', "moves no position"),
    "breakeven": ('{"action": "breakeven", "ticker": "NQ"}', "moves no position"),
    "cancel all orders": ("key=k;command=CANCELALLORDERS;account=a;", "moves no position"),
    "change an order": ("command=CHANGE;action=BUY;qty=2;instrument=NQ", "moves no position"),
    "place without a side": ("command=PLACE;instrument=NQ;qty=1;", "names no side"),
    "an unknown sentiment": ('{"action": "buy", "sentiment": "up"}', "not long, short or flat"),
    # placeholders
    "action not filled in": (
        '{"action": "{{strategy.order.action}}", "ticker": "NQ"}',
        "the placeholder {{strategy.order.action}} was never filled in",
    ),
    "ticker not filled in": ('{"action": "buy", "ticker": "{{ticker}}"}', "{{ticker}}"),
    "quantity not filled in": ('{"action": "buy", "qty": "{{plot_0}}"}', "{{plot_0}}"),
    "price not filled in": ('{"action": "buy", "price": "{{close}}"}', "{{close}}"),
    "sentiment not filled in": ('{"action": "buy", "sentiment": "{{x}}"}', "{{x}}"),
    "nested not filled in": (
        '{"action": "buy", "strategy_info": {"market_position_size": "{{x}}"}}',
        "{{x}}",
    ),
    "unquoted placeholder": ('{"action": "buy", "price": {{close}}}', "{{close}}"),
    "TrendSpider's placeholder": (
        '{"action": "buy", "ticker": "%alert_symbol%"}',
        "%alert_symbol%",
    ),
    "a script's placeholder": ('{"action": "buy", "ticker": "${symbol}"}', "${symbol}"),
    "half a placeholder": ('{"action": "buy", "ticker": "{{ticker"}', "{{ticker"),
    "text not filled in": ("action={{strategy.order.action}};qty=1;", "never filled in"),
    "default not filled in": (
        "S: order {{strategy.order.action}} @ 1 filled on NQ. New strategy position is 1",
        "{{strategy.order.action}}",
    ),
    "nothing but a placeholder": ("{{strategy.order.alert_message}}", "alert_message"),
    "line not filled in": ("S: buy, Price = {{close}}, Ticker = NQ", "{{close}}"),
    # money and risk
    "dollars by type": (
        '{"action": "buy", "quantityType": "dollar_amount", "quantity": 1000}',
        "quantityType dollar_amount is not a number of contracts",
    ),
    "risk by type": ('{"action": "buy", "quantityType": "risk_dollar_amount"}', "risk_dollar"),
    "equity by type": (
        '{"action": "buy", "quantityType": "percent_of_equity", "quantity": 5}',
        "percent_of_equity",
    ),
    "quote currency": (
        '{"action": "buy", "order": {"amount": "5", "currency_type": "quote"}}',
        "currency_type quote",
    ),
    "amount of what": ('{"action": "buy", "amount": 5}', "contracts or money"),
    "dollars in the quantity": ('{"action": "buy", "quantity": "$500"}', "amount of money"),
    "dollars behind the quantity": ('{"action": "buy", "quantity": "500 USD"}', "money"),
    "order cost": ('{"action": "buy", "orderCost": 250}', "orderCost 250 is an amount of money"),
    "risk percentage": ('{"data": "buy", "quantity": 0, "risk_percentage": "2"}', "risk"),
    "a percentage of the account": ('{"direction": "long", "size": "5%"}', "5 percent"),
    "percent of a position for an entry": (
        '{"action": "buy", "quantityType": "percent_of_position", "quantity": 50}',
        "50 percent",
    ),
    "more than all": ('{"action": "exit", "percent": 101}', "0 to 100"),
    "less than nothing": ('{"action": "exit", "percent": "-5"}', "0 to 100"),
    # several
    "two tickers": ('{"action": "buy", "ticker": "ES,NQ"}', "several instruments"),
    "a list of tickers": ('{"action": "buy", "ticker": ["ES", "NQ"]}', "is a list"),
    "tickers": ('{"action": "buy", "tickers": "ES,NQ"}', "several"),
    "two instruments": ('{"action": "buy", "ticker": "ES", "symbol": "NQ"}', "ES and NQ"),
    "a list of orders": ('[{"action": "buy"}, {"action": "sell"}]', "it is a list"),
    "legs": ('{"action": "buy", "legs": [{"ticker": "ES"}]}', "several"),
    "orders under another name": (
        '{"action": "buy", "ticker": "ES", "more": [{"symbol": "NQ", "action": "sell"}]}',
        "several orders",
    ),
    "two default messages": (
        "S: order buy @ 1 filled on NQ. New strategy position is 1. "
        "S: order buy @ 1 filled on ES. New strategy position is 1",
        "two order messages",
    ),
    # contradictions
    "buy and sell": ('{"action": "buy", "side": "sell"}', "contradict each other"),
    "buy and reverse and close": ('{"action": "close", "command": "reverse"}', "contradict"),
    "long with a negative size": (
        '{"action": "buy", "market_position": "long", "position_size": -3}',
        "the position is long but position_size is -3",
    ),
    "flat with a size": (
        '{"action": "buy", "market_position": "flat", "market_position_size": 3}',
        "flat but market_position_size is 3",
    ),
    "long with no size": (
        '{"action": "buy", "market_position": "long", "market_position_size": 0}',
        "long but market_position_size is 0",
    ),
    "two sizes": (
        '{"action": "buy", "market_position": "long", "market_position_size": 3, '
        '"position_size": 2}',
        "different positions",
    ),
    "two sentiments": (
        '{"action": "buy", "sentiment": "long", "market_position": "short"}',
        "contradict",
    ),
    "a size without a side": ('{"action": "buy", "market_position_size": 3}', "long or short"),
    "two quantities": ('{"action": "buy", "quantity": 1, "contracts": 2}', "different sizes"),
    "a quantity and a percentage": (
        '{"action": "exit", "quantity": 1, "percent": 50}',
        "different sizes",
    ),
    "half of flat": ('{"action": "flat", "percent": 50}', "only 50 percent"),
    "a buy that lowers the position": (
        '{"action": "buy", "position_size": 1, "prev_position_size": 3}',
        "from 3 to 1",
    ),
    # numbers
    "half a contract": (
        '{"action": "buy", "quantity": 1.5}',
        "quantity 1.5 is not a whole number of contracts",
    ),
    "half a contract, quoted": ('{"action": "buy", "qty": "0.5"}', "qty 0.5 is not a whole"),
    "fewer than none": ('{"action": "buy", "quantity": -1}', "quantity -1 is below zero"),
    "words for numbers": ('{"action": "buy", "quantity": "two"}', "two is not a number"),
    "a truth for a number": ('{"action": "buy", "quantity": true}', "not a number"),
    "a list for a number": ('{"action": "buy", "quantity": [1]}', "not a number"),
    "a thousands mark": ('{"action": "buy", "quantity": "1,000"}', "not a number"),
    "an underscore": ('{"action": "buy", "quantity": "1_0"}', "not a number"),
    "digits of another script": ('{"action": "buy", "quantity": "\u0662"}', "not a number"),
    "half a position": ('{"action": "buy", "position_size": "0.5"}', "whole number"),
    "NaN": ('{"action": "buy", "quantity": NaN}', "NaN is not a number"),
    "NaN, quoted": ('{"action": "buy", "price": "NaN"}', "price NaN is not a number"),
    "infinity": ('{"action": "buy", "note": -Infinity}', "-Infinity is not a number"),
    "31 digits": ('{"action": "buy", "note": ' + "9" * 31 + "}", "more than 30 digits"),
    "31 digits, quoted": (
        '{"action": "buy", "price": "0.' + "9" * 31 + '"}',
        "more than 30 digits",
    ),
    "too many to be contracts": ('{"action": "buy", "qty": 1e15}', "too large"),
    "one more contract than the most": (
        '{"action": "buy", "qty": 1000000000}',
        "qty 1000000000 is too large to be a number of contracts; 999,999,999 is the most",
    ),
    "one more, quoted": ('{"action": "buy", "qty": "1000000000"}', "999,999,999 is the most"),
    "one more in the position": ('{"position_size": "-1000000000"}', "999,999,999 is the most"),
    "a huge exponent": ('{"action": "buy", "price": 1e999999999}', "out of any range"),
    "a huge exponent, quoted": ('{"action": "buy", "qty": "1e999999999"}', "out of any range"),
    "a tiny exponent": ('{"action": "buy", "price": 1E-999999999}', "out of any range"),
    # structure
    "a key twice": ('{"action": "buy", "ticker": "NQ", "action": "sell"}', "action appears twice"),
    "a key twice, escaped": ('{"action": "buy", "\\u0061ction": "buy"}', "action appears twice"),
    "a key twice, deep down": ('{"action": "buy", "x": {"y": 1, "y": 2}}', "y appears twice"),
    "a key twice, in capitals": ('{"action": "buy", "Action": "buy"}', "action appears twice"),
    "a field twice": ("action=buy;qty=1;action=sell", "action appears twice"),
    "a form's field twice": ("action=buy&qty=1&action=sell", "action appears twice"),
    "a line's field twice": ("S: buy, Price = 1, Ticker = NQ, Price = 2", "Price appears twice"),
    "17 levels": ('{"a":' * 17 + "1" + "}" * 17, "16 levels"),
    "no end": ('{"action": "buy"', "broken at line 1, column 17"),
    "two objects": ('{"action": "buy"}{"action": "sell"}', "broken"),
    "an endless comment": ('{"action": "buy"} /* {', "never ends"),
    "curly quotes": ("{“action”: “buy”}", "curly quotes"),
    "a broken comment": ('{"action": "buy", "comment": "the "TP" one"}', "broken"),
    "a ticker with a line end": ('{"action": "buy", "ticker": "NQ\\nES"}', "not an instrument"),
    "a ticker with a NUL": ('{"action": "buy", "ticker": "NQ\\u0000"}', "not an instrument"),
    "half a surrogate": ('{"action": "buy", "ticker": "NQ\\ud800"}', "not an instrument"),
    "a number for a ticker": ('{"action": "buy", "ticker": 5}', "not a word"),
    "digits for a ticker": ('{"action": "buy", "ticker": "12"}', "not an instrument"),
    "a long ticker": ('{"action": "buy", "ticker": "' + "N" * 65 + '"}', "not an instrument"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_and_says_why(body: str, reason: str) -> None:
    result = read(body.encode())
    assert isinstance(result, Unreadable)
    assert reason in result.reason
    assert "\n" not in result.reason
    assert len(result.reason) < 160


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe{\x00}\x00", b'{"action": "buy", "note": "\xfc"}', b"\x80", b"\xed\xa0\x80"],
)
def test_refuses_what_is_not_utf_8(body: bytes) -> None:
    assert read(body) == Unreadable("its characters are not UTF-8")


@pytest.mark.parametrize("body", [b"\x00", b"\x00" * 9, b'{"action": "buy"}\x00', b"a\x00=b"])
def test_takes_no_harm_from_nuls(body: bytes) -> None:
    assert isinstance(read(body), Unreadable)


@pytest.mark.parametrize(
    "unit",
    ["[", '{"a":', " ", "=", '"', "\\", '\\"', "{{", "&", "a=1&", ";", ",", "/*", "//", "order ",
     ". New strategy position is ", "%22", "9", "a:", "key=", 'key="', '"key":[', "\n", "\\u006b"],
)  # fmt: skip
@pytest.mark.parametrize("lead", ["", "{", '{"token":"', "key=", '{"action":"buy","id":"'])
def test_a_full_body_of_anything_is_refused_at_once(lead: str, unit: str) -> None:
    body = (lead + unit * 65536)[:65536].encode()
    begin = time.perf_counter()
    assert isinstance(read(body), Unreadable)
    # A generous limit for a busy machine; a quadratic scan of 64 KiB takes seconds.
    assert time.perf_counter() - begin < 1
