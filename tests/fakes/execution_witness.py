"""A witness at the exchange: what must hold at every moment, whatever the engine believes."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent, Purpose
from justtrades_desktop.simulator.exchange import Event
from tests.fakes.execution_points import PointedLedger, ids_of
from tests.fakes.fake_floor import FakeFloor, FakeMarket, Sent

_CALLS, _SECONDS = 120, 3.0
_WRITES = 2000  # of a schedule
_ORDERS = ("place", "modify", "cancel")
_REDUCING = (Purpose.TRIM, Purpose.CLOSE)


class Witness:
    """``wrongs`` are all that it saw and should not have.

    ``most`` is how many contracts the signals ever asked for on an account, ``disturbed`` where
    somebody else traded and the engine had no time yet to notice.
    """

    def __init__(self, market: FakeMarket, ledger: PointedLedger) -> None:
        self._market = market
        self._ledger = ledger
        self.wrongs: list[str] = []
        self.log: list[str] = []
        self.most: defaultdict[AccountKey, int] = defaultdict(int)
        self.disturbed: set[AccountKey] = set()
        self.strangers: set[AccountKey] = set()
        """Where somebody else ever traded."""
        self.flattening = False
        self.calls = 0
        self.writes = 0
        self._asked: defaultdict[AccountKey, deque[float]] = defaultdict(
            lambda: deque(maxlen=_CALLS)
        )
        self._keys: dict[int, AccountKey] = {}
        self._orders: dict[int, Mapping[str, Any]] = {}
        self._client: dict[int, str] = {}
        self._filled: defaultdict[int, int] = defaultdict(int)
        self._nets: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._arrived: set[str] = set()
        market.exchange.subscribe(self._happened)

    def know(self, floor: FakeFloor) -> None:
        """Watch an account."""
        self._keys[floor.account_id] = floor.key

    def sending(self, floor: FakeFloor, sent: Sent) -> None:
        """A call leaves the program: what it says is on disk by then."""
        self.calls += 1
        self._often(floor)
        if sent.what not in _ORDERS:
            return
        self.log.append(f"{floor.key} {sent.operation} {_short(sent.body)}")
        # Flatten all cancels without the disk: one that is full must not hold it up.
        exempt = sent.what == "cancel" and self.flattening
        for client_id in ids_of(sent):
            if client_id not in self._ledger.durable and not exempt:
                self._wrong(f"{client_id} was sent and is not on disk")

    def _often(self, floor: FakeFloor) -> None:
        """No program asks a broker so often."""
        calls, now = self._asked[floor.key], asyncio.get_running_loop().time()
        calls.append(now)
        if len(calls) == calls.maxlen and now - calls[0] < _SECONDS:
            self._wrong(f"{floor.key}: {len(calls)} calls within {_SECONDS} s")

    def wrote(self) -> None:
        """The program has written something."""
        self.writes += 1
        if self.writes == _WRITES:
            self._wrong(f"it writes without end: {self._ledger.written[-1]}")

    def heard(self, floor: FakeFloor, sent: Sent) -> None:
        """A call reached the exchange."""
        if sent.what not in _ORDERS:
            return
        for client_id in ids_of(sent):
            if client_id in self._arrived:
                self._wrong(f"{client_id} reached the exchange twice")
            self._arrived.add(client_id)

    def settled(self, floor: FakeFloor) -> None:
        """The exchange has carried something out: exits are never more than what is open."""
        if floor.key in self.disturbed:
            return
        nets = {
            cid: net for (account, cid), net in self._nets.items() if account == floor.account_id
        }
        for contract_id in {row["contractId"] for row in floor.true_working()} | {*nets}:
            self._exits(floor, contract_id, nets.get(contract_id, 0))

    def _exits(self, floor: FakeFloor, contract_id: int, net: int) -> None:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        loose: defaultdict[str, int] = defaultdict(int)
        pairs: dict[tuple[int, int], int] = {}
        for row in floor.true_working():
            if row["contractId"] != contract_id or not self._is_exit(row):
                continue
            if row["ordStatus"] == "Suspended" or (
                row["ordStatus"] == "PendingNew" and "parentId" in row
            ):
                continue  # it waits for its entry
            left = row["orderQty"] - self._filled[row["id"]]
            kind = "targets" if row["orderType"] == "Limit" else "stops"
            sums[kind, row["action"]] += left
            other = row.get("ocoId")
            if other is None:
                loose[kind] += left
            else:
                pair = min(row["id"], other), max(row["id"], other)
                pairs[pair] = max(pairs.get(pair, 0), left)
        for (kind, action), count in sums.items():
            closing = action == ("Sell" if net > 0 else "Buy") if net else False
            if not closing or count > abs(net):
                self._wrong(f"{floor.key}: {kind} {action} {count} rest where {net:+d} is open")

    def _is_exit(self, row: Mapping[str, Any]) -> bool:
        client_id = self._client.get(row["id"], "")
        if not client_id.startswith("jt-"):
            return False
        intent = self._ledger.intents.get(client_id)
        return intent is None or not intent.purpose.opens

    def _happened(self, event: Event) -> None:
        row = event.entity
        if event.entity_type == "order":
            self._orders[row["id"]] = row
        elif event.entity_type == "command" and row.get("commandType") == "New":
            if "clOrdId" in row:
                self._client[row["orderId"]] = row["clOrdId"]
        elif event.entity_type == "fill" and event.event_type == "Created":
            self._fill(row)

    def _fill(self, row: Mapping[str, Any]) -> None:
        order = self._orders[row["orderId"]]
        self._filled[row["orderId"]] += row["qty"]
        place = order["accountId"], row["contractId"]
        before = self._nets[place]
        after = before + (row["qty"] if row["action"] == "Buy" else -row["qty"])
        self._nets[place] = after
        key = self._keys[order["accountId"]]
        intent = self._ledger.intents.get(self._client.get(row["orderId"], ""))
        said = intent.purpose if intent is not None else "an exit or somebody else"
        self.log.append(f"{key} fill of {said}: {before:+d} -> {after:+d} at {row['price']}")
        if key in self.disturbed:
            return
        self._reduced(key, intent, before, after)
        if key not in self.strangers and abs(after) > self.most[key]:
            self._wrong(
                f"{key} holds {after:+d}, and no signal ever asked for more than {self.most[key]}"
            )

    def _reduced(self, key: AccountKey, intent: Intent | None, before: int, after: int) -> None:
        if intent is None or intent.purpose not in _REDUCING:
            return
        if abs(after) >= abs(before) or before * after < 0:
            self._wrong(f"{key}: a {intent.purpose} led from {before:+d} to {after:+d}")

    def _wrong(self, said: str) -> None:
        if said in self.wrongs:
            return
        self.log.append(f"WRONG: {said}")
        self.wrongs.append(said)


def _short(body: Mapping[str, Any]) -> str:
    names = ("orderId", "action", "orderQty", "orderType", "price", "stopPrice", "clOrdId")
    said = [f"{name}={body[name]}" for name in names if name in body]
    said += [
        f"{name}({_short(body[name])})"
        for name in ("bracket1", "bracket2", "other")
        if name in body
    ]
    return " ".join(said)
