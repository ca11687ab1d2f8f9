"""The fold: the figures that were worked out by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.instructions import Nothing, instruct, plan
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position, Stamp, apply
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Opposite
from justtrades_desktop.domain.values import average, money
from tests.fakes.alerts import reading

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


class Story:
    """One recorder's signals and ticks in one instrument, as the core applies them."""

    def __init__(self, ticker: str, opposite: Opposite = Opposite.NET) -> None:
        self.instrument = Catalogue(products()).instrument(ticker)
        self.recorder = Recorder(id=1, name="ORB", token="t", opposite=opposite)
        self.mark: Mark | None = None
        self.closed: list[Position] = []
        self.signals = 0

    def signal(self, action: str, quantity: int | None, price: str | None) -> None:
        self.signals += 1
        held = self.mark.settled() if self.mark else None
        made = instruct(reading(action, quantity=quantity), self.recorder)
        assert not isinstance(made, Nothing)
        step = plan(held.signed if held else 0, made)
        assert not isinstance(step, Nothing)
        stamp = Stamp(
            signal_id=self.signals,
            new_position_id=self.signals,
            recorder_id=1,
            symbol=self.instrument.symbol,
            at=NOW,
            product=self.instrument.product,
        )
        change = apply(held, step, None if price is None else Decimal(price), stamp)
        if change.closed:
            self.closed.append(change.closed)
        self.mark = Mark(change.open) if change.open else None

    def price(self, price: str) -> None:
        assert self.mark is not None
        self.mark.tick(Decimal(price), NOW)

    @property
    def now(self) -> Position:
        return self.mark.settled() if self.mark else self.closed[-1]

    def shown(self, name: str) -> str | None:
        position = self.now
        if name == "unrealized":
            return money(position.in_money(position.unrealized(position.last_price)))
        return money(position.in_money(getattr(position, name)))


def test_adding_averages_reducing_realizes_closing_ends() -> None:
    story = Story("NQ1!")
    story.signal("buy", 1, "25600")
    story.signal("buy", 1, "25610")
    assert (story.now.signed, average(story.now.average_entry)) == (2, "25605")
    story.signal("sell", 1, "25620")
    assert (story.now.signed, average(story.now.average_entry)) == (1, "25605")
    assert story.shown("realized") == "300.00"
    story.signal("close", None, "25620")
    assert (story.now.open, story.now.most, story.shown("realized")) == (0, 2, "600.00")


def test_the_worst_is_kept_after_the_close() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 1, "25600")
    story.price("25598")
    assert story.shown("worst") == "-4.00"
    story.signal("sell", 1, "25602")
    assert (story.shown("realized"), story.shown("worst"), story.shown("best")) == (
        "4.00",
        "-4.00",
        "4.00",
    )


def test_drawdown_of_an_averaged_long() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 1, "25600")
    story.signal("buy", 1, "25598")
    assert average(story.now.average_entry) == "25599"
    story.price("25594")
    assert (story.shown("unrealized"), story.shown("worst")) == ("-20.00", "-20.00")
    story.signal("buy", 1, "25594")
    assert story.now.average_entry == Fraction(76792, 3)
    assert (story.now.signed, story.shown("unrealized")) == (3, "-20.00")


def test_drawdown_of_a_short() -> None:
    story = Story("MNQ1!")
    story.signal("sell", 1, "25600")
    story.price("25602")
    assert (story.now.signed, story.shown("worst")) == (-1, "-4.00")


def test_a_production_record() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 3, "25860.916")
    story.price("25854.5")
    assert story.shown("unrealized") == "-38.50"


def test_a_flip_closes_one_position_and_opens_another() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 1, "100")
    story.signal("sell", 3, "110")
    assert [story.closed[0].signed, story.closed[0].realized] == [0, 10]
    assert [story.now.signed, story.now.average_entry, story.now.id] == [-2, 110, 2]


def test_the_exit_price_is_weighted_by_quantity() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 4, "100")
    story.signal("sell", 1, "110")
    story.signal("sell", 3, "102")
    assert story.now.exit_price == 104
    assert story.now.average_entry == 100


def test_a_loss_realized_by_a_signal_counts_as_drawdown() -> None:
    story = Story("NQ1!")
    story.signal("buy", 1, "25600")
    story.signal("close", None, "25590")
    assert (story.shown("realized"), story.shown("worst")) == ("-200.00", "-200.00")


def test_an_entry_without_a_price_waits_for_the_next_one() -> None:
    story = Story("MNQ1!")
    story.signal("buy", 2, None)
    assert not story.now.priced
    assert story.now.unrealized(Decimal(5)) is None
    story.signal("sell", 1, None)
    story.signal("buy", 1, "25600")
    assert [story.now.signed, story.now.average_entry, story.now.realized] == [2, 25600, 0]


def test_a_price_of_zero_is_a_price() -> None:
    story = Story("CL1!")
    story.signal("buy", 1, "1.00")
    story.price("0")
    assert story.now.last_price == 0
    story.price("-37.63")
    assert story.shown("worst") == "-38630.00"


def test_an_unknown_product_counts_points() -> None:
    story = Story("SPY")
    story.signal("buy", 2, "600.50")
    story.price("601.75")
    assert story.now.product is None
    assert story.shown("unrealized") == "2.50"
