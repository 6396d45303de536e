"""Asks a Bureau Gateway for reports: ``async with Client(...) as client: ...``."""

from .batch import BatchAnswer
from .client import Client
from .credentials import Tls
from .details import Violation
from .refusal import (
    Broken,
    ConsentFails,
    GatewayRefusal,
    InProgress,
    InvalidRequest,
    LimitReached,
    NotAllowed,
    OutcomeUnknown,
    Unauthenticated,
    Unavailable,
    UnknownInquiry,
)
from .retry import Retry
from .stream import Event

__all__ = [
    "BatchAnswer",
    "Broken",
    "Client",
    "ConsentFails",
    "Event",
    "GatewayRefusal",
    "InProgress",
    "InvalidRequest",
    "LimitReached",
    "NotAllowed",
    "OutcomeUnknown",
    "Retry",
    "Tls",
    "Unauthenticated",
    "Unavailable",
    "UnknownInquiry",
    "Violation",
]
