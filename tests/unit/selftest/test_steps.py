"""Single steps of the self test where a fault is put in."""

from __future__ import annotations

import pytest

from justtrades_desktop.selftest import vault
from justtrades_desktop.selftest.checking import Wrong
from justtrades_desktop.selftest.script import SCRIPTS


class Ring:
    """A keyring in memory; ``keeps`` and ``forgets`` say whether it does as it is told."""

    priority = 5.0

    def __init__(self, *, keeps: bool = True, forgets: bool = True) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self._keeps = keeps
        self._forgets = forgets

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password if self._keeps else "something else"

    def delete_password(self, service: str, username: str) -> None:
        if self._forgets:
            del self.entries[service, username]


def test_an_entry_in_the_keyring_comes_and_goes() -> None:
    ring = Ring()
    ring.set_password("JustTrades Desktop", "a vault", "its key")
    vault._come_and_go(ring)
    assert ring.entries == {("JustTrades Desktop", "a vault"): "its key"}


def test_a_keyring_that_loses_an_entry_fails_and_keeps_nothing() -> None:
    ring = Ring(keeps=False)
    with pytest.raises(Wrong, match="the entry back"):
        vault._come_and_go(ring)
    assert ring.entries == {}


def test_a_keyring_that_does_not_forget_fails() -> None:
    with pytest.raises(Wrong, match="the entry gone"):
        vault._come_and_go(Ring(forgets=False))


async def test_a_keyring_that_hangs_or_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    released = threading.Event()
    monkeypatch.setattr(vault, "PATIENCE", 0.05)
    with pytest.raises(Wrong, match="for the system's keyring"):
        await vault._in_time("the system's keyring", released.wait)
    released.set()

    def fail() -> None:
        raise OSError("no bus")

    with pytest.raises(OSError, match="no bus"):
        await vault._in_time("the system's keyring", fail)


def test_the_script_has_a_hundred_alerts_in_every_format() -> None:
    texts = [text for script in SCRIPTS for text in script.alerts()]
    assert len(texts) == 100
    starts = ("{", "action=buy&", "action=sell; ", "Fade (9, 21): order buy", "Trend: SELL, ")
    for start in starts:
        assert any(text.startswith(start) for text in texts), start
