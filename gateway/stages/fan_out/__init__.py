"""Stage five: every granted connector, as soon as it can be asked."""

from .account import Servings
from .stage import FanOut

__all__ = ["FanOut", "Servings"]
