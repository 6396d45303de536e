"""A whole gateway in front of a scripted bureau, on time that passes when all else is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.virtual import LOOPS, VirtualLoop

from .world import DATABASES, World


def pytest_asyncio_loop_factories() -> Mapping[str, type[VirtualLoop]]:
    return LOOPS


@pytest.fixture(autouse=True)
def databases() -> Iterator[None]:
    """Close those that worlds have opened: they outlive every process in them."""
    yield
    while DATABASES:
        DATABASES.pop().close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.at(tmp_path)
