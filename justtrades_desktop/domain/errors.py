"""The families of errors a user, a sender or the next service may meet."""

from __future__ import annotations


class UserError(Exception):
    """Shown as written: what happened (``title``) and what to do about it (``hint``)."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(f"{title}. {hint}" if hint else title)
        self.title = title
        self.hint = hint


class NotStored(Exception):
    """The ledger could not commit: nothing of the change exists; the sender may try again."""


class AlreadyStored(Exception):
    """The ledger holds this key already: in signal ``first_id``, whose own time is ``sent_at``."""

    def __init__(self, key: bytes, first_id: int, sent_at: str | None) -> None:
        super().__init__(f"already stored as signal {first_id}")
        self.key = key
        self.first_id = first_id
        self.sent_at = sent_at
