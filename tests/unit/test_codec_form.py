from decimal import Decimal

import pytest

from connectors.codec import Form

FORM = Form(kind="form")


def test_it_writes_fields_in_order_with_a_plus_for_a_space() -> None:
    document = {"b": "a b&c=d+", "a": "测试甲", "n": 7, "d": Decimal("1.50")}

    assert FORM.encode(document) == b"b=a+b%26c%3Dd%2B&a=%E6%B5%8B%E8%AF%95%E7%94%B2&n=7&d=1.50"


def test_it_reads_fields_and_keeps_empty_ones() -> None:
    assert FORM.decode(b"a=1&b=&c=%E6%B5%8B+x\r\n") == {"a": "1", "b": "", "c": "测 x"}


def test_a_charset_is_used_both_ways() -> None:
    codec = Form(kind="form", charset="gbk")

    assert codec.encode({"a": "测"}) == b"a=%B2%E2"
    assert codec.decode(b"a=%B2%E2") == {"a": "测"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"<html>down</html>",
        b'<html><a href="/x?a=1&b=2">canary</a></html>',
        b"canary",
        b"a=canary&a=2",
        b"a=%FF",
        b"a=\xff",
        b"&".join(b"a%d=1" % number for number in range(2000)),
    ],
)
def test_what_is_no_form_is_refused_without_a_quote(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"form|utf-8") as caught:
        FORM.decode(body)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "document", [["a"], {"a": None}, {"a": True}, {"a": ["1", "2"]}, {"a": 1.5}, {"a": "\ud800"}]
)
def test_only_scalars_stand_in_a_form(document: object) -> None:
    with pytest.raises(ValueError, match=r"form|character"):
        FORM.encode(document)
