"""`import`: a first connector out of what a bureau hands over."""

from __future__ import annotations

import typer

from .commands import curl, openapi, sample

__all__ = ["importing"]

importing = typer.Typer(
    no_args_is_help=True, help="Write a first connector from a bureau's own papers; no network."
)
for command in (openapi, curl, sample):
    importing.command()(command)
