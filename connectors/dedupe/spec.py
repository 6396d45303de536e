"""How a bureau tells that it has seen a question before."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from ..kit import Strict
from ..message.draft import HEADER_NAME
from ..shape.spec import Exchange
from ..units import Seconds
from ..words import Billed, Outcome

_TELLING: Final = frozenset({Outcome.HIT, Outcome.NO_HIT, Outcome.PENDING})


class Dedupe(Strict):
    """
    What the bureau promises about a question that reaches it twice.

    `idempotency_key`: of one key it answers, and bills, once; so what was lost
    may be sent again. `refused_duplicate`: it refuses `call.reference` the second
    time (DUPLICATE), which never costs, and never answers either. `status_query`:
    it can be asked, by `call.reference`, whether a question arrived; nothing is sent
    again, but the ledger learns what it cost.
    """

    kind: Literal["none", "idempotency_key", "refused_duplicate", "status_query"] = "none"
    header: str | None = None
    """Of `idempotency_key`: where our reference goes, the same on every attempt."""
    window: Seconds = 86_400.0
    """How long the bureau remembers a key."""
    query: Exchange | None = None
    """
    Of `status_query`: what is asked.

    HIT: the question arrived; `billed: no` where it was not charged for. NO_HIT: it
    never did. PENDING: the bureau can not say yet.
    """
    after: Seconds = Field(default=60.0, gt=0)
    """Of `status_query`: when after a lost call the bureau can tell; not below `timeout.settle`."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "idempotency_key") != (self.header is not None):
            raise ValueError("a `header` goes with kind: idempotency_key, and is needed there")
        if (self.kind == "status_query") != (self.query is not None):
            raise ValueError("a `query` goes with kind: status_query, and is needed there")
        if self.header is not None and not HEADER_NAME.fullmatch(self.header):
            raise ValueError("a header has a name of letters, digits and -")
        return self

    @model_validator(mode="after")
    def _telling(self) -> Self:
        for row in self.query.outcomes if self.query else ():
            if row.outcome is Outcome.NO_HIT and row.billed is Billed.YES:
                raise ValueError("what never arrived is not billed")
            told = row.outcome in _TELLING
            if not told and row.billed is not None:
                raise ValueError(f"{row.outcome} tells nothing of the call that is asked after")
        return self

    @property
    def answers_once(self) -> bool:
        """Whether a question may be sent again though it may have arrived."""
        return self.kind == "idempotency_key"
