"""What a mapping takes from outside of the document: the inquiry, tables, and the time."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Counts
from connectors.faults import ConfigError
from connectors.mapping import Mapped, Retention
from connectors.mapping.lists.retention import before
from connectors.template import Language
from connectors.words import FieldStatus

from .mapping_case import compiled, read, whole

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDS = "fraud.public_records"
OWNERSHIP = "assets.business_ownership"

OFFICERS = {
    OWNERSHIP: {
        "list": "items",
        "where": {"name": "${subject.name | upper}", "resigned_on": {"present": False}},
        "each": {
            "role": {"path": "role", "type": "string"},
            "uscc": {"value": "${subject.employer.uscc}", "type": "string"},
        },
    }
}
ITEMS = {
    "items": [
        {"name": "ANNA", "role": "director"},
        {"name": "ANNA", "role": "secretary", "resigned_on": "2020-01-01"},
        {"name": "OLGA", "role": "director"},
    ]
}


def test_conditions_and_values_may_refer_to_the_inquiry() -> None:
    mapping = whole(OFFICERS)
    scope = {"subject": {"name": "Anna", "employer.uscc": "91350100M000100Y43"}}
    mapped = mapping(ITEMS, scope=scope)

    (row,) = read(mapped).assets.business_ownership
    assert (row.role, row.uscc) == ("director", "91350100M000100Y43")
    assert mapping.references == {"subject.name", "subject.employer.uscc"}


def test_without_what_a_condition_refers_to_nothing_is_told() -> None:
    mapped = whole(OFFICERS)(ITEMS, scope={"subject": {}})

    assert mapped.user_info == b""
    assert mapped.notes[OWNERSHIP].status is FieldStatus.INVALID_VALUE


def test_a_value_that_is_not_known_is_null_and_costs_no_row() -> None:
    mapped = whole(OFFICERS)(ITEMS, scope={"subject": {"name": "Anna"}})

    (row,) = read(mapped).assets.business_ownership
    assert not row.HasField("uscc")


def test_conditions_hold_references_wherever_they_hold_text() -> None:
    for matcher, count in (
        ({"not": "${subject.name}"}, 1),
        ({"in": ["${subject.name}", "C"]}, 2),
        ({"any": "${subject.name}"}, 1),
    ):
        row = {"count": "items", "where": {"n": matcher}, "type": "int"}
        mapping = whole({"social.dependants": row})
        told = mapping({"items": [{"n": "A"}, {"n": "C"}]}, scope={"subject": {"name": "A"}})
        assert read(told).social.dependants == count


@pytest.mark.parametrize(
    "row, at",
    [
        ({"value": "${subject.nme}", "type": "string"}, ("value",)),
        ({"value": "${secrets.key}", "type": "string"}, ("value",)),
        ({"path": "x", "type": "string", "map": "${tables.degre}"}, ("map",)),
    ],
)
@pytest.mark.parametrize(
    "language", [None, Language({"subject": {"name": str}}, secrets=lambda _: "s")]
)
def test_a_reference_that_leads_nowhere_is_refused(
    row: Mapping[str, object], at: tuple[str, ...], language: Language | None
) -> None:
    with pytest.raises(ConfigError) as refused:
        whole({"social.work_city": row}, language=language)

    assert refused.value.findings[0].at == ("mapping", "social.work_city", *at)


def test_a_condition_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        whole({OWNERSHIP: {**OFFICERS[OWNERSHIP], "where": {"name": "${subject.nme}"}}})

    assert refused.value.findings[0].at == ("mapping", OWNERSHIP, "where", "name")


def test_a_label_table_is_read_as_if_it_stood_there() -> None:
    degree = {"path": "d", "type": "enum", "map": "${tables.degree}"}
    mapped = whole({"education.highest_level": degree})({"d": "硕士"})
    unknown = whole({"education.highest_level": degree})({"d": "大专"})

    assert mapped.counts == Counts(mapped=1)
    assert whole({"education.highest_level": degree}).tables == {"degree"}
    assert unknown.counts == Counts(unmapped=1)


@pytest.mark.parametrize(
    "target, row, at",
    [
        (
            "education.study_form",
            {"path": "d", "type": "enum", "map": "${tables.degree}"},
            ("map", "本科"),
        ),
        (
            "credit_summary.freeze",
            {"path": "d", "type": "bool", "map": "${tables.yes}"},
            ("map", "N"),
        ),
    ],
)
def test_a_table_whose_labels_do_not_fit_is_refused(
    target: str, row: Mapping[str, object], at: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        whole({target: row})

    assert refused.value.findings[0].at == ("mapping", target, *at)


ROW = {
    RECORDS: {
        "list": "records",
        "each": {
            "authority": {"path": "court", "type": "string"},
            "ended_date": {"path": "endedOn", "type": "date"},
        },
    },
    "social.dependants": {"count": "records", "type": "int"},
}
FIVE_YEARS = {"suppress_older_than": "5y", "date_path": "endedOn", "applies_to": RECORDS}


def kept(*ended: object, **change: object) -> tuple[Mapped, list[str], Any]:
    document = {"records": [{"court": str(at), "endedOn": day} for at, day in enumerate(ended)]}
    mapped = whole(ROW, retention=[{**FIVE_YEARS, **change}])(document, now=NOW)
    told = read(mapped)
    return mapped, [row.authority for row in told.fraud.public_records], told.social


def test_what_is_too_old_is_left_out_and_counted_by_nobody() -> None:
    mapped, courts, social = kept("2021-03-01", "2021-02-28", None, "2026-01-01")

    assert courts == ["0", "2", "3"]
    assert social.dependants == 3
    assert mapped.suppressed == 1
    assert mapped.notes[RECORDS].status is FieldStatus.PRESENT


def test_where_all_is_too_old_the_list_is_suppressed() -> None:
    mapped, courts, social = kept("2010-01-01", "2011-01-01")

    assert courts == []
    assert mapped.notes[RECORDS].status is FieldStatus.SUPPRESSED
    assert social.HasField("dependants")
    assert social.dependants == 0
    assert mapped.counts == Counts(mapped=1)


def test_what_might_be_too_old_is_not_told_and_makes_counts_invalid() -> None:
    mapped, courts, social = kept("soon", "2026-01-01")

    assert courts == ["1"]
    assert not social.HasField("dependants")
    assert mapped.suppressed == 0
    assert mapped.counts.invalid == 2
    alone, _, _ = kept("soon")
    assert alone.notes[RECORDS].status is FieldStatus.INVALID_VALUE


def test_of_a_date_without_a_day_the_earliest_is_taken() -> None:
    _, courts, _ = kept("2021-03", "2021-02", "2021", format=["%Y-%m", "%Y"])

    assert courts == ["0"]


def test_without_the_time_nothing_is_told() -> None:
    mapping = whole(ROW, retention=[FIVE_YEARS])
    mapped = mapping({"records": [{"court": "a", "endedOn": "2026-01-01"}]})

    assert mapped.user_info == b""
    assert mapped.notes[RECORDS].status is FieldStatus.INVALID_VALUE


def test_what_is_about_another_list_is_counted_as_it_is() -> None:
    rows = {**ROW, "social.dependants": {"count": "other", "type": "int"}}
    mapping = whole(rows, retention=[FIVE_YEARS])
    mapped = mapping({"other": [{"endedOn": "1999-01-01"}]}, now=NOW)

    assert read(mapped).social.dependants == 1


@pytest.mark.parametrize(
    "today, limit, day",
    [
        ("2026-03-01", "5y", "2021-03-01"),
        ("2028-02-29", "5y", "2023-02-28"),
        ("2028-02-29", "4y", "2024-02-29"),
        ("2104-02-29", "4y", "2100-02-28"),
        ("2026-03-01", "60d", "2025-12-31"),
        ("2026-03-01", "9999y", "0001-01-01"),
        ("0001-03-01", "9999d", "0001-01-01"),
    ],
)
def test_limits_go_by_the_calendar(today: str, limit: str, day: str) -> None:
    assert before(date.fromisoformat(today), limit) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "change, at",
    [
        ({"date_path": "a b["}, "date_path"),
        ({"format": "%d"}, "format"),
        ({"applies_to": "social.dependants"}, "applies_to"),
        ({"applies_to": "fraud.blacklist_hits"}, "applies_to"),
        ({"applies_to": [RECORDS, RECORDS]}, "applies_to"),
    ],
)
def test_a_retention_that_can_not_work_is_refused(change: Mapping[str, object], at: str) -> None:
    with pytest.raises(ConfigError) as refused:
        whole(ROW, retention=[{**FIVE_YEARS, **change}])

    assert refused.value.findings[0].at == ("retention", 0, at)


@pytest.mark.parametrize("limit", ["5", "5m", "0y", "5.5y", 5])
def test_a_limit_is_in_years_or_days(limit: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Retention).validate_python({**FIVE_YEARS, "suppress_older_than": limit})


def test_everything_wrong_in_all_parts_is_told_at_once() -> None:
    family = {"match": "a", "target": "social.nothing", "type": "int"}
    with pytest.raises(ConfigError) as refused:
        whole({"social.a": {"path": "x", "type": "int"}}, [family], [FIVE_YEARS])

    assert {finding.at[0] for finding in refused.value.findings} == {
        "mapping",
        "mapping_families",
        "retention",
    }


def test_a_mapping_without_a_language_refers_to_nothing() -> None:
    with pytest.raises(ConfigError, match="can be referred to"):
        compiled({"social.work_city": {"value": "${subject.name}", "type": "string"}})
