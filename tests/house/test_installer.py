"""What can be known of an installer before one is built."""

from __future__ import annotations

import configparser
import os
import re
import runpy
import ssl
from types import SimpleNamespace

import pytest

import dev
from justtrades_desktop import __version__

INSTALLER = dev.ROOT / "installer"
HOOK = INSTALLER / "hooks/certificates.py"


def test_the_version_stands_in_one_place() -> None:
    stated = re.compile(r"^\s*(__version__|version|AppVersion)\s*=\s*[\"']?\d", re.MULTILINE)
    files = [*dev.ROOT.glob("*.toml"), *dev.ROOT.glob("*.spec"), *dev.ROOT.glob("*.py")]
    files += [p for p in INSTALLER.rglob("*") if p.suffix in (".py", ".iss", ".sh")]
    assert [path.name for path in files if stated.search(path.read_text("utf-8"))] == []


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(
        r"^## (\S+)", (dev.ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert next(heading for heading in headings if heading != "[Unreleased]") == __version__


def test_the_desktop_entry_starts_the_command_that_the_package_brings() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]  # keys are case sensitive
    entry.read(INSTALLER / "linux/justtrades.desktop", encoding="utf-8")
    said = entry["Desktop Entry"]
    assert (said["Type"], said["Exec"], said["TryExec"]) == (
        "Application",
        "justtrades",
        "justtrades",
    )
    assert said["Terminal"] == "false"


def test_certificates_are_found_where_another_system_keeps_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")
    nothing = SimpleNamespace(cafile=None, capath=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    monkeypatch.setattr("os.path.exists", lambda path: path == "/etc/ssl/ca-bundle.pem")
    runpy.run_path(str(HOOK))
    assert os.environ["SSL_CERT_FILE"] == "/etc/ssl/ca-bundle.pem"


def test_certificates_that_openssl_finds_by_itself_are_left_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")
    known = SimpleNamespace(cafile=None, capath="/etc/ssl/certs")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: known)
    runpy.run_path(str(HOOK))
    assert os.environ["SSL_CERT_FILE"] == ""
