"""`diff`: what a changed mapping makes of the answers that came."""

from __future__ import annotations

from .command import diff

__all__ = ["diff"]
