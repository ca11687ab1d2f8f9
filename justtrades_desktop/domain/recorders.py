"""A recorder: a strategy the trader follows, and how its alerts are to be taken."""

from __future__ import annotations

from dataclasses import dataclass

from justtrades_desktop.domain.exits import NO_EXITS, ExitRules
from justtrades_desktop.domain.signals import Opposite


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """``quantity`` is the default in contracts; ``multiplier`` applies to it and to alerts alike.
    ``exits`` are the rules that close its positions without an alert.

    ``token`` is the secret part of the webhook address and stands in no ``repr``.
    """

    id: int
    name: str
    token: str
    enabled: bool = True
    quantity: int = 1
    multiplier: int = 1
    symbol: str | None = None
    opposite: Opposite = Opposite.NET
    follow_position: bool = True
    exits: ExitRules = NO_EXITS

    def __repr__(self) -> str:
        return f"Recorder(id={self.id}, name={self.name!r})"
