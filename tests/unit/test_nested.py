"""Documents that travel as text inside other documents."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from connectors.answer.nested import Nested
from connectors.codec import Json, Xml
from connectors.faults import ConfigError
from tests.standins import make_kit

KIT = make_kit()
JSON, XML = Json(kind="json"), Xml(kind="xml").build(KIT)


def in_json(document: Any, path: str, kind: str = "json") -> Any:
    Nested.model_validate({"path": path, "codec": {"kind": kind}}).build(KIT, JSON)(document)
    return document


def test_the_document_takes_the_texts_place() -> None:
    assert in_json({"a": '{"b": 1}'}, "a") == {"a": {"b": 1}}
    assert in_json({"x": {"a": "[1]"}}, "x.a") == {"x": {"a": [1]}}
    assert in_json({"x": [{"a": "[1]"}]}, "x[0].a") == {"x": [{"a": [1]}]}


@pytest.mark.parametrize("document", [{}, {"a": None}, {"a": 1}, {"a": {"b": 1}}, [], None, "a"])
def test_what_is_no_text_stays_as_it_is(document: object) -> None:
    assert in_json(document, "a") is document


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}"])
def test_text_that_is_no_document_is_a_value_error_that_does_not_quote_it(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON") as caught:
        in_json({"a": text}, "a")

    assert not text or text not in str(caught.value)


def in_xml(source: str, xpath: str, kind: str = "json") -> Any:
    document = etree.fromstring(source)
    Nested.model_validate({"xpath": xpath, "codec": {"kind": kind}}).build(KIT, XML)(document)
    return document


def text(document: Any) -> str:
    return etree.tostring(document, encoding="unicode")


def test_xml_in_xml_stands_in_the_element_that_had_its_text() -> None:
    document = in_xml("<r><d>&lt;x&gt;&lt;y&gt;1&lt;/y&gt;&lt;/x&gt;</d><d/></r>", "d", "xml")

    assert text(document) == "<r><d><x><y>1</y></x></d><d/></r>"


def test_xml_in_json_becomes_objects() -> None:
    """Selected from by the same paths as all around it."""
    source = (
        '<R xmlns="urn:a" n:no="7" xmlns:n="urn:n"><A>1</A><B><C/><C>2</C></B>'
        "<D>3<E>x</E> 4</D><!-- no --></R>"
    )

    assert in_json({"a": source}, "a", "xml") == {
        "a": {
            "R": {
                "@no": "7",
                "A": "1",
                "B": {"C": ["", "2"]},
                "D": {"E": "x", "#text": "3 4"},
            }
        }
    }


def test_json_in_xml_becomes_elements() -> None:
    """Selected from by XPath, as all around it."""
    source = (
        '<r><o>{"code": 0, "list": [1, [2]], "no": null, "yes": true, "7": "x", "a:b": {"c": 1.50}}'
        "</o></r>"
    )

    assert text(in_xml(source, "//o")) == (
        "<r><o><code>0</code><list>1</list><list><item>2</item></list><yes>true</yes>"
        '<item name="7">x</item><item name="a:b"><c>1.50</c></item></o></r>'
    )
    assert text(in_xml('<r><o>[{"a": 1}, 2]</o></r>', "//o")) == (
        "<r><o><item><a>1</a></item><item>2</item></o></r>"
    )


def test_a_form_is_a_document_too() -> None:
    assert in_json({"a": "x=1&y=%E5%BC%A0"}, "a", "form") == {"a": {"x": "1", "y": "张"}}


def test_a_document_in_a_document_may_hold_another() -> None:
    """JSON in XML in JSON: each entry goes on from what the one before it made of the answer."""
    document: dict[str, object] = {"a": "<r><o>{&quot;b&quot;: &quot;[7]&quot;}</o></r>"}
    in_json(document, "a", "xml")
    in_json(document, "a.r.o")
    in_json(document, "a.r.o.b")

    assert document == {"a": {"r": {"o": {"b": [7]}}}}


def test_each_item_of_a_list_may_hold_one() -> None:
    found = in_json({"x": [{"a": "[1]"}, {"b": 2}, {"a": "[3]"}]}, "x.a")
    assert found == {"x": [{"a": [1]}, {"b": 2}, {"a": [3]}]}
    assert in_json({"x": {"y": [{"a": "1"}]}}, "x.*[].a") == {"x": {"y": [{"a": 1}]}}


@pytest.mark.parametrize("source", ['{"a": "\\u0001"}', "<x>", "{"])
def test_what_xml_can_not_hold_is_not_read(source: str) -> None:
    with pytest.raises(ValueError, match=r"XML|JSON") as caught:
        in_xml(f"<r><o>{source.replace('<', '&lt;')}</o></r>", "//o")

    assert "u0001" not in str(caught.value)


def test_xml_that_nests_too_deep_for_json_is_not_read() -> None:
    with pytest.raises(ValueError, match="too deep"):
        in_json({"a": "<a>" * 60 + "</a>" * 60}, "a", "xml")


def test_a_text_without_its_element_can_not_be_replaced() -> None:
    """Else nothing would ever be replaced, and nobody would know."""
    with pytest.raises(ValueError, match="name the element"):
        in_xml("<r><o>{}</o></r>", "//o/text()")


@pytest.mark.parametrize("path", ["a[0]", "a[*]", "a.b[1]", "[0]", "a.*", "@"])
def test_a_path_ends_with_the_name_of_what_is_replaced(path: str) -> None:
    """Else nothing would ever be replaced, and nobody would know."""
    with pytest.raises(ConfigError):
        in_json({}, path)


@pytest.mark.parametrize("declared", ["GBK", "ISO-8859-1", "UTF-16"])
def test_a_nested_document_is_text_already_whatever_charset_it_declares(declared: str) -> None:
    document = etree.fromstring("<r><out/></r>")
    document[0].text = f'<?xml version="1.0" encoding="{declared}"?><n>张三</n>'
    Nested.model_validate({"xpath": "//out", "codec": "xml"}).build(KIT, XML)(document)

    assert document.findtext("out/n") == "张三"
