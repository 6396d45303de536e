"""A line of curl, taken apart and never run."""

from __future__ import annotations

from .reading import read_curl

__all__ = ["read_curl"]
