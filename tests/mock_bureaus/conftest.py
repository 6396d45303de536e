"""An open set of mock bureaus, and a raw client to try them with."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from mock_bureaus import MockBureaus


@dataclass
class Clock:
    """Stands still until it is told otherwise."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bureaus(clock: Clock) -> AsyncIterator[MockBureaus]:
    async with MockBureaus(clock=clock) as opened:
        yield opened


@pytest.fixture
async def client(bureaus: MockBureaus) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(bureaus.url) as session:
        yield session
