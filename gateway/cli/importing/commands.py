"""The three commands: from an OpenAPI file, from a line of curl, from a sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .curl import read_curl
from .openapi.document import read_document
from .openapi.operation import read_operation
from .operation import AnswerKind
from .placing import place
from .sample import read_sample

_Name = Annotated[str | None, typer.Option(help="Of the connector; none: as the operation's.")]
_Bureau = Annotated[str | None, typer.Option(help="Left out: as the host's.")]
_Out = Annotated[Path, typer.Option(file_okay=False, help="The config folder.")]
_File = Annotated[Path, typer.Option(exists=True, dir_okay=False)]
_CONFIG = Path("config")


def openapi(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML or JSON.")],
    operation: Annotated[str, typer.Option(help='Its operationId, or "POST /path".')],
    name: _Name = None,
    bureau: _Bureau = None,
    out: _Out = _CONFIG,
) -> None:
    """
    Write a bureau and a connector from one operation of an OpenAPI file, 3.0 or 3.1.

    What the file does not say is marked "?", and `check` names each mark by its line.
    References are followed within the file, and nothing is fetched.

    Example: bureau-gateway import openapi bureau.yaml --operation "POST /v1/income"

    Exit codes: 0 written, 1 the file can not be used, 2 the connector is there already.
    """
    place(lambda: read_operation(read_document(file), operation, name), bureau, out)


def curl(
    line: Annotated[str, typer.Argument(help="In quotes; - reads it from standard input.")] = "-",
    name: _Name = None,
    bureau: _Bureau = None,
    out: _Out = _CONFIG,
) -> None:
    """
    Write a bureau and a connector from a line of curl, which is read and never run.

    No secret of the line is written: its name is, as ${secrets.NAME}. Nor is what may be about
    a person. Better than in an argument, where others may see it, a line is read from a file.

    Example: bureau-gateway import curl - --name income < line.txt

    Exit codes: 0 written, 1 the line can not be used, 2 the connector is there already.
    """
    place(lambda: read_curl(sys.stdin.read() if line == "-" else line, name), bureau, out)


def sample(  # noqa: PLR0913, PLR0917 - one for each option
    request: _File,
    answer: _File,
    form: Annotated[AnswerKind | None, typer.Option("--format", help="Of the answer.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the request goes.")] = None,
    name: _Name = None,
    bureau: _Bureau = None,
    out: _Out = _CONFIG,
) -> None:
    """
    Write a bureau and a connector from a sample of a request's body and one of its answer.

    Known names become references to the person asked about, and answers about another person
    are not copied under such names. What else stands in the answer is copied into the tests.

    Example: bureau-gateway import sample --request ask.json --answer found.json --name income

    Exit codes: 0 written, 1 a file can not be used, 2 the connector is there already.
    """
    place(lambda: read_sample(request, answer, form, url, name), bureau, out)
