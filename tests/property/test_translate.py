"""Laws of the way in: no bytes break it, and no money is lost on the way out."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, status_pb2
from google.type import date_pb2, money_pb2
from hypothesis import given
from hypothesis import strategies as st

from gateway.rpc.engine.answering import answer, refusing
from gateway.rpc.status import Statuses
from gateway.rpc.translate import amount, money
from tests.inquiries import CONTEXT, Line, channel

INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)


def answered(body: bytes) -> int:
    refuse = refusing("/x/Y", Statuses(lambda *_: None, Random(1)))
    told = asyncio.run(answer(lambda: channel(Line()).get_user_info(body, CONTEXT), refuse))
    return int(told.code) if isinstance(told, status_pb2.Status) else 0


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Requests that parse, with parts that mean nothing."""
    request = pb.GetUserInfoRequest(
        inquiry_id=draw(st.text(max_size=5)),
        subject=inquiry_pb2.Subject(
            name=draw(st.text(max_size=5)),
            date_of_birth=date_pb2.Date(year=draw(INT32), month=draw(INT32), day=draw(INT32)),
        ),
        consent=inquiry_pb2.Consent(
            granted_at=Timestamp(seconds=draw(INT64), nanos=draw(INT32)),
            expires_at=Timestamp(seconds=draw(st.integers(0, 2**32)), nanos=draw(INT32)),
        ),
        reuse=inquiry_pb2.Reuse(max_age=Duration(seconds=draw(INT64), nanos=draw(INT32))),
        max_cost=money_pb2.Money(
            currency_code=draw(st.sampled_from(["CNY", "", "EUR"])),
            units=draw(INT64),
            nanos=draw(INT32),
        ),
    )
    for name in ("subject", "consent", "reuse", "max_cost"):
        if draw(st.booleans()):
            request.ClearField(name)
    body = bytearray(request.SerializeToString())
    if body and draw(st.booleans()):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


@given(st.binary(max_size=200) | requests())
def test_no_bytes_are_a_fault_of_ours(body: bytes) -> None:
    assert answered(body) in {code_pb2.OK, code_pb2.INVALID_ARGUMENT}


@given(
    st.decimals(
        min_value=-(2**63) + 1, max_value=2**63 - 1, places=9, allow_nan=False, allow_infinity=False
    )
)
def test_money_arrives_as_it_left(value: Decimal) -> None:
    written = money(value, "CNY")

    assert amount(written) == value
    assert written.units * written.nanos >= 0


@given(INT64, INT32)
def test_money_is_read_or_refused(units: int, nanos: int) -> None:
    value = money_pb2.Money(currency_code="CNY", units=units, nanos=nanos)
    try:
        read = amount(value)
    except ValueError:
        assert abs(nanos) >= 10**9 or (units > 0 > nanos) or (units < 0 < nanos)
    else:
        assert money(read, "CNY") == value
