"""Named parts of messages: rendered first, sealed where the file says so, and text from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from ..faults import ConfigError, Findings
from ..kit import Kit
from ..seal import SealList, apart_names, compile_seals
from ..template import Language, Scope
from .body import Body, FormBody, JsonBody, TextBody, write_body, write_form
from .content import Content, Render, compile_content
from .exact_json import write_json

Texts = Mapping[str, str]
"""A document's text by its name, and below it what its seals keep apart (``data.iv``)."""


class Document(Content):
    """A named part that is rendered first, and stands as text wherever it is referred to."""

    seal: SealList = ()
    """What hides it, in this order."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.kinds():
            raise ValueError("needs one of json, form, xml and text")
        return self


@dataclass(frozen=True, slots=True)
class Named:
    """One document, compiled."""

    references: frozenset[str]
    """What it reads."""
    gives: frozenset[str]
    """The references that lead to it."""
    render: Callable[[Scope], Texts]
    """Raises `RenderError`."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Named parts, compiled in the order in which they refer to each other."""

    parts: tuple[Named, ...] = ()

    @property
    def references(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.references for part in self.parts))

    def only(self, references: frozenset[str]) -> Documents:
        """Keep the parts that these refer to, and those that they refer to in turn."""
        wanted: list[Named] = []
        # Backwards: a part refers to earlier ones alone.
        for part in reversed(self.parts):
            if part.gives & references:
                wanted.append(part)
                references |= part.references
        return Documents(tuple(reversed(wanted)))

    def into(self, scope: dict[str, Mapping[str, object]]) -> None:
        """Render each part, so that the next and the request may refer to it."""
        rendered: dict[str, object] = {}
        scope["documents"] = rendered
        for part in self.parts:
            rendered.update(part.render(scope))


def compile_documents(
    documents: Mapping[str, Document], kit: Kit, language: Language, charset: str
) -> tuple[Documents, Language]:
    """
    Compile the parts; the language that comes back knows them.

    Raises `ConfigError` with all that is wrong with them.
    """
    findings = Findings()
    language = language.written_in(charset)
    parts: list[Named] = []
    for name, document in documents.items():
        names = (name, *(f"{name}.{each}" for each in apart_names(document.seal)))
        with findings.at(name):
            if "." in name:
                raise ConfigError("a document's name has no point")
            render, references = compile_content(document, language, binary=bool(document.seal))
            texts = _texts(name, document, render, kit, language)
            gives = frozenset(f"documents.{each}" for each in names)
            parts.append(Named(references, gives, texts))
        language = language.having("documents", dict.fromkeys(names, str))
    findings.close()
    return Documents(tuple(parts)), language


def _texts(
    name: str, document: Document, render: Render, kit: Kit, language: Language
) -> Callable[[Scope], Texts]:
    charset = language.charset
    if not document.seal:
        return lambda scope: {name: _text(render(scope), charset)}
    findings = Findings()
    seal = None
    with findings.at("seal"):
        seal = compile_seals(document.seal, kit, language)
    seal = findings.settle(seal)

    def texts(scope: Scope) -> Texts:
        octets, _ = write_body(render(scope), charset)
        sealed = seal(octets)
        return {
            name: sealed.octets.decode("ascii"),
            **{f"{name}.{each}": apart.decode("ascii") for each, apart in sealed.apart.items()},
        }

    return texts


def _text(body: Body, charset: str) -> str:
    match body:
        case JsonBody(tree, ascii=escaped):
            return write_json(tree, escaped)
        case FormBody(pairs):
            return write_form(pairs, charset)
        case TextBody(text):
            return text
    return ""
