"""Variants of the known formats: what each field means, alone and beside the others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.signals import Action, Reading
from justtrades_desktop.listener.alerts import read

JSON, TEXT, FORM = "application/json", "text/plain", "application/x-www-form-urlencoded"
BUY, SELL, CLOSE = Action.BUY, Action.SELL, Action.CLOSE
ADD, REVERSE, TARGET, PRICE = Action.ADD, Action.REVERSE, Action.TARGET, Action.PRICE


def reading(action: Action, ticker: str | None = "MNQ1!", **fields: Any) -> Reading:
    return Reading(action=action, ticker=ticker, **fields)


# name, body, content type, reading
VARIANTS = [
    # TradersPost
    ("plain exit", '{"ticker":"MNQ1!","action":"exit"}', JSON, reading(CLOSE, target=0)),
    (
        "exit of two contracts",
        '{"ticker":"MNQ1!","action":"exit","quantity":2}',
        JSON,
        reading(CLOSE, quantity=2),
    ),
    (
        "exit of all in percent",
        '{"ticker":"MNQ1!","action":"exit","quantityType":"percent_of_position","quantity":"100"}',
        JSON,
        reading(CLOSE, percent=Decimal(100)),
    ),
    (
        "fixed quantity is contracts",
        '{"ticker":"MNQ1!","action":"buy","quantityType":"fixed_quantity","quantity":3}',
        JSON,
        reading(BUY, quantity=3),
    ),
    (
        "buy with sentiment flat closes a short",
        '{"ticker":"MNQ1!","action":"buy","sentiment":"flat"}',
        JSON,
        reading(CLOSE, target=0),
    ),
    (
        "sentiment flat keeps the stated contracts",
        '{"ticker":"MNQ1!","action":"sell","sentiment":"flat","quantity":"2"}',
        JSON,
        reading(CLOSE, quantity=2, target=0),
    ),
    (
        "sentiment short states no size",
        '{"ticker":"MNQ1!","action":"sell","sentiment":"short","quantity":"4"}',
        JSON,
        reading(SELL, quantity=4),
    ),
    (
        "sell that leaves a long",
        '{"ticker":"MNQ1!","action":"sell","sentiment":"long","quantity":"1"}',
        JSON,
        reading(SELL, quantity=1),
    ),
    (
        "bullish and bearish are words too",
        '{"ticker":"MNQ1!","action":"buy","sentiment":"bullish"}',
        JSON,
        reading(BUY),
    ),
    (
        "limit order",
        '{"ticker":"MNQ1!","action":"buy","orderType":"limit","limitPrice":50.50}',
        JSON,
        reading(BUY, price=Decimal("50.50")),
    ),
    (
        "trailing stop on an exit",
        '{"ticker":"MNQ1!","action":"exit","orderType":"trailing_stop","price":71,"trailAmount":"1"}',
        JSON,
        reading(CLOSE, price=Decimal(71), target=0),
    ),
    (
        "stop loss with a price of its own",
        '{"ticker":"MNQ1!","action":"sell","stopLoss":{"type":"stop_limit","stopPrice":10.71,'
        '"limitPrice":10.75,"quantity":9},"takeProfit":{"limitPrice":19.99}}',
        JSON,
        reading(
            SELL,
            take_profit=Level(Unit.PRICE, Decimal("19.99")),
            stop_loss=Level(Unit.PRICE, Decimal("10.71")),
        ),
    ),
    (
        "extras are the sender's own business",
        '{"ticker":"MNQ1!","action":"buy","extras":{"action":"sell","quantity":9},"delay":5}',
        JSON,
        reading(BUY),
    ),
    (
        "price wins over signalPrice and close",
        '{"ticker":"MNQ1!","action":"buy","close":3,"signalPrice":2,"price":1}',
        JSON,
        reading(BUY, price=Decimal(1)),
    ),
    (
        "trailing comma",
        '{"ticker":"MNQ1!","action":"buy",}',
        TEXT,
        reading(BUY),
    ),
    (
        "comments of both kinds",
        '// mine\n{"ticker": "MNQ1!", /* not "sell" */ "action": "buy", '
        '// "action": "sell"\n}\n// end',
        TEXT,
        reading(BUY),
    ),
    (
        "a comment's marks inside a value",
        '{"ticker":"MNQ1!","action":"buy","url":"https://x/*y*/",}',
        JSON,
        reading(BUY),
    ),
    # PickMyTrade
    ("data names the action", '{"symbol":"MNQ1!","data":"close"}', JSON, reading(CLOSE, target=0)),
    (
        "a close of zero contracts is a close",
        '{"symbol":"MNQ1!","data":"close","quantity":"0","price":"0"}',
        JSON,
        reading(CLOSE, quantity=0, target=0),
    ),
    (
        "data from the market position",
        '{"symbol":"MNQ1!","data":"short","quantity":"2","risk_percentage":0}',
        JSON,
        reading(SELL, quantity=2),
    ),
    (
        "data flat",
        '{"symbol":"MNQ1!","data":"flat","quantity":"0"}',
        JSON,
        reading(CLOSE, quantity=0, target=0),
    ),
    # Trade Manager
    (
        "short target in words, unsigned",
        "JADNQ: sell, Price = 1.5, Ticker = MNQ1!, Period = 5, Action = short, Amount = 3",
        TEXT,
        reading(SELL, price=Decimal("1.5"), target=-3),
    ),
    (
        "short target in words, signed",
        "JADNQ: sell, Price = 1.5, Ticker = MNQ1!, Period = 5, Action = short, Amount = -3",
        TEXT,
        reading(SELL, price=Decimal("1.5"), target=-3),
    ),
    (
        "flat",
        "JADNQ: sell, Price = 1.5, Ticker = MNQ1!, Period = 5, Action = flat, Amount = 0",
        TEXT,
        reading(CLOSE, price=Decimal("1.5"), target=0),
    ),
    (
        "a name with a colon, a comma and a bracket",
        "[v2] My: Strat, (5, 3): BUY, Price = 7, Ticker = MNQ1!, Period = 5",
        TEXT,
        reading(BUY, price=Decimal(7)),
    ),
    (
        "close line",
        "JADNQ: CLOSE, Price = 7, Ticker = MNQ1!",
        TEXT,
        reading(CLOSE, price=Decimal(7), target=0),
    ),
    # Just.Trades
    (
        "closelong",
        '{"recorder":"R","action":"closelong","ticker":"MNQ1!"}',
        JSON,
        reading(CLOSE, only_side=1, target=0),
    ),
    (
        "position as a word",
        '{"action":"buy","ticker":"MNQ1!","contracts":3,"position":"long"}',
        JSON,
        reading(BUY, quantity=3),
    ),
    (
        "position as a number",
        '{"action":"sell","ticker":"MNQ1!","contracts":3,"position":-3}',
        JSON,
        reading(SELL, quantity=3, target=-3),
    ),
    (
        "signed and unsigned size agree",
        '{"action":"sell","ticker":"MNQ1!","position_size":"-3","market_position":"short",'
        '"market_position_size":"3"}',
        JSON,
        reading(SELL, target=-3),
    ),
    (
        "short with an unsigned size",
        '{"action":"sell","ticker":"MNQ1!","position_size":"3","market_position":"short"}',
        JSON,
        reading(SELL, target=-3),
    ),
    (
        "a buy that closes a short",
        '{"action":"buy","ticker":"MNQ1!","contracts":"3","position_size":"0",'
        '"market_position":"flat","prev_market_position":"short","prev_market_position_size":"3"}',
        JSON,
        reading(CLOSE, quantity=3, target=0, previous=-3),
    ),
    (
        "a buy that trims a short",
        '{"action":"buy","ticker":"MNQ1!","contracts":"1","market_position":"short",'
        '"market_position_size":"2","prev_market_position":"short","prev_market_position_size":"3"}',
        JSON,
        reading(BUY, quantity=1, target=-2, previous=-3),
    ),
    (
        "a reversal in one order",
        '{"action":"sell","ticker":"MNQ1!","contracts":"4","market_position":"short",'
        '"market_position_size":"2","prev_market_position":"long","prev_market_position_size":"2"}',
        JSON,
        reading(SELL, quantity=4, target=-2, previous=2),
    ),
    (
        "before it was flat",
        '{"action":"buy","ticker":"MNQ1!","market_position":"long","market_position_size":"1",'
        '"prev_market_position":"flat"}',
        JSON,
        reading(BUY, target=1, previous=0),
    ),
    (
        "a position without an action",
        '{"ticker":"MNQ1!","position_size":"-2","price":"5"}',
        JSON,
        reading(TARGET, price=Decimal(5), target=-2),
    ),
    (
        "a position in words without an action",
        '{"ticker":"MNQ1!","market_position":"short","market_position_size":"2"}',
        JSON,
        reading(TARGET, target=-2),
    ),
    (
        "flat without an action",
        '{"ticker":"MNQ1!","market_position":"flat","market_position_size":"0"}',
        JSON,
        reading(CLOSE, target=0),
    ),
    # CrossTrade
    (
        "close position",
        "key=k;command=CLOSEPOSITION;account=sim101;instrument=MNQ1!;",
        TEXT,
        reading(CLOSE, target=0),
    ),
    (
        "close part of a position",
        "key=k;command=closeposition;account=a;instrument=MNQ1!;quantity=2",
        TEXT,
        reading(CLOSE, quantity=2),
    ),
    (
        "close half",
        "key=k;command=CLOSEPOSITION;account=a;instrument=MNQ1!;percent=50;",
        TEXT,
        reading(CLOSE, percent=Decimal(50)),
    ),
    (
        "flatten",
        "key=k;command=FLATTEN;account=a;instrument=MNQ1!;",
        TEXT,
        reading(CLOSE, target=0),
    ),
    (
        "flatten everything names no instrument",
        "key=k;command=FLATTENEVERYTHING;",
        TEXT,
        reading(CLOSE, None, target=0),
    ),
    ("true reverse", "key=k;command=REVERSE;account=a;instrument=MNQ1!;", TEXT, reading(REVERSE)),
    (
        "reverse into a new order",
        "key=k;command=REVERSEPOSITION;account=a;instrument=MNQ1!;action=SELL;qty=2;",
        TEXT,
        reading(REVERSE, quantity=2),
    ),
    (
        "flat place is an order",
        "key=k;command=FLATPLACE;account=a;instrument=ES 03-25;action=SELL;qty=1;tif=DAY",
        TEXT,
        reading(SELL, "ES 03-25", quantity=1),
    ),
    (
        "limit order with brackets",
        "key=k;command=PLACE;account=a;instrument=MNQ1!;action=buy;qty=1;order_type=LIMIT;"
        "limit_price=100.25;take_profit=110;stop_loss=90;",
        TEXT,
        reading(
            BUY,
            quantity=1,
            price=Decimal("100.25"),
            take_profit=Level(Unit.PRICE, Decimal(110)),
            stop_loss=Level(Unit.PRICE, Decimal(90)),
        ),
    ),
    (
        "no last semicolon, Windows line ends, spaces around",
        "key = k;\r\ncommand = PLACE;\r\ninstrument = MNQ 06-25;\r\naction = BUY;\r\nqty = 1\r\n",
        TEXT,
        reading(BUY, "MNQ 06-25", quantity=1),
    ),
    (
        "lines without semicolons",
        "action=buy\ninstrument=MNQ1!\nqty=1",
        TEXT,
        reading(BUY, quantity=1),
    ),
    (
        "relay: exit to flat",
        "relay_user=u; command=PLACE; instrument=MNQ1!; action=buy; qty=1; sync_strategy=true; "
        "market_position=flat; prev_market_position=short; out_of_sync=flatten;",
        TEXT,
        reading(CLOSE, quantity=1, target=0),
    ),
    (
        "fields in a JSON string",
        '"key=k;\\ncommand=PLACE;\\ninstrument=MNQ1!;\\naction=BUY;\\nqty=1;"',
        JSON,
        reading(BUY, quantity=1),
    ),
    # OpenAlgo
    (
        "square-off",
        '{"apikey":"k","symbol":"MNQ1!","action":"SELL","quantity":"0","position_size":"0"}',
        JSON,
        reading(SELL, quantity=0, target=0),
    ),
    (
        "short target",
        '{"apikey":"k","symbol":"MNQ1!","action":"SELL","quantity":"1","position_size":"-5",'
        '"price":"0","trigger_price":"0"}',
        JSON,
        reading(SELL, quantity=1, target=-5),
    ),
    # alerts-processor
    (
        "direction short",
        '{"stub":"dev","direction":"short","symbol":"MNQ1!","size":"50"}',
        JSON,
        reading(SELL, quantity=50),
    ),
    (
        "direction close",
        '{"stub":"dev","direction":"close","symbol":"MNQ1!"}',
        JSON,
        reading(CLOSE, target=0),
    ),
    (
        "close half by size",
        '{"stub":"dev","direction":"close","symbol":"MNQ1!","size":"50%"}',
        JSON,
        reading(CLOSE, percent=Decimal(50)),
    ),
    # 3Commas
    (
        "enter long",
        '{"secret":"s","action":"enter_long","tv_instrument":"MNQ1!","trigger_price":"7",'
        '"order":{"amount":"2","currency_type":"base"}}',
        JSON,
        reading(BUY, quantity=2, price=Decimal(7)),
    ),
    (
        "exit long",
        '{"action":"exit_long","tv_instrument":"MNQ1!"}',
        JSON,
        reading(CLOSE, only_side=1, target=0),
    ),
    ("enter short", '{"action":"enter_short","tv_instrument":"MNQ1!"}', JSON, reading(SELL)),
    (
        "exit half",
        '{"action":"exit_short","tv_instrument":"MNQ1!",'
        '"order":{"amount":"50","currency_type":"position_percent"}}',
        JSON,
        reading(CLOSE, only_side=-1, percent=Decimal(50)),
    ),
    (
        "nested flat",
        '{"action":"sell","tv_instrument":"MNQ1!","strategy_info":{"market_position":"flat",'
        '"market_position_size":"0","prev_market_position":"long",'
        '"prev_market_position_size":"2"},"order":{"amount":"2","currency_type":"base"}}',
        JSON,
        reading(CLOSE, quantity=2, target=0, previous=2),
    ),
    # tradingview-webhooks
    (
        "bar and strategy objects",
        '{"passphrase":"p","time":"2026-11-20T15:30:05Z","exchange":"CME","ticker":"MNQ1!",'
        '"bar":{"time":"2026-11-20T15:30:00Z","open":1,"high":3,"low":1,"close":2,"volume":99},'
        '"strategy":{"position_size":-3,"order_action":"sell","order_contracts":3,"order_price":2.5,'
        '"order_id":"Short","market_position":"short","market_position_size":3,'
        '"prev_market_position":"flat","prev_market_position_size":0}}',
        JSON,
        reading(
            SELL,
            quantity=3,
            price=Decimal("2.5"),
            target=-3,
            previous=0,
            sender_id="Short|2026-11-20T15:30:05Z",
            sent_at="2026-11-20T15:30:05Z",
        ),
    ),
    (
        "placeholders' own names as keys",
        '{"ticker":"MNQ1!","strategy.order.action":"sell","strategy.order.contracts":"2",'
        '"strategy.position_size":"-2","strategy.market_position":"short",'
        '"strategy.order.price":"9.25"}',
        JSON,
        reading(SELL, quantity=2, price=Decimal("9.25"), target=-2),
    ),
    (
        "order in an order in a strategy",
        '{"ticker":"MNQ1!","strategy":{"order":{"action":"buy","contracts":2,"price":9}}}',
        JSON,
        reading(BUY, quantity=2, price=Decimal(9)),
    ),
    # tradealert.pro, the indicator's own text beside the fields
    (
        "prose beside the fields",
        '{"message":"Bitcoin crossed above $50,000 - short it","ticker":"MNQ1!","price":50000,'
        '"action":"BUY","strategy":"Breakout"}',
        JSON,
        reading(BUY, price=Decimal(50000)),
    ),
    (
        "a placeholder left in a comment harms nobody",
        '{"ticker":"MNQ1!","action":"buy","comment":"{{strategy.order.comment}}"}',
        JSON,
        reading(BUY),
    ),
    # TradingView
    (
        "default, short",
        "My Strategy: order sell @ 5 filled on MNQ1!. New strategy position is -3",
        TEXT,
        reading(SELL, quantity=5, target=-3),
    ),
    (
        "default, flat in numbers keeps the order",
        "My Strategy: order buy @ 3 filled on MNQ1!. New strategy position is 0",
        TEXT,
        reading(BUY, quantity=3, target=0),
    ),
    (
        "default, with parameters in the name",
        "Trend: v2.1 (14, close, -2.5, Long): order buy @ 1 filled on CME_MINI:MNQ1!. "
        "New strategy position is 1",
        TEXT,
        reading(BUY, "CME_MINI:MNQ1!", quantity=1, target=1),
    ),
    (
        "default, the name holds the sentence's words",
        "order sell @ 9 filled on ES: order buy @ 1 filled on MNQ1!. New strategy position is 1\n",
        TEXT,
        reading(BUY, quantity=1, target=1),
    ),
    (
        "default, whole contracts with a fraction of zero",
        "S: order buy @ 2.0 filled on MNQ1!. New strategy position is 2.000",
        TEXT,
        reading(BUY, quantity=2, target=2),
    ),
    (
        "default, a true minus sign",
        "S: order sell @ 2 filled on MNQ1!. New strategy position is \N{MINUS SIGN}2",
        TEXT,
        reading(SELL, quantity=2, target=-2),
    ),
    (
        "default, a name in brackets",
        "[Algo] {x}: order sell @ 2 filled on MNQ1!. New strategy position is 1",
        TEXT,
        reading(SELL, quantity=2, target=1),
    ),
    (
        "default, in a JSON string",
        '"S: order buy @ 2 filled on MNQ1!. New strategy position is 3"',
        JSON,
        reading(BUY, quantity=2, target=3),
    ),
    (
        "default, as the only field of a wrapper",
        '{"text":"S: order buy @ 2 filled on MNQ1!. New strategy position is 3"}',
        JSON,
        reading(BUY, quantity=2, target=3),
    ),
    # Forms
    (
        "form",
        "action=buy&ticker=MNQ1%21&quantity=2&price=25600.25&note=a+b",
        FORM,
        reading(BUY, quantity=2, price=Decimal("25600.25")),
    ),
    (
        "a form that holds JSON",
        "payload=%7B%22action%22%3A%22buy%22%2C%22ticker%22%3A%22MNQ1!%22%7D&x=1",
        FORM,
        reading(BUY),
    ),
    ("a form of one field", "action=close", FORM, reading(CLOSE, None, target=0)),
    ("JSON labelled as a form", '{"action":"buy","ticker":"MNQ1!"}', FORM, reading(BUY)),
    # Spelling
    (
        "a JSON string in a JSON string",
        '"\\"action=buy; ticker=MNQ1!;\\""',
        JSON,
        reading(BUY),
    ),
    (
        "byte order mark, spaces and upper-case keys",
        '\ufeff \r\n {"ACTION": "Buy", "Ticker": " MNQ1! ", "QTY": " 2 "} \r\n',
        JSON,
        reading(BUY, quantity=2),
    ),
    (
        "camel case, dashes and spaces",
        '{"orderAction":"buy","trade-symbol":"MNQ1!","Market Position":"long","positionSize":2}',
        JSON,
        reading(BUY, target=2),
    ),
    (
        "JSON in a JSON string",
        '"{\\"action\\":\\"sell\\",\\"ticker\\":\\"MNQ1!\\"}"',
        JSON,
        reading(SELL),
    ),
    (
        "action and direction agree",
        '{"action":"buy","side":"long","ticker":"MNQ1!"}',
        JSON,
        reading(BUY),
    ),
    (
        "open takes its side from elsewhere",
        '{"action":"open","side":"sell","symbol":"MNQ1!","quantity":4,"tp":210.00,"sl":190.00}',
        JSON,
        reading(SELL, quantity=4),
    ),
    (
        "a close beside the order's side",
        '{"action":"close","side":"sell","symbol":"MNQ1!"}',
        JSON,
        reading(CLOSE, target=0),
    ),
    (
        "quantity and its alias agree",
        '{"action":"buy","ticker":"MNQ1!","quantity":"2","contracts":2.0}',
        JSON,
        reading(BUY, quantity=2),
    ),
    (
        "ticker and its alias agree",
        '{"action":"buy","ticker":"MNQ1!","symbol":"MNQ1!","exchange":"CME"}',
        JSON,
        reading(BUY),
    ),
    (
        "ticker with and without its exchange",
        '{"action":"buy","ticker":"MNQ1!","tickerid":"CME_MINI:MNQ1!"}',
        JSON,
        reading(BUY),
    ),
    ("no ticker", '{"action":"buy","quantity":1}', JSON, reading(BUY, None, quantity=1)),
    (
        "an empty quantity is none",
        '{"action":"buy","ticker":"MNQ1!","quantity":"","price":null}',
        JSON,
        reading(BUY),
    ),
    (
        "a quantity of zero is zero",
        '{"action":"buy","qty":0}',
        JSON,
        reading(BUY, None, quantity=0),
    ),
    (
        "the most contracts",
        '{"action":"buy","ticker":"MNQ1!","quantity":"999999999","position_size":999999999}',
        JSON,
        reading(BUY, quantity=999_999_999, target=999_999_999),
    ),
    (
        "a price below zero",
        '{"action":"buy","ticker":"CL1!","price":-37.63}',
        JSON,
        reading(BUY, "CL1!", price=Decimal("-37.63")),
    ),
    (
        "an exponent",
        '{"action":"buy","ticker":"MNQ1!","price":2.5e4,"quantity":1E1}',
        JSON,
        reading(BUY, quantity=10, price=Decimal("2.5e4")),
    ),
    (
        "type names the order type",
        '{"action":"buy","type":"market","ticker":"MNQ1!"}',
        JSON,
        reading(BUY),
    ),
    ("type names the action", '{"type":"sell","ticker":"MNQ1!"}', JSON, reading(SELL)),
    ("signal names the action", '{"signal":"long","symbol":"MNQ1!"}', JSON, reading(BUY)),
    (
        "buy to cover",
        '{"action":"buy_to_cover","ticker":"MNQ1!"}',
        JSON,
        reading(CLOSE, only_side=-1, target=0),
    ),
    (
        "a wrapper object",
        '{"id":"7f3","data":{"action":"buy","ticker":"MNQ1!"}}',
        JSON,
        reading(BUY, sender_id="7f3"),
    ),
    # Prices
    (
        "a price by name",
        '{"action":"price","ticker":"MNQ1!","price":"5.25"}',
        JSON,
        reading(PRICE, price=Decimal("5.25")),
    ),
    ("a price, no action", '{"symbol":"MNQ1!","price":5}', JSON, reading(PRICE, price=Decimal(5))),
    (
        "price wins over a bar's close",
        '{"symbol":"MNQ1!","close":4,"price":5,"volume":7}',
        JSON,
        reading(PRICE, price=Decimal(5)),
    ),
    ("a price as text", "ticker=MNQ1!;price=5", TEXT, reading(PRICE, price=Decimal(5))),
]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [pytest.param(*variant[1:], id=variant[0]) for variant in VARIANTS],
)
def test_reads(body: str, content_type: str, expected: Reading) -> None:
    assert read(body.encode(), content_type) == expected


def test_the_variants_have_names_of_their_own() -> None:
    names = [variant[0] for variant in VARIANTS]
    assert len(names) == len(set(names)) >= 80


@pytest.mark.parametrize(
    ("action", "side"),
    [
        ("exit_long", 1),
        ("exitShort", -1),
        ("buy_to_cover", -1),
        ("STC", 1),
        ("close", 0),
        ("flat", 0),
    ],
)
def test_a_close_keeps_the_side_that_its_word_names(action: str, side: int) -> None:
    reading = read(f'{{"action": "{action}", "ticker": "MNQ1!"}}'.encode())
    assert isinstance(reading, Reading)
    assert (reading.action, reading.only_side) == (Action.CLOSE, side)
