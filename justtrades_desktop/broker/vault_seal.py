"""The vault as it is sealed: a header that anyone may read, and what only the key opens."""

from __future__ import annotations

import hmac
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY_BYTES: Final = 32
FORMAT: Final = 1
NONCE_BYTES: Final = 12
_BLOCK: Final = 8  # scrypt's r; with n = 2**17 it takes 128 MB and half a second
MOST_COST: Final = 2**21  # beyond it a header asks for more memory than this program ever did


class Damaged(Exception):
    """The file cannot be read; says why without a word of what it holds."""


class KeySource(StrEnum):
    """Where the key comes from."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, not the thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known of a vault without its key.

    ``id`` names its key in the keyring. ``check`` tells the right key from another one, so that a
    wrong passphrase is not taken for damage. ``salt`` and ``cost`` (n) are scrypt's. ``format`` is
    the one that the file was written in: what is sealed is bound to it.
    """

    source: KeySource
    id: str
    check: str
    salt: str = ""
    cost: int = 0
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Sealed:
    """A vault as it lies on the disk."""

    header: Header
    nonce: bytes
    content: bytes

    def opened(self, key: bytes) -> bytes:
        """What it holds.

        Raises:
            Damaged: it is not what was written.
        """
        try:
            return AESGCM(key).decrypt(self.nonce, self.content, _told(self.header))
        except InvalidTag:
            raise Damaged("its content was changed") from None


def seal(header: Header, key: bytes, content: bytes) -> Sealed:
    """Encrypt ``content`` in today's format; the header is not secret, but bound to it."""
    header = replace(header, format=FORMAT)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(header, nonce, AESGCM(key).encrypt(nonce, content, _told(header)))


def random_key_header(key: bytes) -> Header:
    """The header of a new vault with a ``key`` of the keyring."""
    return Header(source=KeySource.KEYRING, id=secrets.token_hex(8), check=_check(key))


def passphrase_key(passphrase: str, salt: bytes, cost: int) -> bytes:
    """The key that a passphrase stands for; takes half a second at the usual cost."""
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=_BLOCK, p=1).derive(words)


def passphrase_header(key: bytes, salt: bytes, cost: int) -> Header:
    """The header of a new vault whose ``key`` was made by :func:`passphrase_key`."""
    return Header(
        source=KeySource.PASSPHRASE,
        id=secrets.token_hex(8),
        check=_check(key),
        salt=salt.hex(),
        cost=cost,
    )


def fits(header: Header, key: bytes) -> bool:
    """Whether it is this vault's key."""
    return hmac.compare_digest(_check(key).encode(), header.check.encode())


def _check(key: bytes) -> str:
    return hmac.digest(key, b"JustTrades vault", "sha256")[:16].hex()


def _told(header: Header) -> bytes:
    return json.dumps(asdict(header), sort_keys=True).encode()
