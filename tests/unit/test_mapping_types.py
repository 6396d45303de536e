from collections.abc import Mapping
from decimal import Decimal

import pytest

from connectors.contract import Counts
from connectors.faults import ConfigError
from connectors.words import FieldStatus

from .mapping_case import compiled, one, read

INVALID = FieldStatus.INVALID_VALUE


def status(row: Mapping[str, object], target: str, raw: object) -> FieldStatus:
    return one(row, target, raw).notes[target].status


@pytest.mark.parametrize(
    "raw, value",
    [
        (712, 712),
        ("+712", 712),
        ("0712", 712),
        ("000002400", 2400),
        (Decimal("712.0"), 712),
        (0, 0),
    ],
)
def test_int_reads_signs_and_leading_zeros(raw: object, value: int) -> None:
    social = read(one({"type": "int"}, "social.dependants", raw)).social

    assert social.HasField("dependants")
    assert social.dependants == value


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " 7",
        "7.0",
        "1_000",
        "1,000",
        "٣",
        "7e2",
        "-1",
        -1,
        2**32,
        "9" * 5000,
        pytest.param(10**5000, id="longer than Python writes"),
        Decimal("7.5"),
        Decimal("1e999999"),
        Decimal("NaN"),
        7.0,
        True,
        {"a": 1},
        [7],
    ],
)
def test_int_refuses_what_is_no_whole_number_of_the_field(raw: object) -> None:
    mapped = one({"type": "int"}, "social.dependants", raw)

    assert mapped.notes["social.dependants"].status is INVALID
    assert mapped.counts == Counts(invalid=1)
    assert mapped.user_info == b""


@pytest.mark.parametrize("raw, found", [(300, True), (900, True), (299, False), ("901", False)])
def test_a_value_outside_its_range_is_invalid(raw: object, *, found: bool) -> None:
    row = {"type": "int", "range": [300, 900]}

    assert (status(row, "fraud.fraud_score.score", raw) is not INVALID) is found


@pytest.mark.parametrize("raw", [None, []])
def test_nothing_is_null(raw: object) -> None:
    assert status({"type": "int"}, "social.dependants", raw) is FieldStatus.NULL_VALUE


@pytest.mark.parametrize(
    "raw, text", [("01", "01"), (" a\nb ", " a\nb "), (4, "4"), (Decimal("1.50"), "1.50"), ("", "")]
)
def test_string_is_taken_as_it_is(raw: object, text: str) -> None:
    social = read(one({"type": "string"}, "social.work_city", raw)).social

    assert social.HasField("work_city")
    assert social.work_city == text


@pytest.mark.parametrize("raw", ["a\x00", "\x1b[2J", "\x85", "\ud800", True, {}, ["a"]])
def test_string_refuses_control_characters_and_trees(raw: object) -> None:
    assert status({"type": "string"}, "social.work_city", raw) is INVALID


