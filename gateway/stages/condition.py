"""On what of an inquiry a connector is asked: `when` of a product, compiled."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.faults import ConfigError, Findings
from connectors.kit import Kit
from connectors.policy.inputs import Inputs
from connectors.select.conditions import compile_matcher
from connectors.select.matcher import Matcher

from .inputs import LookUp, check
from .plan import Condition


def compile_condition(when: Mapping[str, Matcher], kit: Kit) -> Condition | None:
    """Compile; None for no condition. Raises `ConfigError` for what no inquiry can have."""
    findings = Findings()
    for reference in when:
        try:
            check(Inputs(required=(reference,)), kit)
        except ConfigError as error:
            findings.add(str(error), reference)
    findings.close()
    if not when:
        return None
    tests = tuple((reference, compile_matcher(matcher)) for reference, matcher in when.items())

    def holds(known: LookUp) -> bool:
        return all(test(known(reference)) for reference, test in tests)

    return holds
