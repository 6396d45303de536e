"""The command line: `bureau-gateway COMMAND`, or `python -m gateway COMMAND`."""

from __future__ import annotations

import typer

from .ask import ask
from .check import check, explain
from .create import create
from .demo import demo
from .inline_tests import play
from .json_schema import schema
from .serve import mock, serve

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Locals hold keys and persons, and a terminal is no place for them.
    pretty_exceptions_show_locals=False,
    help="One typed gRPC data channel between a lender's systems and every external data bureau.",
)
for command in (serve, demo, ask, check, explain, schema, mock):
    app.command()(command)
app.command("test")(play)
app.add_typer(create, name="create")
