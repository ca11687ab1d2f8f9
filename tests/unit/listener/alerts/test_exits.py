"""The take-profit and the stop that an alert names itself."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.exits import Level, Unit, level
from justtrades_desktop.domain.signals import Reading
from justtrades_desktop.listener.alerts import read

_PLAIN = {"action": "buy", "ticker": "MNQ1!", "contracts": 1, "price": "25600.25"}


def exits(**fields: Any) -> tuple[str | None, str | None]:
    """Take-profit and stop of an alert as text; nothing else of its reading may change."""
    found = read(json.dumps({**_PLAIN, **fields}).encode())
    assert isinstance(found, Reading)
    plain = read(json.dumps({**_PLAIN, "price": fields.get("price", "25600.25")}).encode())
    assert replace(found, take_profit=None, stop_loss=None) == plain
    target, stop = found.take_profit, found.stop_loss
    for one in (target, stop):
        assert one is None or level(str(one)) == one, "the ledger could not read it back"
    return target and str(target), stop and str(stop)


@pytest.mark.parametrize(
    ("fields", "target", "stop"),
    [
        # TradersPost
        ({"takeProfit": {"percent": 10}, "stopLoss": {"percent": 5}}, "10 %", "5 %"),
        ({"takeProfit": {"amount": "100"}}, "100 points", None),
        ({"takeProfit": {"limitPrice": 25700}}, "25700 price", None),
        ({"takeProfit": {"pnlAmount": 100}}, "100 money", None),
        ({"stopLoss": {"type": "stop", "stopPrice": "25500.5"}}, None, "25500.5 price"),
        ({"stopLoss": {"type": "stop_limit", "amount": 5, "limitPrice": 9}}, None, "5 points"),
        ({"stopLoss": {"type": "trailing_stop", "trailAmount": "2"}}, None, "2 points"),
        ({"stopLoss": {"type": "trailing_stop", "trailPercent": 1}}, None, "1 %"),
        # PickMyTrade
        ({"tp": "25700", "sl": "25500"}, "25700 price", "25500 price"),
        ({"percentage_tp": "1", "percentage_sl": "0.5"}, "1 %", "0.5 %"),
        # Others
        ({"take_profit": 25700, "stop_loss": 25500}, "25700 price", "25500 price"),
        ({"takeprofit": "25700", "StopLoss": "25500"}, "25700 price", "25500 price"),
        ({"tp_price": 3, "sl_price": 2}, "3 price", "2 price"),
        ({"tp_ticks": 40, "sl_ticks": "20"}, "40 ticks", "20 ticks"),
        ({"tp_points": 10, "sl_points": "5.5"}, "10 points", "5.5 points"),
        ({"tp_percent": 1, "sl_pct": "0.25"}, "1 %", "0.25 %"),
        ({"take_profit_ticks": 8, "stopLossPercent": 1}, "8 ticks", "1 %"),
        ({"tp": "40 ticks", "sl": "0.5%"}, "40 ticks", "0.5 %"),
        ({"tp_percent": "1%", "sl_percent": " 2 % "}, "1 %", "2 %"),
        ({"tp": 25700, "tp_price": "25700.0"}, "25700 price", None),
    ],
)
def test_each_style_is_read(fields: dict[str, Any], target: str | None, stop: str | None) -> None:
    assert exits(**fields) == (target, stop)


@pytest.mark.parametrize(
    "fields",
    [
        {"tp": "0", "percentage_tp": 0, "dollar_tp": "0", "sl": 0, "percentage_sl": "0"},
        {"takeProfit": {}, "stopLoss": None},
        {"takeProfit": "", "stopLoss": {"percent": None, "amount": 0}},
    ],
)
def test_zero_and_nothing_are_no_exit(fields: dict[str, Any]) -> None:
    assert exits(**fields) == (None, None)


@pytest.mark.parametrize(
    "value",
    [
        *(-1, "-5", "many", True, [1], [{"action": "sell"}], "NaN", "1e30", 10**20, "1e-20", "$5"),
        *("{{plot_0}}", "%tp%", "alert", "5 money", "25700 price", "1.2.3", "x" * 5000),
        *({"action": "sell", "ticker": "ES1!"}, {"percent": {"a": 1}}, {"x" * 5000: 1}),
    ],
)
def test_what_makes_no_sense_is_not_taken_and_refuses_nothing(value: Any) -> None:
    for key in ("tp", "take_profit", "tp_ticks", "takeProfit", "sl_percent"):
        assert exits(**{key: value}) == (None, None), key
    assert exits(takeProfit={"percent": value}, stopLoss={"amount": value}) == (None, None)


@pytest.mark.parametrize("price", ["25600.25", None])
@pytest.mark.parametrize("bare", [10, "100", 12800, 38401])
def test_a_bare_number_is_a_price_only_near_the_alerts_own(price: str | None, bare: Any) -> None:
    """10 may be points, ticks or dollars; it is none of them."""
    assert exits(tp=bare, sl=bare, price=price) == (None, None)
    assert exits(tp=38400, sl=12801) == ("38400 price", "12801 price")
    assert exits(tp=25700, price=None) == (None, None)


def test_dollars_per_nobody_knows_what_are_not_taken() -> None:
    assert exits(dollar_tp="2", dollar_sl="50") == (None, None)


def test_two_different_exits_are_none() -> None:
    assert exits(tp_ticks=40, tp_points=10) == (None, None)
    assert exits(takeProfit={"amount": 10, "percent": 1}) == (None, None)
    assert exits(tp_ticks=40, takeProfit={"ticks": 40})[0] == "40 ticks"


def test_a_stop_beyond_the_whole_price_is_not_taken() -> None:
    assert exits(sl_percent=101, tp_percent=101) == ("101 %", None)


def test_other_formats_name_exits_too() -> None:
    for text in (
        b"action=buy;ticker=MNQ1!;qty=1;tp_ticks=40;sl_ticks=20",
        b"action=buy&ticker=MNQ1!&qty=1&tp_ticks=40&sl_ticks=20",
        b'{"order":{"action":"buy","ticker":"MNQ1!","tpTicks":40,"slTicks":20}}',
    ):
        found = read(text)
        assert isinstance(found, Reading)
        assert found.take_profit == Level(Unit.TICKS, Decimal(40))
        assert found.stop_loss == Level(Unit.TICKS, Decimal(20))


def test_a_wrapper_with_an_exit_beside_the_text_is_still_a_wrapper() -> None:
    found = read(b'{"message": "{\\"action\\":\\"buy\\",\\"ticker\\":\\"MNQ1!\\"}", "tp": 5}')
    assert isinstance(found, Reading)
    assert (found.ticker, found.take_profit) == ("MNQ1!", None)
