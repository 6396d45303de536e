"""An answer as bytes that only its own place gives back."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec

from ....security.cache_keys import ID, CacheKeys
from ....security.keys import length_prefixed
from ...sealing import Sealer, Unsealable
from .written import Written

VERSION = "v1"
"""Of how an answer is written: MessagePack, which knows its types, and runs nothing."""

_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(Written).decode


class CacheSealer:
    """
    ``key id || nonce || AES-256-GCM(answer)``, bound to its name and its tenant.

    Whoever can write to the store can swap two values; neither then opens.
    """

    def __init__(self, keys: Sequence[CacheKeys], random: Random) -> None:
        """`keys`: the current one first."""
        self._sealer = Sealer(keys[0].id, {each.id: each.values for each in keys}, random)

    def seal(self, name: str, tenant: str, written: Written) -> bytes:
        sealed = self._sealer.seal(_write(written), _place(name, tenant))
        return self._sealer.current.encode() + sealed

    def open(self, name: str, tenant: str, value: bytes) -> Written:
        """Give back what was sealed for this place. Raises `Unsealable`, and says no more."""
        key_id = value[:ID].decode("ascii", "replace")
        written = self._sealer.open(key_id, value[ID:], _place(name, tenant))
        try:
            return _read(written)
        except msgspec.MsgspecError:
            raise Unsealable from None


def _place(name: str, tenant: str) -> bytes:
    return length_prefixed(name, VERSION, tenant)
