"""The vault's file: read with care, written whole or not at all."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from justtrades_desktop.broker.vault_seal import (
    FORMAT,
    MOST_COST,
    NONCE_BYTES,
    Damaged,
    Header,
    KeySource,
    Sealed,
)
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.newer import written_by_newer


def read(path: Path) -> Sealed | None:
    """The vault at ``path``; None where there is none.

    Raises:
        Damaged: it is no vault.
        UserError: it may not be read, or is of a newer version of this program.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(
            f"The vault {path} cannot be read: {error.strerror}", "Check the folder."
        ) from error
    try:
        told = json.loads(data)
        written_in = int(told["format"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Damaged("it is no vault") from None
    if written_in > FORMAT:
        versions = f"format {written_in}; this one knows {FORMAT}"
        raise written_by_newer(path, "The vault", versions)
    return _sealed(told)


def key_id(path: Path) -> str | None:
    """What the keyring knows the key of the vault at ``path`` by, whatever state that is in.

    None where its key is made of a passphrase, or where the file does not say.
    """
    try:
        told = json.loads(path.read_bytes())
        return str(told["id"]) if told["source"] == KeySource.KEYRING else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _sealed(told: Mapping[str, Any]) -> Sealed:
    try:
        header = Header(
            source=KeySource(told["source"]),
            id=str(told["id"]),
            check=str(told["check"]),
            salt=bytes.fromhex(told["salt"]).hex(),
            cost=int(told["cost"]),
            format=int(told["format"]),
        )
        sealed = Sealed(
            header,
            b64decode(told["nonce"], validate=True),
            b64decode(told["content"], validate=True),
        )
    except (ValueError, TypeError, KeyError):
        raise Damaged("its header cannot be read") from None
    # What the cipher and scrypt would refuse, or would take all memory for.
    whole = len(sealed.nonce) == NONCE_BYTES and 0 <= header.cost <= MOST_COST
    if not whole or (header.source is KeySource.PASSPHRASE and not _is_cost(header.cost)):
        raise Damaged("its header is not what was written")
    return sealed


def _is_cost(cost: int) -> bool:
    return cost > 1 and cost & (cost - 1) == 0


def write(path: Path, sealed: Sealed) -> None:
    """Replace the file whole or not at all; only its owner may read it.

    Raises:
        UserError: it cannot be written; the old one is still there.
    """
    told = asdict(sealed.header) | {
        "nonce": b64encode(sealed.nonce).decode(),
        "content": b64encode(sealed.content).decode(),
    }
    try:
        _replace(path, json.dumps(told, indent=1).encode())
    except OSError as error:
        raise UserError(
            f"The vault {path} cannot be written: {error.strerror}",
            "Nothing was changed. Check the disk and the folder.",
        ) from error


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)  # what a crash left may be readable by others
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk too; Windows has no handle of a folder to ask for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path:
    """Move what cannot be read out of the way; it keeps lying beside as the returned path.

    Raises:
        UserError: it cannot be moved, and lies where it was.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    try:
        return path.rename(aside)
    except OSError as error:
        raise UserError(
            f"The vault {path} is damaged, and cannot be moved away: {error.strerror}",
            "Check the folder.",
        ) from error
