"""What the gateway writes into its ledger and reads back, whatever database keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique
from typing import Protocol

from connectors.contract import Reply
from connectors.kit import Ending
from connectors.kit import Ledger as Attempts
from connectors.words import Billed, Effect, Outcome, Purpose, ServedFrom


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """An inquiry that was granted these connectors."""

    inquiry_id: str
    tenant: str
    caller: str
    product: str
    purpose: Purpose
    consent_id: str | None
    consent_expires_at: datetime | None
    subject_token: str
    connectors: tuple[str, ...]
    config_version: str
    replayed: bool = False
    """Whether its caller came back for what was answered before: nobody is asked."""


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """
    An inquiry that was refused, as far as it was known by then.

    What nobody recognised (a product that does not exist) stays empty: it is
    free text of the caller's, and could hold anything.
    """

    inquiry_id: str
    reason: str
    config_version: str
    tenant: str = ""
    caller: str = ""
    product: str = ""
    purpose: Purpose | None = None
    consent_id: str | None = None
    subject_token: str = ""


@dataclass(frozen=True, slots=True)
class ServedRow:
    """A reply that was not bought for this inquiry, and the call that bought it."""

    inquiry_id: str
    tenant: str
    connector: str
    served_from: ServedFrom
    call_id: str


@unique
class ClaimState(StrEnum):
    """How far an inquiry has come, to whoever sends its id again."""

    RUNNING = "RUNNING"
    """It is being worked on, or was when its process died."""
    DONE = "DONE"
    """It is answered; what it was answered is kept."""
    RELEASED = "RELEASED"
    """It ended, and nothing was sent: its id may be used again."""
    UNKNOWN = "UNKNOWN"
    """It ended without a report, and something may have been bought."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An inquiry id that one run of an inquiry takes for itself, within its tenant."""

    tenant: str
    inquiry_id: str
    fingerprint: str
    """Keyed hash of the request: the same id with another body is another inquiry."""
    kept_until: datetime
    request: bytes = field(default=b"", repr=False)
    """The inquiry itself, for whoever comes back for it; its keeper seals it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim as it stands in the ledger."""

    claim: Claim
    state: ClaimState
    instance: str
    """The process that took it; empty once it was recovered."""
    kept: bytes | None = field(default=None, repr=False)
    """What its answer can be given again from; its keeper seals it."""
    elsewhere: bool = False
    """Whether it was taken by another process that is alive."""


class Taken(Exception):
    """Somebody has claimed this inquiry id before: nothing of the inquiry was written."""

    def __init__(self, claimed: Claimed) -> None:
        super().__init__("the inquiry id is taken")
        self.claimed = claimed


@unique
class Source(StrEnum):
    """Who says how a call ended."""

    ATTEMPT = "attempt"
    """Whoever made it."""
    RECOVERY = "recovery"
    """The gateway, of a process that died over it."""
    STATUS_QUERY = "status_query"
    """Its bureau, asked by our reference."""
    BILLING_FILE = "billing_file"
    BY_HAND = "by_hand"


CORRIGIBLE = frozenset({Source.BILLING_FILE, Source.BY_HAND})
"""Whose word a person may correct: never that of whoever made the call, or asked its bureau."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One attempt at one connector, and its last outcome; None while there is none."""

    call_id: str
    attempt: int
    inquiry_id: str
    tenant: str
    caller: str
    product: str
    connector: str
    effect: Effect
    subject_token: str
    purpose: Purpose
    our_reference: str
    instance: str
    intended_at: datetime
    outcome: Outcome | None
    billed: Billed | None
    cost: Decimal
    """Its price, as long as nobody knows better."""
    currency: str
    bureau_reference: str
    source: Source | None
    ended_at: datetime | None

    @property
    def is_unknown(self) -> bool:
        """Whether something may have been bought, and nobody knows."""
        return self.effect is not Effect.FREE and self.billed in (None, Billed.UNKNOWN)


class Resolved(Exception):
    """What became of a call is known by now: nothing was written of it."""


class Ledger(Attempts, Protocol):
    """
    All that is written down of inquiries and calls; each method is durable when it returns.

    Every row is a link of a chain of keyed hashes. Raises `LedgerDown` where a row
    is not proved to be written: then nothing is sent.
    """

    async def start(self) -> None:
        """Open, migrate, and close as unknown the calls that a dead process left open."""
        ...

    async def aclose(self) -> None: ...

    async def inquiry(
        self, row: InquiryRow, claim: Claim | None = None, over: Claimed | None = None
    ) -> None:
        """
        Write a grant and claim its id, in one commit.

        Raises `Taken` where the id is claimed, unless the claim there was RELEASED
        with the same fingerprint, or is kept no longer, or is still of the state and
        the process of `over`: an inquiry that did not end is taken over.
        """
        ...

    async def refusal(self, row: RefusalRow) -> None: ...

    async def served(self, rows: Sequence[ServedRow]) -> None: ...

    async def resolve(self, call: CallRow, ending: Ending, source: Source) -> None:
        """
        Write what became known later of a call, by somebody else than whoever made it.

        Raises `Resolved` where it is not unknown any more.
        """
        ...

    async def correct(self, call: CallRow, ending: Ending) -> None:
        """
        Write, by hand, that what was said of a call by hand or by a bill is not so.

        Raises `Resolved` where the last word on it is of another source.
        """
        ...

    async def close_claim(self, claim: Claim, state: ClaimState, kept: bytes | None) -> None:
        """Say how far the inquiry has come; `kept` replaces what is kept of it."""
        ...

    async def claimed(self, tenant: str, inquiry_id: str) -> Claimed | None:
        """Look up a claim that is still kept."""
        ...

    async def calls(self, tenant: str, inquiry_id: str) -> Sequence[CallRow]:
        """Give the attempts made for an inquiry, in their order."""
        ...

    async def replies(self, tenant: str, inquiry_id: str) -> Mapping[str, Reply]:
        """Give the answers that were bought for an inquiry, by connector; the last of each."""
        ...

    async def erase(self, tenant: str, subject_token: str) -> None:
        """Forget all answers about a subject; that they were bought stays."""
        ...
