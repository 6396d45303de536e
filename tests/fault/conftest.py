"""How long the search for faults goes on: `make fault` sets FAULT_EXAMPLES."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

if examples := os.environ.get("FAULT_EXAMPLES"):
    settings.register_profile(
        "fault",
        max_examples=int(examples),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("fault")
