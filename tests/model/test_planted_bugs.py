"""The machine that finds nothing finds what is there."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .bugs import BUGS
from .machine import Billing

EXAMPLES = 500


@pytest.mark.timeout(300)  # a search, on a machine that others use as well
@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_found_within_the_examples_of_one_run(bug: str) -> None:
    class Planted(Billing):
        plant = BUGS[bug]
        examples = 0

    with pytest.raises(AssertionError):
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

    print(f"{bug}: found in example {Planted.examples}")  # noqa: T201 - worth knowing
