"""
What is asked of a report before it is judged.

To add a check: write one module beside this one, name its model below, and give
it a row in `tests/contract/test_checks.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .agrees import Agrees
from .complete import Complete
from .contract import Check, CheckFinding, Evidence
from .fresh import Fresh
from .plausible import Plausible

AnyCheck = Annotated[Agrees | Complete | Fresh | Plausible, Field(discriminator="kind")]

__all__ = ["AnyCheck", "Check", "CheckFinding", "Evidence"]
