"""How long the search for faults goes on, and by whom is sent: `make fault` sets FAULT_EXAMPLES."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from connectors.transport.http import Engine

from .http_sending import Sending

if examples := os.environ.get("FAULT_EXAMPLES"):
    settings.register_profile(
        "fault",
        max_examples=int(examples),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("fault")


@pytest.fixture(params=["own", "aiohttp"])
def sending(request: pytest.FixtureRequest) -> Sending:
    engine: Engine = request.param
    return Sending(engine)
