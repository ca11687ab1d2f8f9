"""What the vault holds, and the JSON of it that is encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from justtrades_desktop.domain.broker import Addresses, Credentials, Environment, NewConnection

_ROW: Final = (*(each.name for each in fields(NewConnection)), "tokens")


class Foreign(Exception):
    """It is as it was sealed, and still not what this version writes; says no word of it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One connection; ``tokens`` are of its last login, as JSON knows them."""

    connection: NewConnection
    tokens: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """All of it; never changed, only replaced."""

    connections: Mapping[str, Kept] = field(default_factory=dict)
    device_id: str = ""

    def with_connection(self, new: NewConnection) -> Content:
        """``new`` under its name; the tokens stay where the login is the same."""
        old = self.connections.get(new.name)
        tokens = old.tokens if old is not None and _login(old.connection) == _login(new) else None
        return replace(self, connections={**self.connections, new.name: Kept(new, tokens)})

    def without(self, name: str) -> Content:
        """All but ``name``."""
        left = {known: kept for known, kept in self.connections.items() if known != name}
        return replace(self, connections=left)

    def with_tokens(self, name: str, tokens: Mapping[str, Any] | None) -> Content:
        """Other tokens for ``name``; the same where it is not there any more."""
        kept = self.connections.get(name)
        if kept is None:
            return self
        changed = Kept(kept.connection, tokens)
        return replace(self, connections={**self.connections, name: changed})


def _login(connection: NewConnection) -> object:
    return connection.environment, connection.credentials, connection.addresses


def encoded(content: Content) -> bytes:
    """As JSON; raises ``TypeError`` for tokens that JSON does not know."""
    return json.dumps(
        {
            "device_id": content.device_id,
            "connections": [
                {**asdict(kept.connection), "tokens": kept.tokens}
                for kept in content.connections.values()
            ],
        }
    ).encode()


def decoded(data: bytes) -> Content:
    """The content of :func:`encoded`.

    Raises:
        Foreign: another version wrote it.
    """
    content = None
    try:
        told = json.loads(data)
        _only(told, "device_id", "connections")
        kept = [_kept(row) for row in told["connections"]]
        content = Content({one.connection.name: one for one in kept}, str(told["device_id"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        pass  # not raised from here: the error holds the text it could not read
    if content is None:
        raise Foreign
    return content


def _only(told: Mapping[str, Any], *names: str) -> None:
    """What is not known here would be lost with the next change."""
    if not told.keys() <= {*names}:
        raise ValueError


def _kept(row: Mapping[str, Any]) -> Kept:
    _only(row, *_ROW)
    addresses = row["addresses"]
    connection = NewConnection(
        name=row["name"],
        environment=Environment(row["environment"]),
        credentials=Credentials(**row["credentials"]),
        addresses=None if addresses is None else Addresses(**addresses),
    )
    return Kept(connection, row["tokens"])
