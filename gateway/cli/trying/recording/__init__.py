"""What came in a call as a test that may be kept: nobody real is in it, and no secret."""

from __future__ import annotations

from .fixture import Recording, recorded, refuse_unrecordable

__all__ = ["Recording", "recorded", "refuse_unrecordable"]
