"""The figures of one finished trade, name by name; drawdown and run-up in money, ticks and R."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models import journal_row as row
from justtrades_desktop.ui.views.facts import Fact


def facts_of(trade: Trade, product: Product | None) -> Iterator[Fact]:
    """What is known of a trade, from top to bottom; what nobody knows is a dash."""
    yield Fact(tr("P&L"), *_amount(trade.profit, trade, product))
    yield Fact(tr("Drawdown"), *_amount(trade.drawdown, trade, product))
    yield Fact(tr("Run-up"), *_amount(trade.run_up, trade, product))
    yield Fact(
        tr("Risk (1 R)"), _plain(trade.risk, trade), hint=tr("What the first stop put at risk")
    )
    yield Fact(tr("Fees"), _plain(trade.fees, trade))
    yield Fact(tr("Entry"), shown.price(trade.entry, product))
    yield Fact(tr("Exit"), shown.price(trade.exit, product))
    yield Fact(tr("Opened"), _moment(trade))
    yield Fact(tr("Closed"), f"{trade.closed_at.astimezone():%Y-%m-%d %H:%M:%S}")
    yield Fact(tr("Duration"), row.duration(row.held(trade)))
    yield Fact(tr("Adds"), shown.UNKNOWN if trade.adds is None else str(trade.adds))
    yield Fact(tr("Why closed"), row.reason(trade))
    yield Fact(tr("Origin"), row.origin_words(trade.origin))


def title_of(trade: Trade) -> str:
    """``ORB · MNQ1! · Long 2``."""
    words = (shown.one_line(trade.strategy), shown.one_line(trade.symbol))
    return " · ".join((*words, f"{row.side(trade)} {trade.size}"))


def in_ticks(value: Decimal, size: int, product: Product | None) -> Fraction | None:
    """Money as ticks a contract, None where no tick value is known."""
    if product is None or not size:
        return None
    return Fraction(value) / Fraction(product.tick_value) / size


def _amount(value: Decimal | None, trade: Trade, product: Product | None) -> tuple[str, Tone, str]:
    """Text, tone and hint of an amount in money, ticks and R."""
    parts = [row.cash(value, trade.currency)]
    if value is not None:
        ticks = in_ticks(value, trade.size, product)
        if ticks is not None:
            parts.append(tr("{} ticks").format(_short(ticks)))
        if trade.risk:
            parts.append(tr("{} R").format(_short(Fraction(value) / Fraction(trade.risk))))
    hint = tr("Ticks for each contract of the most that were held; R is what the first stop risked")
    return "  ·  ".join(parts), row.money_tone(value), hint


def _short(value: Fraction) -> str:
    """With sign and one decimal at most."""
    rounded = round(value * 10)
    whole, tenth = divmod(abs(rounded), 10)
    text = f"{whole:,}.{tenth}" if tenth else f"{whole:,}"
    sign = "+" if rounded > 0 else shown.MINUS
    return f"{sign}{text}" if rounded else text


def _plain(value: Decimal | None, trade: Trade) -> str:
    """An amount that is neither profit nor loss."""
    if value is None:
        return shown.UNKNOWN
    return f"{value:,.2f} {trade.currency}"


def _moment(trade: Trade) -> str:
    at = trade.opened_at
    return shown.UNKNOWN if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
