"""The command line: `bureau-gateway COMMAND`, or `python -m gateway COMMAND`."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from . import process
from .accounts import ledger
from .ask import ask
from .check import check, explain
from .creating.create import create
from .demo import demo
from .describing.json_schema import schema
from .diffing import diff
from .doctor import doctor
from .importing import importing
from .inline_tests import play
from .serve import mock, serve
from .trying import try_

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Locals hold keys and persons, and a terminal is no place for them.
    pretty_exceptions_show_locals=False,
    invoke_without_command=True,
)


@app.callback()
def about(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", is_eager=True)
    ] = False,
) -> None:
    """One typed gRPC data channel between a lender's systems and every external data bureau."""
    if version:
        process.say(f"bureau-gateway {installed()}")
        raise typer.Exit(process.FINE)


def installed() -> str:
    """Give the version; a checkout that nobody installed has none."""
    try:
        return metadata.version("bureau-gateway")
    except metadata.PackageNotFoundError:
        return "not installed"


for command in (serve, demo, ask, check, explain, schema, mock):
    app.command()(command)
app.command("test")(play)
app.command("try")(try_)
app.command()(doctor)
app.command()(diff)
app.add_typer(create, name="create")
app.add_typer(importing, name="import")
app.add_typer(ledger, name="ledger")
