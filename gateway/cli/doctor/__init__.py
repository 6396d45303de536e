"""`doctor`: whether a bureau can be reached, layer by layer, each by itself."""

from __future__ import annotations

from .command import doctor

__all__ = ["doctor"]
