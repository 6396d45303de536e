"""What the gateway writes down, as rows: the columns of `tables`, in their order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import orjson

from connectors.contract import Query
from connectors.kit import Ending
from connectors.words import Effect

from ...subject.ids import recorded
from ..writing.entry import Row
from .contract import InquiryRow, RefusalRow, ServedRow, Source

LONGEST_REFERENCE = 255
"""Characters of a bureau's reference that are kept."""


def moment(when: datetime) -> str:
    """Write a time as all tables have it: it sorts as it is."""
    return when.isoformat(timespec="microseconds")


def inquiry(row: InquiryRow, now: str) -> Row:
    return "inquiries", (
        *(row.inquiry_id, row.tenant, row.caller, row.product, row.purpose.value),
        *(_id(row.consent_id), _second(row.consent_expires_at), row.subject_token),
        *(
            "REPLAYED" if row.replayed else "GRANTED",
            "",
            orjson.dumps(row.connectors).decode(),
            row.config_version,
            now,
        ),
    )


def refusal(row: RefusalRow, now: str) -> Row:
    return "inquiries", (
        *(row.inquiry_id, row.tenant, row.caller, row.product),
        *(row.purpose.value if row.purpose else None, _id(row.consent_id), None),
        *(row.subject_token, "REFUSED", row.reason, "[]", row.config_version, now),
    )


def intent(query: Query, effect: Effect, currency: str, now: str) -> Row:
    standing, attempt = query.standing, query.attempt
    return "intents", (
        *(attempt.call_id, attempt.number, standing.inquiry_id, standing.tenant),
        *(standing.caller, query.connector, effect.value),
        *(str(Decimal(0) if effect is Effect.FREE else attempt.price), currency),
        *(standing.subject_token, standing.purpose.value),
        _id(standing.consent.id if standing.consent else None),
        *(standing.config_version, attempt.our_reference, now),
    )


def outcome(call_id: str, ending: Ending, currency: str, digest: str, now: str) -> Row:
    return "outcomes", (
        *(call_id, ending.outcome.value, ending.billed.value, str(ending.cost), currency),
        *(_reference(ending.bureau_reference), round(ending.latency * 1e6)),
        *(Source.ATTEMPT.value, digest, now),
    )


def resolved(call_id: str, ending: Ending, currency: str, source: Source, now: str) -> Row:
    """Write what somebody else says of a call than whoever made it."""
    table, values = outcome(call_id, ending, currency, "", now)
    return table, (*values[:7], source.value, *values[8:])


def served(row: ServedRow, now: str) -> Row:
    return "served", (
        *(row.inquiry_id, row.tenant, row.connector, row.served_from.value, row.call_id, now),
    )


def _reference(text: str) -> str:
    """Write a bureau's word: it may be of any length, and need not even be text."""
    return recorded(text[:LONGEST_REFERENCE].encode(errors="replace").decode())


def _id(text: str | None) -> str | None:
    return None if text is None else recorded(text)


def _second(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="seconds")
