import pytest

from connectors.faults import ConfigError
from connectors.words import FieldStatus

from .mapping_case import one, read

INT = "social.dependants"
TEXT = "social.work_city"


def number(convert: str, raw: object) -> int | None:
    told = read(one({"type": "int", "convert": convert}, INT, raw)).social
    return told.dependants if told.HasField("dependants") else None


@pytest.mark.parametrize(
    "convert, raw, found",
    [
        ("chunks(3) | drop('XXX', 'STD') | int | max", "000030XXXSTD", 30),
        ("chunks(3) | drop('XXX','STD') | int | min", "000030XXX", 0),
        ("chunks(3) | drop('XXX') | int | sum", "010030XXX", 40),
        ("chunks(3) | drop('XXX') | count", "010030XXX", 2),
        ("split(',') | first", "7,8", 7),
        ("split(',') | last", "7,8", 8),
        ("split(',') | strip | int | max", "7, 12 ,8", 12),
        ("split(',') | count", "", 0),
        ("digits", "about 1,200 people", 1200),
        ("strip", " 7 ", 7),
        ("replace(',', '')", "1,200", 1200),
        ("drop('x') | count", ["x", "y", 3], 2),
        ("int | max", ["3", 12], 12),
        ("strip | first", [" 3 ", 12], 3),
        ("decimal", "7.0", 7),
    ],
)
def test_functions_are_applied_before_the_type(convert: str, raw: object, found: int) -> None:
    assert number(convert, raw) == found


def test_text_is_put_into_one_case() -> None:
    assert (
        read(one({"type": "string", "convert": "strip | upper"}, TEXT, " ab ")).social.work_city
        == "AB"
    )
    assert read(one({"type": "string", "convert": "lower"}, TEXT, "AB")).social.work_city == "ab"


@pytest.mark.parametrize(
    "convert, raw, found",
    [
        ("chunks(3) | drop('XXX') | int | max", "XXX", FieldStatus.NULL_VALUE),
        ("split(',') | first", "", FieldStatus.NULL_VALUE),
        ("chunks(3) | int | max", "0000", FieldStatus.INVALID_VALUE),
        ("chunks(3) | int | max", "000abc", FieldStatus.INVALID_VALUE),
        ("chunks(3) | int | max", ["000"], FieldStatus.INVALID_VALUE),
        ("drop('x') | count", "x", FieldStatus.INVALID_VALUE),
        ("drop('x') | count", [{}], FieldStatus.INVALID_VALUE),
        ("int", "7.5", FieldStatus.INVALID_VALUE),
        ("strip", True, FieldStatus.INVALID_VALUE),
        ("digits", "none", FieldStatus.INVALID_VALUE),
    ],
)
def test_what_a_function_does_not_take_is_invalid_and_nothing_is_null(
    convert: str, raw: object, found: FieldStatus
) -> None:
    assert one({"type": "int", "convert": convert}, INT, raw).notes[INT].status is found


@pytest.mark.parametrize(
    "convert, message",
    [
        ("upperr", "did you mean upper"),
        ("max", "takes a list of numbers, and gets a text"),
        ("chunks(3)", "gives a list of texts"),
        ("chunks(0) | first", "at least one"),
        ("chunks('3') | first", "is not called so"),
        ("drop | count", "is not called so"),
        ("split('') | first", "needs a separator"),
        ("split(',') | chunks(2) | first", "takes a text"),
        ("upper }", "no chain of functions"),
        ("upper} and ${x", "no chain of functions"),
        ("upper ?? 'x'", "no chain of functions"),
        ("", "no chain of functions"),
        ("__class__", "unknown function"),
        (" | ".join(["upper"] * 9), "more than 8"),
    ],
)
def test_a_chain_that_can_not_work_is_refused(convert: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        one({"type": "string", "convert": convert}, TEXT, "x")

    (finding,) = refused.value.findings
    assert finding.at == (TEXT, "convert")
    assert message in finding.message
