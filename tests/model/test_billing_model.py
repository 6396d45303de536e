"""Never pay twice, never lose an answer: searched for by a machine."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bars import record

from .machine import Billing

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "500"))


@pytest.mark.timeout(120 + EXAMPLES)  # a search, on a machine that others use as well
def test_the_ledger_and_the_bureaus_agree_whatever_fails() -> None:
    violations = "at least one violation"
    try:
        run_state_machine_as_test(
            Billing,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        violations = "0 violations"
    finally:
        record("model", f"{EXAMPLES:,} examples: {violations}")
