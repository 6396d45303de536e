"""Answers that were paid for, sealed to the call that brought them."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from connectors.contract import Query, Reply
from connectors.kit import Clock
from connectors.words import ANSWERS, Billed, Effect

from ...security.keys import length_prefixed
from ..sealing import Sealer, Unsealable
from ..writing.entry import Row
from .entries import moment


@dataclass(frozen=True, slots=True)
class SealedReplies:
    """Makes rows of replies, and replies of rows."""

    sealer: Sealer
    clock: Clock
    kept_for: float
    """Seconds."""

    def row(self, query: Query, reply: Reply | None) -> tuple[Row, str] | None:
        """Seal an answer that was paid for, and give its digest; all else is not kept."""
        if reply is None or reply.outcome not in ANSWERS or _is_free(query, reply):
            return None
        call_id, standing = query.attempt.call_id, query.standing
        # What later messages refer to is never kept.
        plain = replace(reply, captured={}) if reply.captured else reply
        written = msgspec.msgpack.encode(plain)
        sealed = self.sealer.seal(written, _place(standing.tenant, query.connector, call_id))
        kept_until = self.clock.utc() + timedelta(seconds=self.kept_for)
        row: Row = (
            "replies",
            (
                *(call_id, standing.tenant, standing.inquiry_id, query.connector),
                *(standing.subject_token, moment(kept_until), b64encode(sealed).decode()),
            ),
        )
        return row, digest(sealed)

    def opened(self, row: Sequence[str]) -> Reply | None:
        """Open a row of call, tenant, connector and what is sealed; one that was moved is none."""
        call_id, tenant, connector, sealed = row
        place = _place(tenant, connector, call_id)
        try:
            written = self.sealer.open(self.sealer.current, b64decode(sealed), place)
            return msgspec.msgpack.decode(written, type=Reply)
        except (Unsealable, ValueError):
            return None


def digest(sealed: bytes) -> str:
    """Hash what is kept, for the row of the chain that says what was answered."""
    return hashlib.sha256(sealed).hexdigest()


def _is_free(query: Query, reply: Reply) -> bool:
    """Whether nothing was paid; a free message may bring the answer that a job is charged for."""
    charged = query.paid or reply.billed is Billed.YES
    return query.attempt.effect is Effect.FREE and not charged


def _place(tenant: str, connector: str, call_id: str) -> bytes:
    return length_prefixed("reply", tenant, connector, call_id)
