"""Reading and clearing one path."""

from __future__ import annotations

import pytest

from gateway.fields import access
from tests.rooms import known

ALL = known(
    fraud={
        "gang_risk": 0.0,
        "device": {"proxy": False},
        "multi_lending": [{"window": "3M"}],
    },
    attributes={"tag": {"int_value": 7}},
)


@pytest.mark.parametrize(
    "path", ["fraud", "fraud.gang_risk", "fraud.device.proxy", "fraud.multi_lending"]
)
def test_what_stands_there_is_read_and_cleared(path: str) -> None:
    message = known()
    message.CopyFrom(ALL)

    assert access.value(message, path) is not None
    access.clear(message, path)
    assert access.value(message, path) is None
    access.clear(message, path)
    assert access.value(message, path) is None


def test_zero_and_false_are_values() -> None:
    assert access.value(ALL, "fraud.gang_risk") == 0.0
    assert access.value(ALL, "fraud.device.proxy") is False


@pytest.mark.parametrize(
    "path",
    [
        "education.school",
        "fraud.fraud_score.score",
        "fraud.night_application_count",
        "fraud.blacklist_hits",
        "attributes.other",
    ],
)
def test_looking_leaves_no_trace(path: str) -> None:
    """A message that is only read must not come into being."""
    message = known()
    message.CopyFrom(ALL)

    assert access.value(message, path) is None
    access.clear(message, path)
    assert message == ALL


def test_an_attribute_is_one_entry_of_the_map() -> None:
    message = known(attributes={"a": {"int_value": 1}, "b": {"int_value": 2}})
    access.clear(message, "attributes.a")

    assert list(message.attributes) == ["b"]
