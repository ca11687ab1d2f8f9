"""What the vault may take long for, as coroutines: the loop goes on while a thread does it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from justtrades_desktop.broker.vault import Vault
from justtrades_desktop.broker.vault_key import Keyring
from justtrades_desktop.domain.broker import NewConnection
from justtrades_desktop.domain.errors import UserError

log = logging.getLogger(__name__)


async def open_vault(
    folder: Path, *, passphrase: str | None = None, keyring: Keyring | None = None
) -> Vault:
    """:meth:`Vault.open`: asks the keyring, or makes a key of the passphrase."""
    return await asyncio.to_thread(Vault.open, folder, passphrase=passphrase, keyring=keyring)


async def unlock(vault: Vault, passphrase: str) -> None:
    """:meth:`Vault.unlock`."""
    await asyncio.to_thread(vault.unlock, passphrase)


async def put(vault: Vault, new: NewConnection) -> None:
    """:meth:`Vault.put` of all that ``new`` says."""
    await asyncio.to_thread(vault.put, new.name, new.environment, new.credentials, new.addresses)


async def remove(vault: Vault, name: str) -> None:
    """:meth:`Vault.remove`."""
    await asyncio.to_thread(vault.remove, name)


async def flush(vault: Vault) -> None:
    """:meth:`Vault.flush`, before the program ends; a failure is written to the log."""
    try:
        await asyncio.to_thread(vault.flush)
    except UserError as error:
        log.warning("the login cannot be kept: %s", error)
