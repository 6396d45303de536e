"""The name under which an answer is kept: equal questions have one, and no person is in it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from ...contract import Query
from ...template.scalar import canonical
from ..inputs import value_of

ROOTS = frozenset({"subject", "inquiry", "application", "device", "user_info"})
"""Roots whose values make two questions different ones."""


def told_apart(references: Iterable[str], ignored: Iterable[str]) -> tuple[str, ...]:
    """Keep the references that distinguish questions, in a fixed order."""
    ignored = frozenset(ignored)
    return tuple(
        sorted(
            reference
            for reference in references
            if reference.partition(".")[0] in ROOTS
            and reference not in ignored
            # Follows from the purpose, which is in every key.
            and reference != "inquiry.purpose_code"
        )
    )


def compile_key(
    secret: bytes, identity: tuple[str, ...], references: tuple[str, ...]
) -> Callable[[Query], str]:
    """Build the function from a query to its one key."""
    names = compile_names((secret,), identity, references)
    return lambda query: names(query)[0]


def compile_names(
    secrets: tuple[bytes, ...], identity: tuple[str, ...], references: tuple[str, ...]
) -> Callable[[Query], tuple[str, ...]]:
    """
    Build the function from a query to its key by each secret (spec 5).

    HMAC-SHA256 over length-prefixed parts: no two different questions can share
    a key by the way in which their parts are joined.
    """
    prefix = b"".join(_part(part) for part in identity)

    def names(query: Query) -> tuple[str, ...]:
        standing = query.standing
        parts = [prefix, _part(standing.tenant), _part(standing.purpose.value)]
        parts += [_value(value_of(query, name)) for name in references]
        return _hashed(secrets, b"".join(parts))

    return names


def within(
    secrets: tuple[bytes, ...], identity: tuple[str, ...]
) -> Callable[[str], tuple[str, ...]]:
    """Build the function from a question's key to its answer's, as `identity` reads it."""
    prefix = b"".join(_part(part) for part in identity)
    return lambda key: _hashed(secrets, prefix + _part(key))


def _hashed(secrets: tuple[bytes, ...], said: bytes) -> tuple[str, ...]:
    return tuple([hmac.digest(secret, said, "sha256").hex() for secret in secrets])


def _value(value: object) -> bytes:
    """Write a value; a file's bytes are led by a byte that no text begins with."""
    if isinstance(value, bytes):
        return len(value).to_bytes(4, "big") + b"\xff" + value
    return _part(canonical(value))


def _part(text: str | None) -> bytes:
    """Write a part so that it can not run into the next; absent is not empty."""
    if text is None:
        return b"\xff\xff\xff\xff"
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data
