"""What the gateway says of a refusal beyond its code."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Details:
    """What a status says beyond its code."""

    message: str
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    retry_after: float | None = None
    call_ids: tuple[str, ...] = ()
    incident: str = ""


def details_of(message: str, status: status_pb2.Status | None) -> Details:
    """Read what a status says; None where there was a code alone."""
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


def status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    """Find the status that travelled beside a code."""
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
