"""Asks a Bureau Gateway for reports: ``async with Client(...) as client: ...``."""

from .batch import BatchAnswer
from .client import Client
from .credentials import Tls
from .details import Violation
from .refusal import (
    Broken,
    ConsentFails,
    GatewayRefusal,
    InvalidRequest,
    LimitReached,
    NotAllowed,
    OutcomeUnknown,
    Unauthenticated,
    Unavailable,
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
    "InvalidRequest",
    "LimitReached",
    "NotAllowed",
    "OutcomeUnknown",
    "Retry",
    "Tls",
    "Unauthenticated",
    "Unavailable",
    "Violation",
]
