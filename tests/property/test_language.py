"""Whatever a person is called, a message says just that."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.codec import Form, Json, Xml
from connectors.faults import ConfigError
from connectors.select.conditions import compile_matcher
from connectors.select.matcher import Matcher
from connectors.select.path import scalar_text
from connectors.template import Language, RenderError, compile_text, compile_value, xml_text
from connectors.template.scalar import canonical

LANGUAGE = Language(types={"subject": {"name": str}}, open={"x": object})
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SYNTAX = st.text(st.sampled_from("${}|?:'\"\\<>&;\r\n\t%+= a0測"))
NAMES = TEXT | SYNTAX
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\r\n<>&'\"]")
)
NUMBERS = st.integers() | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20
)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
KINDS = st.none() | st.booleans() | NUMBERS | NAMES | st.dates() | st.binary() | st.lists(TEXT)


@given(name=NAMES)
def test_rendered_text_is_never_read_again(name: str) -> None:
    scope = {"subject": {"name": name}}
    tree = {"a": "${subject.name}", "b": ["<${subject.name}>"]}

    assert compile_value(tree, LANGUAGE).render(scope) == {"a": name, "b": [f"<{name}>"]}
    assert compile_text("${subject.name}", LANGUAGE).render(scope) == name


@given(source=SYNTAX)
def test_any_text_is_a_template_or_a_load_error(source: str) -> None:
    try:
        template = compile_value(source, LANGUAGE)
    except ConfigError:
        return
    assert "${" in source or template.render({}) == source


@given(source=NAMES)
def test_any_text_can_be_written_as_a_constant(source: str) -> None:
    """With every ``${`` doubled."""
    escaped = source.replace("${", "$${")

    assert compile_value(escaped, LANGUAGE).render({}) == source


@given(
    value=KINDS, chain=st.sampled_from(["upper", "int", "national", "date('%Y%H')", "md5", "unix"])
)
def test_a_value_of_any_kind_is_written_or_refused_and_never_quoted(
    value: object, chain: str
) -> None:
    template = compile_value(f"<${{x.y | {chain}}}>", LANGUAGE)

    refused: RenderError | None = None
    try:
        template.render({"x": {"y": value}})
    except RenderError as error:
        refused = error

    if refused is not None:
        assert str(refused) in {"x.y", chain.partition("(")[0], "text"}
        assert refused.__context__ is None


@given(document=TREES)
def test_json_gives_back_what_it_was_given(document: object) -> None:
    plain, escaped = Json(kind="json"), Json(kind="json", ascii=True)

    assert plain.decode(plain.encode(document)) == document
    assert escaped.decode(escaped.encode(document)) == document
    assert escaped.encode(document).isascii()


@given(text=NAMES)
def test_json_writes_text_as_the_standard_library_does(text: str) -> None:
    """Bureaus' own signatures are computed with it, or with its like."""
    expected = json.dumps({text: text}, separators=(",", ":"))

    assert Json(kind="json", ascii=True).encode({text: text}) == expected.encode()


@given(fields=st.dictionaries(NAMES, NAMES, min_size=1))
def test_a_form_gives_back_what_it_was_given(fields: dict[str, str]) -> None:
    form = Form(kind="form")

    document = form.decode(form.encode(fields))
    assert document == fields
    assert isinstance(document, dict)
    assert list(document) == list(fields)


@given(name=XML_TEXT)
def test_text_stays_text_in_xml(name: str) -> None:
    template = compile_text("<a k='${subject.name}'>${subject.name}</a>", LANGUAGE, xml_text)

    root = Xml(kind="xml").decode(template.render({"subject": {"name": name}}).encode())
    assert isinstance(root, etree._Element)  # noqa: SLF001
    assert (root.text or "") == name
    assert root.get("k") == name
    assert len(root) == 0


@given(inner=XML_TEXT)
def test_xml_nests_in_xml_by_escaping_once_a_level(inner: str) -> None:
    """As the identity check wants its conditions: XML escaped inside SOAP."""
    part = f"<p>{xml_text(inner)}</p>"
    outer = Xml(kind="xml").decode(f"<o>{xml_text(part)}</o>".encode())

    assert isinstance(outer, etree._Element)  # noqa: SLF001
    assert outer.text == part


@given(value=NUMBERS | st.booleans() | NAMES)
def test_a_quoted_text_matches_by_canonical_text_and_nothing_else(
    value: Decimal | str | bool,
) -> None:
    text = scalar_text(value)

    assert text is not None
    assert compile_matcher(Matcher(equals=text))(value)
    assert not compile_matcher(Matcher(equals=f"{text}0"))(value)


@given(value=NUMBERS | st.dates())
def test_canonical_numbers_and_days_are_plain(value: Decimal | int | date) -> None:
    text = canonical(value)

    assert text is not None
    assert not set(text) - set("0123456789.-")
    if not isinstance(value, date):
        assert Decimal(text) == value
