"""Which key of an alert means what, over all senders whose formats are known."""

from __future__ import annotations

from typing import Final


class Role:
    """What a field is for; only these are ever looked at.

    Plain texts and no enum: they are looked up dozens of times for every alert.
    """

    ACTION: Final = "action"
    HINT: Final = "action hint"  # counts when it holds an action word, may hold anything else
    TICKER: Final = "ticker"
    QUANTITY: Final = "quantity"
    AMOUNT: Final = "amount"  # contracts or money: another field must say which
    UNIT: Final = "unit"
    PERCENT: Final = "percent"
    MONEY: Final = "money"
    RISK: Final = "risk"
    PRICE: Final = "price"
    SIDE: Final = "side of the position"
    POSITION: Final = "position"  # signed
    POSITION_SIZE: Final = "position size"  # the side stands elsewhere
    PREVIOUS_SIDE: Final = "previous side"
    PREVIOUS: Final = "previous position"
    PREVIOUS_SIZE: Final = "previous position size"
    MANY: Final = "several"
    ID: Final = "id"
    ORDER_ID: Final = "order id"
    TIME: Final = "time"
    NAME: Final = "name"
    TEXT: Final = "text"


# Within a role the order is the order of preference, where a preference is allowed at all.
_KEYS = {
    Role.ACTION: (
        "action orderaction command data side direction orderside tradeaction tradeside "
        "positiondirection transactiontype"
    ),
    Role.HINT: "signal type signaltype order trade event cmd",
    Role.TICKER: "ticker symbol instrument tvinstrument contract tickerid tradesymbol tvticker",
    Role.QUANTITY: (
        "quantity qty contracts ordercontracts size orderquantity orderqty ordersize "
        "tradequantity tradesize contractqty contractsize lots lot"
    ),
    Role.AMOUNT: "orderamount amount",
    Role.UNIT: (
        "quantitytype qtytype sizetype currencytype ordercurrencytype amounttype sizingtype "
        "ordersizetype"
    ),
    Role.PERCENT: (
        "percent percentage closepercent exitpercent closepercentage exitpercentage qtypercent "
        "quantitypercent percentofposition positionpercent qtypct closepct"
    ),
    Role.MONEY: (
        "ordercost notional dollaramount dollars amountusd usdamount usd quoteamount "
        "quotequantity quoteorderqty cashamount ordervalue positionvalue"
    ),
    Role.RISK: (
        "riskpercentage riskpercent riskpct riskdollaramount riskdollars riskamount "
        "percentofequity equitypercent"
    ),
    Role.PRICE: (
        "price signalprice orderprice triggerprice entryprice marketprice lastprice limitprice "
        "close barclose"
    ),
    Role.SIDE: "sentiment marketposition position positionside",
    Role.POSITION: "positionsize targetposition netposition positionquantity positionqty",
    Role.POSITION_SIZE: "marketpositionsize",
    Role.PREVIOUS_SIDE: "prevmarketposition previousmarketposition prevposition previousposition",
    Role.PREVIOUS: "prevpositionsize previouspositionsize",
    Role.PREVIOUS_SIZE: "prevmarketpositionsize previousmarketpositionsize",
    Role.MANY: "tickers symbols instruments legs orders trades signals alerts",
    Role.ID: "id signalid alertid eventid idempotencykey alerttimestamp",
    Role.ORDER_ID: "orderid strategyorderid",
    Role.TIME: "timenow timestamp time date datetime sentat alerttime timeutc bartime",
    Role.NAME: (
        "strategy strategyname recorder interval timeframe exchange tvexchange bot botname name "
        "indicator alertname account"
    ),
    Role.TEXT: "message text alertmessage content msg value payload body json",
}
_IN_STRATEGY = (
    Role.POSITION,
    Role.POSITION_SIZE,
    Role.PREVIOUS,
    Role.PREVIOUS_SIDE,
    Role.PREVIOUS_SIZE,
)
PLACES = {key: (role, n) for role, keys in _KEYS.items() for n, key in enumerate(keys.split())}
for _key, _place in tuple(PLACES.items()):
    if _place[0] in _IN_STRATEGY or _key.startswith("order") or _key == "marketposition":
        PLACES.setdefault("strategy" + _key, _place)

# Objects that hold trade fields, with what their keys are called when written flat.
HOLDERS = {
    "strategy": "strategy",
    "strategyinfo": "strategy",
    "strategyorder": "order",
    "order": "order",
    "position": "position",
    "bar": "bar",
    "data": "",
    "payload": "",
    "alert": "",
    "signal": "",
    "trade": "",
}
FREE = frozenset((Role.ID, Role.ORDER_ID, Role.TIME, Role.NAME, Role.TEXT))
