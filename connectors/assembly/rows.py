"""Which outcome rows a message's answers are held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..answer.outcome import OutcomeRow
from ..bureau import BureauSpec
from ..select.matcher import Matcher
from ..transport import Sql
from ..words import Outcome

if TYPE_CHECKING:
    from ..spec import ConnectorSpec

SQL_OUTCOMES = (
    OutcomeRow(outcome=Outcome.NO_HIT, body={"rows": Matcher(empty=True)}),
    OutcomeRow(outcome=Outcome.HIT, body={"rows": Matcher(present=True)}),
)
"""What a database's answer means where nothing else is said."""


def outcome_rows(spec: ConnectorSpec, bureau: BureauSpec) -> tuple[OutcomeRow, ...]:
    """Give a connector's rows, or those that a database's have where it says none."""
    if not spec.outcomes and isinstance(bureau.transport, Sql):
        return SQL_OUTCOMES
    return spec.outcomes


def stated_rows(spec: ConnectorSpec) -> Iterator[tuple[str, OutcomeRow]]:
    """Give all outcome rows of a file, each with its place in it: ``steps[0].outcomes[1]``."""
    tables: list[tuple[str, Sequence[OutcomeRow]]] = [
        (f"steps[{index}].", step.outcomes) for index, step in enumerate(spec.steps)
    ]
    tables += [
        (f"job.{name}.", exchange.outcomes)
        for name in ("submit", "poll", "download")
        if (exchange := getattr(spec.job, name, None)) is not None
    ]
    if spec.dedupe.query is not None:
        tables.append(("dedupe.query.", spec.dedupe.query.outcomes))
    if spec.callback is not None:
        tables.append(("callback.", spec.callback.outcomes))
    tables.append(("", spec.outcomes))
    tables += [
        (f"sections[{index}].", section.outcomes) for index, section in enumerate(spec.sections)
    ]
    for place, rows in tables:
        for index, row in enumerate(rows):
            yield f"{place}outcomes[{index}]", row
