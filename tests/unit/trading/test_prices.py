"""One bad tick is not believed before a second one says the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from justtrades_desktop.domain.events import PriceHeld, PriceTicked
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk


async def _long() -> TestDesk:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    return desk


def _tick(desk: TestDesk, price: str) -> bool:
    return desk.intake.tick(PriceTicked("MNQ1!", Decimal(price), START))


def _worst(desk: TestDesk) -> object:
    (position,) = desk.desk.open_positions()
    return position.in_money(position.worst)


async def test_a_bad_tick_leaves_no_mark() -> None:
    desk = await _long()
    held: list[PriceHeld] = []
    desk.bus.subscribe(PriceHeld, held.append)
    assert not _tick(desk, "2560.25")
    assert [(h.ticked.price, h.last.price) for h in held] == [(Decimal("2560.25"), Decimal(25600))]
    assert _tick(desk, "25599")
    assert _worst(desk) == -2
    assert not _tick(desk, "2560.25")  # the one before it is forgotten


async def test_a_second_one_confirms_it_and_both_count() -> None:
    desk = await _long()
    assert not _tick(desk, "25300")
    assert _tick(desk, "25310")
    assert desk.book.prices["MNQ1!"].price == 25310
    assert _worst(desk) == -600


async def test_the_limit_is_a_thousand_ticks_of_the_product() -> None:
    desk = await _long()
    assert _tick(desk, "25350")
    assert not _tick(desk, "25099.75")


async def test_a_price_alert_is_told_that_it_is_held_back() -> None:
    desk = await _long()
    receipt = await desk.send(alert(reading("price", "2.5")))
    assert receipt.outcome == "price"
    assert "held back" in (receipt.reason or "")


async def test_a_signal_takes_its_own_price_but_nobody_else_s_worst_follows() -> None:
    desk = await _long()
    await desk.desk.add_recorder("Other")
    other = desk.book.recorders[2]
    odd = alert(reading("buy", "2560", quantity=1))
    assert (await desk.intake.accept(other, odd)).position == 1
    assert desk.store.signals[-1].odd_price
    mine = next(p for p in desk.desk.open_positions() if p.recorder_id == 1)
    assert mine.worst == 0
    assert desk.book.prices["MNQ1!"].price == 25600


async def test_a_late_price_does_not_replace_a_newer_one() -> None:
    desk = await _long()
    desk.desk.tick("MNQ1!", Decimal(25610), source="tradovate")
    desk.desk.tick("MNQ1!", Decimal(25590), source="replay", at=START - timedelta(days=365))
    assert desk.book.prices["MNQ1!"].price == 25610
    assert desk.book.prices["MNQ1!"].source == "tradovate"


async def test_over_a_pause_a_market_may_go_further() -> None:
    desk = await _long()
    monday = START + timedelta(days=3)
    desk.desk.tick("MNQ1!", Decimal(25000), at=monday)
    assert desk.book.prices["MNQ1!"].price == 25000
    desk.desk.tick("MNQ1!", Decimal(2500), at=monday + timedelta(days=1))
    assert desk.book.prices["MNQ1!"].price == 25000


async def test_a_confirmed_price_counts_from_its_confirmation_on() -> None:
    desk = await _long()
    desk.desk.tick("MNQ1!", Decimal(25300), at=START)
    later = START + timedelta(seconds=90)
    desk.desk.tick("MNQ1!", Decimal(25310), at=later)
    (position,) = desk.desk.open_positions()
    assert position.in_money(position.worst) == -600
    assert desk.book.prices["MNQ1!"].at == later
