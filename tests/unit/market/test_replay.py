"""The player: in its own time, and at once when a person says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.market.replay import Replay, State, Watch
from justtrades_desktop.market.replay_file import Part, Place, Recorded

START = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


class FakeWatch:
    """Time that passes only while somebody waits; ``upon`` happens at its moment."""

    def __init__(self) -> None:
        self.time = 100.0
        self.upon: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return self.time

    async def wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        await asyncio.sleep(0)
        ends = None if seconds is None else self.time + seconds
        if self.upon and (ends is None or self.upon[0][0] <= ends):
            self.time, act = self.upon.pop(0)
            act()
            assert woken.is_set(), "nobody would have noticed"
        else:
            assert ends is not None, "it waits for ever"
            self.time = ends

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        self.upon.append((100.0 + seconds, act))


class Player:
    """A replay of prices at the given seconds, and when each was told."""

    def __init__(
        self,
        *seconds: float,
        speed: float | None = 1.0,
        paused: bool = False,
        trouble: UserError | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.watch = FakeWatch()
        self.told: list[tuple[float, Decimal]] = []
        self.sources: set[str] = set()
        self._trouble = trouble
        self._prices = [
            Recorded(START + timedelta(seconds=s), "MNQ1!", Decimal(n), n + 1)
            for n, s in enumerate(seconds)
        ]
        self.replay = Replay(
            Path("prices.csv"),
            self._take,
            speed=speed,
            paused=paused,
            watch=watch or self.watch,
            read=self._read,
        )

    def _take(self, symbol: str, price: Decimal, /, *, source: str) -> None:
        assert symbol == "MNQ1!"
        self.sources.add(source)
        self.told.append((self.watch.time - 100.0, price))

    async def _read(self, _path: Path, place: Place, _lines: int) -> Part:
        """Three at a time."""
        taken = self._prices[place.line : place.line + 3]
        line = place.line + len(taken)
        ended = line == len(self._prices)
        after = place._replace(line=line, offset=line * 10)
        return Part(taken, after, ended, self._trouble if ended else None)

    @property
    def times(self) -> list[float]:
        return [round(at, 6) for at, _ in self.told]


async def test_prices_come_at_their_distances_as_prices_of_now() -> None:
    player = Player(0, 1, 1.5, 10, 10)
    await player.replay.run()
    assert player.times == [0, 1, 1.5, 10, 10]
    assert [price for _, price in player.told] == [0, 1, 2, 3, 4]
    assert player.sources == {"replay"}
    progress = player.replay.progress
    assert (progress.state, progress.ticks, progress.line) == (State.DONE, 5, 5)
    assert progress.file_time == START + timedelta(seconds=10)
    assert progress.part == 1


async def test_ten_times_as_fast() -> None:
    player = Player(0, 1, 2, 30, speed=10)
    await player.replay.run()
    assert player.times == [0, 0.1, 0.2, 3]


async def test_as_fast_as_possible_waits_for_nothing() -> None:
    player = Player(*range(0, 100_000, 1000), speed=None)
    await player.replay.run()
    assert player.times == [0] * 100


async def test_the_first_pause_holds_what_was_about_to_come() -> None:
    player = Player(0, 10, 20)
    player.watch.at(4, player.replay.pause)
    player.watch.at(1000, player.replay.play)
    await player.replay.run()
    # Six of the ten seconds were still to go.
    assert player.times == [0, 1006, 1016]


async def test_it_begins_paused_and_steps() -> None:
    player = Player(0, 60, 120, 180, paused=True)
    player.watch.at(5, player.replay.step)
    player.watch.at(7, lambda: player.replay.step(2))
    player.watch.at(9, player.replay.play)
    await player.replay.run()
    assert player.times == [5, 7, 7, 69]


async def test_a_step_while_it_plays_takes_one_price_at_once_and_pauses() -> None:
    player = Player(0, 60, 120)
    player.watch.at(3, player.replay.step)
    player.watch.at(50, player.replay.stop)
    await player.replay.run()
    assert player.times == [0, 3]
    assert player.replay.progress.state is State.STOPPED


async def test_a_change_of_speed_takes_effect_within_a_wait() -> None:
    player = Player(0, 100, 200)
    player.watch.at(50, lambda: player.replay.set_speed(10))
    await player.replay.run()
    assert player.times == [0, 55, 65]


async def test_full_speed_breaks_off_a_wait() -> None:
    player = Player(0, 3600, 7200)
    player.watch.at(2, lambda: player.replay.set_speed(None))
    await player.replay.run()
    assert player.times == [0, 2, 2]


async def test_a_delay_does_not_add_up() -> None:
    player = Player(0, 1, 2, 3)

    def slow(symbol: str, price: Decimal, /, *, source: str) -> None:
        player.told.append((player.watch.time - 100.0, price))
        player.watch.time += 0.75

    player.replay._take = slow
    await player.replay.run()
    assert player.times == [0, 1, 2, 3]


async def test_prices_a_little_out_of_order_do_not_move_the_clock() -> None:
    player = Player(0, 10, 9.5, 20)
    await player.replay.run()
    assert player.times == [0, 10, 10, 20]


async def test_a_line_that_cannot_be_read_ends_it_after_what_stands_before_it() -> None:
    player = Player(0, 1, trouble=UserError("prices.csv, line 3: '' is not a price"))
    await player.replay.run()
    assert player.times == [0, 1]
    progress = player.replay.progress
    assert progress.state is State.FAILED
    assert progress.trouble == "prices.csv, line 3: '' is not a price"


async def test_a_fault_of_ours_is_said_and_raised() -> None:
    player = Player(0, 1)

    def broken(symbol: str, price: Decimal, /, *, source: str) -> None:
        raise KeyError(symbol)

    player.replay._take = broken
    with pytest.raises(KeyError):
        await player.replay.run()
    assert player.replay.progress.state is State.FAILED
    assert "a fault of the program" in str(player.replay.progress.trouble)


async def test_what_is_over_stays_over() -> None:
    player = Player(0)
    await player.replay.run()
    player.replay.play()
    player.replay.step(3)
    assert player.replay.progress.state is State.DONE
    assert player.replay.over


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan")])
def test_a_speed_that_makes_no_sense(speed: float) -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        Player(0, speed=speed)


async def test_at_full_speed_everyone_else_has_a_turn(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("".join(f"{1795188600 + n},MNQ1!,{n}\n" for n in range(30_000)))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    told: list[Decimal] = []

    def take(symbol: str, price: Decimal, /, *, source: str) -> None:
        told.append(price)

    replay = Replay(path, take, speed=None)
    beside = asyncio.create_task(other())
    await replay.run()
    beside.cancel()
    assert len(told) == 30_000
    assert turns > 20
    assert replay.progress.part == 1
