from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.contract import Counts
from connectors.faults import ConfigError
from connectors.mapping import Mapped
from connectors.words import FieldStatus

from .mapping_case import compiled, read, whole

NULL, INVALID = FieldStatus.NULL_VALUE, FieldStatus.INVALID_VALUE
COUNT, BALANCE, SINCE = (
    "credit_summary.open_accounts",
    "credit_summary.total_balance",
    "credit_summary.file_since_date",
)
MONEY = {"type": "amount", "unit": "major", "currency": "CNY"}
NOW = datetime(2026, 3, 15, tzinfo=UTC)


def told(target: str, row: Mapping[str, object], document: object) -> Mapped:
    return compiled({target: row}, {"-1": "NULL_VALUE", "S": "SUPPRESSED"})(document, now=NOW)


def counted(trades: object, **row: object) -> object:
    mapped = told(COUNT, {"count": "trades", "type": "int", **row}, {"trades": trades})
    if mapped.notes[COUNT].status is not FieldStatus.PRESENT:
        return mapped.notes[COUNT].status
    assert mapped.counts == Counts(mapped=1)
    return read(mapped).credit_summary.open_accounts


@pytest.mark.parametrize(
    "trades, found",
    [
        (None, NULL),
        ([], 0),
        ([{}, {}], 2),
        ({"s": "O"}, 1),
        ([{}, None], INVALID),
        ("x", INVALID),
        (7, INVALID),
    ],
)
def test_a_count_is_of_what_is_there(trades: object, found: object) -> None:
    assert counted(trades) == found


@pytest.mark.parametrize(
    "trades, found",
    [
        ([{"s": "O"}, {"s": "C"}, {}], 1),
        ([{"s": "C"}], 0),
        ([{"s": "O"}, "broken"], INVALID),
        ([{"s": "O"}, None], INVALID),
    ],
)
def test_an_item_that_can_not_be_read_makes_no_smaller_count(trades: object, found: object) -> None:
    assert counted(trades, where={"s": "O"}) == found


def test_a_condition_on_what_can_not_be_read_makes_no_smaller_count() -> None:
    where = {"abs(s)": {"gt": 1}}

    assert counted([{"s": 2}, {"s": 0}], where=where) == 1
    assert counted([{"s": 2}, {"s": "x"}], where=where) == INVALID


def test_scalars_are_counted_by_themselves() -> None:
    assert counted(["1", "2", "1"], where={"@": "1"}) == 2


def sum_of(trades: object, **row: object) -> object:
    row = {"sum": "trades", "of": "b", **MONEY, **row}
    mapped = told(BALANCE, row, {"trades": trades})
    status = mapped.notes[BALANCE].status
    found = read(mapped).credit_summary.total_balance.minor_units
    return found if status is FieldStatus.PRESENT else status


@pytest.mark.parametrize(
    "trades, found",
    [
        (None, NULL),
        ([], 0),
        ([{"b": "0.10"}, {"b": Decimal("0.20")}, {"b": 1}], 130),
        ([{"b": "1"}, {}, {"b": None}, {"b": "-1"}], 100),
        ([{}, {"b": "-1"}], NULL),
        ([{"b": "1"}, {"b": "x"}], INVALID),
        ([{"b": "1"}, {"b": "S"}], FieldStatus.SUPPRESSED),
        ([{"b": "0.001"}, {"b": "0.009"}], 1),
        ([{"b": "0.001"}], INVALID),
        ([{"b": 2**62}, {"b": 2**62}], INVALID),
        ([{"b": "1"}, None], INVALID),
    ],
)
def test_a_sum_is_exact_or_it_is_not_there(trades: object, found: object) -> None:
    assert sum_of(trades) == found


def test_a_sum_is_over_what_where_lets_through() -> None:
    assert sum_of([{"b": 1, "s": "O"}, {"b": 2, "s": "C"}], where={"s": "O"}) == 100


@pytest.mark.parametrize(
    "name, found", [("max", (2025, 8, 1)), ("min", (2019, 1, 31)), ("first", (2024, 1, 1))]
)
def test_the_greatest_the_least_and_the_first_are_values_of_their_type(
    name: str, found: tuple[int, int, int]
) -> None:
    row = {name: "trades", "of": "d", "type": "date", "format": "%Y%m%d"}
    document = {"trades": [{"d": "20240101"}, {"d": 20250801}, {}, {"d": "20190131"}]}
    day = read(told(SINCE, row, document)).credit_summary.file_since_date

    assert (day.year, day.month, day.day) == found


