"""A client and a simulator for every test that wants nothing special."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_pair import Pair, broker_pair


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with broker_pair() as pair:
        yield pair
