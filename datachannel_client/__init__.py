"""Asks a Bureau Gateway for reports: ``async with Client(...) as client: ...``."""

from .client import Client
from .credentials import Tls
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
    Violation,
)
from .retry import Retry

__all__ = [
    "Broken",
    "Client",
    "ConsentFails",
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
