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
_OVER = (*_PLACE, "fingerprint", "state", "instance")
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
        # Whoever was faster has made it another instance's, or another state.
        self._take_over = (
            "UPDATE claims SET state = 'RELEASED' "  # noqa: S608 - ours
            f"FROM ({dialect.unpacked(_OVER)}) AS seen WHERE claims.tenant = seen.tenant "
            "AND claims.inquiry_id = seen.inquiry_id AND claims.fingerprint = seen.fingerprint "
            "AND claims.state = seen.state AND claims.instance = seen.instance"
        )
        # Another's is left alone, and one of ours that was taken later: it is kept until later.
        # Nobody's was taken from us, and by nobody since.
        self._close = (
            "UPDATE claims SET state = said.state, kept = said.kept "  # noqa: S608 - ours
            f"FROM ({dialect.unpacked(_SAID)}) AS said WHERE claims.tenant = said.tenant "
            "AND claims.inquiry_id = said.inquiry_id AND claims.fingerprint = said.fingerprint "
            "AND claims.instance IN (said.instance, '') AND claims.kept_until = said.kept_until"
        )

    def close(self, entries: Sequence[Entry]) -> Steps[None]:
        said = {guard.taking: guard for _, guard in of(entries, Closing)}
        if said:
            rows = [self._closed(said[taking]) for taking in sorted(said)]
            yield self._close, (orjson.dumps(rows).decode(),)

    def claim(self, entries: Sequence[Entry]) -> Steps[Refused]:
        refused: Refused = {}
        for first in rounds(of(entries, Claiming), lambda guard: _place(guard.claim)):
            over = [(guard.claim, guard.over) for _, guard in first.values()]
            if seen := [_seen(claim, claimed) for claim, claimed in over if claimed]:
                yield self._take_over, (orjson.dumps(seen).decode(),)
            rows = [self._claimed(guard) for _, guard in first.values()]
            won = yield self._claim, (orjson.dumps(rows).decode(),)
            lost = first.keys() - {tuple(row) for row in won}
            if lost:
                places = orjson.dumps(sorted(lost, key=repr)).decode()
                found = yield self._look, (places,)
                for row in found:
                    claimed = claimed_of(row, self._instance)
                    refused[first[_place(claimed.claim)][0]] = Taken(claimed)
        return refused

    def _claimed(self, guard: Claiming) -> tuple[object, ...]:
        claim = guard.claim
        return (
            *(claim.tenant, claim.inquiry_id, claim.fingerprint),
            *(b64encode(claim.request).decode(), ClaimState.RUNNING.value),
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


def claimed_of(row: Sequence[Any], us: str) -> Claimed:
    """
    Read a row of all columns, as the process `us` sees it.

    What a dead one was running is released, or unknown, once somebody has recovered it.
    """
    tenant, inquiry_id, fingerprint, request, state, instance, kept, kept_until, _ = row
    until = datetime.fromisoformat(kept_until)
    return Claimed(
        claim=Claim(tenant, inquiry_id, fingerprint, until, b64decode(request)),
        state=ClaimState(state),
        instance=instance,
        kept=None if kept is None else b64decode(kept),
        elsewhere=state == ClaimState.RUNNING and instance != us,
    )


def _seen(claim: Claim, over: Claimed) -> tuple[str, ...]:
    place = (claim.tenant, claim.inquiry_id, claim.fingerprint)
    return (*place, over.state.value, over.instance)


def _place(claim: Claim) -> tuple[str, str]:
    return claim.tenant, claim.inquiry_id
