"""Every error has one status, and no status says more than it may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from connectors.words import ANSWERS, Outcome
from gateway import errors
from gateway.errors import GatewayError
from gateway.rpc.misses import MISSES, miss
from gateway.rpc.status import DOMAIN, MESSAGES, MOST_VIOLATIONS, ROWS, Statuses, status
from gateway.subject.violation import Violation

VIOLATIONS = (Violation("subject.id_number", "id_number.checksum", "has a wrong check digit"),)
PERSON = "11010519491231002X"


def family(kind: type[GatewayError]) -> Iterator[type[GatewayError]]:
    for child in kind.__subclasses__():
        yield child
        yield from family(child)


def details(found: status_pb2.Status, kind: Any) -> list[Any]:
    unpacked = []
    for each in found.details:
        if each.Is(kind.DESCRIPTOR):
            each.Unpack(message := kind())
            unpacked.append(message)
    return unpacked


def info(found: status_pb2.Status) -> Any:
    (only,) = details(found, error_details_pb2.ErrorInfo)
    return only


EXAMPLES: list[tuple[GatewayError, int]] = [
    (errors.Malformed(), code_pb2.INVALID_ARGUMENT),
    (errors.InvalidFields(VIOLATIONS), code_pb2.INVALID_ARGUMENT),
    (errors.InputIncomplete(VIOLATIONS), code_pb2.INVALID_ARGUMENT),
    (errors.InquiryIdReused(), code_pb2.INVALID_ARGUMENT),
    (errors.InquiryInProgress(), code_pb2.ABORTED),
    (errors.UnknownInquiry(), code_pb2.NOT_FOUND),
    (errors.Unauthenticated(), code_pb2.UNAUTHENTICATED),
    (errors.NotAllowed("PRODUCT_NOT_ALLOWED"), code_pb2.PERMISSION_DENIED),
    (errors.ConsentFails("CONSENT_EXPIRED"), code_pb2.FAILED_PRECONDITION),
    (errors.LimitReached("SPENDING_LIMIT", "scoring", 60.0), code_pb2.RESOURCE_EXHAUSTED),
    (errors.LedgerUnavailable(), code_pb2.UNAVAILABLE),
    (errors.Draining(), code_pb2.UNAVAILABLE),
    (errors.PresetUnavailable(), code_pb2.UNAVAILABLE),
    (errors.ConnectorsUnavailable(), code_pb2.UNAVAILABLE),
    (errors.OutcomeUnknown(("c1", "c2"), timed_out=False), code_pb2.ABORTED),
    (errors.OutcomeUnknown(("c1",), timed_out=True), code_pb2.DEADLINE_EXCEEDED),
    (errors.Broken("feed"), code_pb2.INTERNAL),
]


def test_every_error_has_a_row() -> None:
    """A new class of errors without a row fails here, and not in service."""
    assert set(ROWS) == set(family(GatewayError))
    assert {type(error) for error, _ in EXAMPLES} == set(ROWS)


@pytest.mark.parametrize(("error", "code"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_every_status_has_its_code_and_one_reason(error: GatewayError, code: int) -> None:
    found = status(error)

    assert found.code == code
    assert found.message
    assert info(found).reason == error.reason
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{0,62}", error.reason)
    assert info(found).domain == DOMAIN


def test_unknown_is_never_produced() -> None:
    assert code_pb2.UNKNOWN not in {row.code for row in ROWS.values()}
    assert code_pb2.UNKNOWN not in {code for code, _ in MISSES.values()}


def test_only_what_buys_nothing_may_be_retried() -> None:
    """Generic clients retry UNAVAILABLE by themselves: nothing was sent, or it is not this."""
    waits = {kind for kind, row in ROWS.items() if row.retry_after is not None}
    unavailable = {kind for kind, row in ROWS.items() if row.code == code_pb2.UNAVAILABLE}

    # To join an inquiry once more is to ask nobody.
    assert waits == unavailable | {errors.InquiryInProgress}
    (retry,) = details(status(errors.LedgerUnavailable()), error_details_pb2.RetryInfo)
    assert retry.retry_delay.seconds == 1


@pytest.mark.parametrize("kind", [errors.InvalidFields, errors.InputIncomplete])
def test_broken_fields_are_named_with_their_rules(kind: Any) -> None:
    (bad,) = details(status(kind(VIOLATIONS)), error_details_pb2.BadRequest)

    (found,) = bad.field_violations
    assert found.field == "subject.id_number"
    assert found.description == "id_number.checksum: has a wrong check digit"


@pytest.mark.parametrize(("length", "most"), [(10, MOST_VIOLATIONS), (1000, 3)])
def test_a_status_stays_small(length: int, most: int) -> None:
    """It travels in a trailer, and clients refuse large ones."""
    many = tuple(Violation(f"subject.f{n}", "rule", "x" * length) for n in range(100))
    found = status(errors.InvalidFields(many))

    (bad,) = details(found, error_details_pb2.BadRequest)
    assert 0 < len(bad.field_violations) <= most
    assert found.ByteSize() <= 4096


def test_consent_says_what_would_have_to_be_so() -> None:
    found = status(errors.ConsentFails("CONSENT_EXPIRED"))

    (precondition,) = details(found, error_details_pb2.PreconditionFailure)
    assert [(each.type, each.subject) for each in precondition.violations] == [
        ("CONSENT_EXPIRED", "consent")
    ]


def test_what_may_have_been_bought_is_named() -> None:
    found = status(errors.OutcomeUnknown(("c1", "c2"), timed_out=False))

    assert info(found).metadata == {"call_ids": "c1,c2"}


def test_who_reached_its_limit_is_told_whose_it_is_and_when_it_ends() -> None:
    found = status(errors.LimitReached("SPENDING_LIMIT", "scoring", 60.5))
    (quota,) = details(found, error_details_pb2.QuotaFailure)
    (retry,) = details(found, error_details_pb2.RetryInfo)

    assert [each.subject for each in quota.violations] == ["caller:scoring"]
    assert retry.retry_delay.ToMilliseconds() == 60_500


def test_every_reason_that_stages_give_has_its_message() -> None:
    """Reasons are literals; a new one needs a sentence for people."""
    stages = Path(errors.__file__).parent / "stages"
    text = "".join(path.read_text() for path in stages.rglob("*.py"))
    pattern = r'(?:NotAllowed|ConsentFails)\("([A-Z_]+)"\)|return "((?:CONSENT|CONNECTOR)_[A-Z]+)"'
    reasons = {first or second for first, second in re.findall(pattern, text)}

    assert len(reasons) > 5
    assert reasons <= set(MESSAGES)


@pytest.mark.parametrize("error", [ValueError(PERSON), ExceptionGroup("g", [OSError(PERSON)])])
def test_a_fault_of_ours_is_told_by_its_incident_alone(error: Exception) -> None:
    """The text goes to the protected log, and nowhere else."""
    incidents: list[tuple[str, str, BaseException]] = []
    statuses = Statuses(lambda *incident: incidents.append(incident), Random(1))
    found = statuses("/a.B/C", error)

    assert found.code == code_pb2.INTERNAL
    assert incidents == [(info(found).metadata["incident"], "/a.B/C", error)]
    assert PERSON.encode() not in found.SerializeToString()


def test_a_known_error_is_no_incident() -> None:
    def incident(*_: object) -> None:
        raise AssertionError

    assert Statuses(incident, Random(1))("/a.B/C", errors.Malformed()).code


def test_an_error_without_a_row_is_a_fault_of_ours() -> None:
    statuses = Statuses(lambda *_: None, Random(1))

    assert statuses("/a.B/C", GatewayError("NEW")).code == code_pb2.INTERNAL


def test_every_outcome_is_an_answer_or_says_why_there_is_none() -> None:
    silent = {outcome for outcome in Outcome if miss(outcome) is None}

    assert silent == ANSWERS | {Outcome.PENDING, Outcome.NEED_MORE, Outcome.NOT_NEEDED}
    told = miss(Outcome.LOST)
    assert told is not None
    assert info(told).reason == "LOST"
