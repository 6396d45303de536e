"""gRPC's statuses, in the words of HTTP that outcome rows are written in."""

from __future__ import annotations

from typing import Final

HTTP: Final = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
}
"""As google.rpc.Code maps them."""

LOST: Final = frozenset({"CANCELLED", "DEADLINE_EXCEEDED", "UNAVAILABLE"})
"""Our own library says these too, of a connection that broke: no answer can be told from none."""

OURS: Final = ("larger than max", "hard limit", "soft limit")
"""What our own library says of an answer over a cap, under the name of a bureau's rate limit."""