@pytest.mark.parametrize(
    "name, values, found",
    [
        ("max", [9, "10"], 10),
        ("min", [9, "10"], 9),
        ("max", [], NULL),
        ("first", [], NULL),
        ("first", [None, 5], NULL),
        ("first", [5, "x"], 5),
        ("max", [None, None], NULL),
        ("max", [9, "x"], INVALID),
        ("max", None, NULL),
    ],
)
def test_what_is_chosen_of_numbers(name: str, values: object, found: object) -> None:
    items = None if values is None else [{"n": each} for each in values]  # type: ignore[attr-defined]
    mapped = told(COUNT, {name: "trades", "of": "n", "type": "int"}, {"trades": items})

    status = mapped.notes[COUNT].status
    given = read(mapped).credit_summary.open_accounts
    assert (given if status is FieldStatus.PRESENT else status) == found


def test_amounts_and_decimals_are_compared_as_numbers() -> None:
    document = {"trades": [{"n": "9.50"}, {"n": "10.25"}]}
    amount = told(BALANCE, {"max": "trades", "of": "n", **MONEY}, document)
    decimal = told("attributes.x", {"max": "trades", "of": "n", "type": "decimal"}, document)

    assert read(amount).credit_summary.total_balance.minor_units == 1025
    assert read(decimal).attributes["x"].decimal_value == "10.25"


@pytest.mark.parametrize(
    "begun, ended, found",
    [
        ("2020-01-31", "2020-02-29", 0),
        ("2020-01-31", "2020-03-31", 2),
        ("2020-01-31", "2020-01-31", 0),
        ("2019-03-15", None, NULL),
        (None, "2020-01-01", NULL),
        ("2020-02-01", "2020-01-31", INVALID),
        ("2020-02-02", "2020-02-01", INVALID),
        ("x", "2020-01-01", INVALID),
    ],
)
def test_months_between_are_whole(begun: object, ended: object, found: object) -> None:
    row = {"months_between": ["a", "b"], "type": "int"}
    mapped = told("credit_summary.months_on_file", row, {"a": begun, "b": ended})

    status = mapped.notes["credit_summary.months_on_file"].status
    given = read(mapped).credit_summary.months_on_file
    assert (given if status is FieldStatus.PRESENT else status) == found


def test_months_until_now_are_told_by_the_time_of_the_answer() -> None:
    target = "credit_summary.months_on_file"
    row = {"months_between": ["a", "now"], "type": "int", "format": ["%Y-%m", "%Y%m%d"]}
    mapping = compiled({target: row})

    for opened, months in (("2025-03", 12), ("20250316", 11), ("20250315", 12)):
        mapped = mapping({"a": opened}, now=NOW)
        assert read(mapped).credit_summary.months_on_file == months
    assert mapping({"a": "2025-03"}).notes[target].status is INVALID
    assert mapping({"a": "2026-04"}, now=NOW).notes[target].status is INVALID


def test_rows_of_a_list_are_computed_too() -> None:
    rows = {
        "credit_summary.tradelines": {
            "list": "trades",
            "each": {
                "issuer": {"path": "n", "type": "string"},
                "max_dpd_days": {"max": "months", "of": "late", "type": "int"},
            },
        }
    }
    mapped = compiled(rows)({"trades": [{"n": "A", "months": [{"late": 3}, {"late": 30}]}]})

    assert read(mapped).credit_summary.tradelines[0].max_dpd_days == 30


@pytest.mark.parametrize(
    "row, at",
    [
        ({"count": "a b[", "type": "int"}, ("count",)),
        ({"sum": "a", "of": "a b[", "type": "int"}, ("of",)),
        ({"count": "a", "where": {"a b[": 1}, "type": "int"}, ("where", "a b[")),
        ({"months_between": ["a b[", "now"], "type": "int"}, ("months_between",)),
        ({"months_between": ["a", "now"], "format": "%m", "type": "int"}, ("format",)),
    ],
)
def test_a_computation_that_can_not_work_is_refused(
    row: Mapping[str, object], at: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        whole({COUNT: row})

    assert refused.value.findings[0].at == ("mapping", COUNT, *at)
