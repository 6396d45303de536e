"""`ledger`: what was asked, what it cost, what nobody knows yet, and whether anybody touched it."""

from __future__ import annotations

import typer

from .importing import import_
from .resolving import resolve
from .searching import search
from .unknown import unknown
from .usage import usage
from .verifying import verify

ledger = typer.Typer(no_args_is_help=True, help=__doc__)
for command in (verify, search, unknown, usage, resolve):
    ledger.command()(command)
ledger.command("import")(import_)

__all__ = ["ledger"]
