"""What is kept of a job is read again as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import ConsentRef, Counts, FieldNote, Reply, Standing
from connectors.job import Callback, Ended, Job
from connectors.words import Billed, FieldStatus, Outcome, Purpose, ServedFrom
from gateway.jobs.writing import read, write

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MOMENT = st.datetimes(timezones=st.just(UTC))
VALUE = (
    TEXT
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | MOMENT
    | st.binary(max_size=20)
)
VALUES = st.dictionaries(TEXT, VALUE, max_size=4)
STANDING = st.builds(
    Standing,
    tenant=TEXT,
    caller=TEXT,
    inquiry_id=TEXT,
    purpose=st.sampled_from(Purpose),
    consent=st.none() | st.builds(ConsentRef, TEXT, st.none() | MOMENT, MOMENT),
    subject_token=TEXT,
    config_version=TEXT,
)
NOTE = st.builds(FieldNote, st.sampled_from(FieldStatus), st.none() | MOMENT)
REPLY = st.builds(
    Reply,
    connector=TEXT,
    version=TEXT,
    outcome=st.sampled_from(Outcome),
    user_info=st.binary(max_size=20),
    meta=st.dictionaries(TEXT, NOTE, max_size=3),
    mapped=st.builds(Counts, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
    billed=st.sampled_from(Billed),
    cost=st.decimals(0, 100, places=2),
    served_from=st.sampled_from(ServedFrom),
    observed_at=st.none() | MOMENT,
    retrieved_at=st.none() | MOMENT,
    whole=st.booleans(),
    captured=VALUES,
    job=TEXT,
)
JOB = st.builds(
    Job,
    key=TEXT,
    connector=TEXT,
    version=TEXT,
    reference=TEXT,
    opened_at=MOMENT,
    gives_up_at=MOMENT,
    standing=STANDING,
    values=st.dictionaries(TEXT, VALUES, max_size=3),
    submitted=st.booleans(),
    id=TEXT,
    captured=st.dictionaries(TEXT, VALUES, max_size=3),
    billed=st.sampled_from(Billed),
    cost=st.decimals(0, 100, places=2),
)
ENDED = st.builds(Ended, st.sampled_from(Outcome), st.none() | REPLY, st.sampled_from(Billed))
CALLBACK = st.builds(
    Callback, TEXT, TEXT, st.sampled_from(Outcome), VALUES, TEXT, st.binary(max_size=20)
)


@given(REPLY | JOB | ENDED | CALLBACK)
def test_what_is_kept_is_read_again_exactly(value: object) -> None:
    assert read(write(value), type(value)) == value


@given(VALUES)
def test_types_survive(values: dict[str, object]) -> None:
    found = read(write(values), dict)

    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in values.items()
    }


@pytest.mark.parametrize("written", [b"", b"[]", b"1", b'{"key": 1}', b'{"unknown": "x"}', b"null"])
def test_what_is_no_job_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match="is no Job"):
        read(written, Job)


def test_what_can_not_be_read_again_is_not_kept() -> None:
    with pytest.raises(TypeError, match="object is not kept"):
        write({"value": object()})


def test_a_moment_is_no_date() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)

    assert read(write({"a": moment, "b": date(2026, 1, 2), "c": Decimal("1.50")}), dict) == {
        "a": moment,
        "b": date(2026, 1, 2),
        "c": Decimal("1.50"),
    }
