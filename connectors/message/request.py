"""What is sent: a request, from YAML to a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from ..faults import Findings
from ..template import Language, Scope, Unwritable
from .body import Body
from .content import Content, compile_content
from .draft import Draft
from .octets import octets
from .pieces import Fields, PartSources, Pieces


class Request(Content):
    """One message to a bureau: HTTP's, or an SQL statement with its arguments."""

    multipart: PartSources | None = None
    """Files and fields by name."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = "/"
    path_params: Mapping[str, str] = Field(default_factory=dict)
    params: Fields = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    query: str | None = None
    """An SQL statement; its arguments are bound, never written into it."""
    bind: Mapping[str, str] = Field(default_factory=dict)
    sign: Literal["none"] | None = None
    """``none``: this message is not signed, though the bureau's others are."""

    @property
    def files(self) -> PartSources:
        return self.multipart or {}


@dataclass(frozen=True, slots=True)
class Written:
    """A request, compiled."""

    draft: Callable[[Scope], Draft]
    """Raises `RenderError`."""
    references: frozenset[str]
    statement: str | None
    """Of a request to a database."""
    bound: Callable[[Scope], Mapping[str, object]]


def compile_request(request: Request, language: Language, charset: str) -> Written:
    """Compile a request. Raises `ConfigError` with all that is wrong with it."""
    findings = Findings()
    language = language.written_in(charset)
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
        return {name: _argument(name, render(scope)) for name, render in bound.items()}

    return Written(draft, frozenset(pieces.references), request.query, arguments)


def _argument(name: str, value: object) -> object:
    """Refuse text that no database takes, before one is asked."""
    if isinstance(value, str):
        octets(value, "utf-8", f"bind {name}")
        if "\0" in value:
            raise Unwritable(f"bind {name}: a text without NUL")
    return value


def _check_kind(request: Request, findings: Findings) -> None:
    """Refuse what only the other kind of request has, and what would be left unsaid."""
    if request.query is None:
        if request.bind:
            findings.add("`bind` goes with `query`", "bind")
        return
    for key in sorted(request.model_fields_set - {"query", "bind"}):
        findings.add("a database is asked by `query` and `bind` alone", key.rstrip("_"))
