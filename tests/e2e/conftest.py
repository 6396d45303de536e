"""One house for all tests of a module whose inquiries are answered anew."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mock_bureaus.bureaus import BUREAUS

from .house import House, open_house


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(shared: House) -> House:
    """Give the shared one, its bureaus as they were on the first day."""
    await shared.demo.gateway.assembled.owned.settled()
    for name in BUREAUS:
        shared.demo.bureaus.script(name)
    shared.demo.bureaus.clear_calls()
    return shared
