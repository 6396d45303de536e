"""Drafts, and the bytes that they become."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.contract import Attempt
from connectors.message.body import Body, FormBody, JsonBody, TextBody
from connectors.message.draft import Draft, check_target, finish
from connectors.template import Unwritable


@pytest.mark.parametrize(
    ("body", "written", "media_type"),
    [
        (
            JsonBody({"b": "测", "a": Decimal("1.10"), "n": None}),
            '{"b":"测","a":1.10,"n":null}'.encode(),
            "application/json",
        ),
        (JsonBody(["测"], ascii=True), b'["\\u6d4b"]', "application/json"),
        (
            FormBody((("b", "x y&"), ("a", "测"))),
            b"b=x+y%26&a=%E6%B5%8B",
            "application/x-www-form-urlencoded",
        ),
        (TextBody("<a>测</a>", "text/xml"), "<a>测</a>".encode(), "text/xml; charset=utf-8"),
        (TextBody("a"), b"a", "text/plain; charset=utf-8"),
    ],
)
def test_a_body_brings_its_type(body: Body, written: bytes, media_type: str) -> None:
    wire = finish(Draft("POST", "/", body=body), Attempt())

    assert wire.body == written
    assert wire.headers == (("Content-Type", media_type),)


def test_a_type_that_is_given_stays() -> None:
    headers = (("content-type", "application/soap+xml"),)
    wire = finish(Draft("POST", "/", headers=headers, body=TextBody("a")), Attempt())

    assert wire.headers == headers


def test_no_body_has_no_type() -> None:
    wire = finish(Draft("GET", "/"), Attempt())

    assert (wire.body, wire.headers) == (b"", ())


def test_a_query_is_percent_encoded_in_its_order() -> None:
    draft = Draft("GET", "/p", params=(("b", "x y+&="), ("a", "测~"), ("c", "")))

    assert finish(draft, Attempt()).target == "/p?b=x%20y%2B%26%3D&a=%E6%B5%8B~&c="


def test_a_charset_is_that_of_every_part() -> None:
    draft = Draft("POST", "/", params=(("n", "测"),), body=FormBody((("n", "测"),)), charset="gbk")
    wire = finish(draft, Attempt())

    assert (wire.target, wire.body) == ("/?n=%B2%E2", b"n=%B2%E2")


@pytest.mark.parametrize(
    "draft",
    [
        Draft("GET", "/", headers=(("X", "a\r\nY: b"),)),
        Draft("GET", "/", headers=(("X", "测"),)),
        Draft("GET", "/", headers=(("X", "\x00"),)),
        Draft("GET", "/", headers=(("X", " a"),)),
        Draft("GET", "/", headers=(("X", "a\t"),)),
        Draft("GET", "/", headers=(("X: Y", "a"),)),
        Draft("GET", "/", headers=(("", "a"),)),
        Draft("GET", "relative"),
        Draft("GET", "/a b"),
        Draft("GET", "/测"),
        Draft("GET", "/a?b=c"),
        Draft("GET", "/a#b"),
        Draft("GET", "/%zz"),
        Draft("POST", "/", body=FormBody((("a", "测"),)), charset="latin-1"),
        Draft("POST", "/", body=TextBody("测"), charset="ascii"),
        Draft("GET", "/", params=(("a", "测"),), charset="ascii"),
        Draft("POST", "/", body=JsonBody({"a": 0.1})),
        Draft("POST", "/", body=JsonBody({"a": "\ud800"})),
        Draft("POST", "/", body=JsonBody({"a": "\ud800"}, ascii=True)),
    ],
)
def test_what_would_be_read_differently_is_not_sent(draft: Draft) -> None:
    with pytest.raises(Unwritable) as caught:
        finish(draft, Attempt())
    assert "测" not in str(caught.value)


def test_a_field_is_replaced_where_it_stands_or_added_at_the_end() -> None:
    form = Draft("POST", "/", body=FormBody((("a", "1"), ("b", "2"))))
    tree = Draft("POST", "/", body=JsonBody({"a": 1, "b": [2]}))

    assert form.with_field("a", "x").with_field("c", "3").body == FormBody(
        (("a", "x"), ("b", "2"), ("c", "3"))
    )
    assert tree.with_field("c", "3").body == JsonBody({"a": 1, "b": [2], "c": "3"})
    assert tree.fields() == (("a", "1"),)


@pytest.mark.parametrize("body", [None, TextBody("a"), JsonBody([1])])
def test_a_body_without_fields_takes_none(body: Body) -> None:
    with pytest.raises(Unwritable):
        Draft("POST", "/", body=body).with_field("a", "1")


def test_a_part_of_the_path_stays_within_it() -> None:
    assert Draft("GET", "/a/{x}/b").with_path_part("x", "../c?d").path == "/a/..%2Fc%3Fd/b"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_part_of_the_path_is_not_empty_and_does_not_climb(value: str) -> None:
    with pytest.raises(Unwritable):
        Draft("GET", "/a/{x}").with_path_part("x", value)


def test_a_path_that_nothing_filled_does_not_leave() -> None:
    wire = finish(Draft("GET", "/a/{signature}", params=(("b", "{c}"),)), Attempt())

    with pytest.raises(Unwritable):
        check_target(wire)
    check_target(finish(Draft("GET", "/a", params=(("b", "{c}"),)), Attempt()))


def test_persons_do_not_print() -> None:
    draft = Draft("POST", "/", params=(("a", "secret"),), body=FormBody((("a", "secret"),)))

    assert "secret" not in f"{draft!r} {draft.body!r} {JsonBody('secret')!r} {TextBody('secret')!r}"
