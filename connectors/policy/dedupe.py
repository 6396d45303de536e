"""How a bureau tells that it has seen a question before."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from ..kit import Strict
from ..message.draft import HEADER_NAME
from ..units import Seconds


class Dedupe(Strict):
    """
    What the bureau promises about a question that reaches it twice.

    `idempotency_key`: of one key it answers, and bills, once; so what was lost
    may be sent again. `refused_duplicate`: it refuses `call.reference` the second
    time (DUPLICATE), which never costs, and never answers either.
    """

    kind: Literal["none", "idempotency_key", "refused_duplicate"] = "none"
    header: str | None = None
    """Of `idempotency_key`: where our reference goes, the same on every attempt."""
    window: Seconds = 86_400.0
    """How long the bureau remembers a key."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "idempotency_key") != (self.header is not None):
            raise ValueError("a `header` goes with kind: idempotency_key, and is needed there")
        if self.header is not None and not HEADER_NAME.fullmatch(self.header):
            raise ValueError("a header has a name of letters, digits and -")
        return self

    @property
    def answers_once(self) -> bool:
        """Whether a question may be sent again though it may have arrived."""
        return self.kind == "idempotency_key"
