"""Signing in through the broker's own page in the browser: no password passes through here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from justtrades_desktop.broker.answers import Accepted, Kind, Trouble
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.tokens import LIFETIME, Tokens
from justtrades_desktop.domain.broker import Credentials

PAGE: Final = "https://trader.tradovate.com/oauth"


def sign_in_address(client_id: str, redirect_uri: str) -> str:
    """What to open in the browser; it comes back to ``redirect_uri`` with a ``code``."""
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri}
    return f"{PAGE}?{urlencode(asked)}"


async def exchange(
    http: Http, credentials: Credentials, code: str, *, redirect_uri: str, now: datetime
) -> Tokens | Trouble:
    """The tokens for ``code``; ``cid`` and ``secret`` are the client's. Give them to ``adopt``."""
    http.masks.learn(code, credentials.secret)
    answer = await http.call(
        "POST",
        "auth/oauthtoken",
        body={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": credentials.cid,
            "client_secret": credentials.secret,
        },
        kind=Kind.LOGIN,
        expect="access_token",
        exit=True,
        authorize=False,
    )
    if not isinstance(answer, Accepted):
        return answer
    seconds = answer.body.get("expires_in")
    life = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else LIFETIME
    return Tokens(
        device_id="",
        login=credentials.user,
        access=str(answer.body["access_token"]),  # quotes take the same one
        issued=now,
        expires=now + life,
    )
