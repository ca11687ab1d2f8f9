"""What the doctor has found, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import Finding, Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models import cells
from justtrades_desktop.ui.models.table import Column

_DANGERS: Final = (
    Trouble.NAKED,
    Trouble.WRONG_SIDE,
    Trouble.WRONG_SIZE,
    Trouble.DOUBLED,
    Trouble.DOUBT,
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its account."""

    finding: Finding
    environment: Environment | None
    strategy: str

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""
        return self.finding.id

    @property
    def account(self) -> AccountKey:
        """Where it is."""
        return self.finding.key


def finding_rows(orders: OrderDesk) -> Iterator[FindingRow]:
    """Every finding."""
    for finding in orders.state.findings:
        strategy = orders.strategy(finding.link_id)
        yield FindingRow(finding, orders.environment(finding.key), strategy)


def finding_columns() -> list[Column[FindingRow]]:
    """From left to right, the dangerous first; the words themselves stand below the table."""
    row = FindingRow
    return [
        Column(
            title=tr("Found"),
            text=lambda r: words.trouble_word(r.finding.trouble),
            sort_key=lambda r: (r.finding.trouble not in _DANGERS, r.finding.trouble.value),
            tone=trouble_tone,
            tooltip=lambda r: shown.several_lines(r.finding.said),
            state=lambda r: (r.finding.trouble, r.finding.said),
        ),
        cells.whose_account(row)[0],
        cells.text(
            row,
            tr("Where"),
            lambda r: f"{r.account.account} {r.finding.contract}".rstrip(),
            tip=lambda r: str(r.account),
        ),
    ]


def trouble_tone(row: FindingRow) -> Tone:
    """Danger where money is at risk now."""
    return Tone.DANGER if row.finding.trouble in _DANGERS else Tone.WARNING
