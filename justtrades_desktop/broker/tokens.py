"""The tokens of a login, and where they outlive the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, Self

from justtrades_desktop.broker.wire import moment

RENEW_BEFORE: Final = timedelta(minutes=15)
LIFETIME: Final = timedelta(minutes=80)
"""How long a token lives where the broker does not say it."""
_TIMES: Final = ("issued", "expires", "password_expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a login brought; without ``access`` there is no login, only the device.

    ``login`` is the name that was logged in with: tokens of another one are not used. ``market`` is
    empty where quotes take the access token too.
    """

    device_id: str
    login: str = ""
    access: str = field(default="", repr=False)
    market: str = field(default="", repr=False)
    issued: datetime | None = None
    expires: datetime | None = None
    user_id: int | None = None
    name: str = ""
    user_status: str = ""
    has_live: bool | None = None
    password_expires: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether the broker still takes the token, as far as it said."""
        return bool(self.access) and self.expires is not None and now < self.expires

    def renew_at(self) -> datetime | None:
        """When to renew: 15 minutes before the end, in the middle of a short life."""
        if self.expires is None or self.issued is None:
            return self.expires
        return self.expires - min(RENEW_BEFORE, (self.expires - self.issued) / 2)

    def to_json(self) -> dict[str, Any]:
        """For keeping; secrets and all."""
        taken = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in taken.items()
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`.

        Raises:
            ValueError: that was never written by it.
        """
        try:
            known = {each.name: raw[each.name] for each in fields(cls) if each.name in raw}
            times = {key: moment(known[key]) for key in _TIMES if known.get(key) is not None}
            return cls(**{**known, **times})
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are no tokens: {type(error).__name__}") from None


class TokenStore(Protocol):
    """Where tokens are kept safe; a store that fails raises ``OSError`` or ``UserError``."""

    def load(self) -> Tokens | None:
        """What was saved last."""

    def save(self, tokens: Tokens) -> None:
        """Keep ``tokens`` in place of what was there."""

    def clear(self) -> None:
        """Forget everything, the device too."""
