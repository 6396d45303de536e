"""Only what may leave the house leaves it."""

from __future__ import annotations

from datachannel.v1 import user_info_pb2

from gateway.fields.trimming import trim
from tests.rooms import known


def facts() -> user_info_pb2.UserInfo:
    return known(
        credit_summary={
            "total_balance": {"minor_units": 100, "currency": "EUR"},
            "tradelines": [{"connector": "a"}],
        },
        fraud={
            "gang_risk": 0.5,
            "device": {"proxy": True, "rooted": False},
            "multi_lending": [
                {"window": "3M", "application_count": 1, "institution_count": 2},
                {"window": "6M", "application_count": 3},
            ],
        },
        attributes={"a": {"int_value": 1}, "b": {"int_value": 2}},
    )


def test_what_is_wanted_stays_as_it_is() -> None:
    message = facts()
    trim(message, ("credit_summary", "fraud", "attributes"), ())

    assert message == facts()


def test_what_is_not_wanted_goes() -> None:
    message = facts()
    trim(message, ("fraud.device.proxy", "attributes.b"), ())

    assert message == known(fraud={"device": {"proxy": True}}, attributes={"b": {"int_value": 2}})


def test_what_is_denied_goes_though_it_is_wanted() -> None:
    message = facts()
    trim(
        message,
        ("fraud", "credit_summary", "attributes"),
        ("fraud.device", "credit_summary.tradelines", "attributes.a"),
    )

    assert not message.fraud.HasField("device")
    assert not message.credit_summary.tradelines
    assert message.credit_summary.total_balance.minor_units == 100
    assert list(message.attributes) == ["b"]


def test_what_is_denied_inside_a_list_goes_from_each_row() -> None:
    message = facts()
    trim(message, ("fraud.multi_lending",), ("fraud.multi_lending.application_count",))

    assert message == known(
        fraud={"multi_lending": [{"window": "3M", "institution_count": 2}, {"window": "6M"}]}
    )


def test_no_empty_section_tells_that_there_was_something() -> None:
    message = facts()
    trim(message, ("credit_summary.scores", "fraud.device"), ("fraud.device.proxy",))
    assert message == known(fraud={"device": {"rooted": False}})

    trim(message, ("fraud.device",), ("fraud.device.rooted",))
    assert message == known()


def test_a_name_that_only_begins_alike_is_another_field() -> None:
    message = known(lender_relationship={"line": {}, "light_line": {}})
    trim(message, ("lender_relationship.lin",), ())

    assert message == known()
