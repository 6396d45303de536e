"""`python -m gateway`: the same as `bureau-gateway`."""

from __future__ import annotations

from .cli import app

app(prog_name="bureau-gateway")
