"""What a report says of a connector that gave no answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from google.rpc import code_pb2, error_details_pb2, status_pb2

from connectors.words import Outcome

from .status import DOMAIN, packed

MISSES: Final[Mapping[Outcome, tuple[int, str]]] = {
    Outcome.DUPLICATE: (code_pb2.ALREADY_EXISTS, "the bureau has seen our reference before"),
    Outcome.SUBJECT_MISMATCH: (code_pb2.DATA_LOSS, "the answer is about somebody else"),
    Outcome.BAD_RESPONSE: (code_pb2.DATA_LOSS, "the answer cannot be read"),
    Outcome.INVALID_INPUT: (code_pb2.INVALID_ARGUMENT, "the bureau finds our request faulty"),
    Outcome.REFUSED: (code_pb2.PERMISSION_DENIED, "the bureau refuses our credentials"),
    Outcome.RATE_LIMITED: (code_pb2.RESOURCE_EXHAUSTED, "the bureau turned us away for now"),
    Outcome.QUOTA_EXCEEDED: (code_pb2.RESOURCE_EXHAUSTED, "the bureau's quota is used up"),
    Outcome.BUREAU_ERROR: (code_pb2.ABORTED, "the bureau broke down"),
    Outcome.TIMEOUT: (code_pb2.DEADLINE_EXCEEDED, "sent, and no answer in time"),
    Outcome.LOST: (code_pb2.ABORTED, "sent, and the connection broke"),
    Outcome.UNREACHABLE: (code_pb2.UNAVAILABLE, "the bureau could not be reached"),
    Outcome.BREAKER_OPEN: (code_pb2.UNAVAILABLE, "not asked: the bureau has been failing"),
    Outcome.BULKHEAD_FULL: (code_pb2.UNAVAILABLE, "not asked: too many calls are under way"),
    Outcome.NEED_INPUT: (code_pb2.FAILED_PRECONDITION, "not asked: a value is missing"),
    Outcome.SKIPPED_POLICY: (code_pb2.PERMISSION_DENIED, "not asked: policy or consent forbids"),
    Outcome.SKIPPED_BUDGET: (code_pb2.DEADLINE_EXCEEDED, "not asked: too little time is left"),
    Outcome.SKIPPED_COST: (code_pb2.RESOURCE_EXHAUSTED, "not asked: it may not be paid for"),
}
"""Of each outcome that is no answer. NOT_NEEDED has no row: nothing went wrong."""


def miss(outcome: Outcome) -> status_pb2.Status | None:
    """Describe why there is no answer; None where there is one, or none was wanted."""
    if outcome not in MISSES:
        return None
    code, message = MISSES[outcome]
    info = error_details_pb2.ErrorInfo(reason=outcome, domain=DOMAIN)
    return status_pb2.Status(code=code, message=message, details=[packed(info)])
