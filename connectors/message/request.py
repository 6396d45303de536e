"""What is sent: a request and the named documents in it, from YAML to a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ..faults import Findings
from ..kit import Strict
from ..template import (
    Language,
    Scope,
    TextTemplate,
    compile_text,
    compile_value,
    xml_text,
)
from .draft import Body, Draft, FormBody, JsonBody, TextBody, write_form
from .exact_json import write_json
from .pieces import Fields, Pieces


class Content(Strict):
    """One body in one of the ways in which a body can be written."""

    model_config = ConfigDict(serialize_by_alias=True)

    json_: object = Field(default=None, alias="json")
    form: Fields | None = None
    xml: str | None = None
    text: str | None = None
    ascii: bool = False
    """Whether JSON beyond ASCII is written as ``\\u`` escapes."""
    omit_null: bool = False
    """Whether JSON entries and form fields that are null are left out."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = self.kinds()
        if len(given) > 1:
            raise ValueError(f"has {' and '.join(given)}: a body is one of them")
        if self.ascii and given != ["json"]:
            raise ValueError("`ascii` goes with json")
        if self.omit_null and given not in (["json"], ["form"]):
            raise ValueError("`omit_null` goes with json or form")
        return self

    def kinds(self) -> list[str]:
        """Name the ways that this one uses."""
        names = {"json_": "json", "form": "form", "xml": "xml", "text": "text"}
        return [name for key, name in names.items() if key in self.model_fields_set]


class Document(Content):
    """A named part that is rendered first, and stands as text wherever it is referred to."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.kinds():
            raise ValueError("needs one of json, form, xml and text")
        return self


class Request(Content):
    """One message to a bureau: HTTP's, or an SQL statement with its arguments."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = "/"
    path_params: Mapping[str, str] = Field(default_factory=dict)
    params: Fields = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    query: str | None = None
    """An SQL statement; its arguments are bound, never written into it."""
    bind: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A request, compiled."""

    draft: Callable[[Scope], Draft]
    """Raises `RenderError`."""
    references: frozenset[str]
    statement: str | None
    """Of a request to a database."""
    bound: Callable[[Scope], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Documents:
    """Named parts, compiled in the order in which they refer to each other."""

    parts: tuple[tuple[str, Callable[[Scope], str]], ...]
    references: frozenset[str]

    def into(self, scope: dict[str, Mapping[str, object]]) -> None:
        """Render each part, so that the next and the request may refer to it."""
        rendered: dict[str, object] = {}
        scope["documents"] = rendered
        for name, render in self.parts:
            rendered[name] = render(scope)


def compile_documents(
    documents: Mapping[str, Document], language: Language, charset: str
) -> tuple[Documents, Language]:
    """Compile the parts; the language that comes back knows them."""
    findings = Findings()
    parts: list[tuple[str, Callable[[Scope], str]]] = []
    references: frozenset[str] = frozenset()
    for name, document in documents.items():
        with findings.at(name):
            body, used = compile_content(document, language)
            parts.append((name, _as_text(body, charset)))
            references |= used
            language = language.having("documents", {name: str})
    findings.close()
    return Documents(tuple(parts), references), language


def compile_request(request: Request, language: Language, charset: str) -> Written:
    """Compile a request. Raises `ConfigError` with all that is wrong with it."""
    findings = Findings()
    _check_kind(request, findings)
    pieces = Pieces(findings, language)
    path = pieces.path(request.path, request.path_params)
    params = pieces.pairs("params", request.params)
    headers = pieces.headers(request.headers)
    bound = {name: pieces.value(source, "bind", name) for name, source in request.bind.items()}
    body: Callable[[Scope], Body] = lambda _: None  # noqa: E731 (one of several of one type)
    with findings.at():
        body, used = compile_content(request, language)
        pieces.references |= used
    findings.close()
    method = request.method

    def draft(scope: Scope) -> Draft:
        return Draft(
            method=method,
            path=path(scope),
            params=params(scope),
            headers=headers(scope),
            body=body(scope),
            charset=charset,
        )

    def arguments(scope: Scope) -> Mapping[str, object]:
        return {name: render(scope) for name, render in bound.items()}

    return Written(draft, frozenset(pieces.references), request.query, arguments)


def _check_kind(request: Request, findings: Findings) -> None:
    """Refuse what only the other kind of request has, and what would be left unsaid."""
    if request.query is None:
        if request.bind:
            findings.add("`bind` goes with `query`", "bind")
        return
    for key in sorted(request.model_fields_set - {"query", "bind"}):
        findings.add("a database is asked by `query` and `bind` alone", key.rstrip("_"))


def compile_content(
    content: Content, language: Language
) -> tuple[Callable[[Scope], Body], frozenset[str]]:
    """Compile a body, whichever way it is written."""
    kinds = content.kinds()
    findings = Findings()
    if not kinds:
        return (lambda _: None), frozenset()
    if kinds == ["json"]:
        with findings.at("json"):
            tree = compile_value(content.json_, language, omit_null=content.omit_null)
            escaped = content.ascii
            return (lambda scope: JsonBody(tree.render(scope), escaped)), tree.references
    if kinds == ["form"]:
        pieces = Pieces(findings, language)
        pairs = pieces.pairs("form", content.form or {}, omit_null=content.omit_null)
        findings.close()
        return (lambda scope: FormBody(pairs(scope))), frozenset(pieces.references)
    is_xml = content.xml is not None
    text = TextTemplate(lambda _: "", frozenset())
    with findings.at("xml" if is_xml else "text"):
        source = content.xml if content.xml is not None else str(content.text)
        text = compile_text(source, language, xml_text if is_xml else str)
    findings.close()
    media_type = "text/xml" if is_xml else "text/plain"
    return (lambda scope: TextBody(text.render(scope), media_type)), text.references


def _as_text(body: Callable[[Scope], Body], charset: str) -> Callable[[Scope], str]:
    def render(scope: Scope) -> str:
        match body(scope):
            case JsonBody(tree, ascii=escaped):
                return write_json(tree, escaped)
            case FormBody(pairs):
                return write_form(pairs, charset)
            case TextBody(text):
                return text
        return ""

    return render
