"""What the gateway filled stands in the report too."""

from __future__ import annotations

from datetime import UTC, date, datetime

from datachannel.v1.values_pb2 import ID_TYPE_RESIDENT_ID, SEX_FEMALE

from connectors.words import FieldStatus
from gateway.fields.twins import TWINS, twin_fields, write_twins
from gateway.subject.filling import FieldOrigin, Filling
from tests.rooms import known

AS_OF = datetime(2025, 1, 1, tzinfo=UTC)
FILLINGS = (
    Filling("date_of_birth", date(1990, 2, 3), FieldOrigin.DERIVED, "id_derived"),
    Filling("sex", "FEMALE", FieldOrigin.DERIVED, "id_derived"),
    Filling("id_type", "RESIDENT_ID", FieldOrigin.DEFAULTED, "default"),
    Filling("nationality", "CN", FieldOrigin.STORED, "profile", AS_OF),
    Filling("mobile", "19900000001", FieldOrigin.STORED, "profile", AS_OF),
    Filling("address.city", "杭州", FieldOrigin.STORED, "profile", AS_OF),
)


def test_twins_have_one_name_on_both_sides() -> None:
    assert {filling.path for filling in FILLINGS} & TWINS == {
        "date_of_birth",
        "sex",
        "id_type",
        "nationality",
    }


def test_each_value_is_written_in_its_type_and_only_where_it_has_a_twin() -> None:
    message = known()
    write_twins(message, FILLINGS)

    assert message == known(
        identity_verification={
            "date_of_birth": {"year": 1990, "month": 2, "day": 3},
            "sex": SEX_FEMALE,
            "id_type": ID_TYPE_RESIDENT_ID,
            "nationality": "CN",
        }
    )


def test_it_is_said_where_a_value_comes_from_and_of_when_it_is() -> None:
    fields = twin_fields(FILLINGS)

    assert set(fields) == {
        f"identity_verification.{name}"
        for name in ("date_of_birth", "sex", "id_type", "nationality")
    }
    stored = fields["identity_verification.nationality"]
    assert (stored.status, stored.origin, stored.rule_id) == (
        FieldStatus.PRESENT,
        FieldOrigin.STORED,
        "profile",
    )
    assert stored.note is not None
    assert stored.note.observed_at == AS_OF
    assert fields["identity_verification.sex"].connector == ""


def test_no_filling_prints_its_value() -> None:
    assert "19900000001" not in repr(FILLINGS)
    assert "FEMALE" not in repr(twin_fields(FILLINGS))
