"""What a field of an alert is for; only these are ever looked at.

Plain texts in a module, no enum: they are looked up dozens of times for every alert.
"""

from __future__ import annotations

from typing import Final

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
TAKE_PROFIT: Final = "take-profit"
STOP_LOSS: Final = "stop"
EXITS: Final = frozenset((TAKE_PROFIT, STOP_LOSS))  # may hold anything, and nothing is refused
