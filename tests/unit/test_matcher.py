from decimal import Decimal

import pytest
from lxml import etree
from pydantic import TypeAdapter, ValidationError

from connectors.faults import ConfigError
from connectors.select.conditions import compile_conditions, compile_matcher
from connectors.select.matcher import Matcher
from connectors.select.path import compile_path


def matches(condition: object, value: object) -> bool:
    return compile_matcher(Matcher.model_validate(condition))(value)


def element(source: str) -> object:
    return etree.fromstring(source)


@pytest.mark.parametrize(
    "condition, value, expected",
    [
        ("101", "101", True),
        ("101", 101, True),
        ("00", 0, False),
        ("0", Decimal(0), True),
        ("1.50", Decimal("1.50"), True),
        ("1.5", Decimal("1.50"), False),
        ("true", True, True),
        ("", "", True),
        ("一致", "一致", True),
        ("101", [101], False),
        (0, 0, True),
        (0, Decimal("0.0"), True),
        (0, "0", False),
        (0, False, False),
        (1, True, False),
        (1.5, Decimal("1.50"), True),
        (True, True, True),
        (True, 1, False),
        (True, "true", False),
        (False, False, True),
        (False, 0, False),
    ],
)
def test_quoted_text_matches_by_canonical_text_and_others_by_their_like(
    condition: object, value: object, expected: object
) -> None:
    assert matches(condition, value) is expected


@pytest.mark.parametrize(
    "condition, source, expected",
    [
        ("一致", "<a> 一致\n</a>", True),
        (7, "<a>07</a>", True),
        (7, "<a>x</a>", False),
        (True, "<a>true</a>", True),
        ({"gte": 300}, "<a>+712</a>", True),
        ({"empty": True}, "<a> </a>", True),
        ({"empty": True}, "<a><b/></a>", False),
        ({"present": True}, "<a/>", True),
        ({"any": "x"}, "<a>x</a>", True),
    ],
)
def test_in_xml_all_is_text_and_is_read_as_what_it_is_compared_with(
    condition: object, source: str, expected: object
) -> None:
    assert matches(condition, element(source)) is expected


@pytest.mark.parametrize(
    "condition, value, expected",
    [
        ({"in": ["1", "2"]}, 2, True),
        ({"in": ["1", "2"]}, 3, False),
        ({"in": [0, "0"]}, "0", True),
        ({"in": [0, "0"]}, 0, True),
        ({"in": [0, True]}, True, True),
        ({"in": [0]}, "0", False),
        ({"not": "VOID"}, "OPEN", True),
        ({"not": "VOID"}, "VOID", False),
        ({"not": {"in": ["A", "B"]}}, "B", False),
        ({"present": True}, "", True),
        ({"present": True}, [], True),
        ({"present": False}, 0, False),
        ({"empty": True}, [], True),
        ({"empty": True}, {}, True),
        ({"empty": True}, "", True),
        ({"empty": True}, 0, False),
        ({"empty": False}, ["x"], True),
        ({"any": "x"}, ["y", "x"], True),
        ({"any": {"gt": 3}}, [1, None, "4"], True),
        ({"any": "x"}, [], False),
        ({"matches": "99.."}, "9902", True),
        ({"matches": "99.."}, 9902, True),
        ({"matches": "99.."}, "99021", False),
        ({"matches": ".*"}, "x" * 257, False),
        ({"gt": 5}, 5, False),
        ({"gte": 5}, Decimal("5.0"), True),
        ({"lt": 5}, "4.9", True),
        ({"lte": 5, "gt": 1}, "0005", True),
        ({"lte": 5, "gt": 1}, 1, False),
        ({"gte": 5}, "five", False),
        ({"gte": 0}, True, False),
        ({"gte": 1.5}, 2, True),
        ({"gt": 0}, Decimal("NaN"), False),
        ({"in": ["a"], "matches": "b"}, "a", False),
    ],
)
def test_operations(condition: object, value: object, expected: object) -> None:
    assert matches(condition, value) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "x", 0, True, {"in": ["x"]}, {"not": "x"}, {"present": True}, {"empty": True},
        {"empty": False}, {"any": "x"}, {"matches": ".*"}, {"gt": 0}, {"not": {"present": True}},
    ],
)  # fmt: skip
def test_what_is_absent_matches_present_false_alone(condition: object) -> None:
    """Unknown is not false: `not: VOID` does not hold of a status that is not there."""
    assert matches(condition, None) is False
    assert matches({"present": False}, None) is True


@pytest.mark.parametrize(
    "condition, fault",
    [
        (None, "say {present: false}"),
        (["a"], "in: "),
        ({}, "asks nothing"),
        ({"in": None}, "needs a value"),
        ({"equals": None, "gt": 1}, "needs a value"),
        ({"inn": ["a"]}, "Extra inputs"),
        ({"in": []}, "at least 1"),
        ({"present": "yes"}, "valid boolean"),
        ({"present": False, "gt": 3}, "besides"),
        ({"gt": "3"}, r"valid integer|instance of Decimal"),
        ({"gt": True}, r"valid integer|instance of Decimal"),
        ({"matches": "("}, "not a regular expression"),
        ({"matches": "(a+)+"}, "repeated groups"),
        ({"matches": r"(a\\)*"}, "repeated groups"),
        ({"matches": r"(a)\1"}, "references"),
        ({"matches": "(?=a)a"}, "look-arounds"),
        ({"matches": "(?<!a)a"}, "look-arounds"),
        # White space that the pattern does not read would hide what is repeated.
        ({"matches": "(?x)(a+) +b"}, "repeated groups"),
        ({"matches": "(?ix:(a+) +)b"}, "repeated groups"),
        ({"matches": "a*b*c*d*"}, "repetitions"),
        ({"matches": "a?" * 4}, "options"),
        ({"matches": "(a|b)" * 5}, "groups"),
        ({"matches": "a" * 201}, "200"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_at_load(condition: object, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Matcher.model_validate(condition)


@pytest.mark.parametrize(
    "pattern", [r"\d{5}", "S10..", "[()*+?|]{3}", r"\(\)\*", "(ab|cd)x?", "(?:a|b).*"]
)
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert Matcher.model_validate({"matches": pattern}).matches == pattern


def test_conditions_on_several_paths_must_all_hold() -> None:
    conditions = {"code": Matcher(equals="0"), "data.n": Matcher(gte=3)}

    hold = compile_conditions(conditions, compile_path)

    assert hold({"code": 0, "data": {"n": 3}})
    assert not hold({"code": 0, "data": {"n": 2}})
    assert not hold({"code": 0})


def test_a_bad_path_is_a_load_error_at_its_key() -> None:
    with pytest.raises(ConfigError) as caught:
        compile_conditions({"a[": Matcher(equals=1), "b": Matcher(equals=1)}, compile_path)

    assert [finding.at for finding in caught.value.findings] == [("a[",)]


def test_its_schema_knows_the_short_form() -> None:
    """Editors complete from it."""
    schema = TypeAdapter(dict[str, Matcher]).json_schema()

    assert schema["$defs"]["Matcher"]["anyOf"][0] == {"type": ["string", "number", "boolean"]}
