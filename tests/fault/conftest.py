"""How long the search for faults goes on: `make fault` says how many examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.counts import EXAMPLES, IS_FULL

if IS_FULL:
    settings.register_profile(
        "fault",
        max_examples=EXAMPLES,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("fault")
