"""What holds for all tests: no test is a stopwatch, on a machine that others use as well."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from .postgres import running

settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """
    Have no collection of garbage walk over thousands of tests that stay to the end.

    It would halt a test's gateway for a part of a second, again and again; `serve`
    freezes what it loaded likewise.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server for all that do it no harm, by its URL."""
    with running() as server:
        url: str = server.get_uri()
        yield url
