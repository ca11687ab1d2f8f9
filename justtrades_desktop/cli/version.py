"""``version``."""

from __future__ import annotations

import argparse

from justtrades_desktop import __version__
from justtrades_desktop.cli.out import emit


def run(chosen: argparse.Namespace) -> int:
    """Say the version."""
    emit({"version": __version__}, as_json=chosen.json)
    return 0
