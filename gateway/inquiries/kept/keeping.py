"""Seals what is kept of inquiries, each to its tenant and its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from ...security.keys import length_prefixed
from ...store.ledger.contract import Claimed
from ...store.sealing import Sealer, Unsealable
from .answers import Kept, Question

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What does not open is none: it was moved, or edited, or its key is gone."""

    sealer: Sealer

    def question(self, tenant: str, inquiry_id: str, question: Question) -> bytes:
        return self._sealed(question, "request", tenant, inquiry_id)

    def answers(self, tenant: str, inquiry_id: str, kept: Kept) -> bytes:
        return self._sealed(kept, "answers", tenant, inquiry_id)

    def question_of(self, claimed: Claimed) -> Question | None:
        claim = claimed.claim
        return self._opened(claim.request, Question, "request", claim.tenant, claim.inquiry_id)

    def answers_of(self, claimed: Claimed) -> Kept | None:
        claim = claimed.claim
        return self._opened(claimed.kept, Kept, "answers", claim.tenant, claim.inquiry_id)

    def _sealed(self, value: object, *place: str) -> bytes:
        written = msgspec.msgpack.encode(value)
        return self.sealer.seal(written, length_prefixed("inquiry", *place))

    def _opened(self, sealed: bytes | None, kind: type[T], *place: str) -> T | None:
        if not sealed:
            return None
        at = length_prefixed("inquiry", *place)
        try:
            return msgspec.msgpack.decode(
                self.sealer.open(self.sealer.current, sealed, at), type=kind
            )
        except (Unsealable, msgspec.DecodeError):
            return None
