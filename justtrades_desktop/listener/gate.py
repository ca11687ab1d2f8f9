"""Who may come in: whose Host header, and how many wrong tokens from one address."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Final

WRONG_TOKENS_A_MINUTE: Final = 10
_MINUTE: Final = 60.0
_ADDRESSES: Final = 1024


class Gate:
    """Host names that are ours, and a sliding minute of wrong tokens per address.

    A foreign Host on a loopback address is a web page that had its name resolved to this machine
    (DNS rebinding). ``loopback`` says whether the listener is bound to one; if not, any literal
    address is ours, since a rebound name never is one.
    """

    def __init__(
        self,
        *,
        loopback: bool,
        allowed_hosts: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loopback = loopback
        self._names = {
            "localhost",
            *(_without_port(name.lower()).rstrip(".") for name in allowed_hosts),
        }
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._ours: dict[str | None, bool] = {}

    def is_ours(self, host: str | None) -> bool:
        """Whether a request with this Host header is meant for us."""
        known = self._ours.get(host)
        if known is None:
            known = self._judge(host)
            if len(self._ours) < _ADDRESSES:
                self._ours[host] = known
        return known

    def wrong_token(self, address: str) -> bool:
        """Note a wrong token; False once there were too many from this address within a minute."""
        now = self._clock()
        times = self._wrong.pop(address, None) or deque(maxlen=WRONG_TOKENS_A_MINUTE)
        while times and now - times[0] > _MINUTE:
            times.popleft()
        allowed = len(times) < WRONG_TOKENS_A_MINUTE
        if allowed:
            times.append(now)
        self._wrong[address] = times
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
        return allowed

    def _judge(self, host: str | None) -> bool:
        if host is None:
            return True  # HTTP/1.0 may leave it out; a browser never does
        name = _without_port(host.lower()).rstrip(".")
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._loopback


def _without_port(host: str) -> str:
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name if not rest or rest.startswith(":") else host
    return host.partition(":")[0]
