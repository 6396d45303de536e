"""One log line for each question to a connector on trial, and a tally of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.words import Outcome

from ..stages.shadow import Comparison
from .log import Log


@dataclass(slots=True)
class Tally:
    """How one trial went since this process began."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)
    same: int = 0
    different: int = 0
    alone: int = 0


@dataclass(slots=True)
class ShadowLog:
    """Keeps how a shadow did, and nothing of what it said; the ledger has its attempts."""

    log: Log
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """By product and connector."""

    def shadow(self, comparison: Comparison) -> None:
        granted, answer = comparison.answers.granted, comparison.answer
        product = granted.filled.valid.admitted.inquiry.product
        tally = self.tallies.setdefault((product, answer.connector), Tally())
        tally.outcomes[answer.outcome] += 1
        tally.cost += comparison.cost
        tally.same += comparison.same
        tally.different += comparison.different
        tally.alone += comparison.alone
        self.log.event(
            "shadow",
            inquiry_id=granted.standing.inquiry_id,
            tenant=granted.standing.tenant,
            product=product,
            connectors={**comparison.answers.outcomes, answer.connector: answer.outcome},
            shadow=answer.connector,
            cost=comparison.cost,
            latency_ms=round(answer.latency * 1000, 1),
            subject_token=granted.standing.subject_token,
            same=comparison.same,
            different=comparison.different,
            alone=comparison.alone,
        )

    def shadow_failed(self, error: Exception) -> None:
        self.log.incident("shadow", "shadow", error)