@pytest.mark.parametrize(
    "raw, value", [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_bool_reads_true_and_false(raw: object, *, value: bool) -> None:
    told = read(one({"type": "bool"}, "credit_summary.freeze", raw)).credit_summary

    assert told.HasField("freeze")
    assert told.freeze is value


@pytest.mark.parametrize("raw", [1, 0, "yes", "", "TRUE", []])
def test_bool_guesses_nothing(raw: object) -> None:
    assert status({"type": "bool"}, "credit_summary.freeze", raw) is not FieldStatus.PRESENT


def test_bool_by_a_map_takes_what_the_map_lists() -> None:
    row = {"type": "bool", "map": {"Y": True, "N": False, 1: True}}

    assert read(one(row, "credit_summary.freeze", "Y")).credit_summary.freeze
    assert read(one(row, "credit_summary.freeze", 1)).credit_summary.freeze
    assert read(one(row, "credit_summary.freeze", "N")).credit_summary.HasField("freeze")
    assert one(row, "credit_summary.freeze", "01").counts == Counts(unmapped=1)


def test_enum_is_written_without_its_prefix() -> None:
    row = {"type": "enum", "map": {"一致": "MATCH", "不一致": "MISMATCH"}}
    told = read(one(row, "identity_verification.id_name_match", "一致")).identity_verification

    assert told.id_name_match == 1


def test_enum_without_a_map_reads_its_own_labels() -> None:
    row = {"type": "enum"}

    assert status(row, "identity_verification.sex", "FEMALE") is FieldStatus.PRESENT
    assert status(row, "identity_verification.sex", "UNSPECIFIED") is INVALID
    assert status(row, "identity_verification.sex", {"a": 1}) is INVALID


@pytest.mark.parametrize("word", ["INVALID_VALUE", "NULL_VALUE"])
def test_a_code_that_no_table_lists_is_counted_as_unmapped(word: str) -> None:
    row = {"type": "enum", "map": {"01": "MALE"}, "unmapped": word}
    mapped = one(row, "identity_verification.sex", 1)

    assert mapped.notes["identity_verification.sex"].status is FieldStatus(word)
    assert mapped.counts == Counts(unmapped=1)


AMOUNT = "credit_summary.total_balance"


@pytest.mark.parametrize(
    "unit, currency, raw, minor",
    [
        ("major", "EUR", "12.34", 1234),
        ("major", "EUR", Decimal("12.340"), 1234),
        ("major", "EUR", 12, 1200),
        ("major", "JPY", "12", 12),
        ("major", "KWD", "12.345", 12345),
        ("major", "EUR", "-0.01", -1),
        ("minor", "EUR", "1234", 1234),
        ("minor", "EUR", Decimal("1234.00"), 1234),
        ("major", "EUR", "000012.30", 1230),
        ("major", "EUR", "1.2E1", 1200),
    ],
)
def test_amount_counts_the_smallest_unit(unit: str, currency: str, raw: object, minor: int) -> None:
    row = {"type": "amount", "unit": unit, "currency": currency}
    told = read(one(row, AMOUNT, raw)).credit_summary.total_balance

    assert (told.minor_units, told.currency) == (minor, currency)


@pytest.mark.parametrize(
    "unit, currency, raw",
    [
        ("major", "EUR", "12.345"),
        ("major", "JPY", "12.5"),
        ("minor", "EUR", "12.5"),
        ("major", "EUR", 2**63),
        ("major", "EUR", "12,34"),
        ("major", "EUR", "EUR 12"),
        ("major", "EUR", ""),
        ("major", "EUR", Decimal("1e999999")),
        ("major", "EUR", Decimal("1e-999999")),
        ("major", "EUR", Decimal("Infinity")),
        ("major", "EUR", True),
    ],
)
def test_an_amount_that_is_not_exact_is_invalid(unit: str, currency: str, raw: object) -> None:
    row = {"type": "amount", "unit": unit, "currency": currency}

    assert status(row, AMOUNT, raw) is INVALID


@pytest.mark.parametrize(
    "code, found",
    [
        ("EUR", FieldStatus.PRESENT),
        ("eur", INVALID),
        (None, INVALID),
        (978, INVALID),
        (["EUR"], INVALID),
    ],
)
def test_an_amount_means_nothing_without_its_currency(code: object, found: FieldStatus) -> None:
    row = {"path": "debt", "type": "amount", "unit": "major", "currency_path": "ccy"}
    mapping = compiled({AMOUNT: row}, {"-999": "NULL_VALUE"})

    assert mapping({"debt": 12, "ccy": code}).notes[AMOUNT].status is found
    assert mapping({"debt": -999, "ccy": code}).notes[AMOUNT].status is FieldStatus.NULL_VALUE
    assert mapping({"ccy": code}).notes[AMOUNT].status is FieldStatus.NULL_VALUE


@pytest.mark.parametrize(
    "form, raw, day",
    [
        (None, "2026-01-02", (2026, 1, 2)),
        (None, "2024-02-29", (2024, 2, 29)),
        ("iso", "2026-01-02", (2026, 1, 2)),
        ("%Y%m%d", 20260102, (2026, 1, 2)),
        ("%d%m%Y", "02012026", (2026, 1, 2)),
        ("%d/%m/%Y", "2/1/2026", (2026, 1, 2)),
        ("%d-%b-%Y", "02-JAN-2026", (2026, 1, 2)),
        ("%Y-%m", "2026-01", (2026, 1, 0)),
        ("%Y", 2026, (2026, 0, 0)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-01-02T23:59:59+08:00", (2026, 1, 2)),
    ],
)
def test_date_reads_its_format(form: str | None, raw: object, day: tuple[int, int, int]) -> None:
    told = read(one({"type": "date", "format": form}, "credit_summary.file_since_date", raw))

    date = told.credit_summary.file_since_date
    assert (date.year, date.month, date.day) == day


@pytest.mark.parametrize(
    "form, raw",
    [
        (None, "2026-02-29"),
        (None, "2026-13-01"),
        (None, "0000-01-01"),
        (None, "20260102"),
        (None, "2026-01-02T00:00:00Z"),
        (None, "２０２６-01-02"),
        (None, True),
        (None, {}),
        ("%Y-%m", "2026-00"),
        ("%d-%b-%Y", "02-XYZ-2026"),
        ("%d%m%Y", "112026"),
    ],
)
def test_a_date_that_does_not_exist_is_invalid(form: str | None, raw: object) -> None:
    row = {"type": "date", "format": form}

    assert status(row, "credit_summary.file_since_date", raw) is INVALID


MOMENT = "lender_relationship.registered_at"


@pytest.mark.parametrize(
    "row, raw, seconds, nanos",
    [
        ({}, "2026-01-02T03:04:05Z", 1767323045, 0),
        ({}, "2026-01-02 03:04:05.25+00:00", 1767323045, 250_000_000),
        ({"format": "iso"}, "2026-01-02T11:04:05+0800", 1767323045, 0),
        ({"timezone": "Asia/Shanghai"}, "2026-01-02T11:04:05", 1767323045, 0),
        ({"timezone": "Asia/Shanghai"}, "2026-01-02T03:04:05Z", 1767323045, 0),
        ({"format": "%Y%m%d%H%M%S", "timezone": "UTC"}, 20260102030405, 1767323045, 0),
        ({"format": "%Y-%m-%dT%H:%M:%SZ"}, "2026-01-02T03:04:05Z", 1767323045, 0),
        ({"format": "unix"}, "1767323045", 1767323045, 0),
        ({"format": "unix_ms"}, 1767323045250, 1767323045, 250_000_000),
        ({}, "1969-12-31T23:59:59.5Z", -1, 500_000_000),
    ],
)
def test_timestamp_is_a_point_in_time(
    row: Mapping[str, object], raw: object, seconds: int, nanos: int
) -> None:
    told = read(one({"type": "timestamp", **row}, MOMENT, raw)).lender_relationship.registered_at

    assert (told.seconds, told.nanos) == (seconds, nanos)


@pytest.mark.parametrize(
    "row, raw",
    [
        ({}, "2026-01-02T03:04:05"),
        ({}, "2026-01-02"),
        ({}, "2026-01-02T25:00:00Z"),
        ({}, "2026-01-02T03:04:05+99:00"),
        ({}, "0001-01-01T00:00:00+08:00"),
        ({}, "0000-01-01T00:00:00Z"),
        ({}, 5),
        ({"format": "unix"}, 10**15),
        ({"format": "unix"}, "now"),
        ({"format": "%d-%b-%Y", "timezone": "UTC"}, "02-XYZ-2026"),
    ],
)
def test_a_time_that_is_no_point_is_invalid(row: Mapping[str, object], raw: object) -> None:
    assert status({"type": "timestamp", **row}, MOMENT, raw) is INVALID


@pytest.mark.parametrize(
    "row, key",
    [
        ({"type": "timestamp", "format": "%Y-%m-%d %H:%M"}, "timezone"),
        ({"type": "timestamp", "timezone": "Mars/Olympus"}, "timezone"),
        ({"type": "timestamp", "format": "%j-%m-%d"}, "format"),
        ({"type": "timestamp", "format": "%y%Y"}, "format"),
        ({"type": "timestamp", "format": "%m-%d"}, "format"),
        ({"type": "timestamp", "format": "%Y-%d"}, "format"),
        ({"type": "timestamp", "format": "%Y-%Y"}, "format"),
        ({"type": "timestamp", "format": "%Y%"}, "format"),
    ],
)
def test_a_format_that_can_not_be_read_is_refused(row: Mapping[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        one(row, MOMENT, "")

    assert refused.value.findings[0].at == (MOMENT, key)


@pytest.mark.parametrize(
    "row, raw, found",
    [
        ({"format": "%m%d%y"}, "061319", (2019, 6, 13)),
        ({"format": "%m%d%y"}, "010169", (1969, 1, 1)),
        ({"format": "%m%d%y", "pivot": 1920}, "010165", (1965, 1, 1)),
        ({"format": "%d%m%Y"}, "05122026", (2026, 12, 5)),
        ({"format": "%Y-%m"}, "2010-09", (2010, 9, 0)),
        ({"format": ["%Y-%m-%d", "%Y%m%d"]}, "2026-01-02", (2026, 1, 2)),
        ({"format": ["%Y-%m-%d", "%Y%m%d"]}, 20260102, (2026, 1, 2)),
    ],
)
def test_a_date_is_read_by_the_format_that_fits(
    row: Mapping[str, object], raw: object, found: tuple[int, int, int]
) -> None:
    told = read(one({"type": "date", **row}, "credit_summary.file_since_date", raw))
    told_date = told.credit_summary.file_since_date

    assert (told_date.year, told_date.month, told_date.day) == found


def test_a_date_that_no_format_fits_is_invalid() -> None:
    row = {"type": "date", "format": ["%Y-%m-%d", "%Y%m%d"]}

    assert status(row, "credit_summary.file_since_date", "02.01.2026") is INVALID


BAND = "assets.vehicle_value_band"
RANGE = {"type": "range", "unit": "major", "currency": "CNY"}


@pytest.mark.parametrize(
    "raw, low, high",
    [
        ("(0,1000]", 0, 1000),
        ("[ 1 , 5 )", 1, 5),
        ("[-5,5]", -5, 5),
        ("1000-2000", 1000, 2000),
        ("1000~2000.50", 1000, Decimal("2000.50")),
        ("1000至2000", 1000, 2000),
        (">=5000", 5000, None),
        ("≥ 5000", 5000, None),
        ("<1000", None, 1000),
        ("10000以上", 10000, None),
        ("10000以下", None, 10000),
        ("10000+", 10000, None),
        ("[5000,+∞)", 5000, None),
        ("(-∞,100]", None, 100),
        ("[5000,)", 5000, None),
    ],
)
def test_a_range_is_the_ends_that_it_is_written_with(
    raw: str, low: Decimal | int | None, high: Decimal | int | None
) -> None:
    told = read(one(RANGE, BAND, raw)).assets.vehicle_value_band

    assert told.HasField("low") == (low is not None)
    assert told.HasField("high") == (high is not None)
    assert told.low.minor_units == (low or 0) * 100
    assert told.high.minor_units == (high or 0) * 100


@pytest.mark.parametrize("raw", ["", "5000", "5-3", "(,)", "1,000-2,000", "about 5", "1-2-3", True])
def test_what_is_no_range_is_invalid(raw: object) -> None:
    assert status(RANGE, BAND, raw) is INVALID


@pytest.mark.parametrize(
    "target, row, raw, found",
    [
        ("social.dependants", {"bound": "low"}, "(1,5]", 1),
        ("social.dependants", {"bound": "high"}, "(1,5]", 5),
        ("social.dependants", {"bound": "middle"}, "(1,5]", 3),
        ("social.dependants", {"bound": "low", "map": {"A": "(1,5]"}}, "A", 1),
        ("fraud.gang_risk", {"bound": "middle"}, "0-0.5", 0.25),
    ],
)
def test_one_end_of_a_range_is_a_number(
    target: str, row: Mapping[str, object], raw: str, found: float
) -> None:
    told = read(one({"type": "range", **row}, target, raw))

    assert (told.social.dependants or told.fraud.gang_risk) == found


@pytest.mark.parametrize(
    "bound, raw, found",
    [
        ("high", ">=5", FieldStatus.NULL_VALUE),
        ("middle", ">=5", FieldStatus.NULL_VALUE),
        ("middle", "1-2", INVALID),
        ("low", "-5--3", INVALID),
    ],
)
def test_an_open_end_is_null_and_nothing_is_rounded(
    bound: str, raw: str, found: FieldStatus
) -> None:
    assert status({"type": "range", "bound": bound}, "social.dependants", raw) is found


def test_a_range_in_an_attribute_is_a_decimal_or_an_amount() -> None:
    low = one({"type": "range", "bound": "low"}, "attributes.x", "1.50-2")
    high = one({**RANGE, "bound": "high"}, "attributes.x", "1.50-2")

    assert read(low).attributes["x"].decimal_value == "1.50"
    assert read(high).attributes["x"].amount_value.minor_units == 200


@pytest.mark.parametrize(
    "target, row, at",
    [
        ("social.dependants", {"type": "range"}, "bound"),
        ("social.dependants", {**RANGE, "bound": "low"}, "unit"),
        (BAND, {"type": "range"}, "unit"),
        (BAND, {**RANGE, "bound": "low"}, "bound"),
        (BAND, {"type": "range", "unit": "major"}, "unit"),
        ("social.dependants", {"type": "range", "bound": "low", "map": {"A": "x"}}, "map"),
        ("credit_summary.freeze", {"type": "range", "bound": "low"}, "type"),
    ],
)
def test_a_range_that_does_not_fit_its_field_is_refused(
    target: str, row: Mapping[str, object], at: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        one(row, target, "1-2")

    assert refused.value.findings[0].at[:2] == (target, at)


@pytest.mark.parametrize("raw, value", [("0", 0.0), (1, 1.0), (Decimal("0.25"), 0.25), (".5", 0.5)])
def test_ratio_lies_between_none_and_all(raw: object, value: float) -> None:
    told = read(one({"type": "ratio"}, "fraud.gang_risk", raw)).fraud

    assert told.HasField("gang_risk")
    assert told.gang_risk == value


@pytest.mark.parametrize("raw", ["-0.1", "1.01", 25, "25%", Decimal("NaN"), False])
def test_a_ratio_beyond_that_is_invalid(raw: object) -> None:
    assert status({"type": "ratio"}, "fraud.gang_risk", raw) is INVALID


def test_decimal_keeps_its_notation_and_its_range() -> None:
    row = {"type": "decimal", "range": [0, 1.5]}

    assert read(one(row, "attributes.x", "1.50")).attributes["x"].decimal_value == "1.50"
    assert read(one(row, "fraud.gang_risk", Decimal("1.25"))).fraud.gang_risk == 1.25
    assert status(row, "attributes.x", "1.51") is INVALID
    assert status(row, "attributes.x", "-0.01") is INVALID


def test_a_range_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="no number lies in"):
        one({"type": "decimal", "range": [2, 1]}, "attributes.x", "1")


def test_a_constant_is_written_whatever_the_document() -> None:
    row = {"value": "12.50", "type": "amount", "unit": "major", "currency": "EUR"}
    mapped = compiled({AMOUNT: row})(None)

    assert read(mapped).credit_summary.total_balance.minor_units == 1250
    assert mapped.counts == Counts(mapped=1)
