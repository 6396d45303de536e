"""
The tests inside a connector's file, played without a bureau.

Requests are compared to the byte, and answers field by field.
"""

from __future__ import annotations

from .run import Rehearsal, rehearse
from .scene import TestResult

__all__ = ["Rehearsal", "TestResult", "rehearse"]
