"""Which fields of an alert are secrets, known by their names."""

from __future__ import annotations

import re
from functools import lru_cache

# Every secret name holds one of these; a text without any needs no closer look.
HINTS = ("pass", "pwd", "secret", "token", "key", "auth", "credential", "bearer", "jwt")
_PARTS = (
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "credential",
    "authoriz",
    "bearer",
    "jwt",
)
_ENDINGS = ("key", "pwd", "auth")
_EXACT = frozenset(("pass", "userpass", "webhookpass", "apipass"))
_PLAIN = frozenset(("idempotencykey", "dedupekey", "dedupkey", "uniquekey", "hotkey", "turnkey"))
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


def is_secret(name: str) -> bool:
    """Whether a field of this name is hidden; spelling, case and joints do not matter."""
    return len(name) > 80 or _is_secret(name)


@lru_cache(maxsize=512)
def _is_secret(name: str) -> bool:
    name = _NOT_LETTERS.sub("", name.lower())
    if name in _PLAIN:
        return False
    return (
        name in _EXACT
        or name.endswith(_ENDINGS)
        or any(part in name for part in _PARTS)
        or (name.startswith("auth") and not name.startswith("author"))
    )
