"""The machine that finds nothing finds what is there."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bars import record

from .bugs import BUGS
from .machine import Billing

EXAMPLES = 500


@pytest.mark.timeout(300)  # a search, on a machine that others use as well
@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_found_within_the_examples_of_one_run(bug: str) -> None:
    class Planted(Billing):
        plant = BUGS[bug]
        examples = 0

    is_caught = False
    try:
        run_state_machine_as_test(
            Planted,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=20,
                deadline=None,
                database=None,
                derandomize=True,
                phases=(Phase.generate,),
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except AssertionError:
        is_caught = True

    found = "caught in" if is_caught else "NOT caught until"
    record("model", f"planted: {bug}: {found} example {Planted.examples}")
    assert is_caught
