"""What must not stand in a file: a login's own fields have any name, and some give it away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..faults import Findings, Place
from ..message.content import Content
from ..message.request import Request

_SECRET: Final = re.compile(r".*(password|passwd|pwd|secret|client_?id)", re.IGNORECASE)


def refuse_literals(request: Request, documents: Mapping[str, Content], findings: Findings) -> None:
    """Note each field that is called a secret, and is no reference to one."""
    sources: list[tuple[Place, object]] = [
        (("params",), request.params),
        (("headers",), request.headers),
        (("multipart",), request.multipart),
    ]
    contents: list[tuple[Place, Content]] = [((), request)]
    contents += [(("documents", name), document) for name, document in documents.items()]
    for place, content in contents:
        sources += [((*place, "json"), content.json_), ((*place, "form"), content.form)]
    for place, source in sources:
        for at, value in _texts(source, place):
            is_reference = "${secrets." in value or "${env." in value
            if value and not is_reference and _SECRET.fullmatch(str(at[-1])):
                findings.add("is a secret: write ${secrets.NAME}, never its value", *at)


def _texts(source: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(source, str):
        yield place, source
    elif isinstance(source, Mapping):
        for name, value in source.items():
            yield from _texts(value, (*place, str(name)))
    elif isinstance(source, list | tuple):
        for index, value in enumerate(source):
            yield from _texts(value, (*place, index))
