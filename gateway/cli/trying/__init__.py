"""`try`: one call of one connector, outside any product."""

from __future__ import annotations

from .command import try_

__all__ = ["try_"]
