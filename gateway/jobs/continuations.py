"""Inquiries whose report was PENDING, kept for the caller who comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.contract import Reply
from connectors.words import Billed, Outcome

from ..model import Answer, Answers, Missed
from .failing import failure
from .shelf import Shelf
from .store import KEPT
from .tables import CONTINUATIONS


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """How one connector's part of an inquiry stood when its caller was answered."""

    outcome: Outcome
    latency: float
    reply: Reply | None
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
            answer.outcome,
            answer.latency,
            None,
            error.billed,
            error.cost,
            error.call_id,
            error.attempts,
        )

    def answer(self, connector: str) -> Answer:
        if self.reply is not None:
            return Answer(connector, self.reply, None, self.latency)
        error = failure(connector, self.outcome, self.billed, self.cost, self.call_id)
        if error is not None:
            error.attempts = self.attempts
        return Answer(connector, None, Missed(connector, self.outcome, error), self.latency)


@dataclass(frozen=True, slots=True)
class Continuation:
    """One inquiry to come back for."""

    request: bytes = field(repr=False)
    """As its caller sent it."""
    received_at: datetime
    answers: Mapping[str, KeptAnswer] = field(repr=False)
    """By connector."""


@dataclass(frozen=True, slots=True)
class Continuations:
    """Keeps them by tenant and the caller's own id of the inquiry."""

    shelf: Shelf

    async def keep(
        self, tenant: str, inquiry_id: str, request: bytes, received_at: datetime, answers: Answers
    ) -> None:
        """Keep; returns when it is durable. Raises `LedgerDown`."""
        by_connector = {
            name: KeptAnswer.of(answer) for name, answer in answers.by_connector.items()
        }
        value = Continuation(request, received_at, by_connector)
        await self.shelf.put(CONTINUATIONS, (tenant, inquiry_id), value, KEPT)

    async def find(self, tenant: str, inquiry_id: str) -> Continuation | None:
        """Give one. Raises `LedgerDown`."""
        return await self.shelf.get(CONTINUATIONS, (tenant, inquiry_id), Continuation)
