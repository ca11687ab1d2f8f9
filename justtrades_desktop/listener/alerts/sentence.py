"""TradingView's own sentence, sent when the trader never edits the alert's message."""

from __future__ import annotations

import re

from justtrades_desktop.listener.alerts.refusal import Refused

_ENDING = ". New strategy position is "
_ORDER = re.compile(r"(?:^|[\s:)])order ([A-Za-z]{1,10}) @ ([^\s]{1,40}) filled on ([^\r\n]{1,80})")


def parse(text: str) -> dict[str, object] | None:
    """The fields of the sentence, None when the text is no such sentence."""
    head, ending, position = text.rpartition(_ENDING)
    if not ending:
        return None
    if _ENDING in head:
        raise Refused("it holds two order messages; one alert is one instruction")
    # The strategy's name may hold anything, even words of the sentence: only its end counts.
    start = head.rfind("order ")
    found = _ORDER.fullmatch(head, max(start - 1, 0)) if start >= 0 else None
    if not found:
        return None
    action, quantity, ticker = found.groups()
    return {
        "action": action,
        "quantity": quantity,
        "ticker": ticker,
        "position_size": position.removesuffix("."),
    }
