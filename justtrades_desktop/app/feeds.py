"""The price feeds of one running program that a person starts and stops: the replay of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.ports import PriceSink
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.market.replay import Progress, Replay

MAX: Final = "max"
"""The speed that is as fast as possible, in words."""

_MOST_STEPS: Final = 1_000_000


class Feeds:
    """At most one replay at a time, in a task of its own: its end or failure touches no other."""

    def __init__(self, take: PriceSink, supervisor: Supervisor) -> None:
        self._take = take
        self._supervisor = supervisor
        self.replay: Replay | None = None

    def start_replay(
        self, path: Path, *, speed: float | None = 1.0, paused: bool = False
    ) -> Replay:
        """Play the file at ``path``; ``speed`` is times real time, None as fast as possible.

        Raises:
            UserError: there is no such file, or another one is being played.
        """
        if self.replay is not None and not self.replay.over:
            raise UserError(
                f"{self.replay.path.name} is being replayed", "Stop it before you start another."
            )
        if not path.is_file():
            raise UserError(f"There is no file {path}", "Check the name.")
        replay = self.replay = Replay(path, self._take, speed=speed, paused=paused)
        # The supervisor starts again what failed; a replay that is over returns at once then.
        self._supervisor.start("replay", replay.run)
        return replay

    def replay_now(self) -> Replay:
        """The replay under way, or the last one.

        Raises:
            UserError: there was none.
        """
        if self.replay is None:
            raise UserError("Nothing is being replayed", "`justtrades replay FILE` starts it.")
        return self.replay


def carry_out(feeds: Feeds, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one of the commands ``replay.…``; how the replay stands after it.

    Raises:
        UserError: it cannot be done; says why.
    """
    if command == "replay.start":
        path, speed = Path(arguments["file"]), speed_of(arguments.get("speed", "1"))
        paused = bool(arguments.get("paused", False))
        return in_json(feeds.start_replay(path, speed=speed, paused=paused).progress)
    replay = feeds.replay_now()
    match command:
        case "replay.pause":
            replay.pause()
        case "replay.resume":
            if arguments.get("speed") is not None:
                replay.set_speed(speed_of(arguments["speed"]))
            replay.play()
        case "replay.step":
            replay.step(min(int(arguments.get("count", 1)), _MOST_STEPS))
        case "replay.stop":
            replay.stop()
        case "replay.status":
            pass
        case _:
            raise UserError(f"There is no command {command!r}", "Is it another version?")
    return in_json(replay.progress)


def speed_of(text: str) -> float | None:
    """``2.5`` times real time; ``0`` and ``max`` are as fast as possible, which is None.

    Raises:
        UserError: it is neither.
    """
    if text == MAX:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 1_000_000:
        raise UserError(f"{text!r} is no speed", "A number such as 10 (times real time), or max.")
    return speed or None


def in_json(progress: Progress) -> dict[str, Any]:
    """How a replay stands, as the command line prints it."""
    at = progress.file_time
    return {
        "file": str(progress.path),
        "state": progress.state.value,
        "speed": MAX if progress.speed is None else progress.speed,
        "ticks": progress.ticks,
        "line": progress.line,
        "percent": round(100 * progress.part, 1),
        "file_time": None if at is None else utc_text(at),
        "trouble": progress.trouble,
    }
