"""Which of a product's connectors an inquiry needs, in what order, and what they may cost."""

from .case import ALWAYS, Case
from .plan import Plan, plan
from .seat import Condition, Seat
from .unit import Unit, units, with_needs

__all__ = ["ALWAYS", "Case", "Condition", "Plan", "Seat", "Unit", "plan", "units", "with_needs"]
