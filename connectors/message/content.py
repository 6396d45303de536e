"""One body, in one of the ways in which a body can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from ..faults import Findings
from ..kit import Strict
from ..template import (
    Language,
    Scope,
    TextTemplate,
    Unwritable,
    compile_text,
    compile_value,
    xml_text,
)
from .body import Body, BytesBody, FormBody, JsonBody, TextBody
from .multipart import MultipartBody
from .pieces import Fields, PartSources, Pieces

Render = Callable[[Scope], Body]
"""Raises `RenderError`."""


class Content(Strict):
    """What is written as ``json:``, ``form:``, ``xml:`` or ``text:``."""

    model_config = ConfigDict(serialize_by_alias=True)

    json_: object = Field(default=None, alias="json")
    form: Fields | None = None
    xml: str | None = None
    text: str | None = None
    """A template; one that is a single reference to bytes gives them as they are."""
    ascii: bool = False
    """Whether JSON beyond ASCII is written as ``\\u`` escapes."""
    omit_null: bool = False
    """
    Whether what is null is left out: fields, parts, entries and items of JSON, and of
    JSON also a list that is left empty and an object of whose references none has a value.
    """

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = self.kinds()
        if len(given) > 1:
            raise ValueError(f"has {' and '.join(given)}: a body is one of them")
        if self.ascii and given != ["json"]:
            raise ValueError("`ascii` goes with json")
        if self.omit_null and given not in (["json"], ["form"], ["multipart"]):
            raise ValueError("`omit_null` goes with json, form or multipart")
        return self

    def kinds(self) -> list[str]:
        """Name the ways that this one uses."""
        return [name for key, name in _WAYS.items() if key in self.model_fields_set]

    @property
    def files(self) -> PartSources:
        """A document has none: it is text."""
        return {}


_WAYS = {
    "json_": "json",
    "form": "form",
    "xml": "xml",
    "text": "text",
    "multipart": "multipart",
}


def compile_content(
    content: Content, language: Language, *, binary: bool = True
) -> tuple[Render, frozenset[str]]:
    """Compile a body, whichever way it is written; `binary` where it may be bytes, too."""
    match content.kinds():
        case ["json"]:
            return _json(content, language)
        case ["form"]:
            return _form(content, language)
        case ["multipart"]:
            return _multipart(content, language)
        case ["xml"]:
            return _xml(str(content.xml), language)
        case ["text"]:
            return _text(str(content.text), language, binary=binary)
    return (lambda _: None), frozenset()


def _json(content: Content, language: Language) -> tuple[Render, frozenset[str]]:
    findings = Findings()
    tree = None
    with findings.at("json"):
        tree = compile_value(content.json_, language, omit_null=content.omit_null)
    tree = findings.settle(tree)
    render, escaped = tree.render, content.ascii
    return (lambda scope: JsonBody(render(scope), escaped)), tree.references


def _form(content: Content, language: Language) -> tuple[Render, frozenset[str]]:
    findings = Findings()
    pieces = Pieces(findings, language)
    pairs = pieces.pairs("form", content.form or {}, omit_null=content.omit_null)
    findings.close()
    return (lambda scope: FormBody(pairs(scope))), frozenset(pieces.references)


def _multipart(content: Content, language: Language) -> tuple[Render, frozenset[str]]:
    findings = Findings()
    pieces = Pieces(findings, language)
    parts = pieces.parts(content.files, omit_null=content.omit_null)
    findings.close()
    return (lambda scope: MultipartBody(parts(scope))), frozenset(pieces.references)


def _xml(source: str, language: Language) -> tuple[Render, frozenset[str]]:
    findings = Findings()
    text = TextTemplate(lambda _: "", frozenset())
    with findings.at("xml"):
        text = compile_text(source, language, xml_text)
    findings.close()
    return (lambda scope: TextBody(text.render(scope), "text/xml")), text.references


def _text(source: str, language: Language, *, binary: bool) -> tuple[Render, frozenset[str]]:
    findings = Findings()
    text = TextTemplate(lambda _: "", frozenset())
    value = None
    with findings.at("text"):
        value = compile_value(source, language) if binary else None
        if value is None or value.type is not bytes:
            text = compile_text(source, language)
    findings.close()
    if value is not None and value.type is bytes:
        octets = value.render
        return (lambda scope: _bytes(octets(scope))), value.references
    return (lambda scope: TextBody(text.render(scope))), text.references


def _bytes(value: object) -> BytesBody:
    if not isinstance(value, bytes):
        raise Unwritable("text")
    return BytesBody(value)
