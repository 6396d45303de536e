"""What callers may ask in a second, at once, and for how much in a day."""

from .admission import Admission
from .spending import CallerSpending

__all__ = ["Admission", "CallerSpending"]
