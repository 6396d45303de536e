"""Tells whether two requests of one inquiry id are the same request."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from datachannel.v1 import data_channel_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    Hashes a request under a key: it is about a person, and the hash is kept in plain.

    Maps are written in the order of their keys, and what we do not know counts
    too. Neither a deadline nor a trace is in the message; and whoever sends an
    inquiry again may say of more calls that it knows their outcome to be unknown.

    A gateway of a later version may write the same message otherwise. Then a
    repeat is refused, which buys nothing.
    """

    key: bytes = field(repr=False)

    def __call__(self, request: pb.GetUserInfoRequest) -> str:
        if request.acknowledge_unknown:
            plain = pb.GetUserInfoRequest()
            plain.CopyFrom(request)
            plain.ClearField("acknowledge_unknown")
            request = plain
        written = request.SerializeToString(deterministic=True)
        return hmac.new(self.key, written, hashlib.sha256).hexdigest()
