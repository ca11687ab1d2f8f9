"""What an instrument is traded as: ``MNQ1!`` as the broker's front month, by its own answer.

The broker's product wins over our table; how they differ is said in words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.broker import entities
from justtrades_desktop.broker.answers import Rejected, Trouble, said
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.domain.broker import ResolvedContract
from justtrades_desktop.domain.contracts import MONTH_CODES, Product
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.domain.values import plain

BELIEVED_FOR: Final = timedelta(minutes=15)
"""A front month may roll while the program runs."""
_SUGGESTIONS: Final = 10
_CONTINUOUS: Final = re.compile(r"([A-Z0-9]+?)([1-9])!")
_EXPLICIT: Final = re.compile(rf"([A-Z0-9]+?)([{MONTH_CODES}])(\d{{4}}|\d{{1,2}})")
_MONTH: Final = re.compile(rf"[{MONTH_CODES}]\d")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """No contract, and why; ``passing`` where the broker did not get to say it."""

    why: str
    passing: bool = False


class _Nth(NamedTuple):
    """The ``place``-th contract of ``root``, from 1 on."""

    root: str
    place: int


class _Named(NamedTuple):
    """The contract ``name``; ``year`` as far as it was said."""

    name: str
    year: int | None


class _Terms(NamedTuple):
    tick_size: Decimal | None
    tick_value: Decimal | None
    currency: str


class Contracts:
    """Asks once per instrument, and keeps the answers with their time."""

    def __init__(self, reads: Reads, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._reads = reads
        self._background = reads.in_background()
        self._clock = clock
        self._known: dict[str, ResolvedContract] = {}
        self._locks: dict[tuple[str, bool], asyncio.Lock] = {}
        self._maturities: dict[int, entities.ContractMaturity] = {}
        self._products: dict[int, entities.Product] = {}
        self._currencies: dict[int, str] = {}

    def known(self) -> Mapping[str, ResolvedContract]:
        """All that were resolved, by the instrument's symbol; perhaps hours ago, see ``at``."""
        return dict(self._known)

    async def resolve(
        self,
        symbol: str,
        product: Product | None = None,
        *,
        anew: bool = False,
        background: bool = False,
    ) -> ResolvedContract | Unresolved:
        """The contract that ``symbol`` (``MNQ1!``, ``MNQZ6``, ``CME:MNQZ2026``) is traded as.

        ``product`` is our table's, to compare with. ``anew`` asks even what was asked just now.
        ``background``: nobody waits for it, and it leaves most of the budget to others.
        """
        symbol = symbol.strip().upper()
        reads = self._background if background else self._reads
        # An order must not wait for what is asked in the background, which waits for its turn.
        async with self._locks.setdefault((symbol, background), asyncio.Lock()):
            known = self._known.get(symbol)
            if known is not None and not anew and self._believed(known):
                return known
            found = await self._resolved(reads, symbol, product)
            if isinstance(found, ResolvedContract):
                self._known[symbol] = found
            return found

    def _believed(self, known: ResolvedContract) -> bool:
        now = self._clock()
        return now - known.at < BELIEVED_FOR and (known.expires is None or now < known.expires)

    async def _resolved(
        self, reads: Reads, symbol: str, product: Product | None
    ) -> ResolvedContract | Unresolved:
        wanted = _wanted(symbol, product)
        if wanted is None:
            return Unresolved(f"{symbol} is no futures contract")
        found = await (
            self._nth(reads, wanted) if isinstance(wanted, _Nth) else self._named(reads, wanted)
        )
        if isinstance(found, Unresolved):
            return found
        contract, maturity = found
        terms = await self._terms(reads, maturity, product)
        if isinstance(terms, Unresolved):
            return terms
        return ResolvedContract(
            symbol=symbol,
            name=contract.name,
            contract_id=contract.id,
            expires=maturity.expiration_date,
            tick_size=terms.tick_size,
            tick_value=terms.tick_value,
            currency=terms.currency,
            difference=_difference(terms, product),
            at=self._clock(),
        )

    async def _nth(
        self, reads: Reads, wanted: _Nth
    ) -> tuple[entities.Contract, entities.ContractMaturity] | Unresolved:
        suggested = await reads.suggested(wanted.root, _SUGGESTIONS)
        if isinstance(suggested, Trouble):
            return _unanswered(suggested)
        left = wanted.place
        for contract in suggested:
            if not _is_of(contract.name, wanted.root):
                continue
            maturity = await self._maturity(reads, contract)
            if isinstance(maturity, Unresolved):
                return maturity
            if not self._expired(maturity):
                left -= 1
                if left == 0:
                    return contract, maturity
        return Unresolved(f"the broker names no contract for {wanted.root}{wanted.place}!")

    async def _named(
        self, reads: Reads, wanted: _Named
    ) -> tuple[entities.Contract, entities.ContractMaturity] | Unresolved:
        contract = await reads.contract_named(wanted.name)
        if isinstance(contract, Trouble):
            return _unanswered(contract, f"{wanted.name}: ")
        if contract.name.upper() != wanted.name:
            return Unresolved(f"asked for {wanted.name}, the broker named {contract.name}")
        maturity = await self._maturity(reads, contract)
        if isinstance(maturity, Unresolved):
            return maturity
        if wanted.year is not None and maturity.expiration_month is not None:
            year = maturity.expiration_month // 100
            # One document counts months from 1 to 12: that says nothing about the year.
            if year and year != wanted.year:
                return Unresolved(f"the broker's {wanted.name} is of {year}, not {wanted.year}")
        if self._expired(maturity):
            return Unresolved(f"{wanted.name} expired on {maturity.expiration_date:%Y-%m-%d}")
        return contract, maturity

    async def _maturity(
        self, reads: Reads, contract: entities.Contract
    ) -> entities.ContractMaturity | Unresolved:
        if contract.contract_maturity_id is None:
            return Unresolved(f"the broker does not say when {contract.name} ends")
        known = self._maturities.get(contract.contract_maturity_id)
        if known is not None:
            return known
        maturity = await reads.maturity(contract.contract_maturity_id)
        if isinstance(maturity, Trouble):
            return _unanswered(maturity, f"when {contract.name} ends: ")
        self._maturities[maturity.id] = maturity
        return maturity

    def _expired(self, maturity: entities.ContractMaturity) -> bool:
        ends = maturity.expiration_date
        return ends is not None and ends <= self._clock()

    async def _terms(
        self, reads: Reads, maturity: entities.ContractMaturity, product: Product | None
    ) -> _Terms | Unresolved:
        found = self._products.get(maturity.product_id)
        if found is None:
            answer = await reads.product(maturity.product_id)
            if isinstance(answer, Trouble):
                return _unanswered(answer, "what a point is worth: ")
            found = self._products[maturity.product_id] = answer
        value = None
        if found.tick_size is not None and found.value_per_point is not None:
            value = found.tick_size * found.value_per_point
        return _Terms(found.tick_size, value, await self._currency(reads, found, product))

    async def _currency(
        self, reads: Reads, found: entities.Product, product: Product | None
    ) -> str:
        """Its name by the broker, else by our table; empty where neither knows."""
        ours = product.currency if product is not None else ""
        if found.currency_id is None:
            return ours
        known = self._currencies.get(found.currency_id)
        if known is None:
            answer = await reads.currency(found.currency_id)
            if isinstance(answer, Trouble):
                return ours
            known = self._currencies[found.currency_id] = answer.name
        return known


