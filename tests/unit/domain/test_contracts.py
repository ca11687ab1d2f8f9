"""Which instrument a ticker names."""

from decimal import Decimal

import pytest

from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue, Product


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(products())


@pytest.mark.parametrize(
    ("ticker", "symbol", "root"),
    [
        ("MNQ1!", "MNQ1!", "MNQ"),
        ("CME_MINI:MNQ1!", "MNQ1!", "MNQ"),
        ("CME_MINI_DL:MNQ1!", "MNQ1!", "MNQ"),
        ("MNQ", "MNQ1!", "MNQ"),
        ("mnq1!", "MNQ1!", "MNQ"),
        ("MNQ2!", "MNQ2!", "MNQ"),
        ("MNQZ5", "MNQZ5", "MNQ"),
        ("MNQZ25", "MNQZ5", "MNQ"),
        ("MNQZ2025", "MNQZ5", "MNQ"),
        ("MNQ 12-25", "MNQZ5", "MNQ"),
        ("MNQ 12-2025", "MNQZ5", "MNQ"),
        ("MNQ DEC25", "MNQZ5", "MNQ"),
        ("CME_MINI:MNQZ2025", "MNQZ5", "MNQ"),
        ("NQ1!", "NQ1!", "NQ"),
        ("M2KH6", "M2KH6", "M2K"),
        ("6E1!", "6E1!", "6E"),
        ("SILZ5", "SILZ5", "SIL"),
        ("SIZ5", "SIZ5", "SI"),
        ("GCZ5", "GCZ5", "GC"),
        ("CLF6", "CLF6", "CL"),
        ("10Y1!", "10Y1!", "10Y"),
    ],
)
def test_every_spelling_of_one_instrument_is_one_symbol(
    catalogue: Catalogue, ticker: str, symbol: str, root: str
) -> None:
    instrument = catalogue.instrument(ticker)
    assert instrument.symbol == symbol
    assert instrument.product is not None
    assert instrument.product.root == root


@pytest.mark.parametrize(
    ("ticker", "symbol"),
    [("SPY", "SPY"), ("ETH-PERP", "ETH-PERP"), ("NASDAQ:AMD", "AMD"), ("MNQ 13-25", "MNQ 13-25")],
)
def test_an_unknown_symbol_is_tracked_in_points(
    catalogue: Catalogue, ticker: str, symbol: str
) -> None:
    instrument = catalogue.instrument(ticker)
    assert instrument.symbol == symbol
    assert instrument.product is None
    assert instrument.point_value == 1


def test_a_share_is_not_taken_for_the_future_of_its_name(catalogue: Catalogue) -> None:
    assert catalogue.instrument("NASDAQ:CC").symbol == "NASDAQ:CC"
    assert catalogue.instrument("NASDAQ:CC").product is None


@pytest.mark.parametrize(
    ("root", "tick_size", "tick_value"),
    [("NQ", "0.25", "5"), ("MNQ", "0.25", "0.5"), ("GC", "0.1", "10"), ("CL", "0.01", "10")],
)
def test_the_longest_root_decides_the_tick(
    catalogue: Catalogue, root: str, tick_size: str, tick_value: str
) -> None:
    """D9: three letters once decided, and GC, CL and SI were wrong."""
    product = catalogue.instrument(f"{root}Z5").product
    assert product is not None
    assert (product.tick_size, product.tick_value) == (Decimal(tick_size), Decimal(tick_value))


def test_an_entered_tick_value_is_used_from_then_on(catalogue: Catalogue) -> None:
    own = Catalogue(products())
    assert own.instrument("SPY").product is None
    own.set_own("SPY", Product("SPY", Decimal("0.01"), Decimal("0.01")))
    assert own.instrument("AMEX:SPY").product is not None
    assert own.is_own("SPY")
    assert not own.is_own("MNQ1!")
