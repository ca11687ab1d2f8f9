"""How a simulated exchange behaves: everything that a test or a trader may choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.simulator.margins import Margins

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What one contract costs per fill, in the account's currency."""

    commission: Decimal = _NONE
    clearing: Decimal = _NONE
    exchange: Decimal = _NONE
    nfa: Decimal = _NONE

    @property
    def total(self) -> Decimal:
        """All of them for one contract."""
        return self.commission + self.clearing + self.exchange + self.nfa


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSettings:
    """The rules of one exchange; as they stand nothing surprises: no fees, no slippage, open.

    Filling: an order takes at most ``max_fill`` contracts of one print, and with ``partial_chance``
    (0 to 1) only some of what it could; ``print_size_limits`` lets all orders together take no more
    than the size of the print. ``slippage_ticks`` worsen every market fill, by exactly that many,
    or by 0 up to that many where ``slippage_varies``. ``spread_ticks`` lie between bid (the last
    trade) and offer. ``fill_on_touch`` False lets a resting limit fill only when traded through.

    Answers: ``command_seconds`` is how long a command is under way before it is carried out (0: at
    once); ``finished_is_denied`` answers the cancel of a finished order with 401 instead of
    TooLate; ``wrong_symbol_is_denied`` hides a wrong symbol behind "Access is denied";
    ``needs_account_spec`` refuses orders without the account's name; ``tags`` are the customTag50
    that are registered; ``strategies_enabled`` False refuses order strategies.

    Finished orders and all that belongs to them are forgotten after ``keep_days``, and before that
    where there are more than about ``keep_finished`` (None: however many).
    """

    products: Sequence[Product] | None = None
    """None: the table that is shipped."""
    calendar: Calendar = field(default_factory=Calendar)
    always_open: bool = True
    maturities: int = 4
    """How many contracts of a product are listed."""
    start_cash: Decimal = Decimal(50_000)
    fees: Fees = Fees()
    margins: Margins = field(default_factory=Margins)
    rates: Mapping[str, Decimal] = field(
        default_factory=lambda: {"USD": Decimal(1), "EUR": Decimal("1.1"), "JPY": Decimal("0.0067")}
    )
    """Dollars per unit of a product's currency."""
    max_fill: int | None = None
    partial_chance: float = 0.0
    print_size_limits: bool = False
    slippage_ticks: int = 0
    slippage_varies: bool = False
    spread_ticks: int = 0
    fill_on_touch: bool = True
    refuse_wrong_side_stops: bool = True
    command_seconds: float = 0.0
    finished_is_denied: bool = False
    wrong_symbol_is_denied: bool = False
    needs_account_spec: bool = True
    tags: frozenset[str] = frozenset()
    strategies_enabled: bool = True
    keep_days: int = 7
    keep_finished: int | None = None
