from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Counts
from connectors.faults import ConfigError
from connectors.mapping import Families, notes_for
from connectors.mapping.families.names import REMEMBERED
from connectors.words import FieldStatus, Outcome

from .mapping_case import read, whole

LENDING = {
    "match": "als_(?P<window>d7|m3)_(?P<key>id|cell)_(?P<inst>bank|nbank)"
    "_(?P<metric>allnum|orgnum)",
    "values": {
        "window": {"d7": "7D", "m3": "3M"},
        "key": {"id": "ID", "cell": "MOBILE"},
        "inst": {"bank": "BANK", "nbank": "NONBANK"},
        "metric": {"allnum": "application_count", "orgnum": "institution_count"},
    },
    "target": "fraud.multi_lending[{window},{key},{inst}].{metric}",
    "type": "int",
}
RADAR = {
    "match": "(?P<code>A2216[0-9]{4})",
    "in": "data.detail",
    "target": "attributes.radar_{code}",
    "type": "int",
}


def statuses(mapped: object) -> Mapping[str, FieldStatus]:
    return {target: note.status for target, note in mapped.notes.items()}  # type: ignore[attr-defined]


def test_a_family_maps_the_names_that_are_there() -> None:
    mapped = whole({}, [LENDING], sentinels={"": "NULL_VALUE"})(
        {
            "als_d7_id_bank_allnum": "7",
            "als_d7_id_bank_orgnum": "5",
            "als_m3_cell_nbank_allnum": "",
            "als_m3_cell_nbank_orgnum": "x",
            "als_d15_id_bank_allnum": "9",
            "code": "00",
        }
    )

    (row,) = read(mapped).fraud.multi_lending
    assert (row.window, row.key, row.institution_type) == ("7D", "ID", "BANK")
    assert (row.application_count, row.institution_count) == (7, 5)
    assert row.connector == "acme_score"
    assert statuses(mapped) == {
        "fraud.multi_lending[7D,ID,BANK].application_count": FieldStatus.PRESENT,
        "fraud.multi_lending[7D,ID,BANK].institution_count": FieldStatus.PRESENT,
        "fraud.multi_lending[3M,MOBILE,NONBANK].application_count": FieldStatus.NULL_VALUE,
        "fraud.multi_lending[3M,MOBILE,NONBANK].institution_count": FieldStatus.INVALID_VALUE,
    }
    assert mapped.counts == Counts(mapped=2, invalid=1)


def test_a_free_group_names_an_attribute_in_small_letters() -> None:
    mapping = whole({}, [RADAR])
    document = {"data": {"detail": {"A22160001": "520", "A2216000X": "1", "A22160002": None}}}

    assert dict(read(mapping(document)).attributes).keys() == {"radar_a22160001"}
    assert statuses(mapping(document)) == {
        "attributes.radar_a22160001": FieldStatus.PRESENT,
        "attributes.radar_a22160002": FieldStatus.NULL_VALUE,
    }
    assert statuses(mapping({"data": None})) == statuses(mapping([])) == {}


def test_a_family_tells_what_it_can_give() -> None:
    lending, radar = whole({}, [LENDING]).family_targets, whole({}, [RADAR]).family_targets

    assert len(lending) == 16
    assert "fraud.multi_lending[3M,ID,BANK].application_count" in lending
    assert radar == ("attributes",)


def test_a_row_that_is_written_out_wins() -> None:
    target = "attributes.radar_a22160001"
    mapped = whole({target: {"path": "own", "type": "int"}}, [RADAR])(
        {"own": 1, "data": {"detail": {"A22160001": 2}}}
    )

    assert read(mapped).attributes["radar_a22160001"].int_value == 1
    assert mapped.counts == Counts(mapped=1)


def test_of_two_names_for_one_target_the_first_counts() -> None:
    family = {**RADAR, "match": "(?P<code>[Aa]2216[0-9]{4})"}
    mapped = whole({}, [family])({"data": {"detail": {"A22160001": 1, "a22160001": 2}}})

    assert read(mapped).attributes["radar_a22160001"].int_value == 1
    assert mapped.counts == Counts(mapped=1, invalid=1)


def test_names_beyond_memory_are_matched_all_the_same() -> None:
    mapping = whole({}, [LENDING])
    mapping({f"other_{number}": number for number in range(REMEMBERED + 1)})
    document = {"als_d7_id_bank_allnum": 1, "als_m3_id_bank_allnum": 2, "x" * 1000: 3}

    assert mapping(document).counts == mapping(document).counts == Counts(mapped=2)


