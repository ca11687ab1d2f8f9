"""Settings of a link that work against each other, each in words, while they are being edited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from justtrades_desktop.domain.exits import ExitRules, Level, Unit
from justtrades_desktop.domain.links import (
    DEFAULTS,
    AtLimit,
    Direction,
    EntryKind,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
)
from justtrades_desktop.domain.recorders import Recorder

_WEEKEND: Final = frozenset((5, 6))
_SATURDAY: Final = frozenset((5,))


def contradictions(settings: LinkSettings, recorder: Recorder) -> list[str]:
    """What of ``settings`` cannot come to pass, alone or with those of ``recorder``."""
    return [said for check in _CHECKS for said in check(settings, recorder)]


def _sizes(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if settings.multiplier == 0:
        yield "The multiplier is 0: nothing will be traded"
    if settings.initial == 0:
        yield "The entry size is 0: nothing will be entered"
    if settings.max_contracts == 0:
        yield "The maximum of contracts is 0: every entry will be refused"
    if settings.multiplier > 1 and recorder.multiplier > 1:
        product = settings.multiplier * recorder.multiplier
        yield (
            f"The recorder multiplies by {recorder.multiplier} and the link by "
            f"{settings.multiplier}: an alert's size becomes {product} times as large"
        )


def _room(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    most = settings.max_contracts
    if most is None or settings.initial is None:
        return
    entry = settings.initial * settings.multiplier
    if 0 < most < entry:
        yield f"An entry has {entry} contracts, but {most} are the most: it will always be cut"
    elif most and most == entry and _adding(settings):
        yield f"An entry has {entry} contracts and {most} are the most: adds will never fit"


def _adding(settings: LinkSettings) -> bool:
    return settings.adds and settings.same_way is SameWay.FOLLOW


def _adds(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if not settings.adds:
        for name, said in (
            ("add", "An add size is set"),
            ("add_every", "Every nth add is chosen"),
            ("add_apart_ticks", "A distance between adds is set"),
            ("adds_most", "A maximum of adds is set"),
        ):
            if getattr(settings, name) != getattr(DEFAULTS, name):
                yield f"{said}, but adds are off: it will have no effect"
        return
    if settings.same_way is SameWay.IGNORE:
        yield "Adds are on, but same-direction signals are ignored: adds will never happen"
    if settings.adds_most == 0:
        yield "Adds are on, but the most adds are 0: adds will never happen"
    if settings.add == 0:
        yield "Adds are on, but an add has 0 contracts: adds will never happen"


def _exits_used(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if not settings.own_exits:
        if any(_exit_settings(settings)):
            yield "Exits are set, but the link's own exits are off: the recorder's will count"
        if not _rests(recorder.exits):
            yield "The recorder has no exits: positions will have no exit at the broker"
        return
    if not settings.targets and not _stops(settings):
        yield "Own exits are on with nothing set: positions will have no exit at the broker"
    elif not _stops(settings):
        yield "There are targets but no stop: nothing will limit a loss at the broker"


def _exit_settings(settings: LinkSettings) -> tuple[object, ...]:
    return (settings.targets, settings.stop, settings.trail, settings.break_even)


def _rests(exits: ExitRules) -> bool:
    return any((exits.take_profit, exits.stop, exits.trail, exits.break_even))


def _stops(settings: LinkSettings) -> bool:
    return any((settings.stop, settings.trail, settings.break_even))


def _stop_parts(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if settings.trail is None:
        if settings.trail_after is not None:
            yield "The trailing stop has a start but no distance: nothing will trail"
        if settings.trail_step is not None:
            yield "The trailing stop has a step but no distance: nothing will trail"
    even, offset = settings.break_even, settings.break_even_offset
    if even is None:
        if offset is not None:
            yield "The break-even has an offset but no distance: the stop will not move"
        return
    if settings.stop is None and settings.trail is None:
        yield "There is a break-even but no stop: until it is reached nothing limits a loss"
    if offset is not None and _at_least(offset, even):
        yield (
            "The break-even offset is not less than its distance: the stop would lie at or beyond "
            "the market when it moves"
        )


def _at_least(one: Level, other: Level) -> bool:
    """Whether ``one`` is certainly no nearer: only the same unit can be compared."""
    return one.unit is other.unit is not Unit.ALERT and one.value >= other.value


def _ladder(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    targets = settings.targets
    for number, (one, after) in enumerate(pairwise(targets), 2):
        if _at_least(one.level, after.level):
            yield f"Target {number} is no further away than target {number - 1}"
    percent = sum((each.part for each in targets if each.percent), Decimal(0))
    if percent > 100:
        yield f"The targets' parts add up to {percent:f} %: there are 100 % to leave"
    contracts = settings.multiplier * sum(int(each.part) for each in targets if not each.percent)
    most = _largest(settings)
    if most is not None and contracts > most:
        yield f"The targets' parts are {contracts} contracts, but at most {most} will be held"


def _largest(settings: LinkSettings) -> int | None:
    """Contracts held at most, None where nothing says so."""
    entry = None if settings.initial is None else settings.initial * settings.multiplier
    bounds = [settings.max_contracts, None if _adding(settings) else entry]
    return min((each for each in bounds if each is not None), default=None)


def _beyond(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    """What begins only where the last target has closed everything."""
    if not settings.targets:
        return
    last = settings.targets[-1].level
    for start, name in (
        (settings.break_even, "break-even"),
        (settings.trail_after, "trailing stop"),
    ):
        if start is not None and _at_least(start, last):
            yield f"The {name} begins no earlier than the last target: it will never act"


def _sides(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    one_side = settings.direction in (Direction.LONG, Direction.SHORT)
    ignoring = settings.other_way is OtherWay.IGNORE
    if one_side and ignoring:
        yield (
            f"The direction is {settings.direction} only and opposite signals are ignored: "
            "only explicit closes and exits will end a position"
        )
    if settings.direction is Direction.INVERSE and _by_alert(settings, recorder):
        yield (
            "Signals are traded the other way round, but exits come from the alert: its target "
            "and stop lie on the wrong side of an inverse position"
        )
    if ignoring and not one_side and not _has_exits(settings, recorder):
        yield (
            "Opposite signals are ignored and there are no exits: only explicit closes will end "
            "a position"
        )


def _by_alert(settings: LinkSettings, recorder: Recorder) -> bool:
    if settings.own_exits:
        levels = [settings.stop, *(each.level for each in settings.targets)]
    else:
        levels = [recorder.exits.stop, recorder.exits.take_profit]
    return any(each is not None and each.unit is Unit.ALERT for each in levels)


def _has_exits(settings: LinkSettings, recorder: Recorder) -> bool:
    return any(_exit_settings(settings)) if settings.own_exits else _rests(recorder.exits)


def _times(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    for number, window in enumerate(settings.windows, 1):
        if not window.days:
            yield f"Time window {number} has no days: it will never be open"
        elif window.by_session and window.days <= _WEEKEND:
            yield f"Time window {number} has weekend days only, and no CME session is theirs"
        elif not window.by_session and window.days <= _SATURDAY and window.start < window.end:
            yield f"Time window {number} is on Saturday only, when nothing is traded"
    if settings.outside is Outside.FLAT and not settings.windows:
        yield "Positions are to be flat outside the time windows, but there is no time window"
    if settings.stale_seconds == 0:
        yield "Entries may be 0 seconds old: every one of them will wait for a person"


def _limits(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if settings.trades_most == 0:
        yield "The most trades a session are 0: nothing will be entered"
    for name, amount, does, default in (
        ("loss", settings.daily_loss, settings.daily_loss_does, DEFAULTS.daily_loss_does),
        ("profit", settings.daily_profit, settings.daily_profit_does, DEFAULTS.daily_profit_does),
    ):
        if amount is None:
            if does is not default:
                yield f'The daily {name} limit is to "{does}", but it has no amount'
            continue
        if amount == 0 and does is not AtLimit.FLATTEN:
            yield f"A daily {name} limit of 0 is reached at once: nothing will be entered"
        if does is AtLimit.FLATTEN:
            yield (
                f"At the daily {name} limit positions are closed but entries go on: the next one "
                "may be closed at once"
            )


def _order(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if settings.entry is EntryKind.MARKET:
        for name in ("limit_ticks", "limit_seconds", "limit_end"):
            if getattr(settings, name) != getattr(DEFAULTS, name):
                yield "Settings of a limit entry are set, but entries are market orders"
                break
    if settings.contract is not None and recorder.symbol is None:
        yield (
            f"Everything will be traded in {settings.contract}, but the recorder takes alerts of "
            "any instrument"
        )


def _recorder(settings: LinkSettings, recorder: Recorder) -> Iterator[str]:
    if not recorder.enabled:
        yield "The recorder is switched off: it ignores its alerts, so nothing will be entered"


_CHECKS: Final[tuple[Callable[[LinkSettings, Recorder], Iterator[str]], ...]] = (
    _recorder,
    _sizes,
    _room,
    _adds,
    _exits_used,
    _stop_parts,
    _ladder,
    _beyond,
    _sides,
    _times,
    _limits,
    _order,
)
