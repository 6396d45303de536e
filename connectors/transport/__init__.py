"""
What carries a message to a bureau.

To add a transport: write one module beside this one, name its model below, and
give it a row in ``tests/contract/test_transport.py``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .egress import Allowed, Egress
from .grpc import Grpc
from .http import Http
from .plugin import Plugin
from .sql import Sql
from .statement import check_statement
from .tls import Tls

AnyTransport = Annotated[Http | Sql | Grpc | Plugin, Field(discriminator="kind")]

__all__ = [
    "Allowed",
    "AnyTransport",
    "Egress",
    "Grpc",
    "Http",
    "Plugin",
    "Sql",
    "Tls",
    "check_statement",
]
