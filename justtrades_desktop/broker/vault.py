"""The vault: credentials, tokens and the device id, encrypted in one file of the data folder."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from justtrades_desktop.broker import vault_file, vault_key, vault_seal
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.broker.vault_content import Content, Foreign, decoded, encoded
from justtrades_desktop.broker.vault_device import machine_device_id
from justtrades_desktop.broker.vault_key import Keyring, KeyringFailed
from justtrades_desktop.broker.vault_seal import Damaged, Header, KeySource, Sealed
from justtrades_desktop.domain.broker import Addresses, Credentials, Environment, NewConnection
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.newer import written_by_newer

PASSPHRASE_VARIABLE: Final = "JUSTTRADES_PASSPHRASE"  # noqa: S105 - a name, not the thing
_NAME: Final = "vault.json"
_COST: Final = 2**17
_SHORTEST: Final = 8  # characters of a new passphrase

log = logging.getLogger(__name__)


def passphrase_from_environment() -> str | None:
    """The passphrase for use without a window; None where none is set."""
    return os.environ.get(PASSPHRASE_VARIABLE) or None


class Vault:
    """All calls may come from any thread; those that change something write the file.

    Tokens are the exception: they hold at once, and a thread writes them, see :meth:`flush`.

    The key is in the operating system's keyring, or made of a passphrase: where there is no
    keyring, or where a passphrase is given for a new vault.
    """

    def __init__(
        self, path: Path, *, sealed: Sealed | None, keyring: Keyring | None, cost: int
    ) -> None:
        """Use :meth:`open`."""
        self._path = path
        self._sealed = sealed
        self._keyring = keyring
        self._cost = cost
        self._header: Header | None = sealed.header if sealed is not None else None
        self._key: bytes | None = None
        self._content: Content | None = Content() if sealed is None else None
        self._device_id = ""
        self._writing = threading.Lock()
        self._memory = threading.Lock()  # held for a moment only: the event loop may take it
        self._unwritten: dict[str, Mapping[str, Any] | None] = {}  # tokens by connection
        self._writer: threading.Thread | None = None
        self._more_to_write = False

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        passphrase: str | None = None,
        keyring: Keyring | None = None,
        cost: int = _COST,
    ) -> Vault:
        """The vault of a data folder, new where there is none; nothing is written yet.

        ``keyring`` None is the operating system's. ``cost`` is scrypt's n of a new passphrase.
        May take a second: asks the keyring, or makes a key of the passphrase.

        Raises:
            UserError: the passphrase is wrong, the keyring does not give the key, or the file
                cannot be read or is newer than this program; a damaged one was moved aside.
        """
        path = folder / _NAME
        try:
            sealed = vault_file.read(path)
        except Damaged as error:
            raise _set_aside(path, error) from None
        if keyring is None:
            keyring = vault_key.system_keyring()
        elif not vault_key.is_usable(keyring):
            keyring = None
        vault = cls(path, sealed=sealed, keyring=keyring, cost=cost)
        if sealed is not None and sealed.header.source is KeySource.KEYRING:
            vault._unseal(vault._key_of_keyring(sealed.header))
        elif passphrase is not None:
            vault.unlock(passphrase)
        return vault

    def __repr__(self) -> str:
        return f"Vault({str(self._path)!r}, {'locked' if self.is_locked else 'open'})"

    @property
    def is_locked(self) -> bool:
        """It holds something that a passphrase has to open first."""
        return self._content is None

    @property
    def needs_passphrase(self) -> bool:
        """:meth:`unlock` comes first: with the passphrase, or with a new one if not locked."""
        return self._key is None and (self.is_locked or self._keyring is None)

    def unlock(self, passphrase: str) -> None:
        """Open it; a new vault keeps to this passphrase from now on. Takes half a second.

        Raises:
            UserError: the passphrase is wrong or too short, or the file is damaged.
        """
        sealed, header = self._sealed, self._header
        if self._key is not None:
            return
        if sealed is None or header is None:
            self._choose(passphrase)
            return
        key = vault_seal.passphrase_key(passphrase, bytes.fromhex(header.salt), header.cost)
        if not vault_seal.fits(header, key):
            raise UserError("The passphrase is wrong", "Nothing was changed. Try again.")
        self._unseal(key)

    # What it holds

    def names(self) -> tuple[str, ...]:
        """The connections, oldest first; ``UserError`` while locked, as for all below."""
        return tuple(self._opened().connections)

    def connection(self, name: str) -> NewConnection:
        """What was entered for ``name``; ``UserError`` where there is no such connection."""
        kept = self._opened().connections.get(name)
        if kept is None:
            raise UserError(f"There is no connection named {name!r}")
        return kept.connection

    def credentials(self, name: str) -> Credentials:
        """What logs ``name`` in; ``UserError`` where there is no such connection."""
        return self.connection(name).credentials

    def put(
        self,
        name: str,
        environment: Environment,
        credentials: Credentials,
        addresses: Addresses | None,
    ) -> None:
        """Keep a connection, or replace the one of that name.

        Raises:
            UserError: it cannot be kept, and nothing was changed.
        """
        new = NewConnection(
            name=name, environment=environment, credentials=credentials, addresses=addresses
        )
        self._change(lambda content: content.with_connection(new))

    def remove(self, name: str) -> None:
        """Forget a connection and its tokens; nothing happens where there is none."""
        if name in self._opened().connections:
            self._change(lambda content: content.without(name))

    def tokens(self, name: str) -> VaultTokens:
        """Where the logins of ``name`` keep their tokens."""
        return VaultTokens(self, name)

    def device_id(self) -> str:
        """32 hex digits that stay the same on this machine, for the broker to know it by."""
        known = self._opened().device_id or self._device_id
        if not known:
            known = self._device_id = machine_device_id()
        return known

    # Tokens, for VaultTokens

    def _tokens(self, name: str) -> Mapping[str, Any] | None:
        with self._memory:
            kept = self._opened().connections.get(name)
            return None if kept is None else self._unwritten.get(name, kept.tokens)

    def _put_tokens(self, name: str, tokens: Mapping[str, Any] | None) -> None:
        with self._memory:
            if name not in self._opened().connections:
                return
            self._unwritten[name] = tokens
            self._more_to_write = True
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_tokens, name="vault", daemon=True
                )
                self._writer.start()

    def _write_tokens(self) -> None:
        """Write until all is written that was put meanwhile; the thread's work."""
        while True:
            with self._memory:
                if not self._more_to_write:
                    self._writer = None
                    return
                self._more_to_write = False
            try:
                self._change(lambda content: content)
            except Exception as error:  # noqa: BLE001 - the thread has nobody to tell
                # Until the next restart they are good all the same.
                log.warning("the login cannot be kept: %s", error)

    def flush(self) -> None:
        """Wait until all tokens are on the disk; what could not be written is tried once more.

        Raises:
            UserError: they still cannot be; until the program ends they are kept anyway.
        """
        while (writer := self._at_work()) is not None:
            writer.join()
        if self._unwritten:
            self._change(lambda content: content)

    def _at_work(self) -> threading.Thread | None:
        with self._memory:
            return self._writer

    # The key

    def _key_of_keyring(self, header: Header) -> bytes:
        if self._keyring is None:
            raise _no_key(self._path, "there is no keyring now")
        try:
            key = vault_key.fetch(self._keyring, header.id)
        except KeyringFailed as error:
            raise _no_key(self._path, f"it does not answer ({error})") from None
        if key is None or not vault_seal.fits(header, key):
            raise _no_key(self._path, "it does not have the key")
        return key

    def _choose(self, passphrase: str) -> None:
        if len(passphrase) < _SHORTEST:
            raise UserError(
                "The passphrase is too short", f"Take one of {_SHORTEST} characters or more."
            )
        salt = secrets.token_bytes(16)
        key = vault_seal.passphrase_key(passphrase, salt, self._cost)
        self._header = vault_seal.passphrase_header(key, salt, self._cost)
        self._key = key

    def _made_key(self) -> tuple[Header, bytes]:
        """The key to write with; a new vault's goes to the keyring first."""
        if self._header is not None and self._key is not None:
            return self._header, self._key
        if self._keyring is None:
            raise UserError("The vault needs a passphrase", "This system has no keyring.")
        key = vault_key.new_key()
        header = vault_seal.random_key_header(key)
        try:
            vault_key.keep(self._keyring, header.id, key)
        except KeyringFailed as error:
            self._keyring = None
            raise UserError(
                f"The system's keyring did not take the vault's key ({error})",
                "Choose a passphrase for the vault instead.",
            ) from None
        self._header, self._key = header, key
        return header, key

    # The content

    def _opened(self) -> Content:
        content = self._content
        if content is None:
            raise UserError("The vault is locked", "Enter its passphrase.")
        return content

    def _unseal(self, key: bytes) -> None:
        sealed = self._sealed
        if sealed is None:
            return
        try:
            content = decoded(sealed.opened(key))
        except Foreign:  # the seal is whole: what wrote it knew more than this program
            raise written_by_newer(self._path, "The vault") from None
        except Damaged as error:
            told = _set_aside(self._path, error)
            self._begin_anew()
            raise told from None
        self._key, self._content = key, content

    def _begin_anew(self) -> None:
        self._sealed = self._header = self._key = None
        self._content = Content()

    def _change(self, change: Callable[[Content], Content]) -> None:
        """Write what ``change`` makes of all that holds, new tokens included."""
        with self._writing:
            with self._memory:
                before, tokens = self._opened(), dict(self._unwritten)
            header, key = self._made_key()
            for name, kept in tokens.items():
                before = before.with_tokens(name, kept)
            content = _with_device(change(before), self.device_id())
            sealed = vault_seal.seal(header, key, encoded(content))
            vault_file.write(self._path, sealed)
            with self._memory:
                self._content, self._sealed = content, sealed
                for name, kept in tokens.items():
                    if self._unwritten.get(name) is kept:
                        self._unwritten.pop(name, None)


