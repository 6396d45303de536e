"""Compressed answers, unpacked no further than we are ready to read."""

from __future__ import annotations

import zlib
from typing import Final

RATIO: Final = 100
"""How many bytes one may become; JSON and XML of real bureaus stay below forty."""

FREE: Final = 64 * 2**10
"""Bytes that an answer may have whatever its ratio: short ones repeat themselves."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_WBITS: Final = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


class Inflating:
    """
    Unpacks one answer as it comes.

    Raises `ValueError` with a constant of ours: for an encoding that we did not
    ask for, for what is broken, and for more than `most` bytes or `RATIO`.
    """

    def __init__(self, encoding: str, most: int) -> None:
        if encoding not in _WBITS:
            raise ValueError("an encoding that was not asked for")
        self._unpack = zlib.decompressobj(_WBITS[encoding])
        self._bare = encoding == "deflate"
        self._most = most
        self._read = 0
        self._given = 0

    def feed(self, packed: bytes) -> bytes:
        if self._bare and packed:
            self._guess(packed[0])
        self._read += len(packed)
        limit = min(self._most, max(FREE, self._read * RATIO))
        try:
            plain = self._unpack.decompress(packed, limit - self._given + 1)
        except zlib.error:
            plain = None
        if plain is None:
            # Outside the handler: what can not be read is not quoted.
            raise ValueError("compressed answer: broken")
        self._given += len(plain)
        if self._given > limit:
            over = "max_response_size" if limit == self._most else "the ratio of a compressed one"
            raise ValueError(f"answer over {over}")
        if self._unpack.unused_data:
            raise ValueError("compressed answer: more after its end")
        return plain

    def close(self) -> None:
        if self._read and not self._unpack.eof:
            raise ValueError("compressed answer: broken off")

    def _guess(self, first: int) -> None:
        """Take `deflate` as half of the world writes it: without the two bytes before it."""
        self._bare = False
        if first & 0x0F != zlib.DEFLATED:
            self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
