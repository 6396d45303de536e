"""What the pipeline writes into the ledger about an inquiry itself."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from connectors.contract import Reply, Values
from connectors.errors import LedgerDown

from ...errors import GatewayError, LedgerUnavailable, Unauthenticated
from ...model import Credentials, Granted, Inquiry
from ...policy import CallerPolicy
from ...subject.ids import recorded
from .contract import Claim, Claimed, InquiryRow, Ledger, RefusalRow, ServedRow


@dataclass(frozen=True, slots=True)
class Records:
    """Grants, refusals and reuse, as rows."""

    ledger: Ledger
    identify: Callable[[Credentials], CallerPolicy]
    subject_token: Callable[[str, Values], str]
    products: Container[str]
    config_version: str

    async def granted(self, granted: Granted) -> None:
        await self.ledger.inquiry(_row(granted))

    async def claimed(self, granted: Granted, claim: Claim, over: Claimed | None) -> None:
        """Write a grant down and claim its id. Raises `Taken`."""
        await self.ledger.inquiry(_row(granted), claim, over)

    async def replayed(self, granted: Granted) -> None:
        """Write down that a caller came back, and may."""
        await self.ledger.inquiry(replace(_row(granted), replayed=True))

    async def served(self, granted: Granted, replies: tuple[Reply, ...]) -> None:
        standing = granted.standing
        await self.ledger.served(
            tuple(
                ServedRow(
                    inquiry_id=standing.inquiry_id,
                    tenant=standing.tenant,
                    connector=reply.connector,
                    served_from=reply.served_from,
                    call_id=reply.call_id,
                )
                for reply in replies
            )
        )

    async def refused(self, inquiry: Inquiry, subject: Values, error: GatewayError) -> None:
        """
        Write a refusal down; where that fails, the inquiry is refused for that.

        A stranger leaves no row: whoever could fill the ledger without
        credentials could stop the house.
        """
        if isinstance(error, Unauthenticated | LedgerUnavailable):
            return
        caller = self.identify(inquiry.credentials)
        try:
            await self.ledger.refusal(
                RefusalRow(
                    inquiry_id=recorded(inquiry.id),
                    reason=error.reason,
                    config_version=self.config_version,
                    tenant=caller.tenant,
                    caller=caller.name,
                    product=inquiry.product if inquiry.product in self.products else "",
                    purpose=inquiry.purpose,
                    consent_id=inquiry.consent.id if inquiry.consent else None,
                    subject_token=self.subject_token(caller.tenant, subject) if subject else "",
                )
            )
        except LedgerDown as down:
            raise LedgerUnavailable from down


def _row(granted: Granted) -> InquiryRow:
    standing = granted.standing
    return InquiryRow(
        inquiry_id=standing.inquiry_id,
        tenant=standing.tenant,
        caller=standing.caller,
        product=granted.filled.valid.admitted.inquiry.product,
        purpose=standing.purpose,
        consent_id=standing.consent.id if standing.consent else None,
        consent_expires_at=standing.consent.expires_at if standing.consent else None,
        subject_token=standing.subject_token,
        connectors=(*granted.connectors, *granted.shadows),
        config_version=standing.config_version,
    )
