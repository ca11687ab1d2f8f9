"""PAPER: a simulated broker inside the program, over loopback, at the program's own prices."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from justtrades_desktop.app.paper_file import PaperFile
from justtrades_desktop.app.paper_prices import PaperPrices
from justtrades_desktop.app.places import calendar, products
from justtrades_desktop.domain.broker import Credentials, Environment, NewConnection
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.newer import written_by_newer
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.simulator.events import Event
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import ServerSettings
from justtrades_desktop.simulator.state import NewerState
from justtrades_desktop.trading.bus import Bus

NAME: Final = "PAPER"
_FILE: Final = "paper.json"
_FORMAT: Final = 1  # raised when an older program would misread the file
_CASH: Final = Decimal(50_000)
_PULSE: Final = 0.5  # seconds: nobody waits for the end of a session to the tenth of one
_KEEP_FINISHED: Final = 200  # orders: the state stays below a megabyte or so
_GATHER: Final = 0.2  # seconds: an order comes with its fill and its exits
_SHARE: Final = 50  # writing the state down takes no more than a part in so many of the time
_REST_AT_MOST: Final = 5.0  # seconds between two times

log = logging.getLogger(__name__)


class Paper:
    """One user with one account; what it holds outlives the program."""

    def __init__(self, folder: Path, bus: Bus, *, clock: Clock) -> None:
        self._path = folder / _FILE
        self._file = PaperFile(self._path)
        self._bus = bus
        self._clock = clock
        self._password = secrets.token_urlsafe(16)
        self._changed = asyncio.Event()
        self._refused: UserError | None = None
        self._exchange = self._kept() or self._fresh()
        self._server = Server(
            self._exchange,
            seed=secrets.randbits(64),  # tokens are made of it: nobody else shall guess them
            clock=clock,
            settings=ServerSettings(pulse=_PULSE, control=False),
        )
        self._prices = PaperPrices(self._exchange)
        self._ends = [self._exchange.subscribe(self._on_event)]

    async def start(self) -> NewConnection:
        """Listen on a free port; what the client needs to connect.

        Raises:
            UserError: a newer version of this program kept the account; its file stays as it is.
        """
        if self._refused is not None:
            raise self._refused
        await self._server.start()
        self._ends.append(self._prices.follow(self._bus))
        return NewConnection(
            name=NAME,
            environment=Environment.PAPER,
            credentials=Credentials(user=NAME, password=self._password),
            addresses=self._server.addresses,
        )

    def price(self, contract_id: int) -> Decimal | None:
        """What an order sent now would meet: its own quotes come later by a round and a socket."""
        return self._prices.last(contract_id)

    async def run(self) -> None:
        """Bring prices in and keep what happens on disk, for ever; a service."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._prices.run(), name="paper prices")
            both.create_task(self._keep(), name="paper file")

    async def stop(self) -> None:
        """Listen no more; what it holds is on disk."""
        for end in self._ends:
            end()
        self._ends.clear()
        if self._refused is None:
            await self._server.stop()
            _ = await asyncio.to_thread(self._writing())

    async def _keep(self) -> None:
        while True:
            _ = await self._changed.wait()
            await asyncio.sleep(_GATHER)
            self._changed.clear()
            begun = perf_counter()
            if not await asyncio.to_thread(self._writing()):
                self._changed.set()  # the disk may have room again later
                await asyncio.sleep(_REST_AT_MOST)
            await asyncio.sleep(min(_REST_AT_MOST, _SHARE * (perf_counter() - begun)))

    def _on_event(self, event: Event) -> None:
        self._changed.set()
        self._prices.hear(event)

    # The file

    def _writing(self) -> Callable[[], bool]:
        """What writes down the state of now; only a copy of it is made here on the loop."""
        exchange, password = self._exchange.snapshot(), self._password

        def content() -> dict[str, Any]:
            return {"format": _FORMAT, "password": password, "exchange": exchange()}

        return self._file.writing(content)

    def _kept(self) -> Exchange | None:
        try:
            read = self._file.read()
            return None if read is None else self._restored(read)
        except NewerState:
            self._refused = written_by_newer(self._path, "The paper account")
            return None
        except Exception as error:  # noqa: BLE001 - damage has as many forms as there are mistakes
            log.warning("the paper account cannot be read and begins anew: %r", error)
            self._file.set_aside()
            return None

    def _restored(self, read: Any) -> Exchange:
        if read.get("format", _FORMAT) > _FORMAT:  # the first version wrote none
            raise NewerState
        password = read["password"]
        if not isinstance(password, str):
            raise TypeError("no password")
        exchange = Exchange.restore(read["exchange"], clock=self._clock, settings=_settings())
        user = exchange.user_of(NAME, password)
        if user is None:
            raise ValueError("not the paper account")
        # Whatever is broken in it shall show itself now.
        _ = PaperPrices(exchange)
        for account in exchange.sync(user)["accounts"]:
            about = {"accountId": account["id"]}
            _ = exchange.perform(user, "cashbalance/getcashbalancesnapshot", about)
        self._password = password
        return exchange

    def _fresh(self) -> Exchange:
        # An earlier paper account's fills are in the ledger by their ids.
        first_id = int(self._clock().timestamp() * 1000)
        exchange = Exchange(seed=0, clock=self._clock, settings=_settings(), first_id=first_id)
        _ = exchange.add_user(NAME, self._password, accounts={NAME: _CASH})
        return exchange


def _settings() -> ExchangeSettings:
    return ExchangeSettings(products=products(), calendar=calendar(), keep_finished=_KEEP_FINISHED)
