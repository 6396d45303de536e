"""What must hold at the moment of a commit, for an entry's rows to be written in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..contract import Claim, Claimed, ClaimState


@dataclass(frozen=True, slots=True)
class Claiming:
    """An inquiry id is to be free, or as it was last seen, and is then taken."""

    claim: Claim
    at: str
    over: Claimed | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """A claim is to say how far its inquiry has come; always holds."""

    claim: Claim
    state: ClaimState
    kept: bytes | None

    @property
    def taking(self) -> tuple[str, str, datetime]:
        """Tell one claim of an id from those before and after it."""
        return self.claim.tenant, self.claim.inquiry_id, self.claim.kept_until


@dataclass(frozen=True, slots=True)
class Hold:
    """No other hard inquiry of the kind is to be open or unknown; then this one is."""

    tenant: str
    connector: str
    subject_token: str
    purpose: str
    call_id: str
    acknowledged: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.tenant, self.connector, self.subject_token, self.purpose


@dataclass(frozen=True, slots=True)
class Release:
    """What became of a hard inquiry is known; always holds."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A call is to have no outcome yet: for whoever was not there, and says that it is unknown."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """A call is to be intended and without an outcome; then it gives back its hold."""

    call_id: str
    release: Release | None


@dataclass(frozen=True, slots=True)
class StillUnknown:
    """It is not to be known yet whether a call was charged for; then it may give back its hold."""

    call_id: str
    release: Release | None


@dataclass(frozen=True, slots=True)
class StillCorrigible:
    """The last word on a call is to be a person's or a bill's; it holds nothing any more."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement of its own, in the order of the commits; always holds."""

    sql: str
    arguments: tuple[object, ...] = ()


class Answered(Exception):
    """A call has an outcome already, or was never intended: none is written."""
