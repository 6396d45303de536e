from decimal import Decimal

import pytest
from lxml import etree

from connectors.codec import Xml
from connectors.contract import UNREADABLE
from connectors.select.path import as_list, compile_path, scalar_text

DOCUMENT = {
    "code": "00",
    "status-code": "101",
    "data": {"scores": [{"value": 712}, {"value": 650}], "none": None},
    "SC": [{"04": "00712"}],
    "total": Decimal("2.50"),
}


@pytest.mark.parametrize(
    "path, expected",
    [
        ("@", DOCUMENT),
        ("code", "00"),
        ("status-code", "101"),
        ("data.scores[1].value", 650),
        ("data.scores.1.value", 650),
        ("SC[0].04", "00712"),
        ("data.none", None),
        ("data.none.deeper", None),
        ("data.scores[9].value", None),
        ("code.deeper", None),
        ("absent", None),
        ("absent[0]", None),
        ("code[0]", None),
        ("data.scores[-1].value", 650),
        ("data.scores[*].value", [712, 650]),
        ("data.scores[?value > `700`] | [0].value", 712),
        ("length(data.scores)", 2),
        ("length(absent)", None),
        ("absent[?x=='1'] | [0]", None),
    ],
)
def test_a_path_gives_what_it_leads_to_and_none_where_it_leads_nowhere(
    path: str, expected: object
) -> None:
    assert compile_path(path)(DOCUMENT) == expected


def test_a_list_at_the_top_is_a_document_too() -> None:
    assert compile_path("[1].a")([{}, {"a": 1}]) == 1
    assert compile_path("[1][0]")([{}, [5]]) == 5


def test_arithmetic_gives_no_float() -> None:
    assert compile_path("avg(@)")([1, 2]) == Decimal("1.5")


@pytest.mark.parametrize("path", ["", "a..b", "a[", "a[?", "a b", "lenght(a)", "length(a, b)"])
def test_a_path_that_is_none_is_refused_at_load(path: str) -> None:
    with pytest.raises(ValueError, match=r"neither|calls"):
        compile_path(path)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("!" * 60 + "a", "nests too deep"),
        ("(" * 498 + "a" + ")" * 498, "nests|neither"),
        ("a" + "|a" * 500, "more than 1000"),
    ],
)
def test_a_path_that_only_a_deep_stack_could_follow_is_refused_at_load(path: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compile_path(path)


def test_one_element_or_object_is_a_list_of_one() -> None:
    element = etree.fromstring("<a/>")

    assert as_list(element) == (element,)
    assert as_list([1]) == [1]
    assert as_list(None) == ()
    assert as_list("text") is None
    assert as_list({"a": 1}) == ({"a": 1},)


def test_scalars_have_one_text() -> None:
    element = etree.fromstring("<a> x <b>y</b>\n</a>")

    assert scalar_text(element) == "x y"
    assert [scalar_text(each) for each in ("a ", 7, Decimal("1.50"), True)] == [
        "a ",
        "7",
        "1.50",
        "true",
    ]
    assert [scalar_text(each) for each in (None, [1], {"a": 1})] == [None, None, None]


EXACT = {"p": Decimal("1.50"), "t": [Decimal("0.1"), 2, Decimal("0.2")], "words": ["1", 2]}


@pytest.mark.parametrize(
    "path, expected",
    [
        ("sum(t)", Decimal("2.3")),
        ("max(t)", 2),
        ("min(t)", Decimal("0.1")),
        ("abs(p)", Decimal("1.50")),
        ("sort(t) | [0]", Decimal("0.1")),
        ("to_number(p)", Decimal("1.50")),
        ("to_number('12345678901234567.89')", Decimal("12345678901234567.89")),
        ("to_number('none')", None),
        # Ten letters of a bureau's, of which `ceil` would write out a thousand million digits.
        ("to_number('1e999999999')", None),
        ("ceil(to_number('1.5e-999999999'))", None),
        ("to_string(p)", "1.50"),
        ("type(p)", "number"),
        ("t[?@ == `0.1`] | [0]", Decimal("0.1")),
        ("avg(t[:2])", Decimal("1.05")),
    ],
)
def test_functions_take_exact_numbers_and_keep_them_exact(path: str, expected: object) -> None:
    assert compile_path(path)(EXACT) == expected


@pytest.mark.parametrize(
    "path", ["length(p)", "sum(words)", "sort_by(t, &a)", "words[?@ > `1`]", "contains(p, 'a')"]
)
def test_what_a_function_can_not_take_is_unreadable_and_not_absent(path: str) -> None:
    """Nor is it an error of Python's, after the answer is paid for."""
    assert compile_path(path)(EXACT) is UNREADABLE


@pytest.mark.parametrize("path", ["//a[$x]", "//a[b:c]", "//a[foo()]"])
def test_an_xpath_that_only_service_shows_to_be_wrong_is_unreadable(path: str) -> None:
    select = Xml(kind="xml").selector(path)

    assert select(etree.fromstring("<r><a/></r>")) is UNREADABLE
