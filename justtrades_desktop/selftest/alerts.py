"""A hundred alerts over HTTP, each acknowledged, stored once and folded into the right position."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import aiohttp

from justtrades_desktop.domain.positions import Position
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.selftest.checking import PATIENCE, same, until
from justtrades_desktop.selftest.scene import Program
from justtrades_desktop.selftest.script import SCRIPTS, Open, Script

_ALERTS: Final = 100
_OK: Final = 200


async def alerts(program: Program) -> str:
    """Send them over three connections at once and see what the ledger holds then."""
    wanted = {script.name: script.open for script in SCRIPTS}
    for script in SCRIPTS:
        await program.desk.add_recorder(script.name)
    told = await asyncio.gather(*(_send(program, script) for script in SCRIPTS))
    numbers = sorted(each["signal_id"] for answers in told for each in answers)
    same("numbers of the signals", numbers, [*range(1, _ALERTS + 1)])
    stored, positions = await asyncio.to_thread(_in_the_ledger, program)
    same("signals in the ledger", stored, _ALERTS)
    same("open positions in the ledger", positions, wanted)
    same("open positions of the program", _opened(program, program.desk.open_positions()), wanted)
    table = program.window.positions.model
    await until(
        lambda: table.rowCount() >= 2, "the positions in the window", how_it_is=table.rowCount
    )
    return f"{_ALERTS} in 5 formats for {len(SCRIPTS)} recorders: 200, stored once, positions right"


async def send(program: Program, name: str, texts: Iterable[str]) -> list[Mapping[str, Any]]:
    """Post alerts to the recorder called ``name``, one after the other; their answers.

    Raises:
        Wrong: one was not taken and applied.
    """
    url = f"{program.running.url}/webhook/{program.desk.recorder_named(name).token}"
    answers = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
        for text in texts:
            async with session.post(url, data=text.encode()) as told:
                answer = await told.json(content_type=None)
                same(f"answer to {text!r}", told.status, _OK)
                same(f"outcome of {text!r}", answer["outcome"], "applied")
                answers.append(answer)
    return answers


async def _send(program: Program, script: Script) -> list[Mapping[str, Any]]:
    return await send(program, script.name, script.alerts())


def _in_the_ledger(program: Program) -> tuple[int, dict[str, Open | None]]:
    """Through a connection of its own that can only read."""
    reader = Reader(path_in(program.scene.data_dir))
    try:
        found = reader.positions(status="open")
        return len(reader.signals(limit=10 * _ALERTS)), _opened(program, found)
    finally:
        reader.close()


def _opened(program: Program, positions: Iterable[Position]) -> dict[str, Open | None]:
    held: dict[str, Open | None] = {recorder.name: None for recorder in program.desk.recorders}
    names = {recorder.id: recorder.name for recorder in program.desk.recorders}
    for position in positions:
        average = position.average_entry
        if average is not None:
            held[names[position.recorder_id]] = Open(position.signed, average)
    return held
