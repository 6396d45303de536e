"""
What carries a message to a bureau.

To add a transport: write one module beside this one, name its model below, and
give it a row in ``tests/contract/test_transport.py``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .http import Http
from .sql import Sql
from .statement import check_statement
from .tls import Tls

AnyTransport = Annotated[Http | Sql, Field(discriminator="kind")]

__all__ = ["AnyTransport", "Http", "Sql", "Tls", "check_statement"]
