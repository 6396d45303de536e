"""The ledger's tables by name, for whoever writes or checks rows; migrations make them."""

from __future__ import annotations

from collections.abc import Mapping

CHAINED: Mapping[str, tuple[str, ...]] = {
    "inquiries": (
        *("inquiry_id", "tenant", "caller", "product", "purpose", "consent_id"),
        *("consent_expires_at", "subject_token", "decision", "reason", "connectors"),
        *("config_version", "at"),
    ),
    "intents": (
        *("call_id", "attempt", "inquiry_id", "tenant", "caller", "connector", "effect"),
        *("price", "currency", "subject_token", "purpose", "consent_id", "config_version"),
        *("our_reference", "at"),
    ),
    "outcomes": (
        *("call_id", "outcome", "billed", "cost", "currency", "bureau_reference"),
        *("latency_us", "source", "reply_digest", "at"),
    ),
    "served": ("inquiry_id", "tenant", "connector", "served_from", "call_id", "at"),
}
"""Append-only. Nothing in them is about a person but a token; each row is a link of a chain."""

LINK = ("instance", "chain_seq", "hash")
"""Columns that make a row a link; they follow its own."""

REPLIES = (
    *("call_id", "tenant", "inquiry_id", "connector", "subject_token", "kept_until", "sealed"),
)
CLAIMS = (
    *("tenant", "inquiry_id", "fingerprint", "request", "state", "instance", "kept"),
    *("kept_until", "at"),
)
HOLDS = ("tenant", "connector", "subject_token", "purpose", "call_id", "acknowledged")
INSTANCES = ("instance", "state", "seen_at", "recovered_by")
HEADS = ("number", "instance", "count", "hash", "state", "at", "mac")

MUTABLE: Mapping[str, tuple[str, ...]] = {
    "replies": REPLIES,
    "claims": CLAIMS,
    "holds": HOLDS,
    "instances": INSTANCES,
    "heads": HEADS,
}
"""Beside the chain: what is forgotten, or says what is so just now."""

INTEGERS = frozenset({"seq", "chain_seq", "attempt", "latency_us", "number", "count"})
"""All other columns are text; moments are ISO 8601 in UTC, which sorts as it is."""


def written(table: str) -> tuple[str, ...]:
    """Name all columns of a chained table in the order in which they are written."""
    return ("seq", *CHAINED[table], *LINK)
