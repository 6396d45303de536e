"""What of an answer is taken out before anybody sees it."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from connectors.answer.drop import compile_drops
from connectors.codec import Json, Xml
from connectors.faults import ConfigError

JSON = Json(kind="json")
XML = Xml(kind="xml", namespaces={"n": "urn:n"})


def without(document: Any, *paths: str) -> Any:
    for drop in compile_drops(paths, JSON):
        drop(document)
    return document


def without_nodes(source: str, path: str) -> str:
    document = etree.fromstring(source)
    (drop,) = compile_drops([path], XML)
    drop(document)
    return etree.tostring(document, encoding="unicode")


def test_a_name_is_taken_out_where_it_stands() -> None:
    assert without({"photo": "x", "a": 1}, "photo") == {"a": 1}
    assert without({"a": {"photo": {"b": 1}, "c": 1}}, "a.photo") == {"a": {"c": 1}}
    assert without({"photo": "x", "a": {"photo": "y"}}, "photo", "a.photo") == {"a": {}}


def test_it_is_taken_out_of_each_item_of_a_list() -> None:
    for path in ("x.photo", "x[*].photo", "x[].photo"):
        document = {"x": [{"photo": 1, "a": 1}, {"a": 2}, 7, {"photo": 2}]}
        assert without(document, path) == {"x": [{"a": 1}, {"a": 2}, 7, {}]}
    assert without({"x": {"k": [{"photo": 1}]}}, "x.*[].photo") == {"x": {"k": [{}]}}


@pytest.mark.parametrize("document", [{}, [], None, "photo", 7, {"x": None}, {"x": "y"}])
def test_what_is_not_there_need_not_be(document: Any) -> None:
    before = repr(document)

    assert repr(without(document, "photo", "x.photo")) == before


@pytest.mark.parametrize("path", ["x[0]", "x[*]", "@", "a(", "x.*"])
def test_a_path_that_could_take_nothing_out_is_refused(path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compile_drops(["photo", path], JSON)

    assert caught.value.findings[0].at == (1,)


@pytest.mark.parametrize(
    "path, left",
    [
        ("//xp/..", "<r>ab<c/>d</r>"),
        ("//xp", '<r>a<b t="u">ef</b>b<c/>d</r>'),
        ("//@t", "<r>a<b>e<xp>photo</xp>f</b>b<c/>d</r>"),
        ("//xp/text()", '<r>a<b t="u">e<xp/>f</b>b<c/>d</r>'),
        ("//c", '<r>a<b t="u">e<xp>photo</xp>f</b>bd</r>'),
        ("//nowhere", '<r>a<b t="u">e<xp>photo</xp>f</b>b<c/>d</r>'),
        ("//n:xp", '<r>a<b t="u">e<xp>photo</xp>f</b>b<c/>d</r>'),
        ("/r", "<r/>"),
    ],
)
def test_nodes_are_taken_out_and_what_stands_around_them_stays(path: str, left: str) -> None:
    source = '<r>a<b t="u">e<xp>photo</xp>f</b>b<c/>d</r>'

    assert without_nodes(source, path) == left


@pytest.mark.parametrize("path", ["//x:y", "//[", "wrong()", "count(//c)", "string(//c)"])
def test_a_wrong_xpath_is_refused(path: str) -> None:
    with pytest.raises(ConfigError):
        compile_drops([path], XML)
