"""What the demo plays: inquiries, what each is to show, and what it did not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from datachannel.v1 import inquiry_pb2, report_pb2
from google.protobuf.json_format import ParseDict

from datachannel_client import GatewayRefusal

from ..rpc.translate import amount
from . import printing
from .ask import Request
from .demo_folder import PRODUCT, SUBJECT

SECONDS = 10.0
"""Of one inquiry."""
_BUREAUS = 5
"""How many must have told something."""
_PURPOSE = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an act: one of the two."""

    report: report_pb2.Report | None = None
    refusal: GatewayRefusal | None = None


def nothing() -> None:
    """Need nothing before."""


@dataclass(frozen=True, slots=True)
class Act:
    """One inquiry, what it is to show, and what it did not show."""

    title: str
    request: Request
    lapses: Callable[[Told], Iterator[str]]
    before: Callable[[], None] = nothing
    """Sets the stage."""


def question(now: datetime, bureaus: Iterable[str]) -> Request:
    """Ask about the demo's person, on a consent that holds for a day."""
    asked = Request(
        product=PRODUCT,
        purpose=_PURPOSE,
        subject=ParseDict(SUBJECT, inquiry_pb2.Subject()),
        consent=inquiry_pb2.Consent(
            id="demo-consent-1", purposes=[_PURPOSE], recipients=bureaus, sensitive=True
        ),
    )
    asked.consent.granted_at.FromDatetime(now - 2 * _DAY)
    asked.consent.expires_at.FromDatetime(now + _DAY)
    return asked


def anew(asked: Request) -> Request:
    """Give a question an id of its own: an inquiry id is one inquiry."""
    request = Request(inquiry_id=str(uuid4()))
    request.MergeFrom(asked)
    return request


def first_acts(asked: Request, now: datetime) -> tuple[Act, ...]:
    """Write the questions of a full inquiry, of the cache, and of a consent that has expired."""
    expired = anew(asked)
    expired.consent.expires_at.FromDatetime(now - _DAY)
    return (
        Act(
            "A full inquiry: no mobile and no birth date given, both filled",
            anew(asked),
            _first,
        ),
        Act(
            "The same question under a new inquiry id: from the cache, at no cost",
            anew(asked),
            _second,
        ),
        Act(
            "The same question on a consent that has expired: refused, nothing asked",
            expired,
            _third,
        ),
    )


def _first(told: Told) -> Iterator[str]:
    if told.report is None:
        yield "there is no report"
        return
    outcomes = [one.outcome for one in told.report.connectors]
    hits, misses = outcomes.count(report_pb2.OUTCOME_HIT), outcomes.count(report_pb2.OUTCOME_NO_HIT)
    origins = {one.path: one.origin for one in told.report.filled}
    if hits < _BUREAUS:
        yield f"{hits} bureaus told something, not {_BUREAUS} or more"
    if misses == 0:
        yield "every bureau knew the subject: there is no NO_HIT"
    if origins.get("subject.mobile") != report_pb2.FIELD_ORIGIN_STORED:
        yield "the mobile was not filled from the preset database"
    if origins.get("subject.date_of_birth") != report_pb2.FIELD_ORIGIN_DERIVED:
        yield "the date of birth was not derived"
    if amount(told.report.cost) == 0:
        yield "it cost nothing"


def _second(told: Told) -> Iterator[str]:
    if told.report is None:
        yield "there is no report"
        return
    served = [one.served_from for one in told.report.connectors]
    if amount(told.report.cost) != 0:
        yield f"it cost {printing.money(told.report.cost)}"
    if served.count(report_pb2.SERVED_FROM_CACHE) < _BUREAUS:
        yield f"less than {_BUREAUS} answers are from the cache"


def _third(told: Told) -> Iterator[str]:
    refused = told.refusal
    if refused is None:
        yield "it was not refused"
    elif (refused.code.name, refused.reason) != ("FAILED_PRECONDITION", "CONSENT_EXPIRED"):
        yield f"it was refused for another reason: {refused.code.name} {refused.reason}"
