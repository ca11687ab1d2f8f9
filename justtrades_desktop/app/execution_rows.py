"""Execution's snapshots as rows of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from justtrades_desktop.app.broker_rows import plain
from justtrades_desktop.domain.execution import AccountState, Brake, Finding, Flattened
from justtrades_desktop.domain.links import Link
from justtrades_desktop.domain.orders import Decision, Execution

Json = dict[str, Any]
Names = Mapping[int, str]
"""What a link is called, by its id: its recorder's name."""


def link_row(link: Link, recorder: str) -> Json:
    """A link without its settings."""
    return {
        "id": link.id,
        "recorder": recorder,
        "recorder_id": link.recorder_id,
        "account": str(link.key),
        "mode": link.mode.value,
    }


def decision_row(decision: Decision, names: Names) -> Json:
    """One signal on one link: what was wanted, what the rules made of it, what came."""
    return {
        "id": decision.id,
        "at": plain(decision.at),
        "signal": decision.signal_id,
        "link": decision.link_id,
        "recorder": _named(decision.link_id, names),
        "account": str(decision.key),
        "symbol": decision.symbol,
        "contract": decision.contract,
        "wish": decision.wish.value,
        "before": decision.before,
        "wanted": decision.wanted,
        "price": plain(decision.price),
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "came": decision.came,
    }


def execution_row(execution: Execution, names: Names) -> Json:
    """One fill, and what it cost against the signal; without a purpose it is somebody else's."""
    return {
        "at": plain(execution.at),
        "account": str(execution.key),
        "contract": execution.contract,
        "way": execution.way.value,
        "quantity": execution.quantity,
        "price": plain(execution.price),
        "purpose": plain(execution.purpose),
        "slippage_ticks": plain(execution.slippage),
        "delay_seconds": execution.delay,
        "recorder": _named(execution.link_id, names),
        "link": execution.link_id,
        "signal": execution.signal_id,
        "decision": execution.decision_id,
        "order": execution.order_id,
        "fill": execution.fill_id,
        "client_id": execution.client_id,
    }


def finding_row(finding: Finding) -> Json:
    """What the doctor says, and the one thing that may be done about it."""
    return {
        "id": finding.id,
        "trouble": finding.trouble.value,
        "account": str(finding.key),
        "contract": finding.contract,
        "link": finding.link_id,
        "since": plain(finding.since),
        "said": finding.said,
        "repair": finding.repair.value,
        "repair_said": finding.repair_said,
    }


def limits_row(state: AccountState) -> Json:
    """The caps of an account beside what is used of them."""
    caps = {
        f"{each.name}": plain(getattr(state.limits, each.name)) for each in fields(state.limits)
    }
    return {
        "account": str(state.key),
        "environment": state.environment.value,
        "armed": state.armed,
        "caps": caps,
        "entries_minute": state.entries_minute,
        "entries_day": state.entries_day,
        "held": state.held,
        "loss_at_broker": plain(state.loss_at_broker),
        "loss_at_broker_said": state.loss_at_broker_said,
    }


def flattened_row(flattened: Flattened) -> Json:
    """How flatten all stands on one account."""
    return {
        "account": str(flattened.key),
        "said": flattened.said,
        "over": flattened.over,
        "flat": flattened.flat,
    }


def brake_row(brake: Brake) -> Json:
    """Why entries stop; without an account it holds for all of them."""
    return {
        "account": None if brake.key is None else str(brake.key),
        "said": brake.said,
        "by_hand": brake.by_hand,
    }


def _named(link_id: int | None, names: Names) -> str | None:
    return None if link_id is None else names.get(link_id)
