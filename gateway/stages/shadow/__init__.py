"""Connectors on trial: asked for a share of the inquiries, compared, and never shown."""

from .asking import Compared, Comparison, Shadows
from .draw import Draw, ShadowSeat
from .spend import DailySpend

__all__ = ["Compared", "Comparison", "DailySpend", "Draw", "ShadowSeat", "Shadows"]
