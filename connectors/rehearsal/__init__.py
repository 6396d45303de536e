"""
Plays the tests that stand inside a connector's file: its request to the byte, its answers to the
field, without a bureau.
"""

from __future__ import annotations

from .run import Rehearsal, TestResult, rehearse

__all__ = ["Rehearsal", "TestResult", "rehearse"]
