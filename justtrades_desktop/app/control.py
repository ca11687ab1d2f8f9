"""The control port: other processes of the same user hand their commands to the one that runs."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from justtrades_desktop.app.brokers_soon import BrokersSoon
from justtrades_desktop.app.commands import Json, execute
from justtrades_desktop.app.feeds import Feeds, carry_out
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.trading.desk import Desk

if TYPE_CHECKING:  # it costs a third of a second to load
    from justtrades_desktop.app.brokers import Brokers

_SHUTDOWN_SECONDS: Final = 2.0


class ExecutionsSoon(Protocol):
    """Hands execution out as soon as it is there."""

    async def executions(self) -> Executions:
        """Execution; raises ``UserError`` while it is not there."""


class Control:
    """Loopback only, on a port of its own, so that no tunnel to the listener ever leads here."""

    def __init__(
        self,
        desk: Desk,
        feeds: Feeds,
        brokers: BrokersSoon | None,
        *,
        show: Callable[[], bool],
        executions: ExecutionsSoon | None = None,
    ) -> None:
        """``brokers`` and ``executions`` are None where this start has no brokers."""
        self._desk = desk
        self._feeds = feeds
        self._brokers = brokers
        self._executions = executions
        self._show = show
        self._runner: web.ServerRunner | None = None
        self.secret = secrets.token_urlsafe(32)

    async def start(self) -> str:
        """Listen on a free loopback port; the URL."""
        self._runner = web.ServerRunner(
            web.Server(self._answer, access_log=None), shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Take no more commands."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {self.secret}".encode()):
            return web.json_response({}, status=HTTPStatus.FORBIDDEN)
        try:
            asked = json.loads(await request.text())
            result = await self._carry_out(asked["command"], asked.get("arguments", {}))
        except UserError as error:
            return _failed(error.title, error.hint)
        except NotStored as error:
            return _failed(f"Not stored: {error}", "Make room or check the disk, then try again.")
        except (ValueError, KeyError, TypeError) as error:
            return _failed(f"The running JustTrades did not understand: {error}", "")
        return web.json_response({"result": result})

    async def _carry_out(self, command: str, arguments: Json) -> Json:
        if command == "show":
            return {"window": self._show()}
        if command.startswith("replay."):
            return carry_out(self._feeds, command, arguments)
        if command.startswith("broker."):
            return await self._about_brokers(command, arguments)
        if command.startswith("execution."):
            return await self._about_execution(command, arguments)
        return await execute(self._desk, command, arguments)

    async def _about_brokers(self, command: str, arguments: Json) -> Json:
        brokers = await self._there()
        from justtrades_desktop.app.execution_commands import ORDERS

        verb = command.removeprefix("broker.")
        if self._executions is not None and verb in ORDERS:
            try:
                return await self._about_execution(f"execution.{verb}", arguments)
            except UserError:
                if verb != "orders":
                    raise  # but looked at they can be, without saying whose they are
        from justtrades_desktop.app.broker_commands import carry_out as about_brokers

        return await about_brokers(brokers, command, arguments)

    async def _about_execution(self, command: str, arguments: Json) -> Json:
        brokers = await self._there()
        if self._executions is None:
            raise UserError("This JustTrades runs without execution")
        executions = await self._executions.executions()
        from justtrades_desktop.app import execution_commands
        from justtrades_desktop.app.execution_door import Door
        from justtrades_desktop.app.orders_seen import OrdersSeen

        door = Door(executions, brokers, OrdersSeen(brokers), self._desk.recorders)
        return await execution_commands.carry_out(door, command, arguments)

    async def _there(self) -> Brokers:
        if self._brokers is None:
            raise UserError("This JustTrades runs without brokers")
        return await self._brokers.get()


def _failed(title: str, hint: str) -> web.Response:
    return web.json_response({"error": {"title": title, "hint": hint}})
