"""Keyrings in memory: one that works, and ones that do not."""

from __future__ import annotations


class FakeKeyring:
    """Keeps passwords while it lives."""

    priority = 5.0

    def __init__(self) -> None:
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.passwords[service, username]


class NoKeyring(FakeKeyring):
    """What a system without one has."""

    priority = 0.0


class Forgetful(FakeKeyring):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Refusing(FakeKeyring):
    """Locked, and nobody unlocks it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("the prompt was dismissed")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("the prompt was dismissed")
