"""How long the search for faults goes on: `make fault` sets FAULT_EXAMPLES."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.figures import FIGURES

if examples := os.environ.get("FAULT_EXAMPLES"):
    settings.register_profile(
        "fault",
        max_examples=int(examples),
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("fault")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, where the tests that measured them ran in this process."""
    if FIGURES:
        terminalreporter.section("figures")
    for line in FIGURES:
        terminalreporter.write_line(line)
