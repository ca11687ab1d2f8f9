"""The one exception inside the alert reader: an alert that must not be guessed at."""

from __future__ import annotations


class Refused(Exception):
    """Carries the reason, in words for the trader; ``read`` turns it into ``Unreadable``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def shown(value: object) -> str:
    """A value as a reason quotes it: on one line and never long enough to fill a screen."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:37] + "..."
