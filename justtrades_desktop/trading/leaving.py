"""An exit by rule as the alert that it is to the intake: nobody sent it, but it is a signal."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.exits import ExitReason
from justtrades_desktop.domain.signals import Action, Alert, Reading, Source
from justtrades_desktop.domain.values import plain
from justtrades_desktop.trading.book import Leaving

_WORDS: Final = {
    ExitReason.TARGET: "target",
    ExitReason.STOP: "stop",
    ExitReason.TRAIL: "trailing stop",
    ExitReason.BREAK_EVEN: "break-even stop",
}


def exit_alert(left: Leaving, ticked: PriceTicked | None, at: datetime) -> Alert:
    """What stands in the ledger for it: the rule, its price and the price that touched it.

    ``at`` is when it leaves, in UTC; ``ticked`` is None where no price but the clock says so.
    """
    reason, price = left.exit
    if ticked is None:
        text = "the session is over"
    else:
        level = "" if price is None else f" at {plain(price)}"
        text = f"{_WORDS[reason]}{level}, touched by {plain(ticked.price)} from {ticked.source}"
    return Alert(
        text=text,
        fingerprint=secrets.token_bytes(16),
        reading=Reading(action=Action.CLOSE, ticker=left.holding.symbol, price=price),
        received_at=at,
        source=Source.RULE,
        exit_reason=reason.value,
    )
