"""All keys of the house, derived from one, and the hashes made with them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.contract import Values
from connectors.faults import ConfigError

SHORTEST = 32
"""Bytes of a master key."""

IDENTIFIERS = (("id_type", "id_number"), ("customer_id",), ("mobile",), ("email",), ("bank_card",))
"""What tells one person from another, the surest first; the last of each is what must be there."""


def length_prefixed(*parts: str) -> bytes:
    """
    Join texts so that no two different rows of them come out alike.

    Each is led by its length: with a separator, one inside a value would make
    one person's hash another's.
    """
    # surrogatepass: a lone surrogate is to have a hash of its own, not an exception.
    coded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in coded)


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA256 over the length-prefixed parts, in hex."""
    return hmac.new(key, length_prefixed(*parts), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """One key for each use, none of which tells anything of another."""

    cache: bytes = field(repr=False)
    ledger: bytes = field(repr=False)
    log: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    profile: bytes = field(repr=False)
    jobs: bytes = field(repr=False)
    answers: bytes = field(repr=False)
    replies: bytes = field(repr=False)
    shadow: bytes = field(repr=False)
    inquiries: bytes = field(repr=False)
    fingerprint: bytes = field(repr=False)
    api_key: bytes = field(repr=False)

    @classmethod
    def of(cls, master: str, place: str) -> Keys:
        """Derive from a master key in hex or base64; `place` says where it was found."""
        key = read_master(master, place)
        return cls(
            cache=derived(key, "cache"),
            ledger=derived(key, "ledger"),
            log=derived(key, "log"),
            subject=derived(key, "subject"),
            profile=derived(key, "profile"),
            jobs=derived(key, "jobs"),
            answers=derived(key, "answers"),
            replies=derived(key, "replies"),
            shadow=derived(key, "shadow"),
            inquiries=derived(key, "inquiries"),
            fingerprint=derived(key, "fingerprint"),
            api_key=derived(key, "api_key"),
        )

    def subject_token(self, tenant: str, subject: Values) -> str:
        """
        Hash who a subject is: equal for equal persons of one tenant, and no way back.

        Takes normalised values. The surest identifier present decides alone, so
        that a corrected address or a second phone does not make another person.
        """
        for names in IDENTIFIERS:
            if names[-1] in subject:
                values = (str(subject.get(name, "")) for name in names)
                return keyed_hash(self.subject, tenant, names[-1], *values)
        pairs = (text for path in sorted(subject) for text in (path, str(subject[path])))
        return keyed_hash(self.subject, tenant, "", *pairs)

    def api_key_hash(self, key: str) -> str:
        """Hash a caller's key as config holds it."""
        return keyed_hash(self.api_key, key)


def read_master(text: str, place: str) -> bytes:
    """Read a key in hex or base64; raises `ConfigError`, which names its `place` alone."""
    key = _decoded(text.strip())
    if not text.strip():
        raise ConfigError(f"{place}: the master key is missing")
    if key is None:
        raise ConfigError(f"{place}: the master key is neither hex nor base64")
    if len(key) < SHORTEST:
        raise ConfigError(f"{place}: the master key has less than {SHORTEST} bytes")
    return key


def derived(master: bytes, use: str) -> bytes:
    """Derive the key of one use, which tells nothing of any other."""
    info = f"bureau-gateway/v1/{use}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)


def _decoded(text: str) -> bytes | None:
    """Read hex, or else base64 of either alphabet, with or without its padding."""
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
