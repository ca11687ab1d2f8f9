"""The ways in which a request is not carried out."""

from __future__ import annotations


class Denied(Exception):
    """401 "Access is denied"."""


class NotThere(Exception):
    """404: no such entity or operation, or one of somebody else."""


class Malformed(Exception):
    """400: a field is missing or of the wrong type."""


class Refused(Exception):
    """200 with ``failureReason`` and ``failureText``."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class Violated(Exception):
    """200 with ``violations``."""

    def __init__(self, constraint: str, value: object, description: str) -> None:
        super().__init__(description)
        self.constraint = constraint
        self.value = value
        self.description = description
