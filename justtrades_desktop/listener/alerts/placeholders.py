"""Placeholders that the sender should have replaced before it sent the alert."""

from __future__ import annotations

import re

from justtrades_desktop.listener.alerts.refusal import shown

# {{name}} is TradingView's, %name% TrendSpider's, ${name} a script's own.
PLACEHOLDER = re.compile(r"\{\{[^{}]{0,80}\}\}|\$\{[^{}]{0,80}\}|%[A-Za-z_][A-Za-z0-9_.]{0,60}%")


def unfilled(text: str) -> bool:
    """Whether a placeholder is left in a text."""
    return ("{" in text or "%" in text) and (
        "{{" in text or "}}" in text or PLACEHOLDER.search(text) is not None
    )


def unfilled_reason(text: str) -> str:
    """Names the placeholder that was left."""
    left = PLACEHOLDER.search(text)
    return f"the placeholder {shown(left.group() if left else text)} was never filled in"
