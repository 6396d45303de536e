"""
The one place where errors become gRPC statuses.

A caller's program matches on the reason, a person reads the message, and both
are constants: no value of a subject appears in a status, ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from .. import errors
from ..errors import Broken, GatewayError, LimitReached, OutcomeUnknown
from ..subject.violation import Violation
from .translate import duration

DOMAIN: Final = "bureau-gateway"
MOST_METADATA = 1024
"""Characters that say how the connectors ended: a trailer is small."""

MOST_VIOLATIONS: Final = 20
MOST_BYTES: Final = 3072
"""Of violations: statuses travel in a trailer, and clients refuse large trailers."""

Incident = Callable[[str, str, BaseException], None]
"""Takes an incident's id, the method and the error to the protected log. Must not raise."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the caller is told of one class of errors."""

    code: int
    message: str
    retry_after: Duration | None = None
    """Only where a repeat buys nothing: a generic client makes it by itself."""


ROWS: Final[Mapping[type[GatewayError], Row]] = {
    errors.Malformed: Row(code_pb2.INVALID_ARGUMENT, "the request cannot be read"),
    errors.InvalidFields: Row(code_pb2.INVALID_ARGUMENT, "fields of the request are not valid"),
    errors.InputIncomplete: Row(code_pb2.INVALID_ARGUMENT, "the product needs more fields"),
    errors.Unauthenticated: Row(code_pb2.UNAUTHENTICATED, "credentials are missing or not valid"),
    errors.NotAllowed: Row(code_pb2.PERMISSION_DENIED, "this caller may not ask for this"),
    errors.ConsentFails: Row(code_pb2.FAILED_PRECONDITION, "the consent does not cover this"),
    errors.LimitReached: Row(code_pb2.RESOURCE_EXHAUSTED, "this caller has reached its limit"),
    errors.LedgerUnavailable: Row(
        code_pb2.UNAVAILABLE, "nothing can be recorded, so nothing was asked", duration(1.0)
    ),
    errors.Draining: Row(
        code_pb2.UNAVAILABLE, "the gateway is about to stop, and reads no more", duration(0.5)
    ),
    errors.InquiryIdReused: Row(
        code_pb2.INVALID_ARGUMENT, "this inquiry id is taken by an inquiry with another body"
    ),
    # Under its id it is never made twice: to send it again is safe whatever has been sent.
    errors.InquiryInProgress: Row(
        code_pb2.ABORTED, "the inquiry of this id is not answered yet", duration(1.0)
    ),
    errors.UnknownInquiry: Row(code_pb2.NOT_FOUND, "there is no such inquiry to come back for"),
    errors.PresetUnavailable: Row(
        code_pb2.UNAVAILABLE, "the preset database gives no answer", duration(0.1)
    ),
    errors.ConnectorsUnavailable: Row(
        code_pb2.UNAVAILABLE, "no required connector answered; nothing was bought", duration(5.0)
    ),
    errors.OutcomeUnknown: Row(
        code_pb2.ABORTED, "no connector answered in full; something may have been bought"
    ),
    errors.Broken: Row(code_pb2.INTERNAL, "internal error"),
}
"""One row for each error, and no error without a row."""

MESSAGES: Final[Mapping[str, str]] = {
    "PRODUCT_NOT_ALLOWED": "this caller may not order this product",
    "PURPOSE_NOT_ALLOWED": "this caller may not order this product for this purpose",
    "FIELD_NOT_ALLOWED": "this caller may not order these fields of this product",
    "BYPASS_NOT_ALLOWED": "this caller may not bypass the cache",
    "SPENDING_LIMIT": "what this caller may spend today is spent",
    "RATE_LIMIT": "this caller asks more often than it may",
    "CONCURRENCY_LIMIT": "this caller has as many inquiries under way as it may",
    "CONNECTOR_PURPOSE": "a required connector may not be asked for this purpose",
    "CONSENT_MISSING": "the product needs the subject's consent",
    "CONSENT_EXPIRED": "the consent has expired",
    "CONSENT_NOT_YET_VALID": "the consent is not valid yet",
    "CONSENT_PURPOSE": "the consent does not cover this purpose",
    "CONSENT_RECIPIENT": "the consent does not name the bureau of a required connector",
    "CONSENT_SENSITIVE": "the consent does not cover the sensitive data of a required connector",
}
"""Where a row has several reasons, what each of them says."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """
    Says what the caller is told of an error.

    Of one that has no row it is told an incident's id; the text goes to the
    protected log alone.
    """

    incident: Incident
    random: Random

    def __call__(self, method: str, error: BaseException) -> status_pb2.Status:
        if isinstance(error, GatewayError) and type(error) in ROWS:
            return status(error)
        identity = f"{self.random.getrandbits(64):016x}"
        self.incident(identity, method, error)
        return status(Broken(identity))


def status(error: GatewayError) -> status_pb2.Status:
    """Describe an error as AIP-193 asks: a code, a sentence, one `ErrorInfo` and what applies."""
    row = ROWS[type(error)]
    late = isinstance(error, OutcomeUnknown) and error.timed_out
    return status_pb2.Status(
        code=code_pb2.DEADLINE_EXCEEDED if late else row.code,
        message=MESSAGES.get(error.reason, row.message),
        details=[packed(detail) for detail in _details(error, row)],
    )


def packed(detail: Message) -> any_pb2.Any:
    wrapped = any_pb2.Any()
    wrapped.Pack(detail)
    return wrapped


def _details(error: GatewayError, row: Row) -> Iterator[Message]:
    yield error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=_metadata(error))
    if error.violations:
        yield _bad_request(error.violations)
    if row.code == code_pb2.FAILED_PRECONDITION:
        precondition = error_details_pb2.PreconditionFailure()
        precondition.violations.add(
            type=error.reason,
            subject="consent",
            description=MESSAGES.get(error.reason, row.message),
        )
        yield precondition
    if isinstance(error, LimitReached):
        quota = error_details_pb2.QuotaFailure()
        quota.violations.add(
            subject=f"caller:{error.caller}", description=MESSAGES.get(error.reason, row.message)
        )
        yield quota
        yield error_details_pb2.RetryInfo(retry_delay=duration(error.retry_after))
    if row.retry_after is not None:
        yield error_details_pb2.RetryInfo(retry_delay=row.retry_after)


def _metadata(error: GatewayError) -> dict[str, str]:
    told = {}
    if error.outcomes:
        ends = (f"{name}={outcome}" for name, outcome in error.outcomes.items())
        told["connectors"] = ",".join(ends)[:MOST_METADATA]
    if isinstance(error, OutcomeUnknown):
        told["call_ids"] = ",".join(error.call_ids)
    if isinstance(error, Broken):
        told["incident"] = error.incident
    return told


def _bad_request(violations: tuple[Violation, ...]) -> error_details_pb2.BadRequest:
    found = error_details_pb2.BadRequest()
    for violation in violations[:MOST_VIOLATIONS]:
        found.field_violations.add(
            field=violation.path, description=f"{violation.rule}: {violation.description}"
        )
        if found.ByteSize() > MOST_BYTES:
            del found.field_violations[-1]
            break
    return found
