"""Taking everything of this program's out of a data folder, and its keys out of the keyring."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from justtrades_desktop.app.belongings import LOCK, VAULT, Belongings, belongings
from justtrades_desktop.app.instance import Occupied, owning
from justtrades_desktop.app.places import usual_data_dir
from justtrades_desktop.broker import vault_key
from justtrades_desktop.broker.vault_file import key_id
from justtrades_desktop.broker.vault_key import Keyring, KeyringFailed
from justtrades_desktop.domain.errors import UserError

_KEYRING_SECONDS: Final = 10.0


class Lying(NamedTuple):
    """A file of ours and its size in bytes."""

    path: Path
    size: int


class Purged(NamedTuple):
    """What was there, and in words what of it could not be removed."""

    files: tuple[Lying, ...]
    others: tuple[Path, ...]
    troubles: tuple[str, ...] = ()


def found(data_dir: Path) -> Purged:
    """What a purge would remove from ``data_dir`` and what it would leave.

    Raises:
        UserError: the folder cannot be read.
    """
    return _lying(_look(data_dir))


def purge(data_dir: Path) -> Purged:
    """Remove all of ours; the folder too where nothing else is in it. Links are not followed.

    The keyring is asked last, and does not hold up the rest.

    Raises:
        UserError: a process runs on the folder, or it cannot be read; then nothing was removed.
    """
    lock = data_dir / LOCK
    try:
        with owning(data_dir):
            ours = _look(data_dir)
            there = _lying(ours)
            keys = {vault: key for vault in ours.vaults if (key := key_id(vault)) is not None}
            spared = _in_use_elsewhere(data_dir)
            troubles = _remove(path for path in ours.files if path != lock)
            # While it is held: whoever waits for it finds it gone, and no two own the folder.
            lock_left = _remove([lock])  # Windows lets no open file go
    except Occupied as error:
        raise UserError(error.title, "Quit it first. Nothing was removed.") from error
    if lock_left:
        troubles += _remove([lock])
    for folder in (*ours.folders, data_dir):
        with suppress(OSError):  # something of somebody else's is in it
            folder.rmdir()
    # What could not be removed still needs its key.
    troubles += _forget_keys({key for vault, key in keys.items() if not vault.exists()} - spared)
    return there._replace(troubles=tuple(troubles))


def _in_use_elsewhere(data_dir: Path) -> set[str]:
    """The key of the vault in the usual place: a copy of that vault opens with the same one."""
    with suppress(OSError, UserError):
        usual = usual_data_dir()
        if not usual.samefile(data_dir) and (key := key_id(usual / VAULT)) is not None:
            return {key}
    return set()


def _look(data_dir: Path) -> Belongings:
    try:
        return belongings(data_dir)
    except OSError as error:
        raise UserError(
            f"{error.filename or data_dir} cannot be read: {error.strerror}",
            "Check the folder's permissions. Nothing was removed.",
        ) from error


def _lying(ours: Belongings) -> Purged:
    files = [Lying(path, path.stat().st_size) for path in ours.files]
    return Purged(tuple(files), ours.others)


def _remove(paths: Iterable[Path]) -> list[str]:
    troubles = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            troubles.append(f"{path} cannot be removed: {error.strerror}.")
    return troubles


def _forget_keys(keys: Iterable[str]) -> list[str]:
    """Take the vaults' ``keys``, by name, out of the system's keyring; in words which stayed."""
    left = sorted(keys)
    troubles: list[str] = []

    def forget() -> None:
        keyring = vault_key.system_keyring()
        while left:
            troubles.extend(_forget(keyring, left[0]))
            left.pop(0)

    if left:
        asking = threading.Thread(target=forget, name="keyring", daemon=True)
        asking.start()
        asking.join(_KEYRING_SECONDS)  # it may be asking its owner, who is not there
    return troubles + [_stayed(key, "it does not answer") for key in tuple(left)]


def _forget(keyring: Keyring | None, key: str) -> list[str]:
    if keyring is None:
        return [_stayed(key, "there is none to ask now")]
    try:
        vault_key.forget(keyring, key)
    except KeyringFailed as error:
        return [_stayed(key, f"it does not answer ({error})")]
    return []


def _stayed(key: str, why: str) -> str:
    return (
        f"The key of the vault is still in the system's keyring, under {vault_key.SERVICE!r} as "
        f"{key!r}: {why}. Without the vault it opens nothing."
    )
