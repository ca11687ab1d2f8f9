"""The addresses and messages that a trader copies into TradingView."""

from __future__ import annotations

import json
import secrets
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.values import plain

# The strategy's own stated position comes with each alert, so that a missed one is noticed.
STRATEGY_MESSAGE: Final = """{
  "action": "{{strategy.order.action}}",
  "ticker": "{{ticker}}",
  "contracts": "{{strategy.order.contracts}}",
  "price": "{{strategy.order.price}}",
  "position_size": "{{strategy.position_size}}",
  "market_position": "{{strategy.market_position}}",
  "time": "{{timenow}}"
}"""

INDICATOR_BUY: Final = """{
  "action": "buy",
  "ticker": "{{ticker}}",
  "contracts": "1",
  "price": "{{close}}",
  "time": "{{timenow}}"
}"""

TRIAL_ID: Final = "test-"  # begins the ids of our own test alerts

INDICATOR_SELL: Final = INDICATOR_BUY.replace('"buy"', '"sell"')
INDICATOR_CLOSE: Final = INDICATOR_BUY.replace('"buy"', '"close"').replace(
    '  "contracts": "1",\n', ""
)


def webhook(base: str, recorder: Recorder) -> str:
    """The full address of a recorder's webhook; whoever knows it can move its positions."""
    return f"{base.rstrip('/')}/webhook/{recorder.token}"


def public_base(text: str) -> str | None:
    """A public address as typed, made whole; None where it is none that TradingView posts to."""
    text = text.strip().rstrip("/")
    if not text:
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        return None
    if "." not in parts.hostname or port not in (None, 80, 443):
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/webhook')[0]}".rstrip("/")


def shown(url: str) -> str:
    """An address without its scheme: ``127.0.0.1:8787``."""
    return url.partition("://")[2] or url


def trial_id() -> str:
    """An id that no other test alert has."""
    return TRIAL_ID + secrets.token_hex(4)


def trial_message(symbol: str, price: Decimal | None) -> str:
    """A buy of one contract, as an alert; without a price where none is known."""
    fields: dict[str, object] = {"action": "buy", "ticker": symbol, "contracts": 1}
    if price is not None:
        fields["price"] = plain(price)
    fields["id"] = trial_id()
    return json.dumps(fields, indent=2)