class VaultTokens:
    """The tokens of one connection's login: a ``TokenStore``."""

    __slots__ = ("_name", "_vault")

    def __init__(self, vault: Vault, name: str) -> None:
        self._vault = vault
        self._name = name

    def load(self) -> Tokens | None:
        """The last ones saved; None where there are none, or another version wrote them."""
        kept = self._vault._tokens(self._name)
        try:
            return None if kept is None else Tokens.from_json(kept)
        except ValueError:
            log.warning("the tokens of %s are not as this version writes them", self._name)
            return None

    def save(self, tokens: Tokens) -> None:
        """Keep them, at once in memory and soon on the disk: see :meth:`Vault.flush`.

        Without the connection they are dropped.

        Raises:
            UserError: the vault is locked.
        """
        self._vault._put_tokens(self._name, tokens.to_json())

    def clear(self) -> None:
        """Forget them; raises as :meth:`save` does."""
        self._vault._put_tokens(self._name, None)


def _with_device(content: Content, device_id: str) -> Content:
    return Content(content.connections, device_id)


def _no_key(path: Path, why: str) -> UserError:
    return UserError(
        f"The vault {path} cannot be opened: its key is in the system's keyring, and {why}",
        "Nothing was changed. Unlock the keyring; if its key is lost, move the file away and enter "
        "the connections again.",
    )


def _set_aside(path: Path, error: Damaged) -> UserError:
    aside = vault_file.set_aside(path)
    return UserError(
        f"The vault {path} is damaged: {error}",
        f"It was kept as {aside.name}. Enter the connections again, or put a backup in its place.",
    )