def _unanswered(trouble: Trouble, what: str = "") -> Unresolved:
    passing = not isinstance(trouble, Rejected) or trouble.denied
    return Unresolved(what + said(trouble), passing)


def _wanted(symbol: str, product: Product | None) -> _Nth | _Named | None:
    _, _, name = symbol.rpartition(":")
    if product is not None and name.startswith(root := product.root.upper()):
        # Which letters are the root is known: in others a month could hide.
        rest = name[len(root) :]
        match = _CONTINUOUS.fullmatch(f"X{rest}") or _EXPLICIT.fullmatch(f"X{rest}")
        if match is not None and match[1] == "X":
            return _of(root, match)
    match = _CONTINUOUS.fullmatch(name) or _EXPLICIT.fullmatch(name)
    return _of(match[1], match) if match is not None else None


def _of(root: str, match: re.Match[str]) -> _Nth | _Named:
    if match.re is _CONTINUOUS:
        return _Nth(root, int(match[2]))
    digits = match[3]
    year = {4: int(digits), 2: 2000 + int(digits)}.get(len(digits))
    return _Named(f"{root}{match[2]}{digits[-1]}", year)


def _is_of(name: str, root: str) -> bool:
    """Whether ``name`` is a contract of exactly ``root``: ESGZ6 is none of ES."""
    name = name.upper()
    return name.startswith(root) and _MONTH.fullmatch(name[len(root) :]) is not None


def _difference(terms: _Terms, product: Product | None) -> str:
    if product is None:
        return ""
    pairs = (
        ("tick size", terms.tick_size, product.tick_size),
        ("tick value", terms.tick_value, product.tick_value),
    )
    found = [
        f"{what} {plain(theirs)} at the broker, {plain(ours)} in our table"
        for what, theirs, ours in pairs
        if theirs is not None and theirs != ours
    ]
    if terms.currency != product.currency:
        found.append(f"currency {terms.currency} at the broker, {product.currency} in our table")
    return "; ".join(found)
