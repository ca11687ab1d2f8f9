"""The vault: it gives back what it was given, to nobody else, and loses nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import stat
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.broker import vault_waiting
from justtrades_desktop.broker.tokens import Tokens, TokenStore
from justtrades_desktop.broker.vault import (
    PASSPHRASE_VARIABLE,
    Vault,
    passphrase_from_environment,
)
from justtrades_desktop.broker.vault_content import Content, encoded
from justtrades_desktop.broker.vault_file import key_id
from justtrades_desktop.broker.vault_key import Keyring, KeyringFailed, forget, is_usable
from justtrades_desktop.domain.broker import Addresses, Credentials, Environment, NewConnection
from justtrades_desktop.domain.errors import UserError
from tests.fakes.keyring import FakeKeyring, Forgetful, NoKeyring, Refusing

PASSWORD = "hunter2-hunter2"
SECRET = "f03741b6-f634-48d6-9308-c8fb871150c2"
TOKEN = "wKxbT1IFeJ3PGFxEaGvVgDXRuJPHjzXAnSn"
WORDS = "correct horse battery"
WRONG = "incorrect horse battery"
TRADER = Credentials(user="trader", password=PASSWORD, cid="8", secret=SECRET)
LOCAL = Addresses(
    rest="http://127.0.0.1:9/v1",
    user="ws://127.0.0.1:9/v1/websocket",
    market="ws://127.0.0.1:9/md/v1/websocket",
)
TOKENS = Tokens(
    device_id="d1",
    login="trader",
    access=TOKEN,
    market="also secret",
    expires=datetime(2026, 11, 20, 17, tzinfo=UTC),
    user_id=7,
)
FIRST = Path(__file__).parents[2] / "data" / "vault-1.json"
"""Written by the first version, with ``WORDS``."""
QUICK = 2**4
"""A cost of scrypt that no test waits for."""


def opened(folder: Path, passphrase: str | None = None, keyring: Keyring | None = None) -> Vault:
    return Vault.open(folder, passphrase=passphrase, keyring=keyring or NoKeyring(), cost=QUICK)


def filled(folder: Path, passphrase: str | None = WORDS, keyring: Keyring | None = None) -> Vault:
    """A vault with one connection and its tokens."""
    vault = opened(folder, passphrase, keyring)
    vault.put("Demo", Environment.DEMO, TRADER, LOCAL)
    vault.tokens("Demo").save(TOKENS)
    vault.flush()
    return vault


def file_in(folder: Path) -> Path:
    return folder / "vault.json"


def asides(folder: Path) -> list[Path]:
    return list(folder.glob("vault.damaged-*"))


@pytest.mark.parametrize("with_keyring", [True, False])
def test_what_was_put_is_there_after_a_restart(tmp_path: Path, with_keyring: bool) -> None:
    keyring = FakeKeyring() if with_keyring else NoKeyring()
    words = None if with_keyring else WORDS
    before = filled(tmp_path, words, keyring)
    before.put("Live", Environment.LIVE, Credentials(user="b", password="x"), None)
    after = opened(tmp_path, words, keyring)
    assert not after.is_locked
    assert not after.needs_passphrase
    assert after.names() == ("Demo", "Live")
    assert after.credentials("Demo") == TRADER
    assert after.connection("Demo") == NewConnection(
        name="Demo", environment=Environment.DEMO, credentials=TRADER, addresses=LOCAL
    )
    assert after.connection("Live").addresses is None
    assert after.tokens("Demo").load() == TOKENS
    assert after.tokens("Live").load() is None
    assert after.device_id() == before.device_id()


def test_the_keyring_holds_the_key_alone(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    filled(tmp_path, None, keyring)
    ((service, _),) = keyring.passwords
    (key,) = keyring.passwords.values()
    assert service == "JustTrades Desktop"
    assert len(key) == 44
    assert key not in file_in(tmp_path).read_text()


@pytest.mark.parametrize("keyring", [FakeKeyring(), NoKeyring()])
def test_nothing_secret_is_in_any_file_log_or_repr(
    tmp_path: Path, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = filled(tmp_path, WORDS if isinstance(keyring, NoKeyring) else None, keyring)
    seen = [
        *(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()),
        *(repr(value) for value in vars(vault).values() if not isinstance(value, bytes)),
        *map(repr, (vault, vault.tokens("Demo"), vault.connection("Demo"))),
        caplog.text,
    ]
    for secret in (PASSWORD, SECRET, TOKEN, WORDS):
        assert not any(secret in text for text in seen)
    assert "trader" not in file_in(tmp_path).read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_the_file_is_its_owners_only_and_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    filled(folder)
    assert stat.S_IMODE(file_in(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["vault.json"]


def test_no_two_files_are_alike(tmp_path: Path) -> None:
    """A nonce that came twice would open both."""
    vault = filled(tmp_path)
    nonces = set()
    for _ in range(5):
        vault.put("Demo", Environment.DEMO, TRADER, LOCAL)
        nonces.add(json.loads(file_in(tmp_path).read_text())["nonce"])
    assert len(nonces) == 5


# The passphrase


def test_without_a_keyring_a_passphrase_is_chosen_first(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    assert vault.needs_passphrase
    assert not vault.is_locked, "there is nothing to unlock yet"
    assert vault.names() == ()
    with pytest.raises(UserError, match="needs a passphrase"):
        vault.put("Demo", Environment.DEMO, TRADER, None)
    with pytest.raises(UserError, match="too short"):
        vault.unlock("short")
    assert not file_in(tmp_path).exists()
    vault.unlock(WORDS)
    assert not vault.needs_passphrase
    vault.put("Demo", Environment.DEMO, TRADER, None)
    assert opened(tmp_path, WORDS).names() == ("Demo",)


def test_a_locked_vault_says_nothing_until_it_is_unlocked(tmp_path: Path) -> None:
    filled(tmp_path)
    vault = opened(tmp_path)
    assert vault.is_locked
    assert vault.needs_passphrase
    for ask in (vault.names, vault.device_id, vault.tokens("Demo").load):
        with pytest.raises(UserError, match="locked"):
            ask()
    with pytest.raises(UserError, match="locked"):
        vault.put("Other", Environment.DEMO, TRADER, None)
    vault.unlock(WORDS)
    assert vault.names() == ("Demo",)


def test_a_wrong_passphrase_says_so_and_nothing_is_lost(tmp_path: Path) -> None:
    filled(tmp_path)
    before = file_in(tmp_path).read_bytes()
    vault = opened(tmp_path)
    with pytest.raises(UserError, match="passphrase is wrong") as told:
        vault.unlock(WRONG)
    assert WRONG not in "".join(traceback.format_exception(told.value))
    with pytest.raises(UserError, match="passphrase is wrong"):
        opened(tmp_path, WRONG)
    assert file_in(tmp_path).read_bytes() == before
    assert not asides(tmp_path)
    vault.unlock(WORDS)
    assert vault.credentials("Demo") == TRADER


def test_a_passphrase_may_be_typed_in_either_way_of_writing_an_accent(tmp_path: Path) -> None:
    filled(tmp_path, "cafe\u0301 au lait")
    assert opened(tmp_path, "caf\u00e9 au lait").names() == ("Demo",)


def test_without_a_window_the_environment_names_the_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    assert passphrase_from_environment() is None
    monkeypatch.setenv(PASSPHRASE_VARIABLE, WORDS)
    assert passphrase_from_environment() == WORDS


def test_a_passphrase_for_a_new_vault_comes_before_the_keyring(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    filled(tmp_path, WORDS, keyring)
    assert not keyring.passwords
    assert opened(tmp_path, None, keyring).is_locked


# The keyring


@pytest.mark.parametrize("keyring", [Forgetful(), Refusing()])
def test_a_keyring_that_does_not_keep_the_key_leaves_the_passphrase(
    tmp_path: Path, keyring: Keyring
) -> None:
    vault = opened(tmp_path, None, keyring)
    assert not vault.needs_passphrase
    with pytest.raises(UserError, match="Choose a passphrase"):
        vault.put("Demo", Environment.DEMO, TRADER, None)
    assert not file_in(tmp_path).exists()
    assert vault.names() == ()
    assert vault.needs_passphrase
    vault.unlock(WORDS)
    vault.put("Demo", Environment.DEMO, TRADER, None)
    assert opened(tmp_path, WORDS, keyring).names() == ("Demo",)


@pytest.mark.parametrize(
    ("keyring", "words"),
    [
        (NoKeyring(), "no keyring now"),
        (Refusing(), "does not answer"),
        (FakeKeyring(), "does not have the key"),
    ],
)
def test_a_key_that_is_not_to_be_had_is_said_and_nothing_is_lost(
    tmp_path: Path, keyring: Keyring, words: str
) -> None:
    ours = FakeKeyring()
    filled(tmp_path, None, ours)
    with pytest.raises(UserError, match=words):
        opened(tmp_path, WORDS, keyring)
    assert not asides(tmp_path)
    assert opened(tmp_path, None, ours).credentials("Demo") == TRADER


def test_a_keyring_that_keeps_plain_text_is_not_used() -> None:
    class Plain(FakeKeyring):
        priority = 0.5

    class Chain(FakeKeyring):
        priority = 10.0
        backends: tuple[FakeKeyring, ...] = (Plain(), Plain())

    class GoodChain(Chain):
        backends = (FakeKeyring(), Plain())

    assert not is_usable(Plain())
    assert not is_usable(Chain())
    assert is_usable(GoodChain())


def test_the_systems_own_keyring_is_asked_where_no_other_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring

    ours = FakeKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ours)
    Vault.open(tmp_path).put("Demo", Environment.DEMO, TRADER, None)
    assert ours.passwords
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)
    assert Vault.open(tmp_path / "other").needs_passphrase


# Damage


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _overwritten(path: Path) -> None:
    path.write_bytes(b"\xff\x00 not a vault at all")


def _with(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def _content_changed(path: Path) -> None:
    content = json.loads(path.read_text())["content"]
    _with(path, content=("B" if content[0] == "A" else "A") + content[1:])


def _nonce_changed(path: Path) -> None:
    _with(path, nonce="AAAAAAAAAAAAAAAA")


def _nonce_short(path: Path) -> None:
    _with(path, nonce="AAAA")


def _no_list(path: Path) -> None:
    path.write_text("[]")


@pytest.mark.parametrize("with_keyring", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _emptied,
        _overwritten,
        _content_changed,
        _nonce_changed,
        _nonce_short,
        _no_list,
        lambda path: _with(path, salt="zz"),
        lambda path: _with(path, source="else"),
    ],
)
def test_a_damaged_file_is_said_and_kept_aside(
    tmp_path: Path, damage: object, with_keyring: bool
) -> None:
    keyring = FakeKeyring() if with_keyring else NoKeyring()
    words = None if with_keyring else WORDS
    filled(tmp_path, words, keyring)
    assert callable(damage)
    damage(file_in(tmp_path))
    left = file_in(tmp_path).read_bytes()
    with pytest.raises(UserError, match="damaged") as told:
        opened(tmp_path, words, keyring)
    (aside,) = asides(tmp_path)
    assert aside.read_bytes() == left
    assert aside.name in told.value.hint
    assert PASSWORD not in "".join(traceback.format_exception(told.value))
    vault = opened(tmp_path, words, keyring)
    assert vault.names() == ()
    vault.put("Anew", Environment.DEMO, TRADER, None)
    assert opened(tmp_path, words, keyring).names() == ("Anew",)


@pytest.mark.parametrize("cost", [2**40, 3, 0, -1])
def test_a_header_cannot_ask_for_all_memory(tmp_path: Path, cost: int) -> None:
    filled(tmp_path)
    _with(file_in(tmp_path), cost=cost)
    with pytest.raises(UserError, match="damaged"):
        opened(tmp_path, WORDS)


def test_a_damaged_content_leaves_an_unlocked_vault_usable(tmp_path: Path) -> None:
    filled(tmp_path)
    _content_changed(file_in(tmp_path))
    vault = opened(tmp_path)
    with pytest.raises(UserError, match="damaged"):
        vault.unlock(WORDS)
    assert len(asides(tmp_path)) == 1
    vault.unlock(WORDS)
    vault.put("Anew", Environment.DEMO, TRADER, None)
    assert opened(tmp_path, WORDS).names() == ("Anew",)


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    filled(tmp_path)
    _with(file_in(tmp_path), format=9)
    before = file_in(tmp_path).read_bytes()
    with pytest.raises(UserError) as told:
        opened(tmp_path, WORDS)
    assert told.value.title == (
        f"The vault {file_in(tmp_path)} was written by a newer version of JustTrades "
        "(format 9; this one knows 1)"
    )
    assert told.value.hint == "Update JustTrades. The file was not touched."
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def _of_another_version(told: dict[str, Any]) -> None:
    told["colour"] = "red"


def _with_another_row(told: dict[str, Any]) -> None:
    told["connections"][0]["colour"] = "red"


def _with_another_login(told: dict[str, Any]) -> None:
    told["connections"][0]["credentials"]["second_factor"] = "123456"


def _somewhere_else(told: dict[str, Any]) -> None:
    told["connections"][0]["environment"] = "moon"


@pytest.mark.parametrize(
    "change", [_of_another_version, _with_another_row, _with_another_login, _somewhere_else]
)
@pytest.mark.parametrize("with_keyring", [True, False])
def test_a_whole_vault_that_holds_more_than_this_version_knows_is_not_damaged(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, Any]], None],
    with_keyring: bool,
) -> None:
    keyring = FakeKeyring() if with_keyring else NoKeyring()
    words = None if with_keyring else WORDS

    def newer(content: Content) -> bytes:
        told = json.loads(encoded(content))
        change(told)
        return json.dumps(told).encode()

    with monkeypatch.context() as patch:
        patch.setattr("justtrades_desktop.broker.vault.encoded", newer)
        filled(tmp_path, words, keyring)
    before = file_in(tmp_path).read_bytes()
    with pytest.raises(UserError, match="written by a newer version"):
        opened(tmp_path, words, keyring)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_vault_of_the_first_format_opens_also_once_there_is_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sealed is bound to the format it was written in, not to the one of today."""
    shutil.copy(FIRST, file_in(tmp_path))
    assert opened(tmp_path, WORDS).credentials("Demo") == TRADER
    for module in ("vault_seal", "vault_file"):
        monkeypatch.setattr(f"justtrades_desktop.broker.{module}.FORMAT", 2)
    vault = opened(tmp_path, WORDS)
    vault.put("Other", Environment.DEMO, TRADER, None)
    assert json.loads(file_in(tmp_path).read_text())["format"] == 2
    assert opened(tmp_path, WORDS).names() == ("Demo", "Other")


