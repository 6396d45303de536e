"""The parts of a request, each kept from becoming anything but a value where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from pydantic import Field

from ..faults import ConfigError, Findings
from ..kit import Strict
from ..template import (
    Language,
    Scope,
    Template,
    TextTemplate,
    Unwritable,
    compile_text,
    compile_value,
    header_value,
    path_segment,
)
from ..template.parse import parse
from ..template.scalar import canonical
from .draft import HEADER_NAME, PATH_TEXT
from .multipart import FILE_NAME, MEDIA_TYPE, PART_NAME, Part

Fields = Mapping[str, str | int | bool | None]
"""Names and templates, in the order in which they are written."""


class FilePart(Strict):
    """A file in a body of several parts."""

    content: str
    """A template: ``${application.attachments.NAME}``."""
    filename: str
    """A template."""
    content_type: str = Field(default="application/octet-stream", pattern=MEDIA_TYPE)


PartSources = Mapping[str, FilePart | str | int | bool | None]
"""Names of parts, and files or templates, in the order in which they are written."""


class Pieces:
    """Compiles the parts of one request and remembers what they refer to."""

    def __init__(self, findings: Findings, language: Language) -> None:
        self._findings = findings
        self._language = language
        self._segment = partial(path_segment, charset=language.charset)
        self.references: set[str] = set()

    def value(self, source: object, *place: str) -> Callable[[Scope], object]:
        template = Template(lambda _: None, frozenset(), None)
        with self._findings.at(*place):
            template = compile_value(source, self._language)
        self.references |= template.references
        return template.render

    def text(
        self, source: str, escape: Callable[[str], str], *place: str
    ) -> Callable[[Scope], str]:
        template = TextTemplate(lambda _: "", frozenset())
        with self._findings.at(*place):
            template = compile_text(source, self._language, escape)
        self.references |= template.references
        return template.render

    def path(self, source: str, params: Mapping[str, str]) -> Callable[[Scope], str]:
        """Put the parameters where the path names them; each stays within its segment."""
        if not source.startswith("/"):
            self._findings.add("a path begins with /", "path")
        with self._findings.at("path"):
            texts = (part for part in parse(source) if isinstance(part, str))
            if not all(map(PATH_TEXT.fullmatch, texts)):
                raise ConfigError("a path is percent-encoded; what follows ? stands in `params`")
        parts = {}
        for name, value in params.items():
            if f"{{{name}}}" not in source:
                self._findings.add(f"the path has no {{{name}}}", "path_params", name)
            parts[name] = self.text(value, str, "path_params", name)
        whole = self.text(source, self._segment, "path")
        if not parts:
            return whole

        def render(scope: Scope) -> str:
            path = whole(scope)
            for name, part in parts.items():
                path = path.replace(f"{{{name}}}", self._segment(part(scope)))
            return path

        return render

    def headers(self, sources: Mapping[str, str]) -> Callable[[Scope], tuple[tuple[str, str], ...]]:
        for name in sources:
            if not HEADER_NAME.fullmatch(name):
                self._findings.add("a header has a name of letters, digits and -", "headers", name)
        rendered = tuple(
            (name, self.text(source, header_value, "headers", name))
            for name, source in sources.items()
        )
        return lambda scope: tuple((name, render(scope)) for name, render in rendered)

    def pairs(
        self, key: str, sources: Fields, *, omit_null: bool = False
    ) -> Callable[[Scope], tuple[tuple[str, str], ...]]:
        rendered = tuple((name, self.value(source, key, name)) for name, source in sources.items())

        def render(scope: Scope) -> tuple[tuple[str, str], ...]:
            found = []
            for name, value in rendered:
                given = value(scope)
                if given is None and omit_null:
                    continue
                found.append((name, _text(given)))
            return tuple(found)

        return render

    def parts(
        self, sources: PartSources, *, omit_null: bool = False
    ) -> Callable[[Scope], tuple[Part, ...]]:
        """Compile the parts of a body of several."""
        for name in sources:
            if not PART_NAME.fullmatch(name):
                self._findings.add(
                    "a part's name has no quotes and no line ends", "multipart", name
                )
        rendered = tuple(
            self._file(name, source) if isinstance(source, FilePart) else self._part(name, source)
            for name, source in sources.items()
        )

        def render(scope: Scope) -> tuple[Part, ...]:
            found = (part(scope) for part in rendered)
            return tuple(part for part, given in found if given or not omit_null)

        return render

    def _part(self, name: str, source: object) -> Callable[[Scope], tuple[Part, bool]]:
        value = self.value(source, "multipart", name)

        def render(scope: Scope) -> tuple[Part, bool]:
            given = value(scope)
            return Part(name, _content(given)), given is not None

        return render

    def _file(self, name: str, source: FilePart) -> Callable[[Scope], tuple[Part, bool]]:
        value = self.value(source.content, "multipart", name, "content")
        title = self.text(source.filename, str, "multipart", name, "filename")
        if "${" not in source.filename and not FILE_NAME.fullmatch(source.filename):
            self._findings.add("a plain file name, without its path", "multipart", name, "filename")

        def render(scope: Scope) -> tuple[Part, bool]:
            given = value(scope)
            part = Part(name, _content(given), title(scope), source.content_type)
            return part, given is not None

        return render


def _content(value: object) -> str | bytes:
    return value if isinstance(value, bytes) else _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) or (text := canonical(value)) is None:
        raise Unwritable("field")
    return text
