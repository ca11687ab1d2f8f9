"""Which key of an alert means what, over all senders whose formats are known."""

from __future__ import annotations

from justtrades_desktop.listener.alerts import roles
from justtrades_desktop.listener.alerts.exit_keys import EXIT_KEYS

# Within a role the order is the order of preference, where a preference is allowed at all.
_KEYS = {
    roles.ACTION: (
        "action orderaction command data side direction orderside tradeaction tradeside "
        "positiondirection transactiontype"
    ),
    roles.HINT: "signal type signaltype order trade event cmd",
    roles.TICKER: "ticker symbol instrument tvinstrument contract tickerid tradesymbol tvticker",
    roles.QUANTITY: (
        "quantity qty contracts ordercontracts size orderquantity orderqty ordersize "
        "tradequantity tradesize contractqty contractsize lots lot"
    ),
    roles.AMOUNT: "orderamount amount",
    roles.UNIT: (
        "quantitytype qtytype sizetype currencytype ordercurrencytype amounttype sizingtype "
        "ordersizetype"
    ),
    roles.PERCENT: (
        "percent percentage closepercent exitpercent closepercentage exitpercentage qtypercent "
        "quantitypercent percentofposition positionpercent qtypct closepct"
    ),
    roles.MONEY: (
        "ordercost notional dollaramount dollars amountusd usdamount usd quoteamount "
        "quotequantity quoteorderqty cashamount ordervalue positionvalue"
    ),
    roles.RISK: (
        "riskpercentage riskpercent riskpct riskdollaramount riskdollars riskamount "
        "percentofequity equitypercent"
    ),
    roles.PRICE: (
        "price signalprice orderprice triggerprice entryprice marketprice lastprice limitprice "
        "close barclose"
    ),
    roles.SIDE: "sentiment marketposition position positionside",
    roles.POSITION: "positionsize targetposition netposition positionquantity positionqty",
    roles.POSITION_SIZE: "marketpositionsize",
    roles.PREVIOUS_SIDE: "prevmarketposition previousmarketposition prevposition previousposition",
    roles.PREVIOUS: "prevpositionsize previouspositionsize",
    roles.PREVIOUS_SIZE: "prevmarketpositionsize previousmarketpositionsize",
    roles.MANY: "tickers symbols instruments legs orders trades signals alerts",
    roles.ID: "id signalid alertid eventid idempotencykey alerttimestamp",
    roles.ORDER_ID: "orderid strategyorderid",
    roles.TIME: "timenow timestamp time date datetime sentat alerttime timeutc bartime",
    roles.NAME: (
        "strategy strategyname recorder interval timeframe exchange tvexchange bot botname name "
        "indicator alertname account"
    ),
    roles.TEXT: "message text alertmessage content msg value payload body json",
}
_IN_STRATEGY = (
    roles.POSITION,
    roles.POSITION_SIZE,
    roles.PREVIOUS,
    roles.PREVIOUS_SIDE,
    roles.PREVIOUS_SIZE,
)
PLACES = {key: (role, n) for role, keys in _KEYS.items() for n, key in enumerate(keys.split())}
for _key, _place in tuple(PLACES.items()):
    if _place[0] in _IN_STRATEGY or _key.startswith("order") or _key == "marketposition":
        PLACES.setdefault("strategy" + _key, _place)
PLACES.update(EXIT_KEYS)

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
FREE = frozenset((roles.ID, roles.ORDER_ID, roles.TIME, roles.NAME, roles.TEXT)) | roles.EXITS
