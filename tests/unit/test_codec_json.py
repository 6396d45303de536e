from datetime import date
from decimal import Decimal

import pytest

from connectors.codec import Json
from connectors.codec.json import DEEPEST, write_json

JSON = Json(kind="json")


def test_ascii_gives_the_bytes_that_bairong_signs() -> None:
    document = {
        "id": "11010519491231002X",
        "cell": "19900000001",
        "name": "测试甲",
        "meal": "ApplyLoanStr,SpecialList_c",
    }

    assert Json(kind="json", ascii=True).encode(document) == (
        rb'{"id":"11010519491231002X","cell":"19900000001",'
        rb'"name":"\u6d4b\u8bd5\u7532","meal":"ApplyLoanStr,SpecialList_c"}'
    )


def test_it_writes_compactly_and_in_order() -> None:
    document = {"b": [1, True, None, Decimal("1.10"), Decimal("1E+2")], "a": {"x": '测\n"'}}

    assert JSON.encode(document) == '{"b":[1,true,null,1.10,100],"a":{"x":"测\\n\\""}}'.encode()
    assert write_json(document) == JSON.encode(document).decode()


@pytest.mark.parametrize(
    "value", [date(2026, 1, 2), 1.5, Decimal("NaN"), b"x", {1: 2}, {"a": object()}, {1}, "\ud800"]
)
def test_what_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|character") as caught:
        JSON.encode({"a": value})

    assert caught.value.__context__ is None


def test_numbers_are_read_exactly() -> None:
    document = JSON.decode(b'{"a":0.1000,"b":123456789012345678901234567890,"c":1e2,"d":-0}')

    assert document == {
        "a": Decimal("0.1000"),
        "b": 123456789012345678901234567890,
        "c": Decimal("1E+2"),
        "d": 0,
    }
    assert str(document["a"]) == "0.1000"


@pytest.mark.parametrize(
    "body, document",
    [(b"[1]", [1]), (b'"x"', "x"), (b"null", None), (b'\xef\xbb\xbf{"a":1}', {"a": 1})],
)
def test_any_value_may_be_the_whole_document(body: bytes, document: object) -> None:
    assert JSON.decode(body) == document


@pytest.mark.parametrize(
    "body, fault",
    [
        (b"", "not JSON at character 0"),
        (b"<html>down</html>", "not JSON at character 0"),
        (b'{"a":1} {"b":2}', "not JSON"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "NaN"),
        (b'{"a":1e999999999}', "too large"),
        (b'{"a":-1e-99999999999999999999}', "too large"),
        (b"9" * 5000, "too long"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), "nested too deep"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":"\\uDC00x"}', "surrogate"),
        (b'"\xff\xfe"', "not utf-8 at byte 1"),
        (b'{"a":"\n"}', "not JSON"),
    ],
)
def test_what_is_not_json_is_refused_without_a_quote(body: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        JSON.decode(body)

    assert type(caught.value) is ValueError
    assert caught.value.__context__ is None


def test_whole_surrogate_pairs_and_permitted_depth_are_read() -> None:
    body = b"[" * DEEPEST + b'"\\ud83d\\ude00","\\\\ud8"' + b"]" * DEEPEST

    document = JSON.decode(body)
    for _ in range(DEEPEST - 1):
        assert isinstance(document, list)
        document = document[0]
    assert document == ["😀", "\\ud8"]


def test_a_charset_is_used_both_ways() -> None:
    codec = Json(kind="json", charset="gb18030")

    assert codec.encode({"a": "测"}) == '{"a":"测"}'.encode("gb18030")
    assert codec.decode('{"a":"测"}'.encode("gb18030")) == {"a": "测"}