@pytest.mark.parametrize(
    "change, at, message",
    [
        ({"target": "fraud.multi_lending[{window},{key},{inst}].x{metric}"}, "target", "has no"),
        ({"target": "fraud.multi_lending[{window},{key}].{metric}"}, "target", "is addressed by"),
        ({"target": "fraud.multi_lending"}, "target", "is a list"),
        ({"type": "string"}, "type", "takes type int"),
        ({"match": "als_(?P<window>.*)(?P<key>.*)(?P<inst>.*)(?P<metric>a)"}, "match", "more than"),
        ({"match": "als_(?P<window>a+)+(?P<key>.)(?P<inst>.)(?P<metric>.)"}, "match", "repeated"),
        ({"values": {"key": {"id": "ID"}}}, "values", "has no `values` of window"),
        ({"in": "a b["}, "in", "neither a dotted path"),
        ({"range": [-9, -1]}, "range", "no value of the field"),
        ({"convert": "upperr"}, "convert", "did you mean upper"),
    ],
)
def test_a_family_that_can_not_work_is_refused(
    change: Mapping[str, object], at: str, message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        whole({}, [LENDING, {**LENDING, **change}])

    (finding,) = refused.value.findings
    assert finding.at == ("mapping_families", 1, at)
    assert message in finding.message


def test_a_list_is_mapped_whole_or_by_a_family_but_not_both() -> None:
    text = {"path": "x", "type": "string"}
    each = {"window": text, "key": text, "institution_type": text}

    with pytest.raises(ConfigError, match="choose one"):
        whole({"fraud.multi_lending": {"list": "x", "each": each}}, [LENDING])


@pytest.mark.parametrize(
    "change",
    [
        {"match": "als_("},
        {"target": "attributes.{what}"},
        {"values": {"what": {"a": "B"}}},
        {"values": {"key": {}}},
        {"type": "each"},
        {"path": "x"},
        {"type": "amount", "unit": "major", "currency_path": "x"},
    ],
)
def test_a_family_with_keys_that_make_no_sense_is_refused(change: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Families](Families).validate_python(({**LENDING, **change},))


LATE = FieldStatus.CONNECTOR_ERROR


def test_what_is_closed_is_not_read_and_is_noted_so() -> None:
    number = {"path": "n", "type": "int"}
    mapping = whole(
        {
            "social.dependants": number,
            "fraud.days_since_last_application": number,
            "fraud.public_records": {
                "list": "r",
                "each": {"authority": {"path": "a", "type": "string"}},
            },
        },
        [LENDING, RADAR],
    )
    document = {
        "n": 3,
        "als_d7_id_bank_allnum": 1,
        "r": [{"a": "x"}],
        "data": {"detail": {"A22160001": 2}},
    }
    closed = {"fraud.multi_lending": LATE, "fraud.public_records": FieldStatus.NOT_FOUND}

    for _ in range(2):
        mapped = mapping(document, closed=closed)
        assert statuses(mapped) == {
            "social.dependants": FieldStatus.PRESENT,
            "fraud.days_since_last_application": FieldStatus.PRESENT,
            "fraud.public_records": FieldStatus.NOT_FOUND,
            "fraud.multi_lending": LATE,
            "attributes.radar_a22160001": FieldStatus.PRESENT,
        }
        assert mapped.counts == Counts(mapped=3)
    assert statuses(mapping(document, closed={"fraud.multi": LATE}))["fraud.public_records"] is (
        FieldStatus.PRESENT
    )


def test_one_name_of_a_family_can_be_closed() -> None:
    mapped = whole({}, [RADAR])(
        {"data": {"detail": {"A22160001": 2, "A22160002": 3}}},
        closed={"attributes.radar_a22160002": LATE},
    )

    assert statuses(mapped) == {
        "attributes.radar_a22160001": FieldStatus.PRESENT,
        "attributes.radar_a22160002": LATE,
    }


def test_notes_of_a_family_survive_an_outcome_that_is_no_hit() -> None:
    mapping = whole({"social.dependants": {"path": "n", "type": "int"}}, [RADAR])
    mapped = mapping({"data": {"detail": {"A22160001": 2}}})

    notes = notes_for(Outcome.NO_SCORE, mapping.targets, mapped.notes)
    assert notes["attributes.radar_a22160001"].status is FieldStatus.PRESENT
    assert notes["social.dependants"].status is FieldStatus.NOT_FOUND
