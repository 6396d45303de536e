"""A config folder: what stands in it, sorted by what it describes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from .document import MAX_BYTES, Document, NotYaml, read
from .finding import Located, of_yaml, ordered
from .nodes import quote

SETTINGS = "gateway.yaml"
TABLES = "tables"
FOLDERS = ("bureaus", "callers", "connectors", "products")
"""In each of them a file may hold any of these: a bureau next to its connectors, say."""

_MARKS = {"identities": "caller", "connectors": "product", "bureau": "connector"}
_VERSION = 12


@dataclass(frozen=True, slots=True)
class Folder:
    """
    Everything that was read, none of it held against a model yet.

    A file with findings gives no documents, and the others go on; whoever uses
    the documents looks at the findings first.
    """

    root: Path
    version: str
    """Equal for equal contents."""
    settings: Document | None = None
    """None where there is no `gateway.yaml`: a folder may be checked without one."""
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By the name of their file: `tables/region.yaml` is `region`."""
    bureaus: tuple[Document, ...] = ()
    connectors: tuple[Document, ...] = ()
    products: tuple[Document, ...] = ()
    callers: tuple[Document, ...] = ()
    findings: tuple[Located, ...] = ()


def walk(root: Path) -> Folder:
    """Read a config folder, each file once. Never raises for what it finds there."""
    findings: list[Located] = []
    contents = dict(_contents(root, findings))
    parsed = {file: _documents(file, content, findings) for file, content in contents.items()}
    settings = _only(parsed.pop(root / SETTINGS, ()), findings)
    tables = {
        file.stem: _table(document, findings)
        for file in [file for file in parsed if file.parent == root / TABLES]
        if (document := _only(parsed.pop(file), findings))
    }
    kinds = _sorted_out((one for documents in parsed.values() for one in documents), findings)
    return Folder(
        root,
        _version(root, contents),
        settings,
        MappingProxyType(tables),
        tuple(kinds["bureau"]),
        tuple(kinds["connector"]),
        tuple(kinds["product"]),
        tuple(kinds["caller"]),
        ordered(findings),
    )


def kind(document: Document) -> str:
    """Say what a mapping describes, by the one key that only this kind has."""
    keys = document.value if isinstance(document.value, dict) else {}
    return next((name for mark, name in _MARKS.items() if mark in keys), "bureau")


def _contents(root: Path, findings: list[Located]) -> Iterator[tuple[Path, bytes]]:
    for file in _files(root, findings):
        try:
            with file.open("rb") as stream:
                # One byte more than is allowed, for `read` to see that it is too much.
                yield file, stream.read(MAX_BYTES + 1)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            findings.append(Located(file, 1, 1, f"can not be read: {reason}"))


def _files(root: Path, findings: list[Located]) -> Iterator[Path]:
    """
    List what is to be read, in a fixed order.

    Not what lies deeper: a mounted ConfigMap keeps second copies of its files
    in a hidden folder beside them.
    """
    if (root / SETTINGS).exists():
        yield root / SETTINGS
    for folder in (*FOLDERS, TABLES):
        for file in sorted((root / folder).glob("[!.]*")):
            if file.suffix == ".yaml":
                yield file
            elif file.suffix in {".yml", ".json"}:
                findings.append(Located(file, 1, 1, "is not read: its name must end in .yaml"))


def _documents(file: Path, content: bytes, findings: list[Located]) -> tuple[Document, ...]:
    try:
        return read(file, content)
    except NotYaml as error:
        findings.extend(of_yaml(error))
        return ()


def _only(documents: tuple[Document, ...], findings: list[Located]) -> Document | None:
    findings.extend(
        Located(extra.file, *extra.start, "this file holds one document only")
        for extra in documents[1:]
    )
    return documents[0] if documents else None


def _table(document: Document, findings: list[Located]) -> Mapping[str, str]:
    if not isinstance(document.value, dict):
        findings.append(Located(document.file, *document.start, "must be a mapping"))
        return {}
    rows = {key: text for key, text in document.value.items() if isinstance(text, str)}
    for key in document.value.keys() - rows.keys():
        where = document.position((key,))
        findings.append(Located(document.file, *where, "must be text: put it in quotes", (key,)))
    return MappingProxyType(rows)


def _sorted_out(
    documents: Iterable[Document], findings: list[Located]
) -> Mapping[str, list[Document]]:
    kinds: dict[str, list[Document]] = {"bureau": [], **{name: [] for name in _MARKS.values()}}
    named: dict[tuple[str, str], Document] = {}
    for document in documents:
        if not isinstance(document.value, dict):
            findings.append(Located(document.file, *document.start, "must be a mapping"))
            continue
        kinds[kind(document)].append(document)
        name = document.value.get("name")
        if isinstance(name, str):
            first = named.setdefault((kind(document), name), document)
            if first is not document:
                findings.append(_twice(kind(document), name, document, first))
    return kinds


def _twice(kind: str, name: str, document: Document, first: Document) -> Located:
    line, column = first.position(("name",))
    message = f"a {kind} is already called {quote(name)}: {first.file}:{line}:{column}"
    return Located(document.file, *document.position(("name",)), message, ("name",))


def _version(root: Path, contents: Mapping[Path, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(
        (file.relative_to(root).as_posix(), content) for file, content in contents.items()
    ):
        # Lengths, so that no content can pass for the name of the next file.
        digest.update(f"{len(name)}:{name}{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()[:_VERSION]
