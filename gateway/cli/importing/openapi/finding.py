"""Which of a file's operations is meant, and where it is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from .document import Document, Node

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Found:
    """An operation, and where it stands."""

    method: str
    path: str
    node: Node
    shared: Node
    """The path's own node: parameters and servers for all of its operations."""

    @property
    def names(self) -> tuple[str, ...]:
        by_id = self.node.get("operationId")
        return (*((str(by_id),) if by_id else ()), f"{self.method.upper()} {self.path}")


def find(document: Document, wanted: str) -> Found:
    """Find an operation by its id, or by `POST /path`. Raises `Unusable`, which says what is."""
    every = list(_operations(document))
    asked = " ".join(wanted.split())
    method, _, path = asked.partition(" ")
    for one in every:
        if asked in one.names or f"{method.upper()} {path}" in one.names:
            return one
    known = [name for one in every for name in one.names]
    close = get_close_matches(asked, known, n=3, cutoff=0.4) or known[:10]
    raise document.fault(f"there is no operation {wanted}; there is {', '.join(close)}", "paths")


def _operations(document: Document) -> Iterator[Found]:
    paths = document.node(document.root.get("paths"))
    for path, item in paths.items():
        shared = document.node(item)
        for method in _METHODS:
            if isinstance(shared.get(method), Mapping):
                yield Found(method, path, shared[method], shared)


def server(document: Document, found: Found) -> tuple[str, str]:
    """Give scheme and host, and what stands before each path."""
    for node in (found.node, found.shared, document.root):
        for server in node.get("servers") or ():
            url = str(server.get("url", ""))
            for name, variable in (server.get("variables") or {}).items():
                url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
            parts = urlsplit(url)
            origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
            return origin, parts.path.rstrip("/")
    return "", ""
