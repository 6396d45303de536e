"""The keys of the cache, which may change while what they named and sealed is still kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from .keys import derived, keyed_hash, read_master

ID = 16
"""Characters of a key's id."""


@dataclass(frozen=True, slots=True)
class CacheKeys:
    """Derived from one secret; its id names it where values are kept, and tells nothing of it."""

    id: str
    names: bytes = field(repr=False)
    values: bytes = field(repr=False)
    subjects: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str, place: str) -> CacheKeys:
        """Derive from a secret in hex or base64; `place` says where it was found."""
        key = read_master(secret, place)
        return cls(
            id=derived(key, "cache_id").hex()[:ID],
            names=derived(key, "cache"),
            values=derived(key, "cache_values"),
            subjects=derived(key, "cache_subjects"),
        )

    def tag(self, tenant: str, subject: str) -> str:
        """Name all that is kept of one subject."""
        return keyed_hash(self.subjects, tenant, subject)
