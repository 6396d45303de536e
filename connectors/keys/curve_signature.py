"""The two ways to write a signature made on an elliptic curve."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

CurveFormat = Literal["der", "raw"]
"""ASN.1, or the two numbers one after the other (IEEE P1363)."""


def written(signature: bytes, form: CurveFormat, size: int) -> bytes:
    """Write a DER signature in that form; `size` is of one number, in bytes."""
    if form == "der":
        return signature
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


def as_der(signature: bytes, form: CurveFormat, size: int) -> bytes:
    """Read one of that form; raises `ValueError` where it is none."""
    if form == "der":
        return signature
    if len(signature) != 2 * size:
        raise ValueError("of another length")
    halves = signature[:size], signature[size:]
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))
