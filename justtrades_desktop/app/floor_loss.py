"""The daily loss at which the broker itself flattens an account: reading and setting it."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.broker.answers import NotHandled, Trouble, Unknown, said
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.requests import SetAutoLiq, auto_liq_with


def told(connection: Connection, account_id: int) -> tuple[Decimal | None, str]:
    """The limit, and why it cannot be set (empty where it can)."""
    known = connection.mirror.auto_liq(account_id)
    return (
        known.daily_loss_auto_liq if known is not None else None,
        _why_not(connection, account_id),
    )


async def put(connection: Connection, account_id: int, loss: Decimal | None) -> str:
    """Set it, None takes it away; why that was refused, empty where it worked.

    What else was set at the broker is sent along as it is, and the broker's answer is compared:
    only what it says counts.
    """
    if why := _why_not(connection, account_id):
        return why
    if loss is not None and loss <= 0:
        return "a loss limit must be above 0"
    known = connection.mirror.auto_liq(account_id)
    try:
        request = auto_liq_with(account_id, known, daily_loss=loss)
    except ValueError as error:
        return str(error)
    return await _sent(connection, account_id, request, loss)


async def _sent(
    connection: Connection, account_id: int, request: SetAutoLiq, loss: Decimal | None
) -> str:
    answer = await connection.orders.set_auto_liq(request)
    if isinstance(answer, Trouble):
        return _words(answer)
    connection.learnt(account_id, answer)
    if answer.daily_loss_auto_liq == loss:
        return ""
    kept = answer.daily_loss_auto_liq
    return f"the broker kept it at {kept}" if kept is not None else "the broker did not keep it"


def _why_not(connection: Connection, account_id: int) -> str:
    account = connection.mirror.account(account_id)
    if account is None:
        return "the broker has not told of the account yet"
    if account.readonly:
        return "the account is read-only"
    known = connection.mirror.auto_liq(account_id)
    if known is not None and known.changes_locked:
        return "changes of the account's limits are locked at the broker"
    return ""


def _words(answer: Trouble) -> str:
    match answer:
        case NotHandled():
            return f"it was not sent on: {answer.why}"
        case Unknown():
            return f"nobody knows whether it arrived: {answer.why}"
    return f"the broker refused it: {said(answer)}"
