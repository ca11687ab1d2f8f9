"""Sentences that several parts of the window say."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.broker import Drift
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.ui.format import clock, one_line

translate = QCoreApplication.translate


def in_words(error: UserError | NotStored) -> str:
    """What happened, what it means, what to do."""
    if isinstance(error, UserError):
        return f"{error.title}.\n{error.hint}" if error.hint else f"{error.title}."
    return translate(
        "Wording",
        "Not stored: %1.\nNothing was changed; positions stay as they are. "
        "Make room or check the disk, then try again.",
    ).replace("%1", str(error))


def sentence(said: str) -> str:
    """With a full stop behind it, and never with two."""
    said = one_line(said).rstrip()
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def drift_in_words(drift: Drift) -> str:
    """What differs, and since when it is known."""
    since = clock(drift.since, datetime.now(UTC))
    if not drift.why:
        said = translate("Wording", "%1 Seen since %2.").replace("%2", since)
        return said.replace("%1", one_line(drift.said))
    said = translate("Wording", "%1 since %2: %3.").replace("%2", since)
    said = said.replace("%3", one_line(drift.why))
    return said.replace("%1", one_line(drift.said).rstrip("."))


def account_named(connection: str, account: str) -> str:
    """Connection and account, once where both have the same name."""
    both = dict.fromkeys((one_line(connection), one_line(account)))
    return " ".join(both)


def held_in_words(position: int) -> str:
    """``long 2``, ``short 1`` or ``flat``."""
    if position == 0:
        return translate("Wording", "flat")
    side = translate("Wording", "long") if position > 0 else translate("Wording", "short")
    return f"{side} {abs(position)}"
