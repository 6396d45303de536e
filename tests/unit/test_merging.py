"""How several connectors' user info becomes one."""

from __future__ import annotations

from typing import Any

from datachannel.v1 import user_info_pb2

from gateway.fields.merging import Merging
from gateway.fields.schema import natural_keys
from tests.rooms import known

KEYS = dict(natural_keys(user_info_pb2.UserInfo.DESCRIPTOR))


def merged(
    prefer: dict[str, tuple[str, ...]] | None = None, **parsed: user_info_pb2.UserInfo
) -> user_info_pb2.UserInfo:
    before = {name: message.SerializeToString() for name, message in parsed.items()}
    message = known()
    Merging(prefer or {}, KEYS)(message, parsed)

    assert {name: each.SerializeToString() for name, each in parsed.items()} == before
    return message


def lending(connector: str, window: str = "3M", **more: Any) -> dict[str, Any]:
    row = {"connector": connector, "window": window, "key": "ID", "institution_type": "BANK"}
    return {**row, **more}


def test_what_only_one_has_is_taken_from_it() -> None:
    message = merged(a=known(fraud={"gang_risk": 0.5}), b=known(education={}))

    assert message == known(fraud={"gang_risk": 0.5}, education={})


def test_the_preferred_one_wins_whatever_the_products_order() -> None:
    field = "credit_summary.total_balance"
    one = known(credit_summary={"total_balance": {"minor_units": 500, "currency": "EUR"}})
    none = known(credit_summary={"total_balance": {"minor_units": 0, "currency": "JPY"}})

    for order, expected in ((("a", "b"), one), (("b", "a"), none)):
        assert merged({field: order}, a=one, b=none) == expected
        assert merged({field: order}, b=none, a=one) == expected


def test_the_next_best_is_taken_where_the_best_has_nothing() -> None:
    field = "fraud.gang_risk"
    has = known(fraud={"gang_risk": 0.5})

    assert merged({field: ("a", "b")}, a=known(fraud={"night_application_count": 1}), b=has) == (
        known(fraud={"gang_risk": 0.5, "night_application_count": 1})
    )
    assert merged({field: ("missing", "b")}, b=has) == has


def test_a_list_of_the_preferred_one_is_not_mixed_with_anothers() -> None:
    message = merged(
        {"fraud.watchlist_matches": ("b", "a")},
        a=known(fraud={"watchlist_matches": [{"connector": "a"}], "gang_risk": 0.1}),
        b=known(fraud={"watchlist_matches": [{"connector": "b"}]}),
    )

    assert message == known(fraud={"watchlist_matches": [{"connector": "b"}], "gang_risk": 0.1})


def test_an_attribute_is_preferred_by_itself() -> None:
    message = merged(
        {"attributes.x": ("b", "a")},
        a=known(attributes={"x": {"int_value": 1}, "y": {"int_value": 1}}),
        b=known(attributes={"x": {"int_value": 2}}),
    )

    assert message == known(attributes={"x": {"int_value": 2}, "y": {"int_value": 1}})


def test_rows_without_a_key_stand_beside_each_other() -> None:
    row = {"list": "PEP"}
    message = merged(
        a=known(fraud={"watchlist_matches": [{**row, "connector": "a"}]}),
        b=known(fraud={"watchlist_matches": [{**row, "connector": "b"}]}),
    )

    assert [each.connector for each in message.fraud.watchlist_matches] == ["a", "b"]


def test_rows_of_one_key_are_one_row_that_names_no_single_connector() -> None:
    message = merged(
        a=known(fraud={"multi_lending": [lending("a", application_count=3)]}),
        b=known(fraud={"multi_lending": [lending("b", "6M"), lending("b", institution_count=2)]}),
        c=known(fraud={"multi_lending": [lending("c", active_months=0)]}),
    )
    both, other = message.fraud.multi_lending

    assert (both.window, both.application_count, both.institution_count) == ("3M", 3, 2)
    assert both.HasField("active_months")
    assert not both.connector
    assert (other.window, other.connector) == ("6M", "b")


def test_rows_of_one_connector_keep_its_name() -> None:
    rows = [lending("a", application_count=3), lending("a", institution_count=2)]
    message = merged(a=known(fraud={"multi_lending": rows}))

    assert [each.connector for each in message.fraud.multi_lending] == ["a"]


def test_no_value_is_made_of_halves_of_two() -> None:
    """Merged field by field, no amount in yen would make 500 yen out of 500 euros."""

    def portfolio(connector: str, units: int, currency: str) -> user_info_pb2.UserInfo:
        balance = {"minor_units": units, "currency": currency}
        row = {"connector": connector, "portfolio_type": "MORTGAGE", "balance": balance}
        return known(credit_summary={"portfolios": [row]})

    message = merged(a=portfolio("a", 500, "EUR"), b=portfolio("b", 0, "JPY"))

    assert message.credit_summary.portfolios[0].balance == (
        portfolio("b", 0, "JPY").credit_summary.portfolios[0].balance
    )


def test_rank_is_the_place_in_the_order_and_rows_share_their_lists() -> None:
    merging = Merging({"fraud.multi_lending": ("b", "a")})

    assert merging.rank("fraud.multi_lending", "b") == 0
    assert merging.rank("fraud.multi_lending[3M,ID,BANK].application_count", "a") == 1
    assert merging.rank("fraud.gang_risk", "a") == 0
