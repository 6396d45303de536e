"""What is kept of an inquiry, so that it can be answered again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.contract import Reply
from connectors.words import Billed, Outcome

from ...model import Answer, Missed
from ...stages.failing import failure


@dataclass(frozen=True, slots=True)
class Question:
    """An inquiry as it came."""

    request: bytes = field(repr=False)
    """As its caller sent it."""
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """How one connector's part of an inquiry stood when the inquiry ended."""

    outcome: Outcome
    latency: float
    reply: Reply | None
    failed: bool = False
    """Whether asking failed; else one without a reply was not asked."""
    billed: Billed = Billed.NO
    cost: Decimal = Decimal(0)
    call_id: str = ""
    attempts: int = 0

    @classmethod
    def of(cls, answer: Answer) -> KeptAnswer:
        error = answer.missed.error if answer.missed else None
        if error is None:
            return cls(answer.outcome, answer.latency, answer.reply)
        return cls(
            outcome=answer.outcome,
            latency=answer.latency,
            reply=None,
            failed=True,
            billed=error.billed,
            cost=error.cost,
            call_id=error.call_id,
            attempts=error.attempts,
        )

    def answer(self, connector: str) -> Answer:
        if self.reply is not None:
            return Answer(connector, self.reply, None, self.latency)
        error = None
        if self.failed:
            error = failure(connector, self.outcome, self.billed, self.cost, self.call_id)
        if error is not None:
            error.attempts = self.attempts
        return Answer(connector, None, Missed(connector, self.outcome, error), self.latency)


@dataclass(frozen=True, slots=True)
class Kept:
    """How an inquiry ended."""

    report_id: str
    """Empty where no report was made of it."""
    created_at: datetime
    answers: Mapping[str, KeptAnswer] = field(repr=False)
    """By connector."""

    @classmethod
    def of(cls, answers: Mapping[str, Answer], report_id: str, created_at: datetime) -> Kept:
        kept = {name: KeptAnswer.of(answer) for name, answer in answers.items()}
        return cls(report_id, created_at, kept)
