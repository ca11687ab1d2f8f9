"""``/simulator/…``: faults and prices by hand, and the simulator's own record of the orders."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from justtrades_desktop.simulator.exchange import Exchange, NotThere
from justtrades_desktop.simulator.faults import Fault, FaultPlan, fault_from
from justtrades_desktop.simulator.frames import from_json, to_json
from justtrades_desktop.simulator.script import Tick, tick_from
from justtrades_desktop.simulator.sessions import Sessions

_OURS: Final = {"localhost", "127.0.0.1", "::1"}


class Control:
    """Answers whoever sits at this machine, and no web page."""

    def __init__(
        self,
        exchange: Exchange,
        sessions: Sessions,
        plan: FaultPlan,
        *,
        add: Callable[[Fault], None],
        trade: Callable[[Tick], None],
    ) -> None:
        self._exchange = exchange
        self._sessions = sessions
        self._plan = plan
        self._add = add
        self._trade = trade

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Do what ``METHOD /simulator/what`` asks."""
        if not is_from_here(request):
            return _said(403, {"error": "only from this machine, and from no web page"})
        doing = {
            ("POST", "fault"): self._fault,
            ("POST", "tick"): self._tick,
            ("POST", "account"): self._account,
            ("POST", "code"): self._code,
            ("GET", "faults"): self._faults,
            ("DELETE", "faults"): self._clear,
            ("GET", "orders"): self._orders,
        }.get((request.method, request.match_info["what"]))
        if doing is None:
            return _said(404, {"error": "nothing is here"})
        try:
            told = from_json(await request.read()) if request.method == "POST" else {}
            return _said(200, doing(told))
        except NotThere as error:
            return _said(404, {"error": str(error) or "there is no such thing"})
        except (ValueError, TypeError, KeyError) as error:
            return _said(400, {"error": str(error)})

    def _fault(self, told: Any) -> Any:
        fault = fault_from(told)
        self._add(fault)
        return fault.as_json()

    def _tick(self, told: Any) -> Any:
        ticks = [tick_from(one) for one in (told if isinstance(told, list) else [told])]
        for tick in ticks:
            self._trade(tick)
        return {"traded": len(ticks)}

    def _account(self, told: Any) -> Any:
        """``{accountId, adminAction?, flattenTimestamp?}``."""
        account_id = int(told["accountId"])
        if "adminAction" in told:
            self._exchange.set_admin_action(account_id, str(told["adminAction"]))
        if "flattenTimestamp" in told:
            at = told["flattenTimestamp"]
            time = None if at is None else datetime.fromisoformat(at)
            self._exchange.set_flatten(account_id, time)
        return {}

    def _code(self, told: Any) -> Any:
        code = self._sessions.grant_code(str(told["name"]))
        if code is None:
            raise NotThere("there is no such user")
        return {"code": code}

    def _faults(self, _: Any) -> Any:
        struck = [
            {"fault": s.fault.as_json(), "number": s.number, "what": s.what}
            for s in self._plan.struck
        ]
        return {"armed": [fault.as_json() for fault in self._plan.armed], "struck": struck}

    def _clear(self, _: Any) -> Any:
        self._plan.clear()
        return {}

    def _orders(self, _: Any) -> Any:
        """Every user's orders, each with its versions, commands and fills."""
        return {name: self._orders_of(id_) for id_, name in self._exchange.users.items()}

    def _orders_of(self, user_id: int) -> list[Any]:
        def rows(entity: str) -> list[dict[str, Any]]:
            found = self._exchange.read(user_id, entity, "list", {})
            return found if isinstance(found, list) else [found]

        parts = {
            section: rows(entity)
            for section, entity in (
                ("versions", "orderversion"),
                ("commands", "command"),
                ("fills", "fill"),
            )
        }
        return [
            {
                **order,
                **{s: [r for r in p if r["orderId"] == order["id"]] for s, p in parts.items()},
            }
            for order in rows("order")
        ]


def is_from_here(request: web.Request) -> bool:
    """Whether a program on this machine asks; a page would name itself or a host of its own."""
    try:
        near = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        near = False
    host = request.host.rpartition(":")[0] if ":" in request.host else request.host
    return near and "Origin" not in request.headers and host.strip("[]").lower() in _OURS


def _said(status: int, told: Any) -> web.Response:
    body = to_json(told).encode()
    return web.Response(status=status, body=body, content_type="application/json")
