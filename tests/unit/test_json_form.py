"""JSON of a person is read whole, or refused by field and rule, and never with a value."""

from __future__ import annotations

import json

import pytest
from datachannel.v1 import inquiry_pb2, values_pb2

from gateway.fields.json_form import read_into

DAYS: tuple[object, ...] = ("1990-13-45", "1990-01", "1990-jan-01", "", 19900101, [])
"""None of them is one."""


def test_days_and_enums_are_read_as_people_write_them() -> None:
    person = inquiry_pb2.Subject()
    wrong = read_into(person, {"dateOfBirth": "1990-01-05", "sex": "FEMALE", "email": None})

    assert wrong == ()
    assert (person.date_of_birth.year, person.date_of_birth.day) == (1990, 5)
    assert person.sex == values_pb2.SEX_FEMALE


@pytest.mark.parametrize(
    ("found", "path"),
    [
        *(({"date_of_birth": day}, "date_of_birth") for day in DAYS),
        ({"date_of_birth": {"year": "ninety"}}, "date_of_birth.year"),
        ({"address": "Somewhere 5"}, "address"),
        ({"address": ""}, "address"),
        ({"address": {"street": "Somewhere"}}, "address.street"),
        ({"employer": {"name": ["Somebody"]}}, "employer.name"),
        ({"id_type": "SECRET"}, "id_type"),
        ({"id_number": 110105}, "id_number"),
        ({"id_number": "110105", "idNumber": "110106"}, "Subject"),
    ],
)
def test_what_does_not_fit_is_named_by_its_field_and_not_told(
    found: dict[str, object], path: str
) -> None:
    (wrong,) = read_into(inquiry_pb2.Subject(), found)

    assert wrong.path == path
    for word in json.dumps(list(found.values())).strip("[]{}").split():
        assert word.strip('"[]{}:') not in wrong.description.split()


def test_all_that_does_not_fit_is_named_at_once() -> None:
    found = {"purposes": ["SOMETHING"], "granted_at": "noon", "nothing": 1}
    wrong = read_into(inquiry_pb2.Consent(), found)

    assert [each.path for each in wrong] == ["purposes", "granted_at", "nothing"]
