"""Marks what is older than a product accepts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from connectors.kit import Strict
from connectors.units import Seconds
from connectors.words import FieldStatus

from ..fields.paths import covers
from ..model import FieldMeta
from .contract import Check, CheckFinding, Evidence


class Fresh(Strict):
    """All below `field` must have been observed, or else retrieved, within `max_age`."""

    kind: Literal["fresh"]
    field: str
    max_age: Seconds

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.field,)

    def build(self) -> Check:
        def check(evidence: Evidence) -> CheckFinding:
            old = {
                path: replace(meta, status=FieldStatus.OUTSIDE_MAX_AGE)
                for path, meta in evidence.fields.items()
                if meta.status is FieldStatus.PRESENT
                and covers(self.field, path)
                and self._is_old(meta, evidence.now)
            }
            return CheckFinding(fields=old)

        return check

    def _is_old(self, meta: FieldMeta, now: datetime) -> bool:
        seen = meta.note.observed_at if meta.note else None
        if seen is None and meta.reply is not None:
            seen = meta.reply.retrieved_at
        return seen is not None and (now - seen).total_seconds() > self.max_age
