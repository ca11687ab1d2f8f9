"""What a measurement prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, the figure, and the goal where there is one."""

    what: str
    figure: str
    goal: str = ""
    met: bool | None = None

    def line(self) -> str:
        """Aligned for a terminal."""
        verdict = {None: "", True: "yes", False: "NO"}[self.met]
        return f"{self.what:<40} {self.figure:<48} {self.goal:<16} {verdict}".rstrip()
