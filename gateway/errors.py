"""
How an inquiry can fail, one class for each thing a caller could do about it.

    GatewayError
    ├── Malformed               send a message that parses
    ├── InvalidFields           correct the fields named, and ask again
    ├── InputIncomplete         supply the fields named, and ask again
    ├── Unauthenticated         prove who you are
    ├── NotAllowed              ask for something that your policy allows
    ├── ConsentFails            obtain consent for this, and ask again
    ├── LimitReached            ask again later: the caller's own limit is used up
    ├── LedgerUnavailable       ask again later: nothing was sent
    ├── Draining                send again, elsewhere, what was not answered: none of it was begun
    ├── InquiryIdReused         take another id: this one is of an inquiry with another body
    ├── InquiryInProgress       send it again: the first of that id is not answered yet
    ├── UnknownInquiry          ask as a new inquiry: there is nothing to come back for
    ├── PresetUnavailable       ask again later, or supply the fields: nothing was sent
    ├── ConnectorsUnavailable   ask again later: nothing was bought
    ├── OutcomeUnknown          look before you ask again: something may have been bought
    └── Broken                  a fault of ours
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.words import Outcome

from .subject.violation import Violation


class GatewayError(Exception):
    """An inquiry ended without a report. Carries constants, paths and rules, and no values."""

    def __init__(self, reason: str, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.violations = violations
        self.outcomes: Mapping[str, Outcome] = {}
        """How each connector's part ended, where it came to that."""


class Malformed(GatewayError):
    """The bytes do not parse."""

    def __init__(self) -> None:
        super().__init__("MALFORMED_REQUEST")


class InvalidFields(GatewayError):
    """What is there breaks the rules."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("INVALID_FIELDS", violations)


class InputIncomplete(GatewayError):
    """What the product needs is absent, and could not be filled."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("INPUT_INCOMPLETE", violations)


class Unauthenticated(GatewayError):
    """No or bad credentials; it never says which."""

    def __init__(self) -> None:
        super().__init__("UNAUTHENTICATED")


class NotAllowed(GatewayError):
    """Caller, product, purpose or field is not allowed; unknown reads like not allowed."""


class ConsentFails(GatewayError):
    """Consent is missing, expired, for another purpose, or names other recipients."""


class LimitReached(GatewayError):
    """What this caller may ask, or spend, is used up for now; nothing was sent."""

    def __init__(self, reason: str, caller: str, retry_after: float) -> None:
        """`retry_after` is in seconds."""
        super().__init__(reason)
        self.caller = caller
        self.retry_after = retry_after


class LedgerUnavailable(GatewayError):
    """Nothing can be written down, so nothing was asked."""

    def __init__(self) -> None:
        super().__init__("LEDGER_UNAVAILABLE")


class Draining(GatewayError):
    """The server is about to stop, and reads no more of a stream."""

    def __init__(self) -> None:
        super().__init__("DRAINING")


class InquiryIdReused(GatewayError):
    """The id is taken by an inquiry of the same tenant, with another body."""

    def __init__(self) -> None:
        reused = Violation("inquiry_id", "reused", "is that of an inquiry with another body")
        super().__init__("IDEMPOTENCY_KEY_REUSED", (reused,))


class InquiryInProgress(GatewayError):
    """The inquiry of this id is still being worked on, and this wait for it is over."""

    def __init__(self) -> None:
        super().__init__("IDEMPOTENCY_IN_PROGRESS")


class UnknownInquiry(GatewayError):
    """There is no inquiry of that id to come back for, or it is another tenant's."""

    def __init__(self) -> None:
        super().__init__("INQUIRY_UNKNOWN")


class PresetUnavailable(GatewayError):
    """What the product needs may be in the preset database, and that gives no answer now."""

    def __init__(self) -> None:
        super().__init__("PRESET_UNAVAILABLE")


class ConnectorsUnavailable(GatewayError):
    """Every required connector failed, there is no data, and nothing was bought."""

    def __init__(self) -> None:
        super().__init__("CONNECTORS_UNAVAILABLE")


class OutcomeUnknown(GatewayError):
    """There is no data, and something may have been bought."""

    def __init__(self, call_ids: tuple[str, ...], *, timed_out: bool) -> None:
        super().__init__("UPSTREAM_OUTCOME_UNKNOWN")
        self.call_ids = call_ids
        self.timed_out = timed_out


class Broken(GatewayError):
    """A fault of ours; the incident id leads to the protected log."""

    def __init__(self, incident: str) -> None:
        super().__init__("INTERNAL")
        self.incident = incident
