"""A whole gateway in front of a scripted bureau, on time that passes when all else is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.virtual import LOOPS, VirtualLoop

from .world import World


def pytest_asyncio_loop_factories() -> Mapping[str, type[VirtualLoop]]:
    return LOOPS


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.at(tmp_path)
