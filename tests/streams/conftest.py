"""Streams without a wire, on virtual time."""

from __future__ import annotations

from collections.abc import Mapping

from tests.virtual import LOOPS, VirtualLoop


def pytest_asyncio_loop_factories() -> Mapping[str, type[VirtualLoop]]:
    return LOOPS