def test_a_key_is_taken_out_of_the_keyring(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    filled(tmp_path, None, keyring)
    (name,) = (user for _, user in keyring.passwords)
    assert key_id(file_in(tmp_path)) == name
    assert forget(keyring, name)
    assert not keyring.passwords
    assert not forget(keyring, name)
    with pytest.raises(KeyringFailed):
        forget(Refusing(), name)


def test_a_key_made_of_a_passphrase_is_in_no_keyring(tmp_path: Path) -> None:
    filled(tmp_path)
    assert key_id(file_in(tmp_path)) is None
    file_in(tmp_path).write_text("[]")
    assert key_id(file_in(tmp_path)) is None


# Changes


def test_what_cannot_be_written_is_refused_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = filled(tmp_path)
    newer = replace(TOKENS, access="newer")
    _full_disk(monkeypatch)
    with pytest.raises(UserError, match="cannot be written: No space"):
        vault.put("Other", Environment.DEMO, TRADER, None)
    with pytest.raises(UserError, match="No space"):
        vault.remove("Demo")
    assert vault.names() == ("Demo",)
    vault.tokens("Demo").save(newer)
    with pytest.raises(UserError, match="No space"):
        vault.flush()
    assert vault.tokens("Demo").load() == newer, "the login goes on with it"
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["vault.json"]
    after = opened(tmp_path, WORDS)
    assert after.names() == ("Demo",)
    assert after.tokens("Demo").load() == TOKENS


def _full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("justtrades_desktop.broker.vault_file.os.fsync", fsync)


def test_a_connection_that_is_removed_takes_its_tokens_along(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    tokens: TokenStore = vault.tokens("Demo")
    vault.remove("Demo")
    vault.remove("Demo")
    assert vault.names() == ()
    with pytest.raises(UserError, match="no connection named 'Demo'"):
        vault.credentials("Demo")
    tokens.save(TOKENS)  # a login that ends after that
    assert tokens.load() is None
    assert opened(tmp_path, WORDS).names() == ()


@pytest.mark.parametrize(
    ("environment", "credentials", "addresses", "stay"),
    [
        (Environment.DEMO, TRADER, LOCAL, True),
        (Environment.LIVE, TRADER, LOCAL, False),
        (Environment.DEMO, Credentials(user="other", password=PASSWORD), LOCAL, False),
        (Environment.DEMO, TRADER, None, False),
    ],
)
def test_tokens_stay_only_with_the_login_they_are_of(
    tmp_path: Path,
    environment: Environment,
    credentials: Credentials,
    addresses: Addresses | None,
    stay: bool,
) -> None:
    vault = filled(tmp_path)
    vault.put("Demo", environment, credentials, addresses)
    assert (vault.tokens("Demo").load() is not None) is stay


def test_a_slow_disk_holds_up_no_login_and_the_last_tokens_get_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = filled(tmp_path)
    disk, fsync = threading.Event(), os.fsync

    def slow(handle: int) -> None:
        assert disk.wait(30)
        fsync(handle)

    monkeypatch.setattr("justtrades_desktop.broker.vault_file.os.fsync", slow)
    other = threading.Thread(target=vault.put, args=("Live", Environment.LIVE, TRADER, None))
    other.start()
    for word in ("first", "second", "last"):  # with a thread that writes none of these would return
        vault.tokens("Demo").save(replace(TOKENS, access=word))
        assert vault.tokens("Demo").load() == replace(TOKENS, access=word)
    assert opened(tmp_path, WORDS).tokens("Demo").load() == TOKENS
    disk.set()
    other.join()
    vault.flush()
    after = opened(tmp_path, WORDS)
    assert after.tokens("Demo").load() == replace(TOKENS, access="last")
    assert after.names() == ("Demo", "Live")


def test_tokens_are_cleared(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault.tokens("Demo").clear()
    assert vault.tokens("Demo").load() is None
    vault.flush()
    assert opened(tmp_path, WORDS).tokens("Demo").load() is None


def test_tokens_that_another_version_wrote_are_none(tmp_path: Path) -> None:
    vault = filled(tmp_path)
    vault._put_tokens("Demo", {"unheard of": 1})
    assert vault.tokens("Demo").load() is None


def test_the_device_is_the_same_for_every_vault_of_a_machine_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = tmp_path / "machine-id"
    name.write_text("0123456789abcdef0123456789abcdef\n")
    monkeypatch.setattr("justtrades_desktop.broker.vault_device._MACHINE_IDS", (name,))
    first = filled(tmp_path / "a")
    device = first.device_id()
    assert opened(tmp_path / "b").device_id() == device
    assert len(device) == 32
    assert device not in name.read_text()
    name.write_text("another machine\n")
    assert opened(tmp_path / "a", WORDS).device_id() == device, "what the broker knows stays"
    assert opened(tmp_path / "c").device_id() != device


def test_a_machine_without_a_name_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justtrades_desktop.broker.vault_device._MACHINE_IDS", ())
    monkeypatch.setattr("uuid.getnode", lambda: 1 << 40)
    vault = opened(tmp_path, WORDS)
    device = vault.device_id()
    assert device == vault.device_id()
    vault.put("Demo", Environment.DEMO, TRADER, None)
    assert opened(tmp_path, WORDS).device_id() == device


async def test_from_a_loop_with_many_at_once(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    vault = await vault_waiting.open_vault(tmp_path, keyring=keyring)
    names = [f"Demo {number}" for number in range(20)]
    await asyncio.gather(
        *(
            vault_waiting.put(
                vault,
                NewConnection(name=name, environment=Environment.DEMO, credentials=TRADER),
            )
            for name in names
        )
    )
    await vault_waiting.remove(vault, names[0])
    again = await vault_waiting.open_vault(tmp_path, keyring=keyring)
    assert set(again.names()) == set(names[1:])
    assert len(keyring.passwords) == 1


async def test_unlocking_from_a_loop(tmp_path: Path) -> None:
    filled(tmp_path)
    vault = opened(tmp_path)
    await vault_waiting.unlock(vault, WORDS)
    assert vault.names() == ("Demo",)
