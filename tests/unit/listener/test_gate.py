"""Whose Host header is ours, and how many wrong tokens an address may try."""

import pytest

from justtrades_desktop.listener.gate import WRONG_TOKENS_A_MINUTE, Gate


@pytest.mark.parametrize(
    ("host", "loopback", "ours"),
    [
        ("127.0.0.1:8787", True, True),
        ("localhost", True, True),
        ("LOCALHOST:80", True, True),
        ("[::1]:8787", True, True),
        ("hook.example.com", True, True),
        ("other.example.com", True, True),
        ("[::1].evil.example.com", True, False),
        ("hook.example.com:443", True, True),
        ("evil.example.com", True, False),
        ("localhost.evil.example.com", True, False),
        ("127.0.0.1.evil.example.com", True, False),
        ("192.0.2.7:8787", True, False),
        ("192.0.2.7:8787", False, True),
        ("evil.example.com", False, False),
        ("", True, False),
        (None, True, True),
    ],
)
def test_only_our_own_host_names_are_answered(host: str | None, loopback: bool, ours: bool) -> None:
    allowed = ["hook.example.com", "other.example.com:443"]
    assert Gate(loopback=loopback, allowed_hosts=allowed).is_ours(host) is ours


def test_ten_wrong_tokens_a_minute_from_one_address() -> None:
    now = 0.0
    gate = Gate(loopback=True, clock=lambda: now)
    assert all(gate.wrong_token("a") for _ in range(WRONG_TOKENS_A_MINUTE))
    assert not gate.wrong_token("a")
    assert gate.wrong_token("b")
    now = 61.0
    assert gate.wrong_token("a")


def test_a_crowd_of_addresses_does_not_fill_the_memory() -> None:
    gate = Gate(loopback=True, clock=lambda: 0.0)
    for number in range(5_000):
        gate.wrong_token(str(number))
    assert len(gate._wrong) <= 1024
