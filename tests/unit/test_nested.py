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


def test_xml_in_json_and_xml_in_xml() -> None:
    found = in_json({"a": "<x><y>1</y></x>"}, "a", "xml")["a"]
    assert found.findtext("y") == "1"

    document = etree.fromstring("<r><d>&lt;x&gt;&lt;y&gt;1&lt;/y&gt;&lt;/x&gt;</d><d/></r>")
    nested = Nested.model_validate({"xpath": "d", "codec": {"kind": "xml"}})
    nested.build(KIT, XML)(document)
    assert document.findtext("d/x/y") == "1"


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
