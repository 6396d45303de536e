"""Between the values that travel over gRPC and those that the house works with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2

from ..errors import Malformed

NANOS = 10**9

M = TypeVar("M", bound=Message)


def parse(kind: type[M], body: bytes) -> M:
    """Read a message from a caller's bytes."""
    try:
        return kind.FromString(body)
    except DecodeError:
        # Its text may quote the bytes, so not even the protected log needs it.
        raise Malformed from None


def money(amount: Decimal, currency: str) -> money_pb2.Money:
    """Write an amount, exactly down to a billionth; both parts carry its sign."""
    total = int((amount * NANOS).to_integral_value(ROUND_HALF_EVEN))
    units, nanos = divmod(abs(total), NANOS)
    sign = -1 if total < 0 else 1
    return money_pb2.Money(currency_code=currency, units=sign * units, nanos=sign * nanos)


def amount(value: money_pb2.Money) -> Decimal:
    """Read an amount. Raises `ValueError` where its two parts are not those of one number."""
    units, nanos = int(value.units), int(value.nanos)
    if abs(nanos) >= NANOS or units * nanos < 0:
        raise ValueError("units and nanos are not those of one number")
    return Decimal(units * NANOS + nanos) / NANOS


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Write a moment; a naive one is in UTC."""
    if moment is None:
        return None
    written = Timestamp()
    written.FromDatetime(moment)
    return written


def moment(value: Timestamp) -> datetime:
    """Read a moment, aware. Raises `ValueError` where it is none."""
    try:
        return value.ToDatetime(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("no moment of the common era") from error


def duration(seconds: float) -> Duration:
    """Write a span of time."""
    written = Duration()
    written.FromTimedelta(timedelta(seconds=seconds))
    return written


def seconds(value: Duration) -> float:
    """Read a span of time. Raises `ValueError` where it is none, or negative."""
    if value.seconds < 0 or not 0 <= value.nanos < NANOS:
        raise ValueError("not a span of time")
    return value.seconds + value.nanos / NANOS
