"""Where secrets are kept: a vault with a passphrase, and the system's keyring where one is."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from justtrades_desktop.broker.vault import Vault
from justtrades_desktop.broker.vault_key import Keyring, system_keyring
from justtrades_desktop.domain.broker import Credentials, Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.selftest.checking import PATIENCE, Wrong, is_so, same
from justtrades_desktop.selftest.scene import Scene

T = TypeVar("T")

_SERVICE: Final = "JustTrades self test"
_NAME: Final = "A connection"


async def keeping(scene: Scene) -> str:
    """An entry of the keyring comes and goes; a vault opens to its passphrase and no other."""
    keyring = await _in_time("the system's keyring", system_keyring)
    if keyring is not None:
        await _in_time("an entry in the system's keyring", lambda: _come_and_go(keyring))
    folder = scene.other("vault")
    await _in_time("a vault with a passphrase", lambda: _lock_and_open(folder))
    kept = "no system keyring here" if keyring is None else f"{_kind(keyring)} keeps an entry"
    return f"{kept}; a vault opens to its passphrase and to no other"


def _come_and_go(keyring: Keyring) -> None:
    entry, secret = f"entry {secrets.token_hex(8)}", secrets.token_urlsafe(24)
    keyring.set_password(_SERVICE, entry, secret)
    try:
        is_so(keyring.get_password(_SERVICE, entry) == secret, "the entry back", "something else")
    finally:
        keyring.delete_password(_SERVICE, entry)
    is_so(keyring.get_password(_SERVICE, entry) is None, "the entry gone", "that it is there still")


def _lock_and_open(folder: Path) -> None:
    passphrase, password = secrets.token_urlsafe(16), secrets.token_urlsafe(24)
    made = Vault.open(folder, passphrase=passphrase)
    made.put(_NAME, Environment.DEMO, Credentials(user="nobody", password=password), None)
    _holds_no_word_of(folder, password)
    locked = Vault.open(folder)
    is_so(locked.is_locked, "a locked vault without its passphrase", "an open one")
    try:
        locked.unlock(secrets.token_urlsafe(16))
    except UserError:
        is_so(locked.is_locked, "a vault still locked after a wrong passphrase", "an open one")
    else:
        raise Wrong("expected that a wrong passphrase is refused, found that it opens the vault")
    locked.unlock(passphrase)
    same("connections in the vault", locked.names(), (_NAME,))
    is_so(locked.credentials(_NAME).password == password, "the password back", "something else")


def _holds_no_word_of(folder: Path, password: str) -> None:
    for path in folder.iterdir():
        found = password.encode() in path.read_bytes()
        is_so(not found, "an encrypted file", f"the password in {path.name}")


def _kind(keyring: Keyring) -> str:
    return type(keyring).__module__.removeprefix("keyring.backends.")


async def _in_time(what: str, work: Callable[[], T]) -> T:
    """``work`` on a thread that is left behind where it hangs: a keyring may wait for a person."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(settling: Callable[[], None]) -> None:
        if not done.done():
            settling()

    def run() -> None:
        try:
            settling = partial(done.set_result, work())
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            settling = partial(done.set_exception, error)
        with suppress(RuntimeError):  # the loop has gone on without it, and is closed
            loop.call_soon_threadsafe(settle, settling)

    threading.Thread(target=run, name="self test", daemon=True).start()
    try:
        async with asyncio.timeout(PATIENCE):
            return await done
    except TimeoutError:
        raise Wrong(f"waited {PATIENCE:.0f} s for {what}") from None
