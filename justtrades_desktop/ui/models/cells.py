"""Columns that the tables of orders share: texts, prices and times of a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, TypeVar

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.broker_words import environment_word
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.table import Column

RowT = TypeVar("RowT")

MODE_TONES: Final = {
    Environment.PAPER: Tone.NEUTRAL,
    Environment.DEMO: Tone.ACCENT,
    Environment.LIVE: Tone.DANGER,
}
"""By which the delegate of modes knows their colours."""


class Placed(Protocol):
    """A row that is about an account."""

    @property
    def account(self) -> AccountKey: ...

    @property
    def environment(self) -> Environment | None: ...


PlacedT = TypeVar("PlacedT", bound=Placed)


def whose_account(_: type[PlacedT]) -> list[Column[PlacedT]]:
    """PAPER, DEMO or LIVE as a chip, and the account's name; the tip names the connection."""
    return [
        Column(
            title=tr("Mode"),
            text=lambda row: mode_word(row.environment),
            sort_key=_seriousness,
            tone=lambda row: MODE_TONES[row.environment] if row.environment else Tone.MUTED,
            hint=tr("Whose money it is"),
        ),
        Column(
            title=tr("Account"),
            text=lambda row: shown.one_line(row.account.account),
            sort_key=lambda row: (row.account.account.casefold(), row.account.connection),
            tooltip=lambda row: shown.one_line(str(row.account)),
            state=lambda row: row.account,
        ),
    ]


def _seriousness(row: Placed) -> int | None:
    """Real money first."""
    return None if row.environment is None else -list(Environment).index(row.environment)


def mode_word(environment: Environment | None) -> str:
    """PAPER, DEMO, LIVE, or a dash."""
    return shown.UNKNOWN if environment is None else environment_word(environment)


def text(
    _: type[RowT],
    title: str,
    said: Callable[[RowT], str],
    *,
    tone: Callable[[RowT], Tone] | None = None,
    tip: Callable[[RowT], str] | None = None,
    hint: str = "",
) -> Column[RowT]:
    """A text on one line; a dash where there is none."""

    def flat(row: RowT) -> str:
        return shown.one_line(said(row))

    return Column(
        title=title,
        text=lambda row: flat(row) or shown.UNKNOWN,
        sort_key=lambda row: flat(row).casefold() or None,
        tone=tone,
        tooltip=None if tip is None else (lambda row: shown.several_lines(tip(row))),
        state=lambda row: (flat(row), tone(row) if tone else None),
        hint=hint,
    )


def number(
    _: type[RowT],
    title: str,
    value: Callable[[RowT], Any],
    said: Callable[[RowT], str] | None = None,
    *,
    tone: Callable[[RowT], Tone] | None = None,
    tip: Callable[[RowT], str] | None = None,
    spoken: Callable[[RowT], str] | None = None,
    hint: str = "",
) -> Column[RowT]:
    """A number on the right; a dash where ``value`` is None, else ``said`` or a whole number."""

    def words(row: RowT) -> str:
        known = value(row)
        if said is not None:
            return said(row)
        return shown.UNKNOWN if known is None else shown.whole(known)

    return Column(
        title=title,
        text=words,
        sort_key=value,
        numeric=True,
        tone=tone,
        tooltip=tip,
        spoken=spoken,
        state=lambda row: (words(row), tone(row) if tone else None),
        hint=hint,
    )


def price(
    kind: type[RowT],
    title: str,
    value: Callable[[RowT], Decimal | None],
    product: Callable[[RowT], Product | None],
    hint: str = "",
) -> Column[RowT]:
    """A price with the decimals of its product."""
    return number(kind, title, value, lambda row: shown.price(value(row), product(row)), hint=hint)


def when(
    _: type[RowT], title: str, at: Callable[[RowT], datetime | None], hint: str = ""
) -> Column[RowT]:
    """A local time, the whole moment in its tip."""

    def clock(row: RowT) -> str:
        moment = at(row)
        return shown.UNKNOWN if moment is None else shown.clock(moment, datetime.now(UTC))

    def whole(row: RowT) -> str:
        moment = at(row)
        return "" if moment is None else shown.moment(moment)

    return Column(
        title=title,
        text=clock,
        sort_key=at,
        tone=lambda _row: Tone.MUTED,
        tooltip=whole,
        state=at,
        hint=hint,
    )
