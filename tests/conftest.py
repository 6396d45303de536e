"""What holds for all tests: no test is a stopwatch, on a machine that others use as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from .postgres import running

settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server for all that do it no harm, by its URL."""
    with running() as server:
        url: str = server.get_uri()
        yield url
