"""
How the gateway refuses, one class for each thing a caller could do about it.

    GatewayRefusal
    ├── InvalidRequest    correct or supply the fields in `violations`
    ├── Unauthenticated   prove who you are
    ├── NotAllowed        ask for something that your policy allows
    ├── ConsentFails      obtain consent for this
    ├── LimitReached      ask again later
    ├── Unavailable       ask again later: nothing was bought
    ├── OutcomeUnknown    look before you ask again: something may have been bought
    └── Broken            a fault of the gateway; `incident` names it to its operators
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

_DETAILS = "grpc-status-details-bin"

DOMAIN = "bureau-gateway"
"""Of the gateway's own reasons."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is not as it must be."""

    path: str
    description: str
    """The rule, then what it asks for."""


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


class Broken(GatewayRefusal):
    """A fault of the gateway."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a status says beyond its code."""

    message: str
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None
    call_ids: tuple[str, ...] = ()
    incident: str = ""


_CLASSES: Mapping[grpc.StatusCode, type[GatewayRefusal]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.FAILED_PRECONDITION: ConsentFails,
    grpc.StatusCode.RESOURCE_EXHAUSTED: LimitReached,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: OutcomeUnknown,
    grpc.StatusCode.ABORTED: OutcomeUnknown,
    grpc.StatusCode.CANCELLED: OutcomeUnknown,
}


def refusal(error: grpc.aio.AioRpcError) -> GatewayRefusal:
    """
    Read what the gateway said; a code that it never sends is a fault of its.

    UNAVAILABLE promises that nothing was bought only where the gateway said it:
    grpc says it too of a connection that broke under a call.
    """
    details = _details(error)
    if error.code() is grpc.StatusCode.UNAVAILABLE and not details.reason:
        return OutcomeUnknown(error.code(), details)
    return _CLASSES.get(error.code(), Broken)(error.code(), details)


def unreached() -> Unavailable:
    """Describe a gateway to which there is no connection: nothing was sent."""
    return Unavailable(grpc.StatusCode.UNAVAILABLE, Details("the gateway can not be reached"))


def _details(error: grpc.aio.AioRpcError) -> Details:
    message = error.details() or ""
    status = _status(error)
    if status is None:
        return Details(message)
    info, bad, retry = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.RetryInfo(),
    )
    _unpack(status, info)
    _unpack(status, bad)
    if info.domain != DOMAIN:
        # Somebody else's status, such as a proxy's: its promises are not the gateway's.
        return Details(message)
    call_ids = info.metadata.get("call_ids", "")
    return Details(
        message=message,
        reason=info.reason,
        violations=tuple(
            Violation(found.field, found.description) for found in bad.field_violations
        ),
        retry_after=_seconds(retry) if _unpack(status, retry) else None,
        call_ids=tuple(call_ids.split(",")) if call_ids else (),
        incident=info.metadata.get("incident", ""),
    )


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for name, value in error.trailing_metadata():
        if name == _DETAILS and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _unpack(status: status_pb2.Status, detail: Message) -> bool:
    return any(packed.Unpack(detail) for packed in status.details if packed.Is(detail.DESCRIPTOR))


def _seconds(retry: error_details_pb2.RetryInfo) -> float:
    return float(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9)
