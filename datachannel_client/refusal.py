"""
How the gateway refuses, one class for each thing a caller could do about it.

    GatewayRefusal
    ├── InvalidRequest    correct or supply the fields in `violations`
    ├── Unauthenticated   prove who you are
    ├── NotAllowed        ask for something that your policy allows
    ├── ConsentFails      obtain consent for this
    ├── LimitReached      ask again later
    ├── Unavailable       ask again later: nothing was bought
    ├── UnknownInquiry    ask as a new inquiry: there is nothing to come back for
    ├── OutcomeUnknown    look before you ask again: something may have been bought
    │   └── InProgress    send it again, under its id: it is not answered yet
    └── Broken            a fault of the gateway; `incident` names it to its operators
"""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from google.rpc import status_pb2

from .details import Details, details_of, status_of


class GatewayRefusal(Exception):
    """An inquiry ended without a report."""

    def __init__(self, code: grpc.StatusCode, details: Details) -> None:
        super().__init__(f"{details.reason or code.name}: {details.message}")
        self.code = code
        self.reason = details.reason
        """A constant such as CONSENT_EXPIRED; empty where the gateway was not reached."""
        self.violations = details.violations
        self.retry_after = details.retry_after
        """Seconds; None where the gateway does not say."""
        self.call_ids = details.call_ids
        """Calls that may have been bought, as the gateway's ledger knows them."""
        self.incident = details.incident


class InvalidRequest(GatewayRefusal):
    """The request cannot be read, a field breaks a rule, or one is missing."""


class Unauthenticated(GatewayRefusal):
    """Credentials are missing or not valid."""


class NotAllowed(GatewayRefusal):
    """The caller may not order this product, purpose or field."""


class ConsentFails(GatewayRefusal):
    """The subject's consent does not cover the inquiry."""


class LimitReached(GatewayRefusal):
    """A rate, a quota or a spending limit, or a message that is too large."""


class Unavailable(GatewayRefusal):
    """The gateway cannot answer now, and bought nothing."""


class OutcomeUnknown(GatewayRefusal):
    """Nobody can say whether something was bought; the deadline passed, or a call broke off."""


class InProgress(OutcomeUnknown):
    """The inquiry of this id is being worked on; sent again it is joined, and not made twice."""


class UnknownInquiry(GatewayRefusal):
    """There is no inquiry of that id, or it ended with nothing bought."""


class Broken(GatewayRefusal):
    """A fault of the gateway."""


_CLASSES: Mapping[grpc.StatusCode, type[GatewayRefusal]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.FAILED_PRECONDITION: ConsentFails,
    grpc.StatusCode.RESOURCE_EXHAUSTED: LimitReached,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.NOT_FOUND: UnknownInquiry,
    grpc.StatusCode.DEADLINE_EXCEEDED: OutcomeUnknown,
    grpc.StatusCode.ABORTED: OutcomeUnknown,
    grpc.StatusCode.CANCELLED: OutcomeUnknown,
}

_BELOW = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL})
"""What is said of a call, without a reason, by what lies below the gateway."""

_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"

_CODES = {code.value[0]: code for code in grpc.StatusCode}


def refusal(error: grpc.aio.AioRpcError) -> GatewayRefusal:
    """
    Read what the gateway said; a code that it never sends is a fault of its.

    UNAVAILABLE promises that nothing was bought, and INTERNAL that the gateway is at
    fault, only where the gateway said so: grpc says both too of what broke under a call.
    """
    return _refusal(error.code(), details_of(error.details() or "", status_of(error)))


def refusal_of_item(status: status_pb2.Status) -> GatewayRefusal:
    """Read what the gateway said of one inquiry of a batch."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return _refusal(code, details_of(status.message, status))


def unreached() -> Unavailable:
    """Describe a gateway to which there is no connection: nothing was sent."""
    return Unavailable(grpc.StatusCode.UNAVAILABLE, Details("the gateway can not be reached"))


def cut_short() -> OutcomeUnknown:
    """Describe a stream that says it is whole, and lacks answers."""
    return OutcomeUnknown(
        grpc.StatusCode.UNKNOWN, Details("the stream ended before its last answer")
    )


def is_broken_off(refused: GatewayRefusal) -> bool:
    """Whether it was not the gateway that ended a call, but what lies between."""
    # grpcio says INTERNAL in place of any status that comes while something is written
    # (grpc/grpc#36066).
    return not refused.reason and refused.code in _BELOW | {grpc.StatusCode.CANCELLED}


def _refusal(code: grpc.StatusCode, details: Details) -> GatewayRefusal:
    if code in _BELOW and not details.reason:
        return OutcomeUnknown(code, details)
    if details.reason == _IN_PROGRESS:
        return InProgress(code, details)
    return _CLASSES.get(code, Broken)(code, details)
