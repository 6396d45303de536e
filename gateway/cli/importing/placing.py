"""Where an import is put, and what of it is still to be decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from ...catalog.reading import read_catalog
from ...catalog.undecided import undecided
from ...config.folder import walk
from .. import process
from ..currency import currency_of
from .fault import Unusable
from .names import snake
from .operation import Operation
from .writing.files import write


def place(read: Callable[[], Operation], bureau: str | None, out: Path) -> None:
    """Read an operation, write its two files, and name each mark in them."""
    try:
        operation = read()
    except Unusable as error:
        process.complain(str(error))
        raise typer.Exit(process.FAILED) from None
    called = snake(bureau or _host(operation.origin) or f"{operation.name}_bureau")
    connector = out / "connectors" / f"{operation.name}.yaml"
    known = read_catalog(out)[0] if out.is_dir() else None
    if connector.exists() or (known is not None and operation.name in known.connectors):
        raise typer.BadParameter(f"there is a connector {operation.name} already: give it a --name")
    written = write(operation, called, currency_of(out))
    files = [connector]
    _put(connector, written.connector)
    shared = out / "bureaus" / f"{called}.yaml"
    if known is None or (called not in {*known.bureaus, *known.wrong} and not shared.exists()):
        _put(shared, written.bureau)
        files.append(shared)
    _report(out, files)


def _host(origin: str) -> str:
    """Name a bureau by its host: `api.acme.example` is acme."""
    labels = origin.partition("://")[2].partition(":")[0].split(".")
    usual = {"api", "www", "sandbox", "test", "gateway", "uat"}
    return next((label for label in labels[:-1] if label not in usual), "")


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)


def _report(out: Path, files: list[Path]) -> None:
    folder = walk(out)
    marks = [
        mark
        for document in (*folder.bureaus, *folder.connectors)
        if document.file in files
        for mark in undecided(document)
    ]
    for file in files:
        process.say(str(file))
    for mark in marks:
        process.say(f"  {mark}")
    process.say(
        f"{len(marks)} to be decided. Then: bureau-gateway check {out}; bureau-gateway test {out}"
    )
