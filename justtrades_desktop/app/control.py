"""The control port: other processes of the same user hand their commands to the one that runs."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web

from justtrades_desktop.app.brokers_soon import BrokersSoon
from justtrades_desktop.app.commands import Json, execute
from justtrades_desktop.app.feeds import Feeds, carry_out
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.trading.desk import Desk

_SHUTDOWN_SECONDS: Final = 2.0


class Control:
    """Loopback only, on a port of its own, so that no tunnel to the listener ever leads here."""

    def __init__(
        self,
        desk: Desk,
        feeds: Feeds,
        brokers: BrokersSoon | None,
        *,
        show: Callable[[], bool],
    ) -> None:
        self._desk = desk
        self._feeds = feeds
        self._brokers = brokers
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
        return await execute(self._desk, command, arguments)

    async def _about_brokers(self, command: str, arguments: Json) -> Json:
        if self._brokers is None:
            raise UserError("This JustTrades runs without brokers")
        brokers = await self._brokers.get()
        from justtrades_desktop.app.broker_commands import carry_out as about_brokers

        return await about_brokers(brokers, command, arguments)


def _failed(title: str, hint: str) -> web.Response:
    return web.json_response({"error": {"title": title, "hint": hint}})
