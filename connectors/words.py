"""The closed lists of words in which every connector is described and every call is told."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Outcome(StrEnum):
    """How one connector's call ended (spec 5). There is no other way to end."""

    HIT = "HIT"
    NO_HIT = "NO_HIT"
    NO_SCORE = "NO_SCORE"
    MISMATCH = "MISMATCH"
    BLOCKED = "BLOCKED"
    PENDING = "PENDING"
    NEED_MORE = "NEED_MORE"
    DUPLICATE = "DUPLICATE"
    SUBJECT_MISMATCH = "SUBJECT_MISMATCH"
    BAD_RESPONSE = "BAD_RESPONSE"
    INVALID_INPUT = "INVALID_INPUT"
    REFUSED = "REFUSED"
    RATE_LIMITED = "RATE_LIMITED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    BUREAU_ERROR = "BUREAU_ERROR"
    TIMEOUT = "TIMEOUT"
    LOST = "LOST"
    UNREACHABLE = "UNREACHABLE"
    BREAKER_OPEN = "BREAKER_OPEN"
    BULKHEAD_FULL = "BULKHEAD_FULL"
    NEED_INPUT = "NEED_INPUT"
    SKIPPED_POLICY = "SKIPPED_POLICY"
    SKIPPED_BUDGET = "SKIPPED_BUDGET"
    SKIPPED_COST = "SKIPPED_COST"
    NOT_NEEDED = "NOT_NEEDED"


ANSWERS = frozenset(
    {Outcome.HIT, Outcome.NO_HIT, Outcome.NO_SCORE, Outcome.MISMATCH, Outcome.BLOCKED}
)
"""The bureau told us what it knows of the subject, be it nothing."""

MAPPED = ANSWERS - {Outcome.NO_HIT}
"""Answers whose content is mapped: NO_HIT has none."""

AMBIGUOUS = frozenset({Outcome.TIMEOUT, Outcome.LOST})
"""Sent, and no complete answer: it may have been billed."""

NOT_ASKED = frozenset(
    {
        Outcome.UNREACHABLE,
        Outcome.BREAKER_OPEN,
        Outcome.BULKHEAD_FULL,
        Outcome.NEED_INPUT,
        Outcome.SKIPPED_POLICY,
        Outcome.SKIPPED_BUDGET,
        Outcome.SKIPPED_COST,
        Outcome.NOT_NEEDED,
    }
)
"""The bureau provably never saw the question: nothing can be billed."""


@unique
class Effect(StrEnum):
    """What asking does, besides answering."""

    FREE = "free"
    CHARGEABLE = "chargeable"
    HARD_INQUIRY = "hard_inquiry"


@unique
class Billed(StrEnum):
    """Whether the bureau charges for a call, as far as we can know."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


@unique
class ServedFrom(StrEnum):
    """Where a reply was taken from."""

    LIVE = "LIVE"
    CACHE = "CACHE"
    SHARED = "SHARED"
    STALE = "STALE"


@unique
class ReuseMode(StrEnum):
    """What the caller allows instead of a new call."""

    DEFAULT = "DEFAULT"
    BYPASS = "BYPASS"
    ONLY_CACHE = "ONLY_CACHE"


@unique
class FieldStatus(StrEnum):
    """What became of one field (spec 3); the first four as Feast numbers them."""

    PRESENT = "PRESENT"
    NULL_VALUE = "NULL_VALUE"
    NOT_FOUND = "NOT_FOUND"
    OUTSIDE_MAX_AGE = "OUTSIDE_MAX_AGE"
    PENDING = "PENDING"
    CONNECTOR_ERROR = "CONNECTOR_ERROR"
    SKIPPED_BY_POLICY = "SKIPPED_BY_POLICY"
    SUPPRESSED = "SUPPRESSED"
    INVALID_VALUE = "INVALID_VALUE"
    NOT_REQUESTED = "NOT_REQUESTED"


@unique
class Purpose(StrEnum):
    """Why the lender asks."""

    CREDIT_ORIGINATION = "CREDIT_ORIGINATION"
    ACCOUNT_REVIEW = "ACCOUNT_REVIEW"
    COLLECTION = "COLLECTION"
    FRAUD_PREVENTION = "FRAUD_PREVENTION"
    IDENTITY_VERIFICATION = "IDENTITY_VERIFICATION"
    EMPLOYMENT = "EMPLOYMENT"
    PRESCREEN = "PRESCREEN"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"


@unique
class LicenceClass(StrEnum):
    """On what footing a bureau trades in personal data."""

    LICENSED_BUREAU = "licensed_bureau"
    FILED = "filed"
    GOVERNMENT = "government"
    OTHER = "other"
