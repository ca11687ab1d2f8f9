"""``simulator``: a broker with play money on this machine, its market, and faults on purpose."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import sys
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from justtrades_desktop.app.places import calendar
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.market.walk import Walk
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.faults import Counted, Fault, FaultPlan, fault_from
from justtrades_desktop.simulator.script import Script
from justtrades_desktop.simulator.server import Server, now
from justtrades_desktop.simulator.server_settings import ServerSettings
from justtrades_desktop.simulator.settings import Fees

_STEP_SECONDS = 0.25
_SAVE_SECONDS = 10.0
_CID = "1"
# The first price, the tick, the usual move in ticks, and who trades at that price.
_MARKETS = (
    ("25000", "0.25", 6, ("NQ", "MNQ")),
    ("6800", "0.25", 3, ("ES", "MES")),
    ("2450", "0.1", 3, ("RTY", "M2K")),
    ("47500", "1", 6, ("YM", "MYM")),
    ("4100", "0.1", 6, ("GC", "MGC")),
    ("62", "0.01", 3, ("CL", "MCL")),
    ("51", "0.005", 4, ("SI", "SIL")),
    ("1.16", "0.00005", 3, ("6E",)),
    ("113", "0.015625", 1, ("ZN",)),
    ("95000", "5", 6, ("BTC", "MBT")),
)
_FAULT = re.compile(r"(?P<kind>[\w-]+)(@(?P<nth>[1-9]\d*))?(:(?P<match>\S+))?")


def run(chosen: argparse.Namespace) -> int:
    """Simulate until SIGTERM or Ctrl-C."""
    asyncio.run(_simulate(chosen))
    return 0


def fault_of(text: str) -> Fault:
    """``kind``, ``kind@3`` or ``kind@3:order/*``.

    Raises:
        UserError: it is none.
    """
    read = _FAULT.fullmatch(text)
    try:
        fault = fault_from(text if read is None else read["kind"])
    except ValueError as error:
        raise UserError(f"--fault {text}: {error}") from error
    if read is None:
        return fault
    # Nobody is connected yet: what would strike at once waits for something to happen.
    counted = Counted.EVENT if fault.counts is Counted.NOW else fault.counts
    return replace(
        fault, counted=counted, nth=int(read["nth"] or 1), match=read["match"] or fault.match
    )


class Markets:
    """A seeded market in the front months of what is traded most."""

    def __init__(self, exchange: Exchange, user_id: int, *, seed: int) -> None:
        self._exchange = exchange
        self._chance = random.Random(seed)  # noqa: S311  (a market to be repeated)
        self._walks: list[tuple[Walk, list[str]]] = []
        for start, tick, moves, roots in _MARKETS:
            names = [name for root in roots for name in _front(exchange, user_id, root)]
            if names:
                price = _last(exchange, names[0]) or start
                walk = Walk(
                    names[0], price, ticks=moves, chance=self._chance, tick_size=Decimal(tick)
                )
                self._walks.append((walk, names))

    def step(self) -> None:
        """One trade in each contract."""
        for walk, names in self._walks:
            price = walk.step()
            for name in names:
                self._exchange.tick(name, price, self._chance.randint(1, 20))


def _front(exchange: Exchange, user_id: int, root: str) -> list[str]:
    """The front contract of exactly this root, if there is one."""
    found = exchange.read(user_id, "contract", "suggest", {"t": root, "l": "10"})
    rows = found if isinstance(found, list) else [found]
    return [row["name"] for row in rows if re.fullmatch(rf"{root}[A-Z]\d", row["name"])][:1]


def _last(exchange: Exchange, name: str) -> str | None:
    quote = exchange.quote(exchange.contract_id(name))
    return None if quote is None else str(quote["entries"]["Trade"]["price"])


async def _simulate(chosen: argparse.Namespace) -> None:
    exchange = _exchange(chosen)
    user_id = _user(exchange, chosen)
    secret = f"{random.Random(chosen.seed).getrandbits(128):032x}"  # noqa: S311  (play money)
    server = Server(
        exchange,
        seed=chosen.seed,
        settings=ServerSettings(keys={_CID: secret}),
        faults=_plan(chosen),
        script=_script(chosen.script),
    )
    stop = _stopping()
    markets = Markets(exchange, user_id, seed=chosen.seed)
    await server.start("127.0.0.1", chosen.port)
    try:
        _announce(server, {"user": chosen.user, "password": chosen.password, "secret": secret})
        await _trade(markets, exchange, chosen, stop)
    finally:
        await server.stop()
        _save(exchange, chosen.state)


async def _trade(
    markets: Markets, exchange: Exchange, chosen: argparse.Namespace, stop: asyncio.Event
) -> None:
    steps = 0
    while not stop.is_set():
        if steps == 0 or not chosen.still:
            markets.step()
        steps += 1
        if steps % round(_SAVE_SECONDS / _STEP_SECONDS) == 0:
            _save(exchange, chosen.state)
        try:
            async with asyncio.timeout(_STEP_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


def _announce(server: Server, key: dict[str, str]) -> None:
    """The first line on stdout: where it listens, and a user with a key of the API."""
    told = {
        "rest": server.addresses.rest,
        "user_socket": server.addresses.user,
        "market_socket": server.addresses.market,
        "control": f"{server.url}/simulator",
        "user": key["user"],
        "password": key["password"],
        "cid": _CID,
        "secret": key["secret"],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _stopping() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C comes as KeyboardInterrupt
            break
    return stop


def _exchange(chosen: argparse.Namespace) -> Exchange:
    """A new exchange, or the one that was kept."""
    settings = _exchange_settings(chosen)
    if chosen.state is None or not Path(chosen.state).exists():
        return Exchange(seed=chosen.seed, clock=now, settings=settings)
    try:
        state: Any = json.loads(_text(chosen.state))
        return Exchange.restore(state, clock=now, settings=settings)
    except ValueError as error:
        raise UserError(
            f"{chosen.state} holds no simulator: {error}", "Name another file, or remove it."
        ) from error


def _exchange_settings(chosen: argparse.Namespace) -> ExchangeSettings:
    try:
        fee = Decimal(chosen.fee)
    except InvalidOperation as error:
        raise UserError(f"--fee {chosen.fee}: that is no amount") from error
    if not fee.is_finite() or fee < 0 or chosen.slippage < 0 or not 0 <= chosen.partial <= 1:
        raise UserError(
            "These fills make no sense", "--fee and --slippage from 0 on, --partial from 0 to 1."
        )
    if chosen.most is not None and chosen.most < 1:
        raise UserError(f"--most {chosen.most}: nothing would ever fill")
    return ExchangeSettings(
        calendar=calendar(),
        always_open=not chosen.session_hours,
        fees=Fees(commission=fee),
        slippage_ticks=chosen.slippage,
        partial_chance=chosen.partial,
        max_fill=chosen.most,
    )


def _user(exchange: Exchange, chosen: argparse.Namespace) -> int:
    for id_, name in exchange.users.items():
        if name == chosen.user:
            if exchange.user_of(chosen.user, chosen.password) is None:
                raise UserError(
                    f"{chosen.user} has another password in {chosen.state}",
                    "Give that one with --password, or name another user.",
                )
            return id_
    accounts = {f"{chosen.user.upper()}{number}": Decimal(50_000) for number in (1, 2)}
    return exchange.add_user(chosen.user, chosen.password, accounts=accounts)


def _plan(chosen: argparse.Namespace) -> FaultPlan:
    plan = FaultPlan.from_seed(chosen.seed, chosen.faults or 0)
    for text in chosen.fault:
        plan.add(fault_of(text))
    return plan


def _script(file: str | None) -> Script:
    if file is None:
        return Script()
    try:
        return Script.read(_text(file))
    except ValueError as error:
        raise UserError(f"{file}: {error}") from error


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


def _save(exchange: Exchange, file: str | None) -> None:
    """Keep the state whole: the old one stays until the new one is written."""
    if file is None:
        return
    beside = Path(f"{file}.new")
    try:
        beside.write_text(json.dumps(exchange.state()), encoding="utf-8")
        os.replace(beside, file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
