"""One operation of an OpenAPI file, in the words of all imports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from ..names import snake
from ..operation import Answer, AnswerKind, Body, BodyKind, Operation
from ..shape import Leaf, Part, Record
from .document import Document, Node
from .finding import Found, find, server
from .security import secured
from .shapes import Shapes, examples_of

_OURS: Final = frozenset(
    {"accept", "content-type", "authorization", "user-agent", "content-length"}
)
_BODIES: Final[Mapping[str, BodyKind]] = {
    "json": "json",
    "x-www-form-urlencoded": "form",
    "form-data": "multipart",
    "xml": "xml",
}
_HOLE: Final = re.compile(r"\{([^{}/]+)\}")
_RANGES: Final = {"4XX": 400, "5XX": 500, "2XX": 200}


def read_operation(document: Document, wanted: str, name: str | None) -> Operation:
    """Read an operation. Raises `Unusable`."""
    found = find(document, wanted)
    origin, prefix = server(document, found)
    trust = secured(document, found.node, origin)
    parameters = list(_parameters(document, found))
    remarks = [*trust.remarks]
    remarks += [
        f"cookie {part.name}: a request has no cookies"
        for place, part in parameters
        if place == "cookie"
    ]
    keys = tuple(Part(header, Leaf(format="password")) for header in trust.headers)
    answers = tuple(_answers(document, found.node))
    return Operation(
        name=snake(name or str(found.node.get("operationId") or found.path)),
        source=f"{document.file.name}, {found.names[-1]}",
        method=found.method.upper(),
        origin=origin,
        path=quote(prefix + found.path, safe="/{}%:@!$&'()*+,;=~"),
        credentials=trust.credentials,
        path_params=tuple(_in_path(found.path, parameters)),
        params=tuple(part for place, part in parameters if place == "query"),
        headers=(
            *keys,
            *(
                part
                for place, part in parameters
                if place == "header" and part.name.lower() not in _OURS
            ),
        ),
        body=_body(document, found.node),
        answers=answers,
        answered_in=_answered_in(document, found.node),
        remarks=tuple(remarks),
    )


def _parameters(document: Document, found: Found) -> Iterator[tuple[str, Part]]:
    """Give each parameter once; the operation's own wins over its path's."""
    listed: dict[tuple[str, str], Node] = {}
    for source in (found.shared, found.node):
        for one in source.get("parameters") or ():
            node = document.node(one)
            listed[str(node.get("in")), str(node.get("name"))] = node
    for (place, name), node in listed.items():
        media: Node = next(iter((node.get("content") or {}).values()), {})
        schema = document.node(node.get("schema") or media.get("schema") or {})
        example = {"example": node["example"]} if "example" in node else {}
        said = {"description": node["description"]} if "description" in node else {}
        shape = Shapes(document).shape({**schema, **said, **example})
        required = bool(node.get("required")) or place == "path"
        yield place, Part(name, shape if isinstance(shape, Leaf) else Leaf(), required)


def _in_path(path: str, parameters: list[tuple[str, Part]]) -> Iterator[Part]:
    """Give the parameters of a path; some files describe none."""
    known = {part.name: part for place, part in parameters if place == "path"}
    for name in _HOLE.findall(path):
        yield known.get(name) or Part(name, Leaf())


def _body(document: Document, operation: Node) -> Body | None:
    content = document.node(operation.get("requestBody")).get("content") or {}
    kind, media = _media(content)
    if kind is None:
        return None
    if kind == "xml":
        return Body("xml", text="<${decide.root}/>")
    shape = Shapes(document).shape(media.get("schema") or {})
    return Body(kind, shape if kind == "json" or isinstance(shape, Record) else Record())


def _media(content: Mapping[str, Any]) -> tuple[BodyKind | None, Mapping[str, Any]]:
    """Choose what of the offered is written best."""
    for ending, kind in _BODIES.items():
        for media_type, media in content.items():
            if media_type.partition(";")[0].strip().endswith(ending):
                return kind, media
    return ("text", {}) if content else (None, {})


def _answers(document: Document, operation: Node) -> Iterator[Answer]:
    for code, one in (operation.get("responses") or {}).items():
        node = document.node(one)
        status = int(code) if code.isdigit() else _RANGES.get(code.upper(), 0)
        if not status:
            continue
        kind, media = _media(node.get("content") or {})
        readable = kind == "json"
        shape = Shapes(document).shape(media["schema"]) if readable and "schema" in media else None
        example = examples_of(media, document) if readable else None
        yield Answer(status, shape, example, " ".join(str(node.get("description", "")).split()))


def _answered_in(document: Document, operation: Node) -> AnswerKind:
    for code, one in (operation.get("responses") or {}).items():
        if code.upper().startswith("2"):
            kind, _ = _media(document.node(one).get("content") or {})
            return "xml" if kind == "xml" else "json"
    return "json"
