"""A caller's message made into an `Inquiry`; what cannot be read is named, not dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from datachannel.v1 import data_channel_service_pb2, inquiry_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2

from connectors.words import ReuseMode

from ..fields.schema import DATE, TIMESTAMP, day_of, values
from ..model import Consent, Inquiry
from ..subject.ids import unfit_id
from ..subject.violation import Violation
from .engine.contract import CallContext
from .enums import PURPOSE_OF, REUSE_MODE_OF
from .translate import amount, moment, seconds

DURATION = "google.protobuf.Duration"

Request = data_channel_service_pb2.GetUserInfoRequest


def unreadable(request: Request, currency: str) -> tuple[Violation, ...]:
    """Name every part of a request that means nothing, whatever its product's rules may say."""
    parts = {
        "subject": request.subject,
        "application": request.application,
        "device": request.device,
        "consent": request.consent,
        "reuse": request.reuse,
    }
    found = [
        violation for name, part in parts.items() for violation in unreadable_parts(part, name)
    ]
    if request.HasField("max_cost"):
        found += unreadable_cost(request.max_cost, currency)
    # Without an id there is no consent, which is for another stage to say.
    if request.consent.id and (unfit := unfit_id("consent.id", request.consent.id)):
        found.append(unfit)
    return tuple(found)


def outline(request: Request, context: CallContext, received_at: datetime) -> Inquiry:
    """Make an inquiry with as much of a request as admission looks at."""
    return Inquiry(
        id=request.inquiry_id,
        credentials=context.credentials,
        product=request.product,
        purpose=PURPOSE_OF.get(request.purpose),
        received_at=received_at,
        deadline=context.deadline,
        fields=tuple(request.fields.paths),
        reuse=REUSE_MODE_OF.get(request.reuse.mode, ReuseMode.DEFAULT),
    )


def inquiry(request: Request, context: CallContext, received_at: datetime) -> Inquiry:
    """Make an inquiry of a request in which nothing is unreadable."""
    reuse = request.reuse
    return replace(
        outline(request, context, received_at),
        subject=values(request.subject),
        application=values(request.application),
        device=values(request.device),
        inputs=dict(request.inputs),
        attachments=dict(request.attachments),
        consent=_consent(request.consent) if request.HasField("consent") else None,
        max_age=seconds(reuse.max_age) if reuse.HasField("max_age") else None,
        max_cost=amount(request.max_cost) if request.HasField("max_cost") else None,
        acknowledged=frozenset(request.acknowledge_unknown),
    )


def _consent(consent: inquiry_pb2.Consent) -> Consent:
    """Take what is known of a consent; a purpose that we do not know is none we may use."""
    return Consent(
        id=consent.id,
        granted_at=moment(consent.granted_at) if consent.HasField("granted_at") else None,
        expires_at=moment(consent.expires_at) if consent.HasField("expires_at") else None,
        purposes=frozenset(PURPOSE_OF[each] for each in consent.purposes if each in PURPOSE_OF),
        recipients=frozenset(consent.recipients),
        sensitive=consent.sensitive,
    )


def unreadable_parts(message: Message, path: str) -> Iterator[Violation]:
    """Name every part of a message that means nothing."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}"
        if field.is_repeated:
            continue
        if field.message_type is None:
            if field.enum_type is not None and value not in field.enum_type.values_by_number:
                yield Violation(here, "enum", "is none of the values that this gateway knows")
        elif field.message_type.full_name in _READ:
            yield from _READ[field.message_type.full_name](value, here)
        else:
            yield from unreadable_parts(value, here)


def _date(value: Message, path: str) -> Iterator[Violation]:
    # Of a date that is all zeros nothing was said, as of an enum that is.
    if value.ListFields() and day_of(value) is None:
        yield Violation(path, "date", "is no day of the calendar")


def _timestamp(value: Timestamp, path: str) -> Iterator[Violation]:
    try:
        moment(value)
    except ValueError:
        yield Violation(path, "timestamp", "is no moment from year 1 to 9999")


def _duration(value: Duration, path: str) -> Iterator[Violation]:
    try:
        seconds(value)
    except ValueError:
        yield Violation(path, "duration", "must be a span of time, 0 or more")


_READ: Mapping[str, Callable[[Any, str], Iterator[Violation]]] = {
    DATE: _date,
    TIMESTAMP: _timestamp,
    DURATION: _duration,
}


def unreadable_cost(cost: money_pb2.Money, currency: str) -> tuple[Violation, ...]:
    """Say what is wrong with the most that something may cost."""
    found = []
    if cost.currency_code != currency:
        told = f"must be in the billing currency, {currency}"
        found.append(Violation("max_cost", "currency", told))
    try:
        negative = amount(cost) < 0
    except ValueError:
        negative = True
    if negative:
        found.append(Violation("max_cost", "money", "must be an amount, 0 or more"))
    return tuple(found)
