"""Answers that may be given again: where they are kept, and who is asking for one."""

from .cache import Cache, Kept, Place
from .lease import Lease, Leasing, Unshared

__all__ = ["Cache", "Kept", "Lease", "Leasing", "Place", "Unshared"]
