"""Two requests of one id are the same, or they are not: by all that is in them."""

from __future__ import annotations

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from gateway.inquiries.kept.fingerprint import Fingerprint

OF = Fingerprint(b"k")
UNHEARD_OF = bytes([0x9A, 0x06, 1, 7])
"""A field of a later version, as it comes over the wire."""


def request(**inputs: str) -> pb.GetUserInfoRequest:
    subject = inquiry_pb2.Subject(id_number="X1")
    return pb.GetUserInfoRequest(inquiry_id="i-1", subject=subject, inputs=inputs)


def test_maps_have_no_order() -> None:
    assert OF(request(a="1", b="2")) == OF(request(b="2", a="1"))


def test_every_value_counts_also_those_that_we_do_not_know() -> None:
    plain = request(a="1")
    newer = pb.GetUserInfoRequest.FromString(plain.SerializeToString() + UNHEARD_OF)

    assert len({OF(each) for each in (plain, newer, request(a="2"), request())}) == 4


def test_what_is_acknowledged_makes_no_other_request() -> None:
    plain, knowing = request(a="1"), request(a="1")
    knowing.acknowledge_unknown.append("call")

    assert OF(plain) == OF(knowing)
    assert knowing.acknowledge_unknown == ["call"]


def test_nobody_finds_a_person_by_guessing_without_the_key() -> None:
    assert OF(request()) != Fingerprint(b"other")(request())
