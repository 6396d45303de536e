"""Stage four: on what consent, of whom, for what money, and written down before anything leaves."""

from .money import Buying, Known, Purse
from .stage import Authorize, Grants, undrawn
from .terms import Terms

__all__ = ["Authorize", "Buying", "Grants", "Known", "Purse", "Terms", "undrawn"]
