"""Who runs an inquiry id, decided in the commit that grants it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from ...writing.entry import Entry
from ...writing.steps import Steps
from ..contract import Claim, Claimed, ClaimState, Taken
from ..tables import CLAIMS
from .dialect import Dialect, insert
from .guards import Claiming, Closing
from .rounds import Refused, of, rounds

_PLACE = ("tenant", "inquiry_id")
_SAID = (*_PLACE, "fingerprint", "state", "instance", "kept", "kept_until")


class Claims:
    """The guards of claims, a few statements for a whole batch."""

    def __init__(self, dialect: Dialect, instance: str) -> None:
        self._instance = instance
        new = ", ".join(f"{name} = excluded.{name}" for name in CLAIMS[2:])
        self._claim = (
            f"{insert(dialect, 'claims', CLAIMS)} ON CONFLICT (tenant, inquiry_id) DO UPDATE "
            f"SET {new} WHERE (claims.state = 'RELEASED' AND claims.fingerprint = "
            "excluded.fingerprint) OR claims.kept_until < excluded.at RETURNING tenant, inquiry_id"
        )
        self._look = (
            f"SELECT {', '.join(CLAIMS)} FROM claims "  # noqa: S608 - ours
            f"WHERE (tenant, inquiry_id) IN ({dialect.unpacked(_PLACE)})"
        )
        # Another instance's that runs is left alone: it has taken over what we had released.
        self._close = (
            "UPDATE claims SET state = said.state, kept = said.kept, kept_until = said.kept_until "  # noqa: S608 - ours
            f"FROM ({dialect.unpacked(_SAID)}) AS said WHERE claims.tenant = said.tenant "
            "AND claims.inquiry_id = said.inquiry_id AND claims.fingerprint = said.fingerprint "
            "AND (claims.state <> 'RUNNING' OR claims.instance = said.instance)"
        )

    def close(self, entries: Sequence[Entry]) -> Steps[None]:
        said = {
            (guard.claim.tenant, guard.claim.inquiry_id): guard for _, guard in of(entries, Closing)
        }
        if said:
            rows = [self._closed(said[place]) for place in sorted(said)]
            yield self._close, (orjson.dumps(rows).decode(),)

    def claim(self, entries: Sequence[Entry]) -> Steps[Refused]:
        refused: Refused = {}
        for first in rounds(of(entries, Claiming), lambda guard: _place(guard.claim)):
            rows = [self._claimed(guard) for _, guard in first.values()]
            won = yield self._claim, (orjson.dumps(rows).decode(),)
            lost = first.keys() - {tuple(row) for row in won}
            if lost:
                places = orjson.dumps(sorted(lost, key=repr)).decode()
                found = yield self._look, (places,)
                for row in found:
                    claimed = claimed_of(row)
                    refused[first[_place(claimed.claim)][0]] = Taken(claimed)
        return refused

    def _claimed(self, guard: Claiming) -> tuple[object, ...]:
        claim = guard.claim
        return (
            *(claim.tenant, claim.inquiry_id, claim.fingerprint, ClaimState.RUNNING.value),
            *(self._instance, None, claim.kept_until.isoformat(timespec="microseconds")),
            guard.at,
        )

    def _closed(self, guard: Closing) -> tuple[object, ...]:
        claim = guard.claim
        return (
            *(claim.tenant, claim.inquiry_id, claim.fingerprint, guard.state.value),
            *(self._instance, None if guard.kept is None else b64encode(guard.kept).decode()),
            claim.kept_until.isoformat(timespec="microseconds"),
        )


def claimed_of(row: Sequence[Any]) -> Claimed:
    """Read a row of all columns."""
    tenant, inquiry_id, fingerprint, state, instance, kept, kept_until, _ = row
    claim = Claim(tenant, inquiry_id, fingerprint, datetime.fromisoformat(kept_until))
    return Claimed(claim, ClaimState(state), instance, None if kept is None else b64decode(kept))


def _place(claim: Claim) -> tuple[str, str]:
    return claim.tenant, claim.inquiry_id
