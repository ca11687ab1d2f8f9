"""Trade Manager's line, ``NAME: BUY, Price = 1, Ticker = MNQ1!, Action = long, Amount = 3``."""

from __future__ import annotations

from justtrades_desktop.listener.alerts.refusal import Refused, shown

# "Action" is the side the strategy ends on and "Amount" its size; the word in front is the order.
_NAMES = {
    "price": "price",
    "ticker": "ticker",
    "period": "interval",
    "action": "market_position",
    "amount": "position_size",
}


def parse(text: str) -> dict[str, object] | None:
    """The fields of the line, None when the text is no such line."""
    parts = text.split(",")
    start = len(parts)
    while start > 1 and "=" in parts[start - 1]:
        start -= 1
    if start == len(parts):
        return None
    name, colon, word = ",".join(parts[:start]).rpartition(":")
    if not colon or "=" in word or not word.strip():
        return None
    found: dict[str, object] = {"action": word.strip(), "strategy": name.strip()}
    for part in parts[start:]:
        key, _, value = part.partition("=")
        field = _NAMES.get(key.strip().lower())
        if field is None:
            return None
        if field in found:
            raise Refused(f"{shown(key.strip())} appears twice")
        found[field] = value.strip()
    return found
