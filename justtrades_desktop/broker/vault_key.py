"""The vault's key in the operating system's keyring."""

from __future__ import annotations

import logging
import secrets
from base64 import b64decode, b64encode
from typing import Any, Final, Protocol

from justtrades_desktop.broker.vault_seal import KEY_BYTES

SERVICE: Final = "JustTrades Desktop"
_LEAST_PRIORITY: Final = 1  # below it stand backends that keep nothing, or keep it in plain text

log = logging.getLogger(__name__)


class Keyring(Protocol):
    """What is asked of a backend of the package keyring."""

    @property
    def priority(self) -> float:
        """How good it is; below 1 it is none to use without being asked."""

    def get_password(self, service: str, username: str) -> str | None:
        """The password, None where there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the password."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget the password."""


class KeyringFailed(Exception):
    """The keyring did not answer, or has lost what it was given."""


def system_keyring() -> Keyring | None:
    """The operating system's own, None where there is none; looking for it takes a moment."""
    try:
        import keyring  # its backends load a good deal, and a program without a broker needs none

        found: Any = keyring.get_keyring()
        return found if is_usable(found) else None
    except Exception as error:  # noqa: BLE001 - whatever a backend meets: then there is none
        log.warning("no keyring: %s", type(error).__name__)
        return None


def is_usable(found: Keyring) -> bool:
    """Whether it guards what it keeps; of several in a chain the first one counts."""
    chained: Any = getattr(found, "backends", None)
    best = max((b.priority for b in chained), default=0) if chained else found.priority
    return bool(best >= _LEAST_PRIORITY)


def new_key() -> bytes:
    """A random key."""
    return secrets.token_bytes(KEY_BYTES)


def keep(keyring: Keyring, vault_id: str, key: bytes) -> None:
    """Give the key to the keyring, and see that it comes back.

    Raises:
        KeyringFailed: it does not keep it.
    """
    try:
        keyring.set_password(SERVICE, vault_id, b64encode(key).decode())
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise KeyringFailed(type(error).__name__) from None
    if fetch(keyring, vault_id) != key:
        raise KeyringFailed("it does not keep what it is given")


def forget(keyring: Keyring, vault_id: str) -> bool:
    """Take the key of that vault out of the keyring; False where it has none.

    Raises:
        KeyringFailed: it does not answer, or keeps it.
    """
    try:
        if keyring.get_password(SERVICE, vault_id) is None:
            return False
        keyring.delete_password(SERVICE, vault_id)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise KeyringFailed(type(error).__name__) from None
    return True


def fetch(keyring: Keyring, vault_id: str) -> bytes | None:
    """The key of that vault, None where the keyring has none.

    Raises:
        KeyringFailed: it does not answer.
    """
    try:
        text = keyring.get_password(SERVICE, vault_id)
    except Exception as error:  # noqa: BLE001 - the same
        raise KeyringFailed(type(error).__name__) from None
    try:
        key = b64decode(text or "", validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
