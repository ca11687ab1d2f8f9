"""The HTTP side: a request becomes a call, its reply an answer or a broken connection."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from justtrades_desktop.simulator.calls import GETS, READS, Call, Calls, Reply
from justtrades_desktop.simulator.frames import from_json, to_json
from justtrades_desktop.simulator.sessions import Sessions

LARGEST_BODY: Final = 256 * 1024
_BEARER: Final = "bearer "


async def answer(request: web.Request, calls: Calls, sessions: Sessions) -> web.StreamResponse:
    """Carry out a request to ``/v1/…``; paths are told apart without regard to case."""
    operation = request.match_info["path"].strip("/").lower()
    entity, _, how = operation.partition("/")
    wanted = "GET" if operation in GETS or how in READS else "POST"
    if not entity or not how or request.method != wanted:
        return to_http(Reply(404, "Not found"), request)
    call = Call(
        operation=operation,
        query=dict(request.query),
        body=await _body(request) if wanted == "POST" else None,
        session=sessions.by_token(_token(request)),
        address=request.remote or "",
    )
    return to_http(await calls.answer(call), request)


def to_http(reply: Reply, request: web.BaseRequest) -> web.StreamResponse:
    """The answer as HTTP; a lost one ends the connection without a byte."""
    if reply.lost:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    if reply.told is None:
        return web.Response(status=reply.status)
    if isinstance(reply.told, str):
        return web.Response(status=reply.status, text=reply.told)
    body = to_json(reply.told).encode()
    return web.Response(status=reply.status, body=body, content_type="application/json")


async def _body(request: web.Request) -> object:
    """What was sent as JSON, nothing being an empty object; None where it is none."""
    sent = await request.read()
    try:
        return from_json(sent) if sent else {}
    except ValueError:
        return None


def _token(request: web.Request) -> str | None:
    told = request.headers.get("Authorization", "")
    return told[len(_BEARER) :].strip() if told.lower().startswith(_BEARER) else None
