"""One log line for each inquiry that ended; a fault of ours is an incident instead."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from decimal import Decimal

from connectors.kit import Clock

from ..errors import GatewayError, Unauthenticated
from ..model import Credentials, Inquiry, Verified
from ..policy import CallerPolicy
from ..subject.ids import recorded
from .log import InquiryLine, Log


@dataclass(frozen=True, slots=True)
class InquiryLog:
    """Sums an inquiry up, with nothing of the person in it but a token."""

    log: Log
    clock: Clock
    identify: Callable[[Credentials], CallerPolicy]
    products: Container[str]

    def __call__(self, inquiry: Inquiry, end: Verified | GatewayError) -> None:
        elapsed = self.clock.utc() - inquiry.received_at
        caller = self._caller(inquiry.credentials)
        answers = end.report.answers if isinstance(end, Verified) else None
        self.log.inquiry(
            InquiryLine(
                inquiry_id=recorded(inquiry.id),
                tenant=caller.tenant if caller else "",
                caller=caller.name if caller else "",
                # What nobody recognised is free text of the caller's.
                product=inquiry.product if inquiry.product in self.products else "",
                verdict=end.verdict if isinstance(end, Verified) else end.reason,
                connectors=end.outcomes
                if isinstance(end, GatewayError)
                else end.report.answers.outcomes,
                cost=end.report.cost if isinstance(end, Verified) else Decimal(0),
                latency_ms=round(elapsed.total_seconds() * 1000, 1),
                subject_token=answers.granted.standing.subject_token if answers else "",
            )
        )

    def _caller(self, credentials: Credentials) -> CallerPolicy | None:
        try:
            return self.identify(credentials)
        except Unauthenticated:
            return None
