"""Whether the members of a waterfall can stand in for each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from connectors.faults import Findings
from connectors.spec import ConnectorSpec
from connectors.words import Effect, Outcome

from ..fields.paths import touches
from ..product import Waterfall

PERHAPS_BILLED = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.LOST,
        Outcome.BUREAU_ERROR,
        Outcome.BAD_RESPONSE,
        Outcome.SUBJECT_MISMATCH,
        Outcome.DUPLICATE,
    }
)
"""Ends after which a bureau may have sold what it did not give: it is not asked again."""


def check_waterfall(
    waterfall: Waterfall, specs: Sequence[ConnectorSpec], fields: tuple[str, ...]
) -> None:
    """Raise `ConfigError` where one member could not give what another did not."""
    findings = Findings()
    if not any(_is_shared(target, specs, fields) for spec in specs for target in spec.gives):
        findings.add("its members have no field of the product in common", "order")
    for one, other in combinations(specs, 2):
        if one.bureau != other.bureau:
            continue
        both = f"{one.name} and {other.name} are both of {one.bureau}"
        if waterfall.min_success > 1:
            findings.add(f"{both}: `min_success` counts bureaus", "min_success")
        for outcome in _twice(waterfall, one):
            findings.add(
                f"{both}: after {outcome} it would be paid twice for one answer", "continue_on"
            )
    findings.close()


def _is_shared(target: str, specs: Sequence[ConnectorSpec], fields: tuple[str, ...]) -> bool:
    return touches(target, fields) and all(touches(target, spec.gives) for spec in specs)


def _twice(waterfall: Waterfall, spec: ConnectorSpec) -> Iterator[Outcome]:
    """Give the ends after which another connector of a bureau would buy what may be bought."""
    if spec.effect is Effect.FREE:
        return
    unbilled = spec.billing.unbilled if spec.billing else frozenset()
    yield from sorted(waterfall.continue_on & PERHAPS_BILLED - unbilled)
