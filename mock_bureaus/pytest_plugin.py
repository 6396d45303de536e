"""The pytest fixture `mock_bureaus`: every bureau, on loopback, for the length of one test."""

from collections.abc import AsyncIterator

import pytest

from .keys.certificates import server_context
from .server import MockBureaus

try:
    from pytest_asyncio import fixture
except ImportError:  # installed without the extra `pytest`: then pytest itself says what lacks
    from pytest import fixture  # type: ignore[no-redef]  # noqa: PT013 - by the same name


@pytest.fixture
def mock_bureaus_seed() -> int:
    """Override this for another run of all chance: latencies and faults."""
    return 0


@fixture
async def mock_bureaus(mock_bureaus_seed: int) -> AsyncIterator[MockBureaus]:
    """
    Open every bureau; `script`, `latency`, `calls` and `billed` direct and count.

    `url` is plain, `secure_url` wants `keys.certificates.client_context()`, and the certificate of
    `expired_url` expired long ago.
    """
    async with MockBureaus(
        seed=mock_bureaus_seed,
        mutual_tls=server_context(),
        expired_tls=server_context(mutual=False, expired=True),
    ) as bureaus:
        yield bureaus
